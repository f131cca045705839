"""Stripe.js: the script that merchants' pages load, and what it shows in frames inside them.

The script has one content for all release trains: it reads the train, and where the API is, from its own address.
"""

from __future__ import annotations

from pydantic import ConfigDict

from harness.errors import Refusal
from harness.messages import Reply
from harness.params import Params
from harness.transaction import Transaction
from mocks.stripe.pages import page, script, style_sheet
from mocks.stripe.provider import stripe

TRAINS = ("v3", "acacia", "basil", "clover", "dahlia", "endive")
"""The releases of Stripe.js: the perpetual v3, and one train per major API version."""

PARTS = (
    "home",
    "requests",
    "element",
    "elements",
    "challenge",
    "intents",
    "methods",
    "checkout",
    "embedded",
    "stripe",
)
TITLES = {
    "address": "Secure address input frame",
    "card": "Secure card payment input frame",
    "cardCvc": "Secure CVC input frame",
    "cardExpiry": "Secure expiration date input frame",
    "cardNumber": "Secure card number input frame",
    "expressCheckout": "Secure express checkout frame",
    "linkAuthentication": "Secure email input frame",
    "payment": "Secure payment input frame",
}


class Address(Params):
    """What may stand in the address of the script (`advancedFraudSignals=false`): nothing of it matters here."""

    model_config = ConfigDict(extra="ignore")


@stripe.get("/v3", id="StripeJs", tier="P0", public=True)
def get_script(tx: Transaction, params: Address) -> Reply:
    """Stripe.js v3."""
    return _script()


@stripe.operation("HEAD", "/v3", id="StripeJsHead", tier="P0", public=True)
def ask_for_script(tx: Transaction, params: Address) -> Reply:
    """Whether Stripe.js v3 can be had."""
    return _script()


@stripe.get("/{train}/stripe.js", id="StripeJsOfTrain", tier="P0", public=True)
def get_script_of_train(tx: Transaction, params: Address, train: str) -> Reply:
    """Stripe.js of a release train."""
    return _script(train)


@stripe.operation("HEAD", "/{train}/stripe.js", id="StripeJsOfTrainHead", tier="P0", public=True)
def ask_for_script_of_train(tx: Transaction, params: Address, train: str) -> Reply:
    """Whether Stripe.js of a release train can be had."""
    return _script(train)


@stripe.get("/elements/frame.css", id="ElementStyleSheet", tier="P1", public=True)
def get_frame_style(tx: Transaction) -> Reply:
    """The style sheet of elements."""
    return style_sheet("frame.css")


@stripe.get("/elements/frame.js", id="ElementScript", tier="P1", public=True)
def get_frame_script(tx: Transaction) -> Reply:
    """The script of elements."""
    return script("frame/rules.js", "frame/frame.js", enclosed=True)


@stripe.get("/elements/authenticated.js", id="AuthenticatedScript", tier="P1", public=True)
def get_authenticated_script(tx: Transaction) -> Reply:
    """The script that tells the merchant's page how an authentication ended."""
    return script("frame/authenticated.js", enclosed=True)


@stripe.get("/elements/embedded.js", id="EmbeddedCheckoutScript", tier="P1", public=True)
def get_embedded_script(tx: Transaction) -> Reply:
    """The script that tells the merchant's page how an embedded Checkout goes."""
    return script("frame/embedded.js", enclosed=True)


@stripe.get("/elements/{kind}", id="ElementPage", tier="P1", public=True)
def show_element(tx: Transaction, kind: str) -> Reply:
    """The fields of an element."""
    if kind not in TITLES:
        raise Refusal(
            404, {"error": {"message": f"There is no element {kind}.", "type": "invalid_request_error"}}
        )
    return page("element.html", framed=True, kind=kind, title=TITLES[kind])


def _script(train: str = "v3") -> Reply:
    if train not in TRAINS:
        raise Refusal(
            404, {"error": {"message": f"There is no Stripe.js {train}.", "type": "invalid_request_error"}}
        )
    return script(*(f"stripe_js/{part}.js" for part in PARTS), enclosed=True)
