"""JSON over HTTP for the providers that have no SDK: one guarded client, whose answers are typed by the gateways."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from integrations.clock import Clock
from integrations.errors import ProviderError, Refusal
from integrations.resilience import ProviderGuard, judge, parse_retry_after
from integrations.tracing import announce


@dataclass(frozen=True, slots=True)
class Answer:
    """A provider's successful answer; `body` is None when there was none."""

    status: int
    headers: httpx.Headers
    body: Any


#: Reads a provider's error body and returns its code and message.
Explain = Callable[[Any], tuple[str | None, str]]


class JsonApi:
    """Calls one provider. Every failure is a `ProviderError`."""

    def __init__(
        self, guard: ProviderGuard, clock: Clock, *, timeout: float, request_id: str, explain: Explain
    ) -> None:
        """`request_id` is the response header that names a request, `explain` reads the provider's errors."""
        self._guard = guard
        self._clock = clock
        self._request_id = request_id
        self._explain = explain
        self._http = httpx.Client(timeout=timeout, event_hooks={"request": [announce]})

    def call(
        self,
        operation: str,
        method: str,
        url: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        repeatable: bool = True,
    ) -> Answer:
        """Send a request and return what is answered with 2xx.

        A write that is not `repeatable` (no idempotency key, and it costs something) is tried again only when the
        provider cannot have begun it.
        """

        def attempt() -> Answer:
            try:
                response = self._http.request(
                    method,
                    url,
                    json=json,
                    params=params,
                    headers=headers,
                    auth=auth or httpx.USE_CLIENT_DEFAULT,
                )
                return self._read(operation, response)
            except httpx.RequestError as error:
                message = f"{type(error).__name__}: {error}"
                unreached = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                failure = judge(Refusal(provider=self._guard.provider, operation=operation, message=message))
                failure.retryable = failure.retryable and (repeatable or unreached)
                raise failure from error
            except ProviderError as failure:
                failure.retryable = failure.retryable and (repeatable or failure.status == 429)
                raise

        return self._guard.call(operation, attempt)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _read(self, operation: str, response: httpx.Response) -> Answer:
        try:
            body = response.json() if response.content else None
            readable = True
        except ValueError:
            body, readable = None, False
        if response.is_success and readable:
            return Answer(response.status_code, response.headers, body)
        code, message = self._explain(body) if isinstance(body, dict) else (None, "")
        unreadable = response.is_success
        raise judge(
            Refusal(
                provider=self._guard.provider,
                operation=operation,
                message="the answer is not JSON" if unreadable else message or response.reason_phrase,
                # A broken answer is as good as none.
                status=None if unreadable else response.status_code,
                code=code,
                request_id=response.headers.get(self._request_id),
                retry_after_seconds=parse_retry_after(response.headers.get("retry-after"), self._clock),
            )
        )
