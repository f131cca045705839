"""Retries, waits, the time budget and the circuit breaker."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.errors import (
    CircuitOpenError,
    ProviderRefusedError,
    ProviderUnavailableError,
    RateLimitedError,
    Refusal,
)
from integrations.resilience import CircuitState, ProviderGuard, ResiliencePolicy, parse_retry_after
from tests.integrations.stubs import FakeClock

POLICY = ResiliencePolicy(attempts=4, circuit_failures=3, circuit_recovery=30)


def refusal(retry_after: float | None = None) -> Refusal:
    return Refusal(provider="p", operation="o", message="m", status=503, retry_after_seconds=retry_after)


class Provider:
    """Fails as scripted, then answers."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        return "answer"


def guard(clock: FakeClock, policy: ResiliencePolicy = POLICY) -> ProviderGuard:
    return ProviderGuard("p", policy, clock)


def test_a_passing_trouble_is_waited_out() -> None:
    clock = FakeClock()
    provider = Provider(ProviderUnavailableError(refusal()), ProviderUnavailableError(refusal()))
    assert guard(clock).call("o", provider) == "answer"
    assert provider.calls == 3
    assert len(clock.slept) == 2


def test_waits_grow_and_are_jittered() -> None:
    waits = []
    policy = ResiliencePolicy(attempts=5, first_wait=1, longest_wait=4, budget=1000, circuit_failures=100)
    for _ in range(40):
        clock = FakeClock()
        guard(clock, policy).call("o", Provider(*[ProviderUnavailableError(refusal()) for _ in range(4)]))
        waits.append(clock.slept)
    for position, ceiling in enumerate([1, 2, 4, 4]):
        column = [each[position] for each in waits]
        assert max(column) <= ceiling
        assert len(set(column)) > 10, "without jitter all clients would come back at once"
    assert max(each[2] for each in waits) > 2


def test_the_last_failure_is_raised() -> None:
    clock = FakeClock()
    failures = [ProviderUnavailableError(refusal()) for _ in range(9)]
    provider = Provider(*failures)
    policy = ResiliencePolicy(attempts=4, circuit_failures=100)
    with pytest.raises(ProviderUnavailableError) as caught:
        guard(clock, policy).call("o", provider)
    assert provider.calls == 4
    assert caught.value is failures[3]


def test_a_refusal_is_final() -> None:
    provider = Provider(ProviderRefusedError(refusal()))
    with pytest.raises(ProviderRefusedError):
        guard(FakeClock()).call("o", provider)
    assert provider.calls == 1


def test_retry_after_is_honoured() -> None:
    clock = FakeClock()
    guard(clock).call("o", Provider(RateLimitedError(refusal(retry_after=7))))
    assert clock.slept == [7]


def test_no_retry_begins_after_the_budget() -> None:
    clock = FakeClock()
    provider = Provider(RateLimitedError(refusal(retry_after=60)))
    with pytest.raises(RateLimitedError) as caught:
        guard(clock).call("o", provider)
    assert provider.calls == 1
    assert clock.slept == []
    assert caught.value.refusal.retry_after_seconds == 60


def fail_until_open(guarded: ProviderGuard) -> None:
    provider = Provider(*[ProviderUnavailableError(refusal()) for _ in range(9)])
    with pytest.raises(ProviderUnavailableError):
        guarded.call("o", provider)
    assert guarded.breaker.state is CircuitState.OPEN


def test_an_open_circuit_calls_nobody() -> None:
    clock = FakeClock()
    guarded = guard(clock)
    fail_until_open(guarded)
    provider = Provider()
    with pytest.raises(CircuitOpenError) as caught:
        guarded.call("o", provider)
    assert provider.calls == 0
    assert caught.value.refusal.retry_after_seconds == pytest.approx(30, abs=5)


def test_a_probe_closes_the_circuit() -> None:
    clock = FakeClock()
    guarded = guard(clock)
    fail_until_open(guarded)
    clock.elapsed += 30
    states = [guarded.breaker.state]
    assert guarded.call("o", Provider()) == "answer"
    states.append(guarded.breaker.state)
    assert states == [CircuitState.HALF_OPEN, CircuitState.CLOSED]


def test_a_failed_probe_opens_the_circuit_again_at_once() -> None:
    clock = FakeClock()
    guarded = guard(clock)
    fail_until_open(guarded)
    clock.elapsed += 30
    provider = Provider(ProviderUnavailableError(refusal()), ProviderUnavailableError(refusal()))
    with pytest.raises(CircuitOpenError):
        guarded.call("o", provider)
    assert provider.calls == 1
    assert guarded.breaker.state is CircuitState.OPEN


def test_only_one_call_probes() -> None:
    clock = FakeClock()
    guarded = guard(clock)
    fail_until_open(guarded)
    clock.elapsed += 30
    second: list[type[BaseException]] = []

    def probe() -> str:
        def other() -> None:
            try:
                guarded.call("o", Provider())
            except CircuitOpenError as error:
                second.append(type(error))

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        return "answer"

    assert guarded.call("o", probe) == "answer"
    assert second == [CircuitOpenError]


def test_a_bug_in_our_own_code_does_not_block_the_probe() -> None:
    clock = FakeClock()
    guarded = guard(clock)
    fail_until_open(guarded)
    clock.elapsed += 30
    with pytest.raises(ZeroDivisionError):
        guarded.call("o", Provider(ZeroDivisionError()))
    assert guarded.call("o", Provider()) == "answer"


@given(st.lists(st.sampled_from([RateLimitedError, ProviderRefusedError]), max_size=20))
def test_answers_never_open_the_circuit(kinds: list[type[RateLimitedError | ProviderRefusedError]]) -> None:
    guarded = guard(FakeClock(), ResiliencePolicy(attempts=1, circuit_failures=3))
    for kind in kinds:
        with pytest.raises(kind):
            guarded.call("o", Provider(kind(refusal())))
    assert guarded.breaker.state is CircuitState.CLOSED


def test_failures_must_follow_each_other() -> None:
    guarded = guard(FakeClock(), ResiliencePolicy(attempts=1, circuit_failures=2))
    for _ in range(5):
        with pytest.raises(ProviderUnavailableError):
            guarded.call("o", Provider(ProviderUnavailableError(refusal())))
        guarded.call("o", Provider())
    assert guarded.breaker.state is CircuitState.CLOSED


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("3", 3.0),
        ("0.5", 0.5),
        ("-4", 0.0),
        ("Sun, 01 Nov 2026 12:00:20 GMT", 20.0),
        ("Sun, 01 Nov 2026 12:00:20 -0000", 20.0),
        ("Sun, 01 Nov 2026 11:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, FakeClock()) == seconds
