"""Disputes, and early fraud warnings."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import Boolean, CreatedListParams, Group, Metadata, StripeParams, Unset
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import disputes
from mocks.stripe.resources.disputes import DISPUTES
from mocks.stripe.resources.fraud_warnings import WARNINGS

PATH = "/v1/disputes/{dispute}"
Long = Unset[Annotated[str, Field(max_length=20_000)]]
Short = Unset[Annotated[str, Field(max_length=5000)]]


class Evidence(Group):
    """What a merchant tells the cardholder's bank: texts, and the ids of files."""

    unsupported = frozenset({"enhanced_evidence"})

    access_activity_log: Long = None
    billing_address: Short = None
    cancellation_policy: Unset[str] = None
    cancellation_policy_disclosure: Long = None
    cancellation_rebuttal: Long = None
    customer_communication: Unset[str] = None
    customer_email_address: Short = None
    customer_name: Short = None
    customer_purchase_ip: Short = None
    customer_signature: Unset[str] = None
    duplicate_charge_documentation: Unset[str] = None
    duplicate_charge_explanation: Long = None
    duplicate_charge_id: Short = None
    product_description: Long = None
    receipt: Unset[str] = None
    refund_policy: Unset[str] = None
    refund_policy_disclosure: Long = None
    refund_refusal_explanation: Long = None
    service_date: Short = None
    service_documentation: Unset[str] = None
    shipping_address: Short = None
    shipping_carrier: Short = None
    shipping_date: Short = None
    shipping_documentation: Unset[str] = None
    shipping_tracking_number: Short = None
    uncategorized_file: Unset[str] = None
    uncategorized_text: Long = None


class UpdateDispute(StripeParams):
    """POST /v1/disputes/{id}."""

    evidence: Evidence | None = None
    metadata: Metadata = None
    submit: Boolean | None = None


class ListDisputes(CreatedListParams):
    """GET /v1/disputes."""

    charge: str | None = None
    payment_intent: str | None = None


@stripe.get(PATH, id="GetDisputesDispute", tier="P1")
def retrieve_dispute(tx: Transaction, params: StripeParams, dispute: str) -> Json:
    """Retrieve a dispute."""
    return render(tx, requested(tx, "dispute", dispute), params.expand)


@stripe.post(PATH, id="PostDisputesDispute", tier="P1")
def update_dispute(tx: Transaction, params: UpdateDispute, dispute: str) -> Json:
    """Stage evidence, or submit it to the bank."""
    found = disputes.change(tx, requested(tx, "dispute", dispute), params.given())
    return render(tx, found, params.expand)


@stripe.post(f"{PATH}/close", id="PostDisputesDisputeClose", tier="P1")
def close_dispute(tx: Transaction, params: StripeParams, dispute: str) -> Json:
    """Give a dispute up."""
    return render(tx, disputes.close(tx, requested(tx, "dispute", dispute)), params.expand)


@stripe.get("/v1/disputes", id="GetDisputes", tier="P1")
def list_disputes(tx: Transaction, params: ListDisputes) -> Json:
    """List disputes, newest first."""
    where = {"charge": params.charge, "payment_intent": params.payment_intent}
    return listing(tx, DISPUTES, params, url="/v1/disputes", where=where)


WARNING = "/v1/radar/early_fraud_warnings/{early_fraud_warning}"


@stripe.get(WARNING, id="GetRadarEarlyFraudWarningsEarlyFraudWarning", tier="P1")
def retrieve_early_fraud_warning(tx: Transaction, params: StripeParams, early_fraud_warning: str) -> Json:
    """Retrieve an early fraud warning."""
    return render(tx, requested(tx, "radar.early_fraud_warning", early_fraud_warning), params.expand)


@stripe.get("/v1/radar/early_fraud_warnings", id="GetRadarEarlyFraudWarnings", tier="P1")
def list_early_fraud_warnings(tx: Transaction, params: ListDisputes) -> Json:
    """List early fraud warnings, newest first."""
    where = {"charge": params.charge, "payment_intent": params.payment_intent}
    return listing(tx, WARNINGS, params, url="/v1/radar/early_fraud_warnings", where=where)


@stripe.timer("dispute.decide")
def decide(tx: Transaction, payload: Json) -> None:
    """The bank decides."""
    disputes.decide(tx, requested(tx, "dispute", payload["dispute"]))
