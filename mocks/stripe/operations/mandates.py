"""Mandates: retrieve."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import render, requested
from mocks.stripe.resources import mandates, payment_attempts, payment_intents


@stripe.get("/v1/mandates/{mandate}", id="GetMandatesMandate", tier="P1")
def retrieve_mandate(tx: Transaction, params: StripeParams, mandate: str) -> Json:
    """Retrieve a mandate."""
    return render(tx, requested(tx, "mandate", mandate, param="mandate"), params.expand)


@stripe.timer("mandate.answer")
def accept_mandate(tx: Transaction, payload: Json) -> None:
    """The bank accepts a mandate."""
    mandates.answer(tx, mandates.find(tx, payload["mandate"]))


@stripe.timer("bank_debit.answer")
def answer_debit(tx: Transaction, payload: Json) -> None:
    """The bank answers a debit."""
    payment_attempts.answer(tx, payment_intents.get(tx, payload["payment_intent"]))
