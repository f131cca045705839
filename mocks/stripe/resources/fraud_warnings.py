"""Early fraud warnings: an issuer suspects a charge before its cardholder disputes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources.events import emit

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

WARNINGS = Collection("stripe.early_fraud_warning", "charge", "payment_intent")

register(
    Resource(
        "radar.early_fraud_warning",
        WARNINGS,
        expands={"charge": "charge", "payment_intent": "payment_intent"},
    )
)


def create(tx: Transaction, charge: Json) -> Json:
    """Warn of a charge, and announce it."""
    warning: Json = {
        "id": new_id(tx, "issfr"),
        "object": "radar.early_fraud_warning",
        "actionable": True,
        "charge": charge["id"],
        "created": tx.seconds,
        "fraud_type": "unauthorized_use_of_card",
        "livemode": False,
    }
    if charge["payment_intent"] is not None:
        warning["payment_intent"] = charge["payment_intent"]
    tx.insert(WARNINGS, warning)
    emit(tx, "radar.early_fraud_warning.created", WARNINGS, warning)
    return warning


def answered(tx: Transaction, charge: Json) -> None:
    """Mark the warnings of a charge that was given back as no longer to be acted upon."""
    for warning in list(tx.every(WARNINGS, charge=charge["id"])):
        if warning["actionable"]:
            warning["actionable"] = False
            tx.save(WARNINGS, warning)
            emit(tx, "radar.early_fraud_warning.updated", WARNINGS, warning)
