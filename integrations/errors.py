"""Everything the integration layer raises.

IntegrationError
├── SettingsError             a setting is missing or invalid
├── DatabaseUnusableError     the database cannot be opened or migrated
├── NotConfiguredError        the settings say nothing about a provider that is needed
├── NotFoundError             the platform has no such thing
├── ConflictError             the platform's own rules forbid it
├── SessionInvalidError       a session token is missing or does not hold
├── ForbiddenError            the caller may not do this
├── WebhookRejectedError      a delivery is not authentic, too large, or not what the provider documents
├── TooManyDeliveriesError   a sender delivers faster than it may
├── EventFailedError          an authentic event could not be processed; the provider should deliver it again
└── ProviderError             a provider did not do what we asked
    ├── ProviderRefusedError      it answered, and asking again will not help
    │   └── PaymentDeclinedError  the customer's bank said no
    └── ProviderUnavailableError  it did not answer, or answered that it cannot now
        ├── RateLimitedError      we ask too often
        └── CircuitOpenError      it failed so often that we do not ask for a while
"""

from collections.abc import Sequence
from dataclasses import dataclass


class IntegrationError(Exception):
    """The root of what this layer raises."""


class SettingsError(IntegrationError):
    """A setting is missing or invalid; the message names each variable and never shows its value."""


class DatabaseUnusableError(IntegrationError):
    """The database cannot be opened, or its schema is not one this version knows."""


class NotFoundError(IntegrationError):
    """The platform holds nothing under the id that was given."""

    def __init__(self, kind: str, identifier: str) -> None:
        super().__init__(f"There is no {kind} {identifier!r}.")


class ConflictError(IntegrationError):
    """What was asked contradicts what already stands, such as a second subscription."""


class NotConfiguredError(IntegrationError):
    """A provider is needed that the settings say nothing about; the message names the missing variables."""

    def __init__(self, provider: str, missing: Sequence[str]) -> None:
        super().__init__(f"{provider} is not set up: set {', '.join(missing)}.")
        self.provider = provider
        self.missing = tuple(missing)


class SessionInvalidError(IntegrationError):
    """A request's session token is missing, expired, forged or of another instance."""


class ForbiddenError(IntegrationError):
    """The caller is known, and may not do what they ask."""


class WebhookRejectedError(IntegrationError):
    """A delivery that is refused before it has any effect."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class TooManyDeliveriesError(IntegrationError):
    """A sender delivers webhooks faster than it may; it may try again after some seconds."""

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__("Too many deliveries from this address (WEBHOOK_RATE_PER_SECOND).")
        self.retry_after_seconds = retry_after_seconds


class EventFailedError(IntegrationError):
    """Processing a webhook event failed; it is kept, and the provider is told to deliver it again."""

    def __init__(self, provider: str, event_id: str, event_type: str) -> None:
        super().__init__(
            f"{provider} event {event_id} ({event_type}) could not be processed; deliver it again."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a provider said when it did not comply. `status` is None when there was no HTTP answer."""

    provider: str
    operation: str
    message: str
    status: int | None = None
    code: str | None = None
    request_id: str | None = None
    retry_after_seconds: float | None = None


class ProviderError(IntegrationError):
    """A call to a provider failed for good, or for as long as we were ready to try."""

    #: Whether the same call may succeed a little later.
    retryable = False
    #: How the audit calls it.
    outcome = "failed"

    def __init__(self, refusal: Refusal) -> None:
        answer = "no answer" if refusal.status is None else f"HTTP {refusal.status}"
        code = f", {refusal.code}" if refusal.code else ""
        request = f" [{refusal.request_id}]" if refusal.request_id else ""
        super().__init__(
            f"{refusal.provider}: {refusal.operation} failed ({answer}{code}): {refusal.message}{request}"
        )
        self.refusal = refusal

    @property
    def status(self) -> int | None:
        """The HTTP status of the provider's answer, or None when it gave none."""
        return self.refusal.status

    @property
    def code(self) -> str | None:
        """The provider's own error code, such as `resource_missing`."""
        return self.refusal.code


class ProviderRefusedError(ProviderError):
    """The provider understood and said no: wrong credentials, parameters, or state."""

    outcome = "refused"


class PaymentDeclinedError(ProviderRefusedError):
    """The charge was declined; `code` is Stripe's decline code where it gave one, such as `insufficient_funds`."""

    outcome = "declined"


class ProviderUnavailableError(ProviderError):
    """The provider could not be reached, timed out, or answered that it is in trouble."""

    outcome = "unavailable"

    retryable = True


class RateLimitedError(ProviderUnavailableError):
    """The provider answered 429."""

    outcome = "rate_limited"


class CircuitOpenError(ProviderUnavailableError):
    """The provider was not called at all, because it failed too often just now."""

    outcome = "circuit_open"

    retryable = False
