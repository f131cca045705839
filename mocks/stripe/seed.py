"""The account a new world has at Stripe: the plan products and prices that its environment names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import instants
from harness.errors import InvalidInput
from mocks.stripe.resources import prices, products

if TYPE_CHECKING:
    from harness.params import Json
    from harness.transaction import Transaction

PLANS = (
    ("PAY_AS_YOU_GO", "Pay as you go", 6900, ("", "_ANNUAL")),
    ("ESSENTIAL", "Essential", 19900, ("_MONTHLY", "_ANNUAL")),
    ("PROFESSIONAL", "Professional", 49900, ("_MONTHLY", "_ANNUAL")),
    ("ADVANCED", "Advanced", 99900, ("_MONTHLY", "_ANNUAL")),
)
"""Each plan's name in the environment, its title, its price a month in cents, and the endings of its two variables."""

MONTHS_PAID_A_YEAR = 10


def populate(tx: Transaction, story: Json) -> dict[str, str]:
    """Make each organisation a customer, with the card and the subscription that the story tells of; return their ids."""
    refs: dict[str, str] = {}
    people = {each["key"]: each for each in story.get("people", ())}
    for organisation in story.get("organisations", ()):
        creator = people[organisation["creator"]]
        with tx.earlier(organisation["days_ago"] * instants.DAY):
            refs[f"stripe.organisation.{organisation['key']}"] = _customer(tx, organisation, creator, story)
    for subscription in story.get("subscriptions", ()):
        customer = refs[f"stripe.organisation.{subscription['organisation']}"]
        with tx.earlier(subscription["days_ago"] * instants.DAY):
            refs |= _subscribe(tx, customer, subscription)
    return refs


def _customer(tx: Transaction, organisation: Json, creator: Json, story: Json) -> str:
    from mocks.stripe.operations.customers import CreateCustomer, create_customer

    user = story["refs"].get(f"clerk.person.{creator['key']}", creator["key"])
    metadata = {"justifyUserId": user, "clerkUserId": user, "organisation": organisation["key"]}
    given = {"name": organisation["name"], "email": creator["email"], "metadata": metadata}
    customer: str = create_customer(tx, CreateCustomer.model_validate(given))["id"]
    return customer


PAYMENTS = {
    "paid": ("pm_card_visa", "error_if_incomplete"),
    "declined": ("pm_card_chargeCustomerFail", "allow_incomplete"),
    "awaited": ("pm_card_visa", "default_incomplete"),
}
"""The card and the payment behaviour with which a first invoice ends as a story tells."""


def _subscribe(tx: Transaction, customer: str, told: Json) -> dict[str, str]:
    """Put a card on file, and subscribe to a plan by its name in the environment; return what that gave ids to."""
    from mocks.stripe.operations.payment_methods import AttachMethod, attach_payment_method
    from mocks.stripe.operations.subscription_parameters import CreateSubscription
    from mocks.stripe.operations.subscriptions import create_subscription

    plan, account = told["plan"], tx.world.accounts["stripe"]["env"]
    price = account.get(f"NEXT_PUBLIC_PRICE_{plan}")
    if price is None:
        known = ", ".join(name.removeprefix("NEXT_PUBLIC_PRICE_") for name in account)
        raise InvalidInput(f"there is no plan {plan!r}; the plans are: {known}")
    template, behavior = PAYMENTS[told.get("payment", "paid")]
    card = attach_payment_method(tx, AttachMethod.model_validate({"customer": customer}), template)
    given = {"customer": customer, "items": [{"price": price}], "default_payment_method": card["id"]}
    wanted = CreateSubscription.model_validate({**given, "payment_behavior": behavior})
    made = create_subscription(tx, wanted)
    (item,) = made["items"]["data"]
    ids = {
        "subscription": made["id"],
        "subscription_item": item["id"],
        "invoice": made["latest_invoice"],
        "payment_method": card["id"],
    }
    return {f"stripe.{kind}.{told['organisation']}": id for kind, id in ids.items()}


def open_account(tx: Transaction) -> dict[str, str]:
    """Create the plans and return the names under which the platform reads their price ids; nothing is announced."""
    env: dict[str, str] = {}
    for name, title, cents, (monthly, annual) in PLANS:
        product = products.build(tx, {"name": title, "description": f"The plan {title}"})
        for ending, interval, amount in (
            (monthly, "month", cents),
            (annual, "year", cents * MONTHS_PAID_A_YEAR),
        ):
            price = prices.build(
                tx,
                {
                    "currency": "usd",
                    "product": product["id"],
                    "recurring": {"interval": interval},
                    "unit_amount": amount,
                    "nickname": f"{title}, by the {interval}",
                },
            )
            env[f"NEXT_PUBLIC_PRICE_{name}{ending}"] = price["id"]
    return env
