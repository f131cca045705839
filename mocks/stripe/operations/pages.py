"""Hosted pages: Checkout, invoices and receipts, as customers see them.

They take no credentials: the label in the address names the world.
"""

from __future__ import annotations

import re

from pydantic import ConfigDict

from harness.errors import Refusal
from harness.messages import Reply
from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.stripe.operations import bank_parameters
from mocks.stripe.pages import page, redirect, style_sheet
from mocks.stripe.provider import stripe
from mocks.stripe.resources import (
    amounts,
    checkout,
    checkout_items,
    checkout_payers,
    checkout_payment,
    checkout_sessions,
    checkout_shipping,
    entered_cards,
    intents,
    invoice_pdf,
    invoice_steps,
    invoices,
    payment_intents,
    payment_methods,
)
from mocks.stripe.resources.charges import CHARGES
from mocks.stripe.resources.checkout_sessions import SESSIONS
from mocks.stripe.resources.invoices import INVOICES

STYLE = "/pages/page.css"
EMBEDDED = "../../elements/embedded.js"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

_SHIPPING = {
    "shippingAddressLine1": "line1",
    "shippingAddressLine2": "line2",
    "shippingAdministrativeArea": "state",
    "shippingCountry": "country",
    "shippingLocality": "city",
    "shippingPostalCode": "postal_code",
}
"""The fields of an address on the page, by the API's words for them."""


class Form(Params):
    """What a page's form sends: a card, a test card by name, a bank account, or how an authentication went."""

    model_config = ConfigDict(extra="ignore")

    accountKind: str = ""
    accountNumber: str = ""
    authentication: str = ""
    billingCountry: str = ""
    billingName: str = ""
    billingPostalCode: str = ""
    cardCvc: str = ""
    cardExpiry: str = ""
    cardNumber: str = ""
    email: str = ""
    iban: str = ""
    promotionCode: str | None = None
    routingNumber: str = ""
    shippingAddressLine1: str = ""
    shippingAddressLine2: str = ""
    shippingAdministrativeArea: str = ""
    shippingCountry: str = ""
    shippingLocality: str = ""
    shippingName: str = ""
    shippingPostalCode: str = ""
    shippingRate: str | None = None
    sortCode: str = ""
    testCard: str = ""

    def kept(self) -> dict[str, str]:
        """Return what is shown again after a mistake: all but the card itself."""
        names = ("billingCountry", "billingName", "billingPostalCode", "email", "shippingName", *_SHIPPING)
        return {name: getattr(self, name) for name in names}

    def shipping(self) -> Json | None:
        """Return to whom is sent, None where nothing of it was typed."""
        address = {part: getattr(self, name).strip() or None for name, part in _SHIPPING.items()}
        name = self.shippingName.strip()
        return {"address": address, "name": name} if name or any(address.values()) else None

    def account(self) -> Json:
        """Return the bank account as it was typed, in the words of the API; what was not is left out."""
        typed = {
            "account_number": self.accountNumber,
            "iban": self.iban,
            "routing_number": self.routingNumber,
            "sort_code": self.sortCode,
        }
        return {name: value.strip() for name, value in typed.items() if value.strip()}

    def card(self) -> entered_cards.Entered:
        """Return the card as it was typed."""
        return entered_cards.Entered(
            number=self.cardNumber,
            expiry=self.cardExpiry,
            cvc=self.cardCvc,
            name=self.billingName.strip() or None,
            country=self.billingCountry.strip().upper() or None,
            postal_code=self.billingPostalCode.strip() or None,
        )


@stripe.get(STYLE, id="PageStyleSheet", tier="P0", public=True)
def get_style_sheet(tx: Transaction) -> Reply:
    """The pages' style sheet."""
    return style_sheet()


# --- Checkout --------------------------------------------------------------------------------------------------------


@stripe.get("/c/pay/{session}", id="CheckoutPage", tier="P0", public=True)
def show_checkout(tx: Transaction, session: str) -> Reply:
    """The page of a Checkout Session."""
    found = tx.get(SESSIONS, session)
    return no_page("Checkout Session", session) if found is None else _checkout(tx, found)


