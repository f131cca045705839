"""The page on which a payer authenticates a payment or a set-up (3D Secure)."""

from __future__ import annotations

from urllib.parse import urlencode

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.operations.pages import STYLE, Form, no_page
from mocks.stripe.pages import page, redirect
from mocks.stripe.provider import stripe
from mocks.stripe.resources import intents, payment_intents, setup_intents
from mocks.stripe.resources.intents import PAYMENT_INTENTS, SETUP_INTENTS


class Challenged(Form):
    """The address of a challenge: the intent that it is for."""

    intent: str = ""


@stripe.get("/3d_secure_2/hosted", id="AuthenticationPage", tier="P1", public=True)
def show_authentication(tx: Transaction, params: Challenged) -> Reply:
    """The page on which a payer authenticates a payment or a set-up (3D Secure)."""
    intent = _challenged(tx, params.intent)
    if intent is None:
        return no_page("authentication", params.intent)
    return page("authentication.html", framed=_back(intent) is None, intent=intent, style=f"..{STYLE}")


@stripe.post("/3d_secure_2/hosted", id="AuthenticationPageSubmit", tier="P1", public=True)
def submit_authentication(tx: Transaction, params: Challenged) -> Reply:
    """A payer ends an authentication, and is sent back with how it went."""
    intent = _challenged(tx, params.intent)
    if intent is None:
        return no_page("authentication", params.intent)
    back = _back(intent)
    finish = (
        setup_intents.authenticate if intent["object"] == "setup_intent" else payment_intents.authenticate
    )
    finish(tx, intent, succeeded=params.authentication == "succeed")
    if back is None:
        return page(
            "authenticated.html", framed=True, script="../elements/authenticated.js", style=f"..{STYLE}"
        )
    ended = intent["status"] in {"succeeded", "requires_capture"}
    name = intent["object"]
    told = {name: intent["id"], f"{name}_client_secret": intent["client_secret"]}
    query = urlencode(told | {"redirect_status": "succeeded" if ended else "failed"})
    return redirect(f"{back}{'&' if '?' in back else '?'}{query}")


def _challenged(tx: Transaction, id: str) -> Json | None:
    """Return the intent whose payer is to authenticate on our page."""
    found = tx.get(SETUP_INTENTS if id.startswith("seti_") else PAYMENT_INTENTS, id)
    return found if found is not None and intents.waits_for_payer(found) else None


def _back(intent: Json) -> str | None:
    """Return where an authentication leads to; None where Stripe.js shows it within the merchant's page."""
    url: str | None = intent["next_action"].get("redirect_to_url", {}).get("return_url")
    return url
