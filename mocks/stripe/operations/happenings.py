"""What scenarios let happen at Stripe in plain words; each goes through the operations that a consumer would call."""

from __future__ import annotations

from typing import Literal

from harness.errors import InvalidInput
from harness.happenings import told
from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.stripe.operations import stories
from mocks.stripe.operations.charges import CreateRefund, create_refund
from mocks.stripe.operations.customers import delete_customer
from mocks.stripe.provider import stripe
from mocks.stripe.resources import disputes, subscriptions
from mocks.stripe.resources.charges import CHARGES


class OfSubscriber(Params):
    """Whose subscription."""

    subscription: str = told("stripe.subscription", by="organisation")


class PlanChange(OfSubscriber):
    """Which plan it changes to; what is left of the period is invoiced at once, or with the next one."""

    plan: str
    at_once: bool = False


class Cancellation(OfSubscriber):
    """When it ends."""

    at_period_end: bool = False


class OfCustomer(Params):
    """Which customer."""

    customer: str = told("stripe.organisation", by="organisation")


class Dispute(OfCustomer):
    """Why the last charge is disputed."""

    reason: Literal["fraudulent", "product_not_received", "inquiry"] = "fraudulent"


@stripe.happening("payment fails")
def fail_payments(tx: Transaction, params: OfSubscriber) -> None:
    """From now on the bank declines what the organisation's card is charged."""
    stories.change_card(tx, params.subscription, "fails")


@stripe.happening("card is replaced")
def replace_card(tx: Transaction, params: OfSubscriber) -> None:
    """The organisation gives a card that pays; open invoices are paid when they are tried again."""
    stories.change_card(tx, params.subscription, "pays")


@stripe.happening("plan changes")
def change_plan(tx: Transaction, params: PlanChange) -> None:
    """The organisation changes its plan."""
    stories.change_plan(tx, params.subscription, params.plan, at_once=params.at_once)


@stripe.happening("subscription is cancelled")
def cancel(tx: Transaction, params: Cancellation) -> None:
    """The organisation cancels, now or for the end of its period; one that has ended already stays as it is."""
    if subscriptions.find(tx, params.subscription)["status"] not in subscriptions.ENDED:
        stories.end(tx, params.subscription, at_period_end=params.at_period_end)


@stripe.happening("charge is disputed")
def dispute(tx: Transaction, params: Dispute) -> None:
    """The bank disputes the last charge that the organisation paid."""
    charge = _last_charge(tx, params.customer)
    disputes.begin(tx, charge, params.reason, charge["amount_captured"])


@stripe.happening("charge is refunded")
def refund(tx: Transaction, params: OfCustomer) -> None:
    """The organisation gets the last charge that it paid back."""
    create_refund(tx, CreateRefund.model_validate({"charge": _last_charge(tx, params.customer)["id"]}))


@stripe.happening("customer is deleted")
def delete(tx: Transaction, params: OfCustomer) -> None:
    """The merchant deletes the customer; its subscriptions end."""
    delete_customer(tx, params.customer)


def _last_charge(tx: Transaction, customer: str) -> Json:
    paid = (each for each in tx.every(CHARGES, newest_first=True, customer=customer) if each["captured"])
    found = next((each for each in paid if not each["disputed"] and not each["refunded"]), None)
    if found is None:
        raise InvalidInput(
            f"customer {customer} has no charge that was paid and is neither disputed nor refunded"
        )
    return found
