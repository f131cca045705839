"""Charges without a payment intent: a token is charged at once, and captured at once or within seven days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from mocks.stripe import errors
from mocks.stripe.parameters import merged
from mocks.stripe.resources import cards, charges, customers, disputes, money, payment_methods
from mocks.stripe.resources.charges import CHARGES
from mocks.stripe.resources.events import emit
from mocks.stripe.resources.payment_attempts import CAPTURE_SECONDS
from mocks.stripe.resources.shapes import shipping

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

_NAMES = (
    "amount",
    "currency",
    "description",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)


def create(tx: Transaction, given: Json) -> Json:
    """Charge a token (`tok_visa`) and announce it; a decline raises the 402, the failed charge being kept."""
    money.check_currency(given["currency"])
    money.check_charge(given["amount"], given["currency"])
    money.check_last_digit(given["amount"], given["currency"])
    method = _source(tx, given)
    card = payment_methods.card_of(method)
    decline = cards.decline("authentication_required") if card.authentication == "always" else card.decline
    order = {name: given.get(name) for name in _NAMES} | {
        "customer": given.get("customer"),
        "id": None,
        "metadata": merged({}, given.get("metadata") or {}),
        "shipping": shipping(given.get("shipping"), parcel=True),
    }
    captured = given.get("capture", True)
    charge = charges.create(tx, order, method, captured=captured, decline=decline)
    payment_methods.spend(tx, method)
    if decline is not None:
        emit(tx, "charge.failed", CHARGES, charge)
        fields = payment_methods.decline_fields(decline)
        raise errors.card_error(**fields, charge=charge["id"])
    if captured:
        charges.settle(tx, charge)
    else:
        at = tx.now + CAPTURE_SECONDS * instants.SECOND
        tx.schedule("charge.expire", at, {"charge": charge["id"]}, key=f"expire:{charge['id']}")
    emit(tx, "charge.succeeded", CHARGES, charge)
    if captured:
        disputes.follow(tx, charge)
    return charge


def capture(tx: Transaction, charge: Json, amount: int | None, given: Json) -> Json:
    """Capture an authorized charge, or less of it, and announce it; raises the 400s of one that cannot be."""
    if charge["payment_intent"] is not None:
        raise errors.invalid(
            f"The charge {charge['id']} belongs to the PaymentIntent {charge['payment_intent']}: capture that instead.",
            rule="charge_of_payment_intent",
        )
    if charge["captured"]:
        raise errors.invalid(
            f"Charge {charge['id']} has already been captured.",
            code="charge_already_captured",
            rule="charge_already_captured",
        )
    if charge["status"] != "succeeded" or charge["refunded"]:
        raise errors.invalid(
            f"Charge {charge['id']} has expired or failed, and cannot be captured.",
            code="charge_expired_for_capture",
            rule="charge_expired_for_capture",
        )
    amount = charge["amount"] if amount is None else amount
    if amount > charge["amount"]:
        raise errors.invalid(
            f"The amount to capture must be at most that of the charge "
            f"({money.shown(charge['amount'], charge['currency'])}).",
            param="amount",
            code="amount_too_large",
            rule="amount_too_large",
        )
    tx.unschedule(f"expire:{charge['id']}")
    charge |= given
    charges.capture(tx, charge, amount)
    disputes.follow(tx, charge)
    return charge


def expire(tx: Transaction, charge: Json) -> None:
    """Give up an authorization that nobody captured in time (a timer)."""
    charges.release(tx, charge, "charge.expired")


def _source(tx: Transaction, given: Json) -> Json:
    """Return the card to charge; raise the errors of what cannot be charged."""
    source = given.get("source")
    if given.get("customer") is not None:
        if source is not None:
            raise errors.unsupported("customer")
        default = customers.get(tx, given["customer"])["default_source"]
        if default is not None:
            return payment_methods.get(tx, default, param="customer")
        raise errors.card_error(
            "Cannot charge a customer that has no active card", code="missing", param="card", keep=False
        )
    if source is None:
        raise errors.invalid(
            "Must provide source or customer.", code="parameter_missing", rule="parameter_missing"
        )
    if not source.startswith("tok_"):
        raise errors.no_such("token", source, param="source")
    return payment_methods.from_template(tx, source, param="source")
