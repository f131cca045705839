"""Payment intents: create, retrieve, update, confirm, capture, cancel, list."""

from __future__ import annotations

from typing import Any

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.keys import publishable
from mocks.stripe.operations.bank_parameters import MandateData
from mocks.stripe.operations.payment_intent_parameters import (
    ONLY_CONFIRMING,
    STEPS,
    CancelIntent,
    CaptureIntent,
    ChangeIntent,
    ConfirmIntent,
    CreateIntent,
    ListIntents,
    RetrieveIntent,
    UpdateIntent,
)
from mocks.stripe.operations.payment_methods import MethodData, make
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import confirmation_tokens, money, payment_intents, payment_owners, shapes
from mocks.stripe.resources.client_view import visible
from mocks.stripe.resources.payment_intents import PAYMENT_INTENTS
from mocks.stripe.resources.payment_method_types import check_named

PATH = "/v1/payment_intents/{intent}"


@stripe.post("/v1/payment_intents", id="PostPaymentIntents", tier="P1")
def create_payment_intent(tx: Transaction, params: CreateIntent) -> Json:
    """Create a payment intent, and confirm it when asked to."""
    check_named(tx, params.payment_method_types)
    if params.automatic_payment_methods is not None and params.payment_method_types is not None:
        raise errors.exclusive("automatic_payment_methods", "payment_method_types")
    check_steps(params)
    money.check_last_digit(params.amount, params.currency)
    token = token_of(tx, params)
    given = _sent(tx, params, token)
    for name in STEPS:
        given.pop(name, None)
    intent = payment_intents.create(tx, **given)
    if token is not None:
        confirmation_tokens.spend(tx, token, intent)
    if params.use_stripe_sdk or (token is not None and token["use_stripe_sdk"]):
        intent["_"] = {**intent.get("_", {}), "use_stripe_sdk": True}
        tx.save(PAYMENT_INTENTS, intent)
    if params.confirm:
        payment_intents.confirm(
            tx,
            intent,
            off_session=bool(params.off_session),
            return_url=params.return_url or (token or {}).get("return_url"),
            error_on_requires_action=params.error_on_requires_action,
            mandate=params.mandate,
            mandate_data=accepted(params.mandate_data),
        )
    return render(tx, intent, params.expand)


@stripe.get(PATH, id="GetPaymentIntentsIntent", tier="P0")
def retrieve_payment_intent(tx: Transaction, params: RetrieveIntent, intent: str) -> Json:
    """Retrieve a payment intent; with a publishable key only by its client secret."""
    return visible(tx, render(tx, found_by_secret(tx, intent, params.client_secret), params.expand))


@stripe.post(PATH, id="PostPaymentIntentsIntent", tier="P1")
def update_payment_intent(tx: Transaction, params: UpdateIntent, intent: str) -> Json:
    """Update a payment intent."""
    found = requested(tx, "payment_intent", intent, param="intent")
    check_named(tx, params.payment_method_types)
    given = _sent(tx, params)
    payment_owners.check_changeable(tx, found, given)
    if params.amount is not None:
        money.check_last_digit(params.amount, params.currency or found["currency"])
    return render(tx, payment_intents.change(tx, found, given), params.expand)


@stripe.post(f"{PATH}/confirm", id="PostPaymentIntentsIntentConfirm", tier="P1")
def confirm_payment_intent(tx: Transaction, params: ConfirmIntent, intent: str) -> Json:
    """Try to pay: succeeds, asks for authentication, or is declined with a 402."""
    found = found_by_secret(tx, intent, params.client_secret)
    check_named(tx, params.payment_method_types)
    token = token_of(tx, params)
    given = _sent(tx, params, token)
    method = given.pop("payment_method", None)
    for name in ONLY_CONFIRMING | {"client_secret"}:
        given.pop(name, None)
    if token is not None:
        given["use_stripe_sdk"] = token["use_stripe_sdk"]
        confirmation_tokens.spend(tx, token, found)
    if given:
        payment_intents.change(tx, found, given)
    payment_intents.confirm(
        tx,
        found,
        payment_method=method,
        off_session=bool(params.off_session),
        return_url=params.return_url or (token or {}).get("return_url"),
        error_on_requires_action=params.error_on_requires_action,
        mandate=params.mandate,
        mandate_data=accepted(params.mandate_data),
    )
    return visible(tx, render(tx, found, params.expand))


