"""What the tests of billing have in common: a customer with a card, a plan, and the events in their order."""

from __future__ import annotations

from typing import Any

import stripe

MONTHLY = {"interval": "month"}


def subscriber(client: stripe.StripeClient, card: str | None = "pm_card_visa", **more: Any) -> Any:
    """Create a customer whose invoices are charged to a card, unless `card` is None."""
    customer = client.v1.customers.create({"email": "ada@studio.test", "name": "Ada", **more})
    if card is not None:
        use_card(client, customer.id, card)
    return customer


def use_card(client: stripe.StripeClient, customer: str, card: str) -> str:
    """Make a test card a customer's default."""
    method = client.v1.payment_methods.attach(card, {"customer": customer})
    settings: Any = {"invoice_settings": {"default_payment_method": method.id}}
    client.v1.customers.update(customer, settings)
    return method.id


def price(client: stripe.StripeClient, amount: int = 2000, recurring: Any = MONTHLY, **more: Any) -> Any:
    """Create a price of a product of its own; `recurring=None` makes it one-time."""
    product = client.v1.products.create({"name": "Pro"})
    given: Any = {"currency": "usd", "unit_amount": amount, "product": product.id, **more}
    if recurring is not None:
        given["recurring"] = recurring
    return client.v1.prices.create(given)


def subscribe(client: stripe.StripeClient, customer: Any, of: Any, **more: Any) -> Any:
    """Subscribe a customer to one of a price."""
    given: Any = {"customer": customer.id, "items": [{"price": of.id}], **more}
    return client.v1.subscriptions.create(given)


class Journal:
    """The events of a world, as they come."""

    def __init__(self, client: stripe.StripeClient) -> None:
        """Begin behind the events that are there."""
        self.client = client
        self.last: str | None = None
        self.take()

    def take(self) -> list[Any]:
        """Return the events since the last call, oldest first."""
        cursor: Any = {} if self.last is None else {"ending_before": self.last}
        events = self.client.v1.events.list({"limit": 100, **cursor}).data[::-1]
        if events:
            self.last = events[-1].id
        return events

    def types(self) -> list[str]:
        """Return the types of the events since the last call, oldest first."""
        return [event.type for event in self.take()]