@stripe.post("/c/pay/{session}", id="CheckoutPageSubmit", tier="P0", public=True)
def submit_checkout(tx: Transaction, params: Form, session: str) -> Reply:
    """A customer submits the page of a Checkout Session: pays, or tries again."""
    found = tx.get(SESSIONS, session)
    if found is None:
        return no_page("Checkout Session", session)
    if found["status"] != "open":
        return _checkout(tx, found)
    if params.promotionCode is not None:
        return _redeem(tx, found, params.promotionCode)
    if params.shippingRate is not None:
        return _send_by(tx, found, params.shippingRate)
    try:
        if params.authentication:
            checkout_payment.authenticate(tx, found, succeeded=params.authentication == "succeed")
        else:
            checkout_payment.submit(tx, found, _payer(tx, found, params))
    except Refusal as refusal:
        return _checkout(tx, found, problem=_problem(refusal), filled=params.kept(), status=refusal.status)
    if found["status"] == "open":
        problem = checkout_payment.problem_of(tx, found)
        return _checkout(tx, found, problem=problem, status=402 if problem else 200)
    stays = "confirmation" in found["_"] or _framed(found)
    return redirect(found["id"] if stays else checkout_sessions.returning(found, "success_url") or ".")


def _redeem(tx: Transaction, session: Json, code: str) -> Reply:
    """Show a session with the promotion code that was typed, or what is wrong with it."""
    try:
        checkout.apply_code(tx, session, code)
    except Refusal as refusal:
        tx.undo()
        unchanged = tx.get(SESSIONS, session["id"]) or session
        return _checkout(tx, unchanged, problem=_problem(refusal), status=refusal.status)
    return _checkout(tx, session)


def _send_by(tx: Transaction, session: Json, rate: str) -> Reply:
    """Show a session with the shipping that was chosen."""
    try:
        checkout_shipping.choose(tx, session, rate)
    except Refusal as refusal:
        return _checkout(tx, session, problem=_problem(refusal), status=refusal.status)
    return _checkout(tx, session)


def _payer(tx: Transaction, session: Json, form: Form) -> checkout_payers.Payer:
    email = form.email.strip() or None
    if form.testCard:
        name = form.billingName.strip() or None
        shipping = form.shipping() or checkout_shipping.sample(session)
        return checkout_payers.Payer(form.testCard, email=email, name=name, shipping=shipping)
    known = (session["customer_details"] or {}).get("email")
    if known is None and (email is None or not EMAIL.fullmatch(email)):
        raise Refusal(400, {"error": {"message": "Your email is incomplete."}})
    if form.accountKind in session["payment_method_types"] and form.accountKind != "card":
        return _debited(tx, form, email=known or email)
    card = form.card()
    method = entered_cards.read(tx, card, email=known or email)
    return checkout_payers.Payer(
        method["id"], email=email, name=card.name, address=card.address, shipping=form.shipping()
    )


def _debited(tx: Transaction, form: Form, *, email: str | None) -> checkout_payers.Payer:
    """Return who pays from a bank account that was typed; raise the 400 for one that is no test account."""
    account = bank_parameters.read(form.accountKind, form.account(), name=form.accountKind)
    name = form.billingName.strip() or None
    given: Json = {"billing_details": {"email": email, "name": name}}
    method = payment_methods.create_account(tx, account, given)
    return checkout_payers.Payer(method["id"], email=email, name=name, shipping=form.shipping())


def _checkout(
    tx: Transaction,
    session: Json,
    *,
    problem: str = "",
    filled: dict[str, str] | None = None,
    status: int = 200,
) -> Reply:
    if session["status"] != "open":
        return _closed(tx, session)
    return page(
        "checkout.html",
        status=status,
        framed=_framed(session),
        script=EMBEDDED if _framed(session) else None,
        cancel_url=checkout_sessions.returning(session, "cancel_url"),
        email=(session["customer_details"] or {}).get("email"),
        every=amounts.every,
        filled=filled or {},
        items=checkout_items.shown(tx, session),
        problem=problem,
        session=session,
        shipping=checkout_shipping.choices(tx, session),
        style=f"../..{STYLE}",
        test_cards=entered_cards.TEST_CARDS,
        waiting=checkout_payment.waits_for(tx, session) is not None,
    )


def _closed(tx: Transaction, session: Json) -> Reply:
    complete = session["status"] == "complete"
    if _framed(session):
        return _closed_in_frame(session, complete=complete)
    if complete and "confirmation" in session["_"]:
        text = session["_"]["confirmation"]
        return page("message.html", heading="Thank you", text=text, link=None, style=f"../..{STYLE}")
    link = checkout_sessions.returning(session, "success_url" if complete else "cancel_url")
    heading = "You're all done here" if complete else "This session has expired"
    text = "This has been paid already." if complete else "Go back to where you came from, and begin again."
    return page("message.html", heading=heading, text=text, link=link, style=f"../..{STYLE}")


