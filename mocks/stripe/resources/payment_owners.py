"""What payment and setup intents belong to: those of invoices and Checkout Sessions are ended and changed through these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe import errors
from mocks.stripe.resources.checkout_sessions import SESSIONS
from mocks.stripe.resources.invoices import INVOICES

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

_NAMES = {"payment_intent": "PaymentIntent", "setup_intent": "SetupIntent"}
_FIXED = ("amount", "currency", "customer")
"""What an intent has from its invoice or session."""


def check_cancelable(tx: Transaction, intent: Json) -> None:
    """Raise the 400 for an intent that ends with its invoice, or with its Checkout Session unless that has authorized it.

    (Spec: PostPaymentIntentsIntentCancel, PostSetupIntentsIntentCancel.)
    """
    name = _NAMES[intent["object"]]
    if _session(tx, intent) is not None and intent["status"] != "requires_capture":
        raise errors.invalid(
            f"You cannot cancel the {name} for a Checkout Session. Expire the Checkout Session instead.",
            rule="intent_of_session",
        )
    invoice = _invoice(tx, intent)
    if invoice is not None:
        raise errors.invalid(
            f"You cannot cancel this {name} because it pays the invoice {invoice['id']}. Void the invoice instead.",
            rule="intent_of_invoice",
        )


def check_changeable(tx: Transaction, intent: Json, given: Json) -> None:
    """Raise the 400 for another amount, currency or customer than an invoice or a session has."""
    changed = [name for name in _FIXED if name in given and given[name] != intent[name]]
    if changed and (_invoice(tx, intent) is not None or _session(tx, intent) is not None):
        raise errors.invalid(
            f"This PaymentIntent's {changed[0]} could not be updated because it is that of the invoice or Checkout Session "
            "that it pays.",
            param=changed[0],
            rule="intent_of_invoice",
        )


def _invoice(tx: Transaction, intent: Json) -> Json | None:
    found = tx.first(INVOICES, payment_intent=intent["id"])
    return found if found is not None and found["status"] in {"open", "uncollectible"} else None


def _session(tx: Transaction, intent: Json) -> Json | None:
    found = tx.first(SESSIONS, intent=intent["id"])
    return found if found is not None and found["status"] == "open" else None
