"""Payment pages: what Stripe's own checkout page and `stripe trigger` speak to.

Stripe does not document these endpoints. They take a secret or a publishable key, and let a program pay a Checkout
Session as a customer does. Besides what Stripe's page sends, `email` and `name` say who pays, for payment methods made
of a template such as `pm_card_visa`.
"""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.parameters import CustomerShipping, Integer, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import render
from mocks.stripe.resources import (
    addresses,
    checkout_items,
    checkout_payers,
    checkout_payment,
    checkout_sessions,
    checkout_shipping,
)

PATH = "/v1/payment_pages/{session}"


class PageParams(StripeParams):
    """What the browser's library adds to every call; `client_secret` is that of an embedded session."""

    client_secret: str | None = None
    eid: str | None = None
    elements_session_client: Json = None
    guid: str | None = None
    key: str | None = None
    muid: str | None = None
    sid: str | None = None


class ConfirmPage(PageParams):
    """POST /v1/payment_pages/{session}/confirm."""

    email: str | None = None
    expected_amount: Integer | None = None
    expected_payment_method_type: str | None = None
    name: str | None = None
    payment_method: str | None = None
    return_url: str | None = None
    shipping: CustomerShipping | None = None
    shipping_rate: str | None = None


@stripe.get(PATH, id="GetPaymentPagesSession", tier="P1")
def retrieve_payment_page(tx: Transaction, params: PageParams, session: str) -> Json:
    """Return what the page of a Checkout Session shows."""
    found = checkout_sessions.find(tx, session)
    if params.client_secret is not None and params.client_secret != found["client_secret"]:
        raise errors.invalid(
            "The client_secret provided does not match the client_secret of the Checkout Session.",
            param="client_secret",
            rule="client_secret",
        )
    return _shown(tx, found)


@stripe.post(f"{PATH}/confirm", id="PostPaymentPagesSessionConfirm", tier="P1")
def confirm_payment_page(tx: Transaction, params: ConfirmPage, session: str) -> Json:
    """Pay a Checkout Session; a card that asks for authentication leaves it open, with `next_action` on its intent."""
    found = checkout_sessions.find(tx, session)
    if params.shipping_rate is not None:
        checkout_shipping.choose(tx, found, params.shipping_rate)
    payer = checkout_payers.Payer(
        params.payment_method,
        email=params.email,
        name=params.name,
        shipping=None if params.shipping is None else params.shipping.given(),
    )
    checkout_payment.submit(tx, found, payer, expected_amount=params.expected_amount)
    return _shown(tx, found)


def _shown(tx: Transaction, session: Json) -> Json:
    names = (
        "amount_subtotal",
        "amount_total",
        "created",
        "currency",
        "customer_email",
        "expires_at",
        "livemode",
        "locale",
        "mode",
        "payment_method_types",
        "payment_status",
        "status",
        "submit_type",
        "url",
    )
    shown = render(tx, session)
    page = {"id": session["id"], "object": "payment_page", "session_id": session["id"]}
    page |= {name: shown[name] for name in names}
    page |= {
        "cancel_url": checkout_sessions.returning(session, "cancel_url"),
        "embedded_url": None,
        "line_items": checkout_items.shown(tx, session),
        "stripe_hosted_url": shown["url"],
        "success_url": checkout_sessions.returning(session, "success_url"),
    }
    if session["ui_mode"] == "embedded_page":
        page["embedded_url"] = addresses.reachable(tx, addresses.checkout(session["id"]))
    for name, intent in checkout_payers.intents_of(tx, session).items():
        page[name] = None if intent is None else render(tx, intent)
    return page
