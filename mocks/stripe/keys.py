"""API keys: reading them from a request, and refusing them as Stripe does."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from mocks.stripe.errors import NO_RETRY, refusal
from mocks.stripe.ids import account_id

if TYPE_CHECKING:
    from harness.errors import Refusal
    from harness.messages import Request
    from harness.provider import Operation
    from harness.transaction import Transaction

LIVE = ("sk_live_", "rk_live_", "pk_live_")

CLIENT_OPERATIONS = frozenset(
    {
        "PostConfirmationTokens",
        "PostPaymentMethods",
        "GetPaymentIntentsIntent",
        "PostPaymentIntentsIntentConfirm",
        "PostPaymentIntentsIntentVerifyMicrodeposits",
        "GetSetupIntentsIntent",
        "PostSetupIntentsIntentConfirm",
        "PostSetupIntentsIntentVerifyMicrodeposits",
        "PostTokens",
    }
)
"""Operations a publishable key may use (with a client secret where the object has one); and the payment pages."""


def key_of(request: Request) -> str:
    """Return the API key of a request: Bearer, Basic with the key as user name, or `?key=` for publishable ones."""
    header = request.header("authorization")
    if header is None:
        return _publishable_in_query(request)
    scheme, _, rest = header.partition(" ")
    rest = rest.strip()
    if scheme.lower() == "bearer":
        return rest
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest, validate=True).decode().split(":", 1)[0]
        except (binascii.Error, UnicodeDecodeError):
            return rest
    return ""


def publishable(request: Request | None) -> bool:
    """Tell whether a request was made with a publishable key."""
    return request is not None and key_of(request).startswith("pk_")


def refused(key: str) -> Refusal:
    """Return the 401 for a missing, unknown or live key; no more of a key than Stripe shows, nothing of a live one."""
    if not key:
        return refusal(
            401,
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication "
            "for details, or we can help at https://support.stripe.com/.",
            headers=(("WWW-Authenticate", 'Bearer realm="Stripe"'), *NO_RETRY),
            rule="missing_api_key",
        )
    if key.startswith(LIVE):
        return refusal(
            401,
            f"Invalid API Key provided: {key[:8]}****. A live key reached Greenroom, which is a mock of Stripe: take "
            "it out of this environment, use the keys of `greenroom env`, and consider rolling the live key.",
            rule="live_key",
        )
    return refusal(401, f"Invalid API Key provided: {masked(key)}", rule="unknown_api_key")


def masked(key: str) -> str:
    """Return a key as error messages show it: its kind, stars, and the last four characters."""
    kind = next((each for each in ("sk_test_", "rk_test_", "pk_test_") if key.startswith(each)), "")
    rest = key[len(kind) :]
    return kind + "*" * max(len(rest) - 4, 4) + (rest[-4:] if len(rest) > 8 else "")


def check_publishable(operation: Operation) -> None:
    """Raise the refusal of a publishable key on an operation that needs a secret one."""
    if operation.id in CLIENT_OPERATIONS or operation.path.startswith("/v1/payment_pages"):
        return
    raise refusal(
        403,
        "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list "
        "of your API keys at https://dashboard.stripe.com/account/apikeys.",
        code="secret_key_required",
        rule="publishable_key",
    )


def check_account(tx: Transaction) -> None:
    """Raise the 403 for a call on behalf of another account than the key's own: Connect is not served."""
    request = tx.request
    if request is None:
        return
    for name in ("stripe-account", "stripe-context"):
        account = request.header(name)
        if account is not None and account != account_id(tx):
            raise refusal(
                403,
                f"The provided key '{masked(key_of(request))}' does not have access to account '{account}' (or that account "
                "does not exist). Application access may have been revoked.",
                code="account_invalid",
                rule="other_account",
            )


def _publishable_in_query(request: Request) -> str:
    if "key=pk_" not in request.query:
        return ""
    return next((each[4:] for each in request.query.split("&") if each.startswith("key=pk_")), "")
