"""How this layer behaves when a provider is slow, broken or busy: the only place that decides it.

The SDKs' own retries are switched off. Every call to a provider goes through `ProviderGuard.call`, which gives it
retries with exponential back-off and full jitter, honours `Retry-After`, keeps to a time budget and stops calling a
provider that fails again and again. A caller that repeats a write must send the same idempotency key each time:
the key is made once, outside of the guarded function.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any, TypeVar

import tenacity
from tenacity import RetryCallState

from integrations.clock import Clock
from integrations.errors import (
    CircuitOpenError,
    ProviderError,
    ProviderRefusedError,
    ProviderUnavailableError,
    RateLimitedError,
    Refusal,
)

_log = logging.getLogger(__name__)
T = TypeVar("T")
#: Told of a provider and an operation, it gives a dict in which `outcome`, `status`, `code`, `reference` and `attempts` go.
Witness = Callable[[str, str], AbstractContextManager[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResiliencePolicy:
    """The numbers behind the behaviour. All times are seconds.

    No retry begins once `budget` has passed since the first attempt, or would have passed after the wait that is due:
    a caller, often a webhook whose sender waits, is better told of the failure.
    """

    attempts: int = 4
    first_wait: float = 0.5
    longest_wait: float = 4.0
    budget: float = 12.0
    circuit_failures: int = 5
    circuit_recovery: float = 30.0


class CircuitState(StrEnum):
    """Whether calls pass (`closed`), are refused (`open`), or one may probe (`half_open`)."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class CircuitBreaker:
    """Stops calling a provider after a run of failures, and lets one call probe it after a pause.

    Only unavailability counts. A refusal or a 429 is an answer: the provider is alive.
    """

    def __init__(self, provider: str, policy: ResiliencePolicy, clock: Clock) -> None:
        self._provider = provider
        self._policy = policy
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False

    @property
    def state(self) -> CircuitState:
        """The state as of now."""
        with self._lock:
            return self._state()

    def _state(self) -> CircuitState:
        if self._opened_at is None:
            return CircuitState.CLOSED
        waited = self._clock.monotonic() - self._opened_at
        return CircuitState.OPEN if waited < self._policy.circuit_recovery else CircuitState.HALF_OPEN

    @contextmanager
    def watch(self, operation: str) -> Iterator[None]:
        """Let one call pass and learn from its outcome.

        Raises `CircuitOpenError` instead of letting it pass while the circuit is open.
        """
        self._enter(operation)
        try:
            yield
        except RateLimitedError:
            self._answered()
            raise
        except ProviderUnavailableError:
            self._failed()
            raise
        except ProviderError:
            self._answered()
            raise
        except BaseException:
            self._let_go()
            raise
        self._answered()

    def _enter(self, operation: str) -> None:
        with self._lock:
            state = self._state()
            if state is CircuitState.CLOSED:
                return
            if state is CircuitState.HALF_OPEN and not self._probing:
                self._probing = True
                return
            remaining = self._remaining()
        raise CircuitOpenError(
            Refusal(
                provider=self._provider,
                operation=operation,
                message=f"not called: {self._provider} failed {self._policy.circuit_failures} times in a row",
                code="circuit_open",
                retry_after_seconds=remaining,
            )
        )

    def _remaining(self) -> float:
        if self._opened_at is None:
            return 0.0
        return max(0.0, self._opened_at + self._policy.circuit_recovery - self._clock.monotonic())

    def _answered(self) -> None:
        with self._lock:
            if self._opened_at is not None:
                _log.info("%s answers again: circuit closed", self._provider)
            self._failures, self._opened_at, self._probing = 0, None, False

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._probing or self._failures >= self._policy.circuit_failures:
                if self._opened_at is None:
                    _log.warning("%s failed %d times in a row: circuit open", self._provider, self._failures)
                self._opened_at = self._clock.monotonic()
            self._probing = False

    def _let_go(self) -> None:
        with self._lock:
            self._probing = False


class ProviderGuard:
    """Makes calls to one provider under one `ResiliencePolicy`."""

    def __init__(
        self, provider: str, policy: ResiliencePolicy, clock: Clock, witness: Witness | None = None
    ) -> None:
        """`witness` is told of each call: with what it began, and (in the dict it gives) how it ended."""
        self.provider = provider
        self._witness = witness
        self.breaker = CircuitBreaker(provider, policy, clock)
        self._policy = policy
        self._clock = clock
        self._backoff = tenacity.wait_random_exponential(
            multiplier=policy.first_wait, max=policy.longest_wait
        )

    def call(self, operation: str, attempt: Callable[[], T]) -> T:
        """Return what `attempt` returns, trying again while that is worth it.

        `attempt` must raise `ProviderError`s only for what the provider did; the last one is raised to the caller.
        """
        if self._witness is None:
            return self._repeated(operation, attempt, {"attempts": 0})
        with self._witness(self.provider, operation) as told:
            try:
                answer = self._repeated(operation, attempt, told)
            except ProviderError as error:
                told |= {"outcome": error.outcome, "status": error.status, "code": error.code}
                told["reference"] = error.refusal.request_id
                raise
            told["outcome"] = "ok"
            return answer

    def _repeated(self, operation: str, attempt: Callable[[], T], told: dict[str, Any]) -> T:
        deadline = self._clock.monotonic() + self._policy.budget

        def guarded() -> T:
            told["attempts"] += 1
            with self.breaker.watch(operation):
                return attempt()

        def give_up(state: RetryCallState) -> bool:
            spent = state.attempt_number >= self._policy.attempts
            return spent or self._clock.monotonic() + state.upcoming_sleep > deadline

        return tenacity.Retrying(
            sleep=self._clock.sleep,
            stop=give_up,
            wait=self._wait,
            retry=tenacity.retry_if_exception(_is_retryable),
            before_sleep=self._announce,
            reraise=True,
        )(guarded)

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.refusal.retry_after_seconds if isinstance(error, ProviderError) else None
        return self._backoff(state) if asked is None else max(asked, 0.0)

    def _announce(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        _log.info("attempt %d failed, next in %.2f s: %s", state.attempt_number, state.upcoming_sleep, error)


def _is_retryable(error: BaseException) -> bool:
    return isinstance(error, ProviderError) and error.retryable


def judge(refusal: Refusal) -> ProviderError:
    """Turn what a provider said into the error it is by its status: no answer, 5xx and 429 may pass, the rest not."""
    if refusal.status == 429:
        return RateLimitedError(refusal)
    if refusal.status is None or refusal.status >= 500:
        return ProviderUnavailableError(refusal)
    return ProviderRefusedError(refusal)


def parse_retry_after(value: str | None, clock: Clock) -> float | None:
    """Return the seconds a `Retry-After` header asks for (a number, or an HTTP date), or None if it says nothing."""
    if value is None or not value.strip():
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - clock.now()).total_seconds())
