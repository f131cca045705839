"""Checkout Sessions: create, retrieve, update, list, line items, expire; their expiry; and letting a customer pay one."""

from __future__ import annotations

from typing import Literal

from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.stripe import errors, versions
from mocks.stripe.operations import triggers
from mocks.stripe.operations.checkout_parameters import CreateSession, LineItem
from mocks.stripe.parameters import (
    CreatedListParams,
    Group,
    ListParams,
    Metadata,
    StripeParams,
    merged,
)
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render
from mocks.stripe.resources import (
    billable,
    checkout,
    checkout_items,
    checkout_payers,
    checkout_payment,
    checkout_sessions,
    checkout_shipping,
    embedded,
    payment_method_types,
    tax_rates,
    usage,
)
from mocks.stripe.resources.checkout_sessions import RENAMED_SINCE, SESSIONS

PATH = "/v1/checkout/sessions/{session}"
UI_MODES = {"hosted": "hosted_page", "embedded": "embedded_page", "custom": "elements"}


class UpdateSession(StripeParams):
    """POST /v1/checkout/sessions/{session}."""

    unsupported = frozenset({"collected_information", "line_items", "shipping_options"})

    metadata: Metadata = None


class CustomerDetails(Group):
    """Who paid a session."""

    email: str


class ListSessions(CreatedListParams):
    """GET /v1/checkout/sessions."""

    unsupported = frozenset({"customer_account"})

    customer: str | None = None
    customer_details: CustomerDetails | None = None
    payment_intent: str | None = None
    payment_link: str | None = None
    status: Literal["complete", "expired", "open"] | None = None
    subscription: str | None = None


class Completion(Params):
    """`greenroom trigger stripe checkout.session.completed`: the newest open session, or a new one."""

    session: str | None = None
    payment_method: str = "pm_card_visa"
    email: str | None = None
    name: str | None = None


class Expiry(Params):
    """`greenroom trigger stripe checkout.session.expired`: the newest open session, or a new one."""

    session: str | None = None


@stripe.post("/v1/checkout/sessions", id="PostCheckoutSessions", tier="P0")
def create_checkout_session(tx: Transaction, params: CreateSession) -> Json:
    """Open a Checkout Session: a page where a customer pays, subscribes or saves a card."""
    mode = _ui_mode(tx, params.ui_mode)
    payment_method_types.check_named(tx, params.payment_method_types)
    items = [_item(tx, each, place) for place, each in enumerate(params.line_items or ())]
    session = checkout.open_session(tx, params.given() | {"ui_mode": mode}, items)
    return render(tx, session, params.expand)


@stripe.get(PATH, id="GetCheckoutSessionsSession", tier="P1")
def retrieve_checkout_session(tx: Transaction, params: StripeParams, session: str) -> Json:
    """Retrieve a Checkout Session."""
    return render(tx, checkout_sessions.find(tx, session), params.expand)


@stripe.post(PATH, id="PostCheckoutSessionsSession", tier="P1")
def update_checkout_session(tx: Transaction, params: UpdateSession, session: str) -> Json:
    """Change the metadata of a Checkout Session, whatever its state."""
    found = checkout_sessions.find(tx, session)
    given = params.given()
    if "metadata" in given:
        tx.save(SESSIONS, found | {"metadata": merged(found["metadata"], given["metadata"])})
    return render(tx, checkout_sessions.find(tx, session), params.expand)


@stripe.get("/v1/checkout/sessions", id="GetCheckoutSessions", tier="P1")
def list_checkout_sessions(tx: Transaction, params: ListSessions) -> Json:
    """List Checkout Sessions, newest first."""
    where = {
        "customer": params.customer,
        "email": params.customer_details.email if params.customer_details is not None else None,
        "payment_intent": params.payment_intent,
        "payment_link": params.payment_link,
        "status": params.status,
        "subscription": params.subscription,
    }
    return listing(tx, SESSIONS, params, url="/v1/checkout/sessions", where=where)


@stripe.get(f"{PATH}/line_items", id="GetCheckoutSessionsSessionLineItems", tier="P1")
def list_line_items(tx: Transaction, params: ListParams, session: str) -> Json:
    """List all line items of a Checkout Session."""
    items = checkout_items.shown(tx, checkout_sessions.find(tx, session))
    return embedded.listing(tx, items, params, url=f"/v1/checkout/sessions/{session}/line_items")


@stripe.post(f"{PATH}/expire", id="PostCheckoutSessionsSessionExpire", tier="P1")
def expire_checkout_session(tx: Transaction, params: StripeParams, session: str) -> Json:
    """Expire an open Checkout Session."""
    found = checkout_sessions.find(tx, session)
    checkout_sessions.expire(tx, found)
    return render(tx, found, params.expand)


@stripe.timer("checkout.expire")
def expire_by_itself(tx: Transaction, payload: Json) -> None:
    """A session has been open for as long as it can be."""
    checkout_sessions.expire(tx, checkout_sessions.find(tx, payload["session"]))


@stripe.trigger("checkout.session.completed")
def complete(tx: Transaction, params: Completion) -> None:
    """Let a customer pay an open session; an authentication that the card asks for succeeds."""
    session = _open_session(tx, params.session)
    method = params.payment_method if checkout_payment.needs_method(session) else None
    payer = checkout_payers.Payer(
        method, email=params.email, name=params.name, shipping=checkout_shipping.sample(session)
    )
    checkout_payment.submit(tx, session, payer)
    if checkout_payment.waits_for(tx, session) is not None:
        checkout_payment.authenticate(tx, session, succeeded=True)


@stripe.trigger("checkout.session.expired")
def let_expire(tx: Transaction, params: Expiry) -> None:
    """Let an open session expire."""
    checkout_sessions.expire(tx, _open_session(tx, params.session))


def _open_session(tx: Transaction, id: str | None) -> Json:
    if id is not None:
        return checkout_sessions.find(tx, id)
    found = tx.first(SESSIONS, status="open")
    if found is not None:
        return found
    made = triggers.run(tx, triggers.steps_of("_open_session"))
    return checkout_sessions.find(tx, made["session"]["id"])


def _item(tx: Transaction, item: LineItem, place: int) -> Json:
    at = f"line_items[{place}]"
    price = billable.price_of(tx, item, at=at)
    if item.quantity is not None:
        usage.check_quantity(price, param=f"{at}[quantity]")
    return {
        "price": price,
        "quantity": 0 if usage.is_metered(price) else _quantity(item, place),
        "metadata": merged({}, item.metadata or {}),
        "tax_rates": tax_rates.chosen(tx, item.tax_rates, at=f"{at}[tax_rates]"),
    }


def _quantity(item: LineItem, place: int) -> int:
    if item.quantity is None:
        raise errors.invalid(
            f"Quantity is required. Add `quantity` to `line_items[{place}]`",
            param=f"line_items[{place}][quantity]",
            code="parameter_missing",
            rule="parameter_missing",
        )
    return item.quantity


def _ui_mode(tx: Transaction, sent: str | None) -> str:
    """Return the mode in today's words; raise the 400 for one that the request's version does not know, or not served."""
    if sent is None:
        return "hosted_page"
    renamed = versions.of(tx) >= RENAMED_SINCE
    known = list(UI_MODES.values() if renamed else UI_MODES)
    if sent not in known:
        raise errors.invalid(
            f"Invalid ui_mode: must be one of {', '.join(known[:-1])}, or {known[-1]}",
            param="ui_mode",
            rule="invalid_enum",
        )
    mode = UI_MODES.get(sent, sent)
    if mode == "elements":
        raise errors.unsupported("ui_mode")
    return mode
