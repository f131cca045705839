"""Payment links: create, retrieve, update, list, line items; and what happens when one is followed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.errors import Refusal
from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.operations.billing_parameters import Quantity
from mocks.stripe.operations.checkout_parameters import PriceData, ShippingAddresses, Switch
from mocks.stripe.operations.pages import STYLE
from mocks.stripe.operations.subscription_parameters import TrialSettings
from mocks.stripe.pages import page, redirect
from mocks.stripe.parameters import (
    Boolean,
    Currency,
    Group,
    Integer,
    ListParams,
    Metadata,
    StripeParams,
    Unset,
)
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import addresses, billable, embedded, payment_links
from mocks.stripe.resources.payment_links import LINKS

PATH = "/v1/payment_links/{payment_link}"


class Confirmation(Group):
    """What the page says when all is paid."""

    custom_message: Annotated[str, Field(max_length=500)] | None = None


class Redirect(Group):
    """Where customers go when all is paid."""

    url: Annotated[str, Field(pattern=r"^https?://\S+$")]


class AfterCompletion(Group):
    """What follows a payment."""

    hosted_confirmation: Confirmation | None = None
    redirect: Redirect | None = None
    type: Literal["hosted_confirmation", "redirect"]


class NewItem(Group):
    """A price and how many of it are sold."""

    unsupported = frozenset({"adjustable_quantity"})

    price: str | None = None
    price_data: PriceData | None = None
    quantity: Quantity


class ChangedItem(Group):
    """Another quantity of a line item."""

    unsupported = frozenset({"adjustable_quantity"})

    id: str
    quantity: Quantity | None = None


class ChangedPayment(Group):
    """What the payment intents are given."""

    description: Unset[Annotated[str, Field(max_length=1000)]] = None
    metadata: Metadata = None
    statement_descriptor: Unset[Annotated[str, Field(max_length=22)]] = None
    statement_descriptor_suffix: Unset[Annotated[str, Field(max_length=22)]] = None
    transfer_group: Unset[str] = None


class NewPayment(ChangedPayment):
    """What the payment intents are given, from the beginning."""

    capture_method: Literal["automatic", "automatic_async", "manual"] | None = None
    setup_future_usage: Literal["off_session", "on_session"] | None = None


class ChangedSubscription(Group):
    """What the subscriptions are given."""

    unsupported = frozenset({"invoice_settings"})

    metadata: Metadata = None
    trial_period_days: Unset[Annotated[Integer, Field(ge=1, le=730)]] = None
    trial_settings: Unset[TrialSettings] = None


class NewSubscription(ChangedSubscription):
    """What the subscriptions are given, from the beginning."""

    description: Annotated[str, Field(max_length=500)] | None = None


class Limit(Group):
    """How many sessions of a link may be completed."""

    limit: Annotated[Integer, Field(ge=1)]


class Restrictions(Group):
    """When a link becomes inactive by itself."""

    completed_sessions: Limit


class LinkedRate(Group):
    """A shipping rate that may be chosen."""

    shipping_rate: str


class ChangeLink(StripeParams):
    """What can be said of a link at any time."""

    unsupported = frozenset(
        {
            "custom_fields",
            "custom_text",
            "name_collection",
            "optional_items",
            "payment_method_options",
            "payment_method_types",
        }
    )

    after_completion: AfterCompletion | None = None
    allow_promotion_codes: Boolean | None = None
    automatic_tax: Switch | None = None
    billing_address_collection: Literal["auto", "required"] | None = None
    customer_creation: Literal["always", "if_required"] | None = None
    inactive_message: Unset[Annotated[str, Field(max_length=500)]] = None
    invoice_creation: Switch | None = None
    metadata: Metadata = None
    payment_method_collection: Literal["always", "if_required"] | None = None
    phone_number_collection: Switch | None = None
    restrictions: Unset[Restrictions] = None
    shipping_address_collection: Unset[ShippingAddresses] = None
    submit_type: Literal["auto", "book", "donate", "pay", "subscribe"] | None = None
    tax_id_collection: Switch | None = None


class CreateLink(ChangeLink):
    """POST /v1/payment_links."""

    unsupported = ChangeLink.unsupported | frozenset(
        {
            "application_fee_amount",
            "application_fee_percent",
            "consent_collection",
            "managed_payments",
            "on_behalf_of",
            "transfer_data",
        }
    )

    currency: Currency | None = None
    line_items: Annotated[list[NewItem], Field(min_length=1, max_length=20)]
    payment_intent_data: NewPayment | None = None
    shipping_options: Annotated[list[LinkedRate], Field(max_length=10)] | None = None
    subscription_data: NewSubscription | None = None


class UpdateLink(ChangeLink):
    """POST /v1/payment_links/{id}."""

    active: Boolean | None = None
    line_items: Annotated[list[ChangedItem], Field(max_length=20)] | None = None
    payment_intent_data: ChangedPayment | None = None
    subscription_data: ChangedSubscription | None = None


class ListLinks(ListParams):
    """GET /v1/payment_links."""

    active: Boolean | None = None


@stripe.post("/v1/payment_links", id="PostPaymentLinks", tier="P1")
def create_payment_link(tx: Transaction, params: CreateLink) -> Json:
    """Create a payment link."""
    items = [
        {"price": billable.price_of(tx, each, at=f"line_items[{place}]"), "quantity": each.quantity}
        for place, each in enumerate(params.line_items)
    ]
    given = params.given()
    for name in ("currency", "line_items"):
        given.pop(name, None)
    return render(tx, payment_links.create(tx, given, items), params.expand)


@stripe.get(PATH, id="GetPaymentLinksPaymentLink", tier="P1")
def retrieve_payment_link(tx: Transaction, params: StripeParams, payment_link: str) -> Json:
    """Retrieve a payment link."""
    return render(tx, requested(tx, "payment_link", payment_link), params.expand)


@stripe.post(PATH, id="PostPaymentLinksPaymentLink", tier="P1")
def update_payment_link(tx: Transaction, params: UpdateLink, payment_link: str) -> Json:
    """Update a payment link."""
    given = params.given()
    given.pop("line_items", None)
    quantities = {each.id: each.quantity for each in params.line_items or () if each.quantity is not None}
    found = payment_links.change(tx, requested(tx, "payment_link", payment_link), given, quantities)
    return render(tx, found, params.expand)


@stripe.get("/v1/payment_links", id="GetPaymentLinks", tier="P1")
def list_payment_links(tx: Transaction, params: ListLinks) -> Json:
    """List payment links, newest first."""
    return listing(tx, LINKS, params, url="/v1/payment_links", where={"active": params.active})


@stripe.get(f"{PATH}/line_items", id="GetPaymentLinksPaymentLinkLineItems", tier="P1")
def list_payment_link_items(tx: Transaction, params: ListParams, payment_link: str) -> Json:
    """List the line items of a payment link."""
    items = payment_links.shown_items(tx, requested(tx, "payment_link", payment_link))
    return embedded.listing(tx, items, params, url=f"/v1/payment_links/{payment_link}/line_items")


@stripe.get("/b/{slug}", id="PaymentLinkPage", tier="P1", public=True)
def follow_payment_link(tx: Transaction, slug: str) -> Reply:
    """A customer follows a payment link: a fresh Checkout Session opens."""
    link = tx.first(LINKS, slug=slug)
    if link is None:
        return _message("Something went wrong", "There is no such payment link in this world.", status=404)
    try:
        session = payment_links.visited(tx, link)
    except Refusal as refusal:
        tx.undo()
        return _message("Not available", str(refusal.body["error"]["message"]), status=refusal.status)
    return redirect(addresses.reachable(tx, addresses.checkout(session["id"])))


def _message(heading: str, text: str, *, status: int) -> Reply:
    return page("message.html", status=status, heading=heading, text=text, link=None, style=f"..{STYLE}")
