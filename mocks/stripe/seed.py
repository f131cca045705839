"""The account a new world has at Stripe: the plan products and prices that its environment names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import instants
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
    from mocks.stripe.operations.stories import open_meters, subscribe
    from mocks.stripe.resources import settings

    refs: dict[str, str] = {}
    people = {each["key"]: each for each in story.get("people", ())}
    if "after_last_retry" in story:
        settings.change(tx, subscription_status=story["after_last_retry"])
    if not story.get("part"):
        refs |= open_meters(tx, story.get("meters", []))
    for organisation in story.get("organisations", ()):
        if organisation.get("continued"):  # it was told before: this is what a large story goes on with
            continue
        creator = people[organisation["creator"]]
        with tx.earlier(organisation["days_ago"] * instants.DAY):
            refs[f"stripe.organisation.{organisation['key']}"] = _customer(tx, organisation, creator, story)
    for told in story.get("subscriptions", ()):
        customer = refs[f"stripe.organisation.{told['organisation']}"]
        with tx.earlier(told["days_ago"] * instants.DAY):
            refs |= subscribe(tx, customer, told)
    return refs


def _customer(tx: Transaction, organisation: Json, creator: Json, story: Json) -> str:
    from mocks.stripe.operations.customers import CreateCustomer, create_customer

    user = story["refs"].get(f"clerk.person.{creator['key']}", creator["key"])
    metadata = {"justifyUserId": user, "clerkUserId": user, "organisation": organisation["key"]}
    given = {"name": organisation["name"], "email": creator["email"], "metadata": metadata}
    customer: str = create_customer(tx, CreateCustomer.model_validate(given))["id"]
    return customer


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
