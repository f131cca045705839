"""What payment intents and setup intents share: their states' errors, the payer's authentication, whose card it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import render
from mocks.stripe.resources import addresses, bank_debits, payment_method_configurations, payment_methods
from mocks.stripe.resources.bank_accounts import CURRENCIES
from mocks.stripe.resources.cards import Decline
from mocks.stripe.resources.client_view import visible

if TYPE_CHECKING:
    from harness.errors import Refusal
    from harness.transaction import Transaction

Json = dict[str, Any]

PAYMENT_INTENTS = Collection("stripe.payment_intent", "customer")
SETUP_INTENTS = Collection("stripe.setup_intent", "customer", "payment_method")

COLLECTIONS = {"payment_intent": PAYMENT_INTENTS, "setup_intent": SETUP_INTENTS}
NAMES = {"payment_intent": "PaymentIntent", "setup_intent": "SetupIntent"}
_ADDRESS = {"redirect_to_url": "url", "use_stripe_sdk": "stripe_js"}
"""Where each kind of next action holds the address of the authentication's page."""


def view(tx: Transaction, intent: Json) -> Json:
    """Return an intent as it is shown, with the address of an authentication."""
    shown = {name: value for name, value in intent.items() if name != "_"}
    action = shown["next_action"]
    if action is not None and action["type"] in _ADDRESS:
        kind = action["type"]
        page = {_ADDRESS[kind]: addresses.authentication(intent["id"])}
        shown["next_action"] = action | {kind: action[kind] | page}
    return shown


def link(tx: Transaction, shown: Json) -> None:
    """Let the address of an authentication open for whom an intent is shown to."""
    action = shown["next_action"]
    if action is not None and action["type"] in _ADDRESS:
        kind = action["type"]
        name = _ADDRESS[kind]
        page = {name: addresses.reachable(tx, action[kind][name])}
        shown["next_action"] = action | {kind: action[kind] | page}


def waits_for_payer(intent: Json) -> bool:
    """Tell whether an intent waits for its payer to authenticate on a page (not for microdeposits)."""
    action = intent["next_action"]
    return action is not None and action["type"] in _ADDRESS


def next_action(tx: Transaction, intent: Json, return_url: str | None) -> Json:
    """Return how the payer authenticates: by a redirect, or by Stripe.js in the page when there is no return_url."""
    if return_url is not None and not intent.get("_", {}).get("use_stripe_sdk"):
        return {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": None}}
    source = new_id(tx, "src")
    return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "source": source}}


def asks_authentication(intent: Json, method: Json, *, off_session: bool) -> bool:
    """Tell whether the issuer asks the payer to authenticate."""
    if bank_debits.is_debit(method):
        return False
    options = intent["payment_method_options"].get("card", {})
    return payment_methods.card_of(method).must_authenticate(
        set_up=method["_"].get("set_up", False),
        off_session=off_session,
        requested=options.get("request_three_d_secure") in {"any", "challenge"},
    )


def own_method(tx: Transaction, id: str, customer: str | None, object: str) -> Json:
    """Return a payment method that may serve a customer (or nobody); raise the 400 for another's, or a spent one."""
    method = payment_methods.get(tx, id)
    if method["customer"] is not None and method["customer"] != customer:
        words = (
            f"Please include the Customer in the `customer` parameter on the {NAMES[object]}."
            if customer is None
            else f"It cannot be used with the Customer {customer}."
        )
        raise errors.invalid(
            f"The payment method supplied ({id}) belongs to a Customer. {words}",
            param="payment_method",
            rule="payment_method_of_customer",
        )
    payment_methods.check_unspent(method)
    return method


def chosen_method(tx: Transaction, intent: Json, payment_method: str | None) -> Json:
    """Return the payment method to confirm with; raise the 400 when neither request nor intent names one."""
    chosen = payment_method or intent["payment_method"]
    if chosen is None:
        name = NAMES[intent["object"]]
        raise unexpected_state(
            tx,
            intent,
            f"You cannot confirm this {name} because it's missing a payment method. You can either update the {name} "
            "with a payment method and then confirm it again, or confirm it again directly with a payment method or "
            "ConfirmationToken.",
        )
    method = own_method(tx, chosen, intent["customer"], intent["object"])
    allow(intent, method)
    intent |= {"payment_method": method["id"], "next_action": None}
    return method


