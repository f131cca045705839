"""Older paths to the same things, which some programs still call: below a charge, and below a customer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.operations.charges import UpdateRefund, update_refund
from mocks.stripe.operations.disputes import UpdateDispute, close_dispute, update_dispute
from mocks.stripe.operations.subscription_parameters import (
    BeginSubscription,
    CancelSubscription,
    CreateSubscription,
    UpdateSubscription,
)
from mocks.stripe.operations.subscriptions import (
    cancel_subscription,
    create_subscription,
    delete_subscription_discount,
    update_subscription,
)
from mocks.stripe.parameters import Integer, ListParams, Metadata, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import discounts, refunds, subscriptions
from mocks.stripe.resources.charges import REFUNDS
from mocks.stripe.resources.disputes import DISPUTES
from mocks.stripe.resources.subscriptions import SUBSCRIPTIONS

CHARGE = "/v1/charges/{charge}"
OWN = "/v1/customers/{customer}/subscriptions"
ONE = f"{OWN}/{{subscription_exposed_id}}"


class RefundCharge(StripeParams):
    """POST /v1/charges/{charge}/refunds, and …/refund."""

    unsupported = frozenset(
        {
            "currency",
            "customer",
            "instructions_email",
            "origin",
            "payment_intent",
            "refund_application_fee",
            "reverse_transfer",
        }
    )

    amount: Annotated[Integer, Field(ge=1)] | None = None
    metadata: Metadata = None
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None


# --- below a charge --------------------------------------------------------------------------------------------------


@stripe.post(f"{CHARGE}/refunds", id="PostChargesChargeRefunds", tier="P2")
def create_refund_of_charge(tx: Transaction, params: RefundCharge, charge: str) -> Json:
    """Refund a charge, or part of it."""
    return render(tx, _refund(tx, params, charge), params.expand)


@stripe.post(f"{CHARGE}/refund", id="PostChargesChargeRefund", tier="P2")
def refund_charge(tx: Transaction, params: RefundCharge, charge: str) -> Json:
    """Refund a charge, or part of it; the answer is the charge."""
    _refund(tx, params, charge)
    return render(tx, requested(tx, "charge", charge), params.expand)


@stripe.get(f"{CHARGE}/refunds", id="GetChargesChargeRefunds", tier="P2")
def list_refunds_of_charge(tx: Transaction, params: ListParams, charge: str) -> Json:
    """List the refunds of a charge, newest first."""
    found = requested(tx, "charge", charge)
    url = f"/v1/charges/{found['id']}/refunds"
    return listing(tx, REFUNDS, params, url=url, where={"charge": found["id"]})


@stripe.get(f"{CHARGE}/refunds/{{refund}}", id="GetChargesChargeRefundsRefund", tier="P2")
def retrieve_refund_of_charge(tx: Transaction, params: StripeParams, charge: str, refund: str) -> Json:
    """Retrieve a refund of a charge."""
    return render(tx, _refund_of(tx, charge, refund), params.expand)


@stripe.post(f"{CHARGE}/refunds/{{refund}}", id="PostChargesChargeRefundsRefund", tier="P2")
def update_refund_of_charge(tx: Transaction, params: UpdateRefund, charge: str, refund: str) -> Json:
    """Update the metadata of a refund of a charge."""
    return update_refund(tx, params, _refund_of(tx, charge, refund)["id"])


@stripe.get(f"{CHARGE}/dispute", id="GetChargesChargeDispute", tier="P2")
def retrieve_dispute_of_charge(tx: Transaction, params: StripeParams, charge: str) -> Json:
    """Retrieve the latest dispute of a charge."""
    return render(tx, _dispute_of(tx, charge), params.expand)


@stripe.post(f"{CHARGE}/dispute", id="PostChargesChargeDispute", tier="P2")
def update_dispute_of_charge(tx: Transaction, params: UpdateDispute, charge: str) -> Json:
    """Stage or submit evidence in the latest dispute of a charge."""
    return update_dispute(tx, params, _dispute_of(tx, charge)["id"])


@stripe.post(f"{CHARGE}/dispute/close", id="PostChargesChargeDisputeClose", tier="P2")
def close_dispute_of_charge(tx: Transaction, params: StripeParams, charge: str) -> Json:
    """Give the latest dispute of a charge up."""
    return close_dispute(tx, params, _dispute_of(tx, charge)["id"])


def _refund(tx: Transaction, params: RefundCharge, charge: str) -> Json:
    found = requested(tx, "charge", charge)
    return refunds.create(tx, found, amount=params.amount, reason=params.reason, metadata=params.metadata)


def _refund_of(tx: Transaction, charge: str, refund: str) -> Json:
    requested(tx, "charge", charge)
    found = requested(tx, "refund", refund)
    if found["charge"] != charge:
        raise errors.not_found("refund", refund)
    return found


def _dispute_of(tx: Transaction, charge: str) -> Json:
    requested(tx, "charge", charge)
    found = next(iter(tx.every(DISPUTES, charge=charge, newest_first=True)), None)
    if found is None:
        raise errors.refusal(404, f"No dispute for charge: {charge}", code="resource_missing", param="charge")
    return found


# --- below a customer ------------------------------------------------------------------------------------------------


@stripe.post(OWN, id="PostCustomersCustomerSubscriptions", tier="P2")
def create_subscription_of_customer(tx: Transaction, params: BeginSubscription, customer: str) -> Json:
    """Start a subscription of a customer."""
    requested(tx, "customer", customer)
    given = params.given() | {"customer": customer, "expand": params.expand}
    return create_subscription(tx, CreateSubscription.model_validate(given))


@stripe.get(OWN, id="GetCustomersCustomerSubscriptions", tier="P2")
def list_subscriptions_of_customer(tx: Transaction, params: ListParams, customer: str) -> Json:
    """List the subscriptions of a customer that have not ended, newest first."""
    found = requested(tx, "customer", customer)
    where = {"customer": found["id"], "status": "current"}
    return listing(tx, SUBSCRIPTIONS, params, url=f"/v1/customers/{found['id']}/subscriptions", where=where)


@stripe.get(ONE, id="GetCustomersCustomerSubscriptionsSubscriptionExposedId", tier="P2")
def retrieve_subscription_of_customer(
    tx: Transaction, params: StripeParams, customer: str, subscription_exposed_id: str
) -> Json:
    """Retrieve a subscription of a customer."""
    return render(tx, _own(tx, customer, subscription_exposed_id), params.expand)


@stripe.post(ONE, id="PostCustomersCustomerSubscriptionsSubscriptionExposedId", tier="P2")
def update_subscription_of_customer(
    tx: Transaction, params: UpdateSubscription, customer: str, subscription_exposed_id: str
) -> Json:
    """Change a subscription of a customer."""
    return update_subscription(tx, params, _own(tx, customer, subscription_exposed_id)["id"])


@stripe.delete(ONE, id="DeleteCustomersCustomerSubscriptionsSubscriptionExposedId", tier="P2")
def cancel_subscription_of_customer(
    tx: Transaction, params: CancelSubscription, customer: str, subscription_exposed_id: str
) -> Json:
    """Cancel a subscription of a customer at once."""
    return cancel_subscription(tx, params, _own(tx, customer, subscription_exposed_id)["id"])


@stripe.get(f"{ONE}/discount", id="GetCustomersCustomerSubscriptionsSubscriptionExposedIdDiscount", tier="P2")
def retrieve_discount_of_subscription(
    tx: Transaction, params: StripeParams, customer: str, subscription_exposed_id: str
) -> Json:
    """Retrieve the latest discount of a subscription of a customer."""
    held = _own(tx, customer, subscription_exposed_id)["discounts"]
    found = tx.get(discounts.DISCOUNTS, held[-1]) if held else None
    if found is None:
        raise errors.refusal(
            404, "No active discount for this subscription.", code="resource_missing", param="subscription"
        )
    return render(tx, found, params.expand)


@stripe.delete(
    f"{ONE}/discount", id="DeleteCustomersCustomerSubscriptionsSubscriptionExposedIdDiscount", tier="P2"
)
def delete_discount_of_subscription(
    tx: Transaction, params: StripeParams, customer: str, subscription_exposed_id: str
) -> Json:
    """Take the discounts of a subscription of a customer away."""
    return delete_subscription_discount(tx, params, _own(tx, customer, subscription_exposed_id)["id"])


def _own(tx: Transaction, customer: str, id: str) -> Json:
    requested(tx, "customer", customer)
    found = subscriptions.find(tx, id)
    if found["customer"] != customer:
        raise errors.not_found("subscription", id)
    return found
