"""Payment intents: signatures; being written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from harness.collection import Collection
from mocks.stripe.rendering import Resource, register

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

PAYMENT_INTENTS = Collection("stripe.payment_intent", "customer")

register(
    Resource(
        "payment_intent",
        PAYMENT_INTENTS,
        expands={"customer": "customer", "payment_method": "payment_method", "latest_charge": "charge"},
    )
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt to pay ended: the intent's new status, the charge if one was made, the error of a decline."""

    status: Literal["succeeded", "requires_capture", "requires_action", "declined"]
    charge: Json | None = None
    error: Json | None = None


def create(
    tx: Transaction,
    *,
    amount: int,
    currency: str,
    customer: str | None = None,
    payment_method: str | None = None,
    metadata: dict[str, str] | None = None,
    description: str | None = None,
    setup_future_usage: Literal["on_session", "off_session"] | None = None,
    payment_method_types: list[str] | None = None,
    receipt_email: str | None = None,
    statement_descriptor: str | None = None,
    capture_method: Literal["automatic", "automatic_async", "manual"] = "automatic_async",
) -> Json:
    """Create an intent (requires_payment_method, or requires_confirmation with a payment method) and announce it."""
    raise NotImplementedError


def attempt(
    tx: Transaction,
    intent: Json,
    *,
    payment_method: str | None = None,
    off_session: bool = False,
    return_url: str | None = None,
) -> Outcome:
    """Try to pay: writes charge, intent and events, and returns how it ended, without raising on a decline."""
    raise NotImplementedError


def confirm(
    tx: Transaction,
    intent: Json,
    *,
    payment_method: str | None = None,
    off_session: bool = False,
    return_url: str | None = None,
) -> Json:
    """Try to pay and return the intent; a decline raises the 402, what it wrote being kept."""
    raise NotImplementedError


def cancel(tx: Transaction, intent: Json, *, reason: str | None = None) -> Json:
    """Cancel an intent and announce it; raises the 400 in a terminal state."""
    raise NotImplementedError