def _framed(session: Json) -> bool:
    """Tell whether a session is paid in a frame of the merchant's page."""
    return bool(session["ui_mode"] == "embedded_page")


def _closed_in_frame(session: Json, *, complete: bool) -> Reply:
    """Tell the merchant's page that a session is over, and where its customer goes."""
    leaves = complete and session["redirect_on_completion"] == "always"
    return page(
        "embedded.html",
        framed=True,
        complete=complete,
        link=checkout_sessions.returning(session, "return_url") if leaves else None,
        script=EMBEDDED,
        style=f"../..{STYLE}",
    )


# --- invoices --------------------------------------------------------------------------------------------------------


@stripe.get("/i/{account}/{invoice}", id="InvoicePage", tier="P1", public=True)
def show_invoice(tx: Transaction, account: str, invoice: str) -> Reply:
    """The page of a finalized invoice."""
    found = _finalized(tx, invoice)
    return no_page("invoice", invoice) if found is None else _invoice(tx, found)


@stripe.post("/i/{account}/{invoice}", id="InvoicePageSubmit", tier="P1", public=True)
def submit_invoice(tx: Transaction, params: Form, account: str, invoice: str) -> Reply:
    """A customer pays an invoice on its page."""
    found = _finalized(tx, invoice)
    if found is None:
        return no_page("invoice", invoice)
    intent = _waiting_intent(tx, found)
    try:
        if params.authentication and intent is not None:
            outcome = payment_intents.authenticate(tx, intent, succeeded=params.authentication == "succeed")
            if outcome.error is not None:
                return _invoice(tx, found, problem=str(outcome.error["message"]), status=402)
        elif found["status"] == "open":
            method = params.testCard or entered_cards.read(tx, params.card())["id"]
            invoice_steps.pay(tx, found, method=method, off_session=False)
    except Refusal as refusal:
        problem = "" if _waiting_intent(tx, found) is not None else _problem(refusal)
        return _invoice(tx, found, problem=problem, filled=params.kept(), status=refusal.status)
    return redirect(invoice)


@stripe.get("/i/{account}/{invoice}/pdf", id="InvoicePdf", tier="P1", public=True)
def get_invoice_pdf(tx: Transaction, account: str, invoice: str) -> Reply:
    """A finalized invoice as PDF."""
    found = _finalized(tx, invoice)
    if found is None:
        return no_page("invoice", invoice)
    name = ("Content-Disposition", f'attachment; filename="Invoice-{found["number"]}.pdf"')
    return Reply(invoice_pdf.written(found), 200, [name], content_type="application/pdf")


def _finalized(tx: Transaction, id: str) -> Json | None:
    found = tx.get(INVOICES, id)
    return None if found is None or found["status"] == "draft" else found


def _waiting_intent(tx: Transaction, invoice: Json) -> Json | None:
    intent = invoices.intent_of(tx, invoice)
    return intent if intent is not None and intents.waits_for_payer(intent) else None


def _invoice(
    tx: Transaction,
    invoice: Json,
    *,
    problem: str = "",
    filled: dict[str, str] | None = None,
    status: int = 200,
) -> Reply:
    return page(
        "invoice.html",
        status=status,
        filled=filled or {},
        invoice=invoice,
        payable=invoice["status"] == "open" and invoice["amount_due"] > 0,
        pdf=f"{invoice['id']}/pdf",
        problem=problem,
        style=f"../..{STYLE}",
        test_cards=entered_cards.TEST_CARDS,
        waiting=_waiting_intent(tx, invoice) is not None,
    )


@stripe.get("/receipts/payment/{charge}", id="ReceiptPage", tier="P1", public=True)
def show_receipt(tx: Transaction, charge: str) -> Reply:
    """The receipt of a payment."""
    found = tx.get(CHARGES, charge)
    if found is None or not found["paid"]:
        return no_page("receipt", charge)
    return page("receipt.html", charge=found, style=f"../..{STYLE}")


# --- both ------------------------------------------------------------------------------------------------------------


def _problem(refusal: Refusal) -> str:
    return str(refusal.body["error"]["message"])


def no_page(kind: str, id: str) -> Reply:
    """Return the page of what is not in this world."""
    heading = "Something went wrong"
    text = f"There is no {kind} {id} in this world: the page could not be found."
    return page("message.html", status=404, heading=heading, text=text, link=None, style=f"../..{STYLE}")
