"""Subscription items: create, retrieve, update, delete, list."""

from __future__ import annotations

from typing import ClassVar

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.operations.billing_parameters import (
    Behavior,
    Discounts,
    PaymentBehavior,
    Quantity,
    RecurringPrice,
    TaxRates,
)
from mocks.stripe.operations.subscription_parameters import ChangedItem
from mocks.stripe.parameters import Boolean, ListParams, Metadata, StripeParams, Timestamp
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import render, snapshot
from mocks.stripe.resources import embedded, subscribing, subscriptions
from mocks.stripe.resources.subscription_changes import Terms

PATH = "/v1/subscription_items/{item}"
ITEM_FIELDS = frozenset({"discounts", "metadata", "price", "price_data", "quantity", "tax_rates"})


class ItemTerms(StripeParams):
    """How a change of an item is charged."""

    unsupported: ClassVar[frozenset[str]] = frozenset({"billing_thresholds"})

    payment_behavior: PaymentBehavior = "allow_incomplete"
    proration_behavior: Behavior = "create_prorations"
    proration_date: Timestamp | None = None


class CreateItem(ItemTerms):
    """POST /v1/subscription_items."""

    discounts: Discounts | None = None
    metadata: Metadata = None
    price: str | None = None
    price_data: RecurringPrice | None = None
    quantity: Quantity | None = None
    subscription: str
    tax_rates: TaxRates | None = None


class UpdateItem(ItemTerms):
    """POST /v1/subscription_items/{item}."""

    discounts: Discounts | None = None
    metadata: Metadata = None
    off_session: Boolean = False
    price: str | None = None
    price_data: RecurringPrice | None = None
    quantity: Quantity | None = None
    tax_rates: TaxRates | None = None


class DeleteItem(ItemTerms):
    """DELETE /v1/subscription_items/{item}."""

    clear_usage: Boolean = False


class ListSubscriptionItems(ListParams):
    """GET /v1/subscription_items."""

    subscription: str


@stripe.post("/v1/subscription_items", id="PostSubscriptionItems", tier="P1")
def create_subscription_item(tx: Transaction, params: CreateItem) -> Json:
    """Add an item to a subscription."""
    subscription = subscriptions.get(tx, params.subscription)
    subscribing.update(tx, subscription, {}, [_asked(params)], _terms(params))
    return render(tx, subscriptions.find_item(tx, subscription["items"][-1]["id"]), params.expand)


@stripe.get(PATH, id="GetSubscriptionItemsItem", tier="P1")
def retrieve_subscription_item(tx: Transaction, params: StripeParams, item: str) -> Json:
    """Retrieve an item of a subscription."""
    return render(tx, subscriptions.find_item(tx, item), params.expand)


@stripe.post(PATH, id="PostSubscriptionItemsItem", tier="P1")
def update_subscription_item(tx: Transaction, params: UpdateItem, item: str) -> Json:
    """Change an item's price, quantity or texts."""
    subscription = subscriptions.get(tx, subscriptions.find_item(tx, item)["subscription"])
    subscribing.update(tx, subscription, {}, [_asked(params, id=item)], _terms(params))
    return render(tx, subscriptions.find_item(tx, item), params.expand)


@stripe.delete(PATH, id="DeleteSubscriptionItemsItem", tier="P1")
def delete_subscription_item(tx: Transaction, params: DeleteItem, item: str) -> Json:
    """Take an item off its subscription."""
    subscription = subscriptions.get(tx, subscriptions.find_item(tx, item)["subscription"])
    subscribing.update(tx, subscription, {}, [ChangedItem(id=item, deleted=True)], _terms(params))
    return {"id": item, "object": "subscription_item", "deleted": True}


@stripe.get("/v1/subscription_items", id="GetSubscriptionItems", tier="P1")
def list_subscription_items(tx: Transaction, params: ListSubscriptionItems) -> Json:
    """List the items of a subscription."""
    subscription = subscriptions.get(tx, params.subscription)
    items = snapshot(tx, subscription)["items"]["data"]
    return embedded.listing(tx, items, params, url="/v1/subscription_items")


def _asked(params: CreateItem | UpdateItem, *, id: str | None = None) -> ChangedItem:
    """Return what a request says of one item, as an update of its subscription would say it."""
    sent = {name: getattr(params, name) for name in params.model_fields_set & ITEM_FIELDS}
    return ChangedItem.model_construct(_fields_set={*sent, *(() if id is None else ("id",))}, **sent, id=id)


def _terms(params: ItemTerms) -> Terms:
    return Terms(
        behavior=params.proration_behavior,
        at=params.proration_date,
        payment=params.payment_behavior,
        off_session=getattr(params, "off_session", False),
    )
