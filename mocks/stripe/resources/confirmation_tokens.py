"""Confirmation tokens: what a payer has entered in a page, kept until a server confirms an intent with it.

(Stripe docs: finalize payments on the server; API reference: confirmation tokens.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import unserved_links

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

CONFIRMATION_TOKENS = Collection("stripe.confirmation_token")

LIVES_SECONDS = 12 * 3600
"""How long a token can be used (Stripe API reference: `expires_at`)."""

_PREVIEWED = ("allow_redisplay", "billing_details", "customer", "customer_account", "type")

register(
    Resource(
        "confirmation_token",
        CONFIRMATION_TOKENS,
        expands={"payment_method_preview.customer": "customer", **unserved_links.of("confirmation_token")},
    )
)


def create(
    tx: Transaction,
    method: Json,
    *,
    return_url: str | None,
    setup_future_usage: str | None,
    shipping: Json | None,
    use_stripe_sdk: bool,
) -> Json:
    """Keep a payment method, which nobody sees until it is used, and what else the payer has entered. No event."""
    return tx.insert(
        CONFIRMATION_TOKENS,
        {
            "id": new_id(tx, "ctoken"),
            "object": "confirmation_token",
            "created": tx.seconds,
            "expires_at": tx.seconds + LIVES_SECONDS,
            "livemode": False,
            "mandate_data": None,
            "payment_intent": None,
            "payment_method_options": None,
            "payment_method_preview": {name: method[name] for name in (*_PREVIEWED, method["type"])},
            "return_url": return_url,
            "setup_future_usage": setup_future_usage,
            "setup_intent": None,
            "shipping": shipping,
            "use_stripe_sdk": use_stripe_sdk,
            "_": {"payment_method": method["id"]},
        },
    )


def usable(tx: Transaction, id: str) -> Json:
    """Return a token that an intent may be confirmed with; raise the 400s of one that is unknown, used or too old."""
    token = tx.get(CONFIRMATION_TOKENS, id)
    if token is None:
        raise errors.no_such("confirmation_token", id, param="confirmation_token")
    if token["expires_at"] is None:
        raise errors.invalid(
            f"The confirmation token {id} has been used already, and cannot be used again.",
            param="confirmation_token",
            code="token_already_used",
            rule="token_already_used",
        )
    if tx.now >= token["expires_at"] * instants.SECOND:
        raise errors.invalid(
            f"The confirmation token {id} has expired.",
            param="confirmation_token",
            code="token_expired",
            rule="token_expired",
        )
    return token


def spend(tx: Transaction, token: Json, intent: Json) -> None:
    """Mark a token as used for an intent."""
    tx.save(CONFIRMATION_TOKENS, token | {"expires_at": None, intent["object"]: intent["id"]})
