"""Charges and refunds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.parameters import (
    Boolean,
    CreatedListParams,
    Currency,
    Group,
    Integer,
    Metadata,
    Shipping,
    StripeParams,
    Unset,
)
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import charges, direct_charges, payment_intents, refunds
from mocks.stripe.resources.charges import CHARGES, REFUNDS


class ListCharges(CreatedListParams):
    """GET /v1/charges."""

    customer: str | None = None
    payment_intent: str | None = None
    transfer_group: str | None = None


class FraudDetails(Group):
    """What the merchant knows about fraud."""

    user_report: Unset[Literal["fraudulent", "safe"]] = None


Descriptor = Annotated[str, Field(max_length=22)]


class CreateCharge(StripeParams):
    """POST /v1/charges: the way of paying before payment intents, with a token."""

    unsupported = frozenset(
        {
            "application_fee",
            "application_fee_amount",
            "card",
            "destination",
            "on_behalf_of",
            "radar_options",
            "transfer_data",
        }
    )

    amount: Annotated[Integer, Field(ge=1)]
    capture: Boolean = True
    currency: Currency
    customer: str | None = None
    description: Annotated[str, Field(max_length=40_000)] | None = None
    metadata: Metadata = None
    receipt_email: str | None = None
    shipping: Shipping | None = None
    source: str | None = None
    statement_descriptor: Descriptor | None = None
    statement_descriptor_suffix: Descriptor | None = None
    transfer_group: str | None = None


class CaptureCharge(StripeParams):
    """POST /v1/charges/{id}/capture."""

    unsupported = frozenset({"application_fee", "application_fee_amount", "transfer_data"})

    amount: Annotated[Integer, Field(ge=1)] | None = None
    receipt_email: str | None = None
    statement_descriptor: Descriptor | None = None
    statement_descriptor_suffix: Descriptor | None = None
    transfer_group: str | None = None


class UpdateCharge(StripeParams):
    """POST /v1/charges/{id}."""

    customer: str | None = None
    description: Unset[Annotated[str, Field(max_length=40_000)]] = None
    fraud_details: FraudDetails | None = None
    metadata: Metadata = None
    receipt_email: Unset[str] = None
    shipping: Unset[Shipping] = None
    transfer_group: str | None = None


class CreateRefund(StripeParams):
    """POST /v1/refunds."""

    unsupported = frozenset(
        {"currency", "customer", "instructions_email", "origin", "refund_application_fee", "reverse_transfer"}
    )

    amount: Annotated[Integer, Field(ge=1)] | None = None
    charge: str | None = None
    metadata: Metadata = None
    payment_intent: str | None = None
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None


class UpdateRefund(StripeParams):
    """POST /v1/refunds/{id}."""

    metadata: Metadata = None


class ListRefunds(CreatedListParams):
    """GET /v1/refunds."""

    charge: str | None = None
    payment_intent: str | None = None


@stripe.post("/v1/charges", id="PostCharges", tier="P1")
def create_charge(tx: Transaction, params: CreateCharge) -> Json:
    """Charge a token; a decline is a 402 that keeps the failed charge."""
    return render(tx, direct_charges.create(tx, params.given()), params.expand)


@stripe.post("/v1/charges/{charge}/capture", id="PostChargesChargeCapture", tier="P1")
def capture_charge(tx: Transaction, params: CaptureCharge, charge: str) -> Json:
    """Capture a charge that was made with `capture=false`, or less of it."""
    given = params.given()
    amount = given.pop("amount", None)
    found = direct_charges.capture(tx, requested(tx, "charge", charge), amount, given)
    return render(tx, found, params.expand)


@stripe.get("/v1/charges/{charge}", id="GetChargesCharge", tier="P1")
def retrieve_charge(tx: Transaction, params: StripeParams, charge: str) -> Json:
    """Retrieve a charge."""
    return render(tx, requested(tx, "charge", charge), params.expand)


@stripe.post("/v1/charges/{charge}", id="PostChargesCharge", tier="P1")
def update_charge(tx: Transaction, params: UpdateCharge, charge: str) -> Json:
    """Update what may be changed of a charge."""
    found = charges.change(tx, requested(tx, "charge", charge), params.given())
    return render(tx, found, params.expand)


@stripe.get("/v1/charges", id="GetCharges", tier="P1")
def list_charges(tx: Transaction, params: ListCharges) -> Json:
    """List charges, newest first."""
    where = {
        "payment_intent": params.payment_intent,
        "customer": params.customer,
        "transfer_group": params.transfer_group,
    }
    return listing(tx, CHARGES, params, url="/v1/charges", where=where)


@stripe.post("/v1/refunds", id="PostRefunds", tier="P1")
def create_refund(tx: Transaction, params: CreateRefund) -> Json:
    """Refund a charge, or part of it."""
    if params.charge is not None and params.payment_intent is not None:
        raise errors.exclusive("charge", "payment_intent")
    if params.charge is not None:
        charge = charges.get(tx, params.charge)
    elif params.payment_intent is not None:
        intent = payment_intents.get(tx, params.payment_intent)
        if intent["latest_charge"] is None:
            raise errors.invalid(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                param="payment_intent",
                rule="charge_not_refundable",
            )
        charge = charges.get(tx, intent["latest_charge"])
    else:
        raise errors.invalid(
            "One of the following params should be provided for this request: payment_intent or charge.",
            rule="parameter_missing",
        )
    refund = refunds.create(tx, charge, amount=params.amount, reason=params.reason, metadata=params.metadata)
    return render(tx, refund, params.expand)


@stripe.get("/v1/refunds/{refund}", id="GetRefundsRefund", tier="P1")
def retrieve_refund(tx: Transaction, params: StripeParams, refund: str) -> Json:
    """Retrieve a refund."""
    return render(tx, requested(tx, "refund", refund), params.expand)


@stripe.post("/v1/refunds/{refund}", id="PostRefundsRefund", tier="P1")
def update_refund(tx: Transaction, params: UpdateRefund, refund: str) -> Json:
    """Update a refund's metadata."""
    found = requested(tx, "refund", refund)
    if "metadata" in params.given():
        refunds.change(tx, found, params.metadata)
    return render(tx, found, params.expand)


@stripe.post("/v1/refunds/{refund}/cancel", id="PostRefundsRefundCancel", tier="P1")
def cancel_refund(tx: Transaction, params: StripeParams, refund: str) -> Json:
    """Cancel a refund that waits for its receiver; those of cards never do."""
    return render(tx, refunds.cancel(tx, requested(tx, "refund", refund)), params.expand)


@stripe.get("/v1/refunds", id="GetRefunds", tier="P1")
def list_refunds(tx: Transaction, params: ListRefunds) -> Json:
    """List refunds, newest first."""
    where = {"charge": params.charge, "payment_intent": params.payment_intent}
    return listing(tx, REFUNDS, params, url="/v1/refunds", where=where)


@stripe.timer("charge.settle")
def settle(tx: Transaction, payload: Json) -> None:
    """The balance transaction of a charge appears."""
    charges.settled(tx, charges.get(tx, payload["charge"]))


@stripe.timer("charge.expire")
def expire(tx: Transaction, payload: Json) -> None:
    """An authorized charge was never captured."""
    direct_charges.expire(tx, charges.get(tx, payload["charge"]))


@stripe.timer("refund.progress")
def progress(tx: Transaction, payload: Json) -> None:
    """The bank is heard of."""
    refunds.progress(tx, requested(tx, "refund", payload["refund"]))
