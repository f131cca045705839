"""The billing portal as customers see it: their plans, cards, details and invoices, and what they may do with them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from harness.errors import Refusal
from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.operations.pages import STYLE, Form
from mocks.stripe.operations.subscription_parameters import ChangedItem
from mocks.stripe.operations.subscription_schedules import follow_with
from mocks.stripe.pages import page, redirect
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import render
from mocks.stripe.resources import (
    amounts,
    coupons,
    entered_cards,
    payment_methods,
    portal_actions,
    portal_configurations,
    portal_sessions,
    prices,
    products,
)
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.invoices import INVOICES
from mocks.stripe.resources.subscriptions import ENDED, SUBSCRIPTIONS, period_of

PATH = "/p/session/{secret}"
SHOWN_INVOICES = 20
HOME = "?flow=home"


class PortalForm(Form):
    """What the portal's forms send, and its links."""

    action: str = ""
    feedback: str = ""
    flow: str = ""
    name: str = ""
    payment_method: str = ""
    phone: str = ""
    price: str = ""
    quantity: str = ""
    subscription: str = ""


@stripe.get(PATH, id="PortalPage", tier="P1", public=True)
def show_portal(tx: Transaction, params: PortalForm, secret: str) -> Reply:
    """The portal, or the flow that its link leads into."""
    session = portal_sessions.opened(tx, secret)
    return _expired() if session is None else _portal(tx, session, params)


@stripe.post(PATH, id="PortalPageSubmit", tier="P1", public=True)
def submit_portal(tx: Transaction, params: PortalForm, secret: str) -> Reply:
    """A customer does something in the portal."""
    session = portal_sessions.opened(tx, secret)
    if session is None:
        return _expired()
    try:
        problem = _act(tx, session, params)
    except Refusal as refusal:
        problem = str(refusal.body["error"]["message"])
        if not refusal.keep:
            tx.undo()
            session = portal_sessions.opened(tx, secret) or session
        return _portal(tx, session, params, problem=problem, status=refusal.status)
    if problem or portal_actions.waiting(tx, session) is not None:
        return _portal(tx, session, params, problem=problem, status=402 if problem else 200)
    return _done(session)


def _act(tx: Transaction, session: Json, form: PortalForm) -> str:
    """Do what a form asks for; return what went wrong with a card."""
    match form.action:
        case "cancel":
            portal_actions.cancel(tx, session, form.subscription, form.feedback or None)
        case "keep":
            portal_actions.keep(tx, session, form.subscription)
        case "renew":
            portal_actions.renew(tx, session, form.subscription)
        case "switch":
            _switch(tx, session, form)
        case "card":
            if form.authentication:
                ended = portal_actions.authenticate(tx, session, succeeded=form.authentication == "succeed")
                return _card_problem(ended)
            email = (tx.get(CUSTOMERS, session["customer"]) or {}).get("email")
            method = form.testCard or entered_cards.read(tx, form.card(), email=email)["id"]
            portal_actions.add_card(tx, session, method)
        case "default":
            portal_actions.make_default(tx, session, form.payment_method)
        case "remove":
            portal_actions.remove_card(tx, session, form.payment_method)
        case "details":
            sent = {
                name: getattr(form, name) for name in form.model_fields_set if name in portal_actions.DETAILS
            }
            portal_actions.change_details(tx, session, sent)
        case _:
            return "Nothing was asked for."
    return ""


def _switch(tx: Transaction, session: Json, form: PortalForm) -> None:
    """Change a plan now or with its next period, as the configuration says; redeem a code that was typed first."""
    item, id = _item(tx, session, form), form.subscription
    wanted = item.given()
    if form.promotionCode is not None and form.promotionCode.strip():
        portal_actions.redeem_code(tx, session, id, form.promotionCode)
        if not form.price and "quantity" not in wanted:
            return
    if portal_actions.waits_for_period(tx, session, id, item):
        subscription = portal_sessions.own_subscription(tx, session["customer"], id, at="subscription")
        portal_actions.check_offered(tx, session, subscription, wanted)
        follow_with(tx, id, wanted["price"], wanted.get("quantity"))
    else:
        portal_actions.switch(tx, session, id, item)


def _card_problem(intent: Json | None) -> str:
    error = None if intent is None else intent["last_setup_error"]
    return "" if error is None else str(error["message"])


def _item(tx: Transaction, session: Json, form: PortalForm) -> ChangedItem:
    """Return what an item is to become: what the flow says, or the chosen price."""
    flow = session["flow"] or {}
    confirm = flow.get("subscription_update_confirm")
    if confirm is not None and not form.price:
        return ChangedItem.model_validate(confirm["items"][0])
    subscription = portal_sessions.own_subscription(
        tx, session["customer"], form.subscription, at="subscription"
    )
    held = subscription["items"][0]
    asked = {"id": held["id"], "price": form.price or held["price"]}
    if form.quantity and form.quantity != str(held["quantity"]):
        if not (form.quantity.isascii() and form.quantity.isdigit() and len(form.quantity) < 7):
            raise Refusal(400, {"error": {"message": "Enter a whole number."}})
        asked["quantity"] = form.quantity
    return ChangedItem.model_validate(asked)


def _done(session: Json) -> Reply:
    """Go where a flow leads when it is done, or home."""
    flow = session["flow"]
    after: Json = {"type": "portal_homepage"} if flow is None else flow["after_completion"]
    if after["type"] == "redirect":
        return redirect(after["redirect"]["return_url"])
    if after["type"] == "hosted_confirmation":
        told = (after["hosted_confirmation"] or {}).get("custom_message")
        return _message("All done", told or "Your changes were made.", link=session["return_url"])
    return redirect(HOME)


