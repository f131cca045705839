"""Stories of subscribers whose every invoice was worked out by hand (`ledgers/`), played through stripe-python."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.mocks.stripe.billing import price, subscriber, use_card

LEDGERS = sorted(Path(__file__).with_name("ledgers").glob("*.toml"))


class Story:
    """A subscriber and what happens to them."""

    def __init__(self, client: stripe.StripeClient, ledger: dict[str, Any]) -> None:
        """Make the customer, the prices, and what else the ledger names."""
        self.client, self.ledger = client, ledger
        self.currency = ledger["currency"]
        self.customer = subscriber(client)
        named = ledger["prices"].items()
        self.prices = {name: price(client, amount, currency=self.currency).id for name, amount in named}
        self.subscription = ""

    def play(self, step: dict[str, Any]) -> None:
        """Do one step."""
        if "card" in step:
            use_card(self.client, self.customer.id, step["card"])
        elif "subscribe" in step:
            self._subscribe(step)
        elif "change" in step:
            self._change(step)
        elif "cancel" in step:
            self.client.v1.subscriptions.cancel(self.subscription, step["cancel"])
        if "status" in step:
            assert self.client.v1.subscriptions.retrieve(self.subscription).status == step["status"]

    def _subscribe(self, step: dict[str, Any]) -> None:
        item = {"price": self.prices[step["subscribe"]], "quantity": step.get("quantity", 1)}
        given: Any = {"customer": self.customer.id, "items": [item]}
        if "trial_period_days" in step:
            given["trial_period_days"] = step["trial_period_days"]
        if step.get("discount"):
            given["discounts"] = [{"coupon": self.client.v1.coupons.create(self.ledger["coupon"]).id}]
        if step.get("tax"):
            tax: Any = {"display_name": "Tax", **self.ledger["tax"]}
            given["default_tax_rates"] = [self.client.v1.tax_rates.create(tax).id]
        if step.get("fee"):
            product = self.client.v1.products.create({"name": "Fee"}).id
            fee = {"currency": self.currency, "product": product, "unit_amount": self.ledger["fee"]}
            given["add_invoice_items"] = [{"price_data": fee}]
        self.subscription = self.client.v1.subscriptions.create(given).id

    def _change(self, step: dict[str, Any]) -> None:
        (item,) = self.client.v1.subscriptions.retrieve(self.subscription)["items"].data
        changed = {"id": item.id, "price": self.prices[step["change"]], "quantity": step.get("quantity", 1)}
        given: Any = {"items": [changed]}
        if "proration_behavior" in step:
            given["proration_behavior"] = step["proration_behavior"]
        self.client.v1.subscriptions.update(self.subscription, given)

    def told(self) -> list[dict[str, Any]]:
        """Return the subscription's invoices as the ledger writes them, oldest first."""
        found = self.client.v1.invoices.list({"subscription": self.subscription, "limit": 100}).data[::-1]
        return [
            {
                "lines": [[line.amount, line.description] for line in invoice.lines.data],
                "discount": sum(each.amount for each in invoice.total_discount_amounts or ()),
                "tax": sum(each.amount for each in invoice.total_taxes or ()),
                "total": invoice.total,
                "due": invoice.amount_due,
                "paid": invoice.amount_paid,
                "balance": invoice.ending_balance,
            }
            for invoice in found
        ]


@pytest.mark.parametrize("path", LEDGERS, ids=lambda path: path.stem)
def test_a_ledger_is_matched_to_the_minor_unit(
    checked: stripe.StripeClient, advance: Callable[..., Any], path: Path
) -> None:
    ledger = tomllib.loads(path.read_text())
    story = Story(checked, ledger)
    for step in ledger["step"]:
        if "after" in step:
            advance(**step["after"])
        story.play(step)
    expected = [{"discount": 0, "tax": 0, "paid": each["due"], **each} for each in ledger["invoice"]]
    assert story.told() == expected
    end = ledger["end"]
    assert checked.v1.subscriptions.retrieve(story.subscription).status == end["status"]
    assert checked.v1.customers.retrieve(story.customer.id).balance == end["balance"]
    charges = checked.v1.charges.list({"customer": story.customer.id, "limit": 100}).data
    assert sum(each.amount for each in charges if each.paid) == end["charged"]