@stripe.post(f"{PATH}/capture", id="PostPaymentIntentsIntentCapture", tier="P1")
def capture_payment_intent(tx: Transaction, params: CaptureIntent, intent: str) -> Json:
    """Capture an authorized payment, or less of it."""
    found = requested(tx, "payment_intent", intent, param="intent")
    if "metadata" in params.given():
        payment_intents.change(tx, found, {"metadata": params.metadata})
    return render(tx, payment_intents.capture(tx, found, params.amount_to_capture), params.expand)


@stripe.post(f"{PATH}/cancel", id="PostPaymentIntentsIntentCancel", tier="P1")
def cancel_payment_intent(tx: Transaction, params: CancelIntent, intent: str) -> Json:
    """Cancel a payment intent."""
    found = requested(tx, "payment_intent", intent, param="intent")
    if found["status"] in payment_intents.CANCELABLE:
        payment_owners.check_cancelable(tx, found)
    return render(tx, payment_intents.cancel(tx, found, reason=params.cancellation_reason), params.expand)


@stripe.get("/v1/payment_intents", id="GetPaymentIntents", tier="P1")
def list_payment_intents(tx: Transaction, params: ListIntents) -> Json:
    """List payment intents, newest first."""
    where = {"customer": params.customer}
    return listing(tx, PAYMENT_INTENTS, params, url="/v1/payment_intents", where=where)


@stripe.timer("payment_intent.expire")
def expire(tx: Transaction, payload: Json) -> None:
    """An authorization was never captured."""
    payment_intents.cancel(tx, payment_intents.get(tx, payload["payment_intent"]), reason="automatic")


def found_by_secret(tx: Transaction, id: str, secret: str | None) -> Json:
    """Return an intent named in the path; raise the refusals of a wrong secret, or of none with a publishable key."""
    intent = requested(tx, "payment_intent", id, param="intent")
    if secret is not None and secret != intent["client_secret"]:
        raise errors.invalid(
            "The client_secret provided does not match the client_secret associated with the PaymentIntent.",
            param="client_secret",
            code="payment_intent_invalid_parameter",
            rule="client_secret",
        )
    if secret is None and publishable(tx.request):
        raise errors.missing_parameter("client_secret")
    return intent


def check_steps(params: CreateIntent) -> None:
    """Raise the 400 for what only a confirmation takes, when there is none."""
    unused = ONLY_CONFIRMING & params.model_fields_set
    if unused and not params.confirm:
        name = min(unused)
        raise errors.invalid(
            f"You cannot set `{name}` when creating a PaymentIntent without `confirm=true`.",
            param=name,
            rule="only_with_confirm",
        )


def accepted(data: MandateData | None) -> Json | None:
    """Return the mandate that was sent, in the words of the domain functions."""
    return None if data is None else data.given()


def token_of(tx: Transaction, params: Any) -> Json | None:
    """Return the confirmation token that an intent is confirmed with, None without one."""
    if params.confirmation_token is None:
        return None
    for name in ("payment_method", "payment_method_data"):
        if getattr(params, name) is not None:
            raise errors.exclusive("confirmation_token", name)
    return confirmation_tokens.usable(tx, params.confirmation_token)


def _sent(tx: Transaction, params: ChangeIntent | ConfirmIntent, token: Json | None = None) -> dict[str, Any]:
    """Return what was sent, in the words of the domain functions; a payment method described in place is made."""
    given = method_sent(tx, params.given(), params.payment_method_data)
    given.pop("confirmation_token", None)
    if token is not None:
        told = {name: token[name] for name in ("setup_future_usage", "shipping") if token[name] is not None}
        given = told | given | {"payment_method": token["_"]["payment_method"]}
    if "shipping" in given:
        given["shipping"] = shapes.shipping(given["shipping"], parcel=True)
    return given


def method_sent(tx: Transaction, given: dict[str, Any], data: MethodData | None) -> dict[str, Any]:
    """Return an intent's parameters with its payment method as an id, and the options by kind that say something."""
    options = given.pop("payment_method_options", None)
    said = {kind: told for kind, told in (options or {}).items() if told}
    if said:
        given["method_options"] = said
    if data is not None:
        if given.get("payment_method") is not None:
            raise errors.exclusive("payment_method", "payment_method_data")
        del given["payment_method_data"]
        given["payment_method"] = make(tx, data, within="payment_method_data")["id"]
    return given