def kinds_of(
    tx: Transaction,
    types: list[str] | None,
    automatic: Json | None,
    configuration: str | None,
    currency: str | None = None,
) -> Json:
    """Return the fields of a new intent that say which kinds of payment methods it takes.

    Where neither `types` are named nor Stripe's choice is declined, a configuration tells them: the named one, else the
    default one.
    """
    if types is None and automatic is None:
        automatic = {"allow_redirects": "always", "enabled": True}
    fields: Json = {"automatic_payment_methods": automatic, "payment_method_types": types or ["card"]}
    if automatic is not None and automatic["enabled"]:
        fields |= payment_method_configurations.chosen(tx, configuration, currency)
    return fields | ({} if configuration is None else {"_": {"configured": True}})


def reconfigure(tx: Transaction, intent: Json, configuration: str) -> None:
    """Let an intent take the kinds that a configuration offers; raise the 400 where it names its kinds itself."""
    if not (intent["automatic_payment_methods"] or {"enabled": False})["enabled"]:
        raise errors.exclusive("payment_method_configuration", "payment_method_types")
    intent |= payment_method_configurations.chosen(tx, configuration, intent.get("currency"))
    intent["_"] = {**intent.get("_", {}), "configured": True}


def options_of(kinds: list[str], card: Json, given: Json | None) -> Json:
    """Return an intent's `payment_method_options`: those of its kinds, with what was sent over their defaults."""
    defaults: Json = {
        "card": card,
        "bacs_debit": {},
        "sepa_debit": {},
        "us_bank_account": {"verification_method": "automatic"},
    }
    shown = [kind for kind in defaults if kind in kinds or kind in (given or {})]
    return {kind: defaults[kind] | (given or {}).get(kind, {}) for kind in shown}


def change_options(intent: Json, given: Json) -> None:
    """Put what was sent over an intent's `payment_method_options`."""
    options = intent["payment_method_options"]
    intent["payment_method_options"] = options | {
        kind: options.get(kind, {}) | value for kind, value in given.items()
    }


def allow(intent: Json, method: Json) -> None:
    """Raise the 400 for a kind of payment method that an intent does not take.

    Where Stripe chooses the kinds (automatic payment methods) by the default configuration, a debit in the intent's
    currency is among them.
    """
    kind, kinds = method["type"], intent["payment_method_types"]
    if kind not in kinds:
        automatic = (intent["automatic_payment_methods"] or {"enabled": False})["enabled"]
        fixed = not automatic or intent.get("_", {}).get("configured", False)
        if fixed or intent.get("currency", CURRENCIES.get(kind)) != CURRENCIES.get(kind):
            raise errors.invalid(
                f"The PaymentMethod provided ({kind}) is not allowed for this {NAMES[intent['object']]}. Please attach a "
                f"PaymentMethod of one of the following types: {', '.join(kinds)}.",
                param="payment_method",
                rule="payment_method_not_allowed",
            )
        intent["payment_method_types"] = [*kinds, kind]
    if kind in CURRENCIES and intent.get("capture_method") == "manual":
        raise errors.invalid(
            f"The payment method type `{kind}` cannot be used with `capture_method` manual: a debit is not authorized first.",
            param="capture_method",
            rule="capture_method_of_debit",
        )


def error_fields(method: Json, decline: Decline) -> Json:
    """Return the error that a decline leaves on an intent."""
    fields = {name: value for name, value in payment_methods.decline_fields(decline).items() if value != ""}
    return fields | {
        "doc_url": errors.doc_url(decline.code),
        "payment_method": {name: value for name, value in method.items() if name != "_"},
        "type": "card_error" if decline.decline_code else "invalid_request_error",
    }


def declined(tx: Transaction, intent: Json, error: Json) -> Refusal:
    """Return the 402 of a confirmation that was declined, with the whole intent."""
    fields: Json = {name: value for name, value in error.items() if name not in {"type", "doc_url"}}
    fields[intent["object"]] = visible(tx, render(tx, intent))
    return errors.card_error(**fields)


def wrong_status(
    tx: Transaction, intent: Json, could_not: str, done: str, allowed: tuple[str, ...]
) -> Refusal:
    """Return the 400 for an action that the intent's status does not allow."""
    name = NAMES[intent["object"]]
    return unexpected_state(
        tx,
        intent,
        f"{could_not} because it has a status of {intent['status']}. Only a {name} with one of the following statuses "
        f"may be {done}: {', '.join(allowed)}.",
    )


def unexpected_state(tx: Transaction, intent: Json, message: str) -> Refusal:
    """Return the 400 `…_unexpected_state`, which carries the whole intent as it was."""
    object = intent["object"]
    stored = tx.before(COLLECTIONS[object], intent["id"]) or intent
    code = f"{object}_unexpected_state"
    whole: Json = {object: visible(tx, render(tx, stored))}
    return errors.invalid(message, code=code, rule=code, **whole)
