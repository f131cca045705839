"""What a publishable key may see: a payer's browser gets less of an intent than the merchant's server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe.keys import publishable

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

_SHARED = frozenset(
    {
        "allowed_payment_method_types",
        "automatic_payment_methods",
        "cancellation_reason",
        "client_secret",
        "created",
        "description",
        "excluded_payment_method_types",
        "id",
        "livemode",
        "next_action",
        "object",
        "payment_method",
        "payment_method_configuration_details",
        "payment_method_types",
        "status",
    }
)

FIELDS = {
    "payment_intent": _SHARED
    | {
        "amount",
        "amount_details",
        "canceled_at",
        "capture_method",
        "confirmation_method",
        "currency",
        "last_payment_error",
        "processing",
        "receipt_email",
        "setup_future_usage",
        "shipping",
    },
    "setup_intent": _SHARED | {"last_setup_error", "usage"},
}


def visible(tx: Transaction, shown: Json) -> Json:
    """Return of a rendered intent what the request's key may see: all of it with a secret key."""
    if not publishable(tx.request):
        return shown
    fields = FIELDS[shown["object"]]
    return {name: value for name, value in shown.items() if name in fields}