def _expired() -> Reply:
    text = "This link to the billing portal has expired or never worked: ask for a new one."
    return _message("Something went wrong", text, status=404)


def _message(heading: str, text: str, *, link: str | None = None, status: int = 200) -> Reply:
    return page("message.html", status=status, heading=heading, text=text, link=link, style=f"../..{STYLE}")


# --- what is shown ---------------------------------------------------------------------------------------------------


def _portal(
    tx: Transaction, session: Json, form: PortalForm, *, problem: str = "", status: int = 200
) -> Reply:
    configuration = portal_actions.configuration_of(tx, session)
    customer = tx.get(CUSTOMERS, session["customer"]) or {}
    flow = session["flow"]
    view = form.flow or ("home" if flow is None else flow["type"])
    about = form.subscription or _of_flow(flow)
    plans = [_plan(tx, each) for each in tx.every(SUBSCRIPTIONS, customer=customer["id"], newest_first=True)
             if each["status"] not in ENDED]  # fmt: skip
    return page(
        "portal.html",
        status=status,
        cards=_cards(tx, customer),
        choices=[_choice(tx, each) for each in portal_configurations.choices(tx, configuration)],
        confirm=_confirmed(tx, flow),
        customer=customer,
        features=configuration["features"],
        filled=form.kept(),
        invoices=_invoices(tx, customer) if configuration["features"]["invoice_history"]["enabled"] else [],
        limits=_limits(tx, configuration, about),
        offer=_offer(tx, flow),
        plan=next((each for each in plans if each["id"] == about), None),
        plans=plans,
        problem=problem,
        profile=configuration["business_profile"],
        session=session,
        style=f"../..{STYLE}",
        test_cards=entered_cards.TEST_CARDS,
        view=view,
        waiting=portal_actions.waiting(tx, session) is not None,
    )


def _offer(tx: Transaction, flow: Json | None) -> str | None:
    """Return what is offered to who does not cancel, in words."""
    retention = ((flow or {}).get("subscription_cancel") or {}).get("retention")
    if retention is None:
        return None
    coupon = coupons.get(tx, retention["coupon_offer"]["coupon"], param="coupon")
    if coupon["percent_off"] is not None:
        return f"{coupon['percent_off']:g}%"
    return str(amounts.written(coupon["amount_off"], coupon["currency"]))


def _of_flow(flow: Json | None) -> str:
    about = None if flow is None else flow.get(flow["type"])
    return "" if about is None else str(about["subscription"])


def _limits(tx: Transaction, configuration: Json, subscription: str) -> Json | None:
    """Return how many of a subscription's price there are, and may be; None where that cannot be chosen."""
    held = tx.get(SUBSCRIPTIONS, subscription)
    if held is None:
        return None
    item = held["items"][0]
    found = portal_configurations.quantities(tx, configuration, item["price"])
    return None if found is None else {"now": item["quantity"], "least": found[0], "most": found[1]}


def _plan(tx: Transaction, subscription: Json) -> Json:
    ends = subscription["cancel_at"]
    return {
        "ends": None if ends is None else _date(ends),
        "id": subscription["id"],
        "items": [_choice(tx, tx.get(prices.PRICES, each["price"]) or {}) for each in subscription["items"]],
        "renews": _date(period_of(subscription)[1]),
        "status": subscription["status"],
    }


def _choice(tx: Transaction, price: Json) -> Json:
    product = tx.get(products.PRODUCTS, price["product"]) or {"name": price["product"]}
    amount = amounts.written(price["unit_amount_decimal"] or "0", price["currency"])
    return {
        "id": price["id"],
        "name": product["name"],
        "price": f"{amount} {amounts.every(price['recurring'])}",
    }


def _confirmed(tx: Transaction, flow: Json | None) -> Json | None:
    """Return what the customer is asked to confirm."""
    wanted: Any = None if flow is None else flow.get("subscription_update_confirm")
    if wanted is None:
        return None
    item = wanted["items"][0]
    return _choice(tx, tx.get(prices.PRICES, item["price"]) or {}) | {"quantity": item.get("quantity")}


def _cards(tx: Transaction, customer: Json) -> list[Json]:
    default = customer["invoice_settings"]["default_payment_method"]
    return [
        {"default": each["id"] == default, "id": each["id"], "shown": _named(each)}
        for each in tx.every(payment_methods.PAYMENT_METHODS, customer=customer["id"], newest_first=True)
    ]


def _named(method: Json) -> str:
    """Return what a customer knows a card or a bank account by."""
    if method["type"] != "card":
        bank = {"bacs_debit": "Bacs", "sepa_debit": "SEPA", "us_bank_account": "US bank account"}[
            method["type"]
        ]
        return f"{bank} •••• {method[method['type']]['last4']}"
    card = method["card"]
    expiry = f"{card['exp_month']:02d} / {card['exp_year']}"
    return f"{card['brand'].capitalize()} •••• {card['last4']}, expires {expiry}"


def _invoices(tx: Transaction, customer: Json) -> list[Json]:
    found = tx.page(INVOICES, where={"customer": customer["id"]}, limit=SHOWN_INVOICES).items
    shown = [render(tx, each) for each in found if each["number"] is not None]
    return [each | {"date": _date(each["created"])} for each in shown]


def _date(seconds: int) -> str:
    day = datetime.fromtimestamp(seconds, UTC)
    return f"{day.day} {day:%B %Y}"
