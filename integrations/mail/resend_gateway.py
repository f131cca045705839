"""The only door to Resend's API: the official SDK, guarded.

The SDK keeps its key, address and HTTP client in module globals: one account per process. Its HTTP client is
pluggable, and this module plugs in one that puts in the key and address of the account whose call is running, so that
one process can serve several accounts at once, from several threads. Code in the same process that uses `resend`
directly still gets the SDK's own behaviour.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import resend
from resend.exceptions import NoContentError, ResendError
from resend.http_client import HTTPClient
from resend.http_client_requests import RequestsClient

from integrations.clock import Clock
from integrations.errors import (
    ProviderError,
    ProviderRefusedError,
    ProviderUnavailableError,
    RateLimitedError,
    Refusal,
)
from integrations.resilience import ProviderGuard, parse_retry_after
from integrations.settings import Settings
from integrations.tracing import outgoing

#: A 429 of these names does not pass in seconds: the account's quota is used up.
_QUOTAS = frozenset({"daily_quota_exceeded", "monthly_quota_exceeded"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """A mail ready to be sent. Tag names and values are ASCII letters, digits, `_` and `-`."""

    sender: str
    recipient: str
    subject: str
    html: str
    text: str
    tags: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Account:
    api_key: str
    api_url: str
    http: HTTPClient


_account: ContextVar[_Account | None] = ContextVar("resend_account", default=None)


class _AccountSwitch(HTTPClient):
    """Gives each request the account whose call is running; without one, it goes the SDK's own way."""

    def __init__(self, own: HTTPClient) -> None:
        self._own = own

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        json: dict[str, object] | list[object] | None = None,
        files: dict[str, Any] | None = None,
        data: dict[str, str] | None = None,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Pass a request on."""
        http, account = self._own, _account.get()
        if account is not None:
            http = account.http
            url = account.api_url + url.removeprefix(resend.api_url)
            headers = {**headers, **outgoing(), "Authorization": f"Bearer {account.api_key}"}
        return http.request(method, url, headers, json=json, files=files, data=data)


def _plug_in() -> None:
    current = resend.default_http_client
    if not isinstance(current, _AccountSwitch):
        own = current if isinstance(current, HTTPClient) else RequestsClient()
        resend.default_http_client = _AccountSwitch(own)


class ResendGateway:
    """Calls Resend. Every method raises `ProviderError`."""

    def __init__(self, settings: Settings, guard: ProviderGuard, clock: Clock) -> None:
        self._guard = guard
        self._clock = clock
        self._account = _Account(
            settings.resend_api_key.get_secret_value(),
            settings.resend_api_url,
            # The SDK annotates whole seconds; `requests`, to which it hands the number, takes fractions.
            RequestsClient(timeout=settings.provider_timeout_seconds),  # type: ignore[arg-type]
        )
        _plug_in()

    def send(self, mail: OutgoingMail, idempotency_key: str) -> str:
        """Send a mail and return Resend's id of it.

        Within 24 hours the same key and the same mail are answered with the same id and sent once.
        """
        params: resend.Emails.SendParams = {
            "from": mail.sender,
            "to": [mail.recipient],
            "subject": mail.subject,
            "html": mail.html,
            "text": mail.text,
            "tags": [{"name": name, "value": value} for name, value in mail.tags.items()],
        }
        if mail.headers:
            params["headers"] = dict(mail.headers)

        def attempt() -> str:
            token = _account.set(self._account)
            try:
                return str(resend.Emails.send(params, {"idempotency_key": idempotency_key})["id"])
            except (ResendError, NoContentError, KeyError) as error:
                raise self._translate("send mail", error) from error
            finally:
                _account.reset(token)

        return self._guard.call("send mail", attempt)

    def _translate(self, operation: str, error: Exception) -> ProviderError:
        if not isinstance(error, ResendError):
            return ProviderUnavailableError(
                Refusal(provider=self._guard.provider, operation=operation, message="the answer has no id")
            )
        # The SDK reports a request that got no answer as a 500 of this type, without headers.
        unanswered = error.error_type == "HttpClientError"
        status = None if unanswered else int(error.code)
        headers = {name.lower(): value for name, value in error.headers.items()}
        refusal = Refusal(
            provider=self._guard.provider,
            operation=operation,
            message=error.message,
            status=status,
            code=error.error_type,
            retry_after_seconds=parse_retry_after(headers.get("retry-after"), self._clock),
        )
        if status == 429 and error.error_type not in _QUOTAS:
            return RateLimitedError(refusal)
        if status is None or status >= 500 or error.error_type == "concurrent_idempotent_requests":
            return ProviderUnavailableError(refusal)
        return ProviderRefusedError(refusal)
