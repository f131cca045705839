"""How Stripe is called: the official SDK, guarded, its errors turned into this layer's own. The SDK pins the API version."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import stripe

from integrations.clock import Clock
from integrations.errors import (
    PaymentDeclinedError,
    ProviderError,
    ProviderRefusedError,
    ProviderUnavailableError,
    RateLimitedError,
    Refusal,
)
from integrations.resilience import ProviderGuard, parse_retry_after
from integrations.settings import Settings
from integrations.tracing import outgoing

T = TypeVar("T")


class _Http(stripe.RequestsClient):
    """The SDK's client, whose requests join the trace that runs."""

    def request(  # type: ignore[override]  # as the SDK's own class has it
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send a request."""
        return super().request(method, url, {**(headers or {}), **outgoing()}, post_data)


class StripeCalls:
    """A client of Stripe's. Every call raises `ProviderError`; a write carries one idempotency key over its retries."""

    def __init__(self, settings: Settings, guard: ProviderGuard, clock: Clock) -> None:
        base = settings.stripe_api_base
        redirected = base != stripe.DEFAULT_API_BASE
        self._guard = guard
        self._clock = clock
        self._client = stripe.StripeClient(
            settings.stripe_secret_key.get_secret_value(),
            # Away from Stripe, no service of the SDK may still reach the real hosts.
            base_addresses=(
                {"api": base, "files": base, "connect": base, "meter_events": base} if redirected else None
            ),
            max_network_retries=0,
            http_client=_Http(timeout=settings.provider_timeout_seconds),
        )

    def _call(self, operation: str, call: Callable[[], T]) -> T:
        def attempt() -> T:
            try:
                return call()
            except stripe.StripeError as error:
                raise self._translate(operation, error) from error

        return self._guard.call(operation, attempt)

    def _translate(self, operation: str, error: stripe.StripeError) -> ProviderError:
        headers = error.headers or {}
        refusal = Refusal(
            provider=self._guard.provider,
            operation=operation,
            message=error.user_message or type(error).__name__,
            status=error.http_status,
            code=error.code,
            request_id=error.request_id,
            retry_after_seconds=parse_retry_after(headers.get("retry-after"), self._clock),
        )
        if isinstance(error, stripe.CardError):
            return PaymentDeclinedError(refusal)
        if isinstance(error, stripe.APIConnectionError):
            return ProviderUnavailableError(refusal) if error.should_retry else ProviderRefusedError(refusal)
        # Stripe says itself whether the same request may succeed later; both its SDKs obey that first.
        advice = headers.get("stripe-should-retry")
        if error.http_status == 429:
            return ProviderRefusedError(refusal) if advice == "false" else RateLimitedError(refusal)
        # A success whose body cannot be read says nothing of what was done: the same request is safe, by its key.
        status = error.http_status or 500
        in_trouble = status == 409 or status >= 500 or status < 400
        if advice == "true" or (in_trouble and advice != "false"):
            return ProviderUnavailableError(refusal)
        return ProviderRefusedError(refusal)


def is_missing(error: ProviderError) -> bool:
    """Say whether Stripe answered that the object does not exist."""
    return error.status == 404 or error.code == "resource_missing"
