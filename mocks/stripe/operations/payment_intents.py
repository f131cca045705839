"""Payment intents: create, retrieve, update, confirm, capture, cancel, list."""

from __future__ import annotations

from typing import Any

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.operations.intent_parameters import RetrieveParams
from mocks.stripe.operations.intents import (
    accepted,
    back_to,
    begun,
    check_configuration,
    check_created,
    found_by_secret,
    sent,
    token_of,
)
from mocks.stripe.operations.payment_intent_parameters import (
    ONLY_CONFIRMING,
    STEPS,
    CancelIntent,
    CaptureIntent,
    ChangeIntent,
    ConfirmIntent,
    CreateIntent,
    ListIntents,
    UpdateIntent,
)
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
    check_created(tx, params, "payment_intent", ONLY_CONFIRMING)
    money.check_last_digit(params.amount, params.currency)
    token = token_of(tx, params)
    given = _sent(tx, params, token)
    for name in STEPS:
        given.pop(name, None)
    intent = payment_intents.create(tx, **given)
    begun(tx, params, intent, token)
    if params.confirm:
        payment_intents.confirm(
            tx,
            intent,
            off_session=bool(params.off_session),
            return_url=back_to(params, token),
            error_on_requires_action=params.error_on_requires_action,
            mandate=params.mandate,
            mandate_data=accepted(params.mandate_data),
        )
    return render(tx, intent, params.expand)


@stripe.get(PATH, id="GetPaymentIntentsIntent", tier="P0")
def retrieve_payment_intent(tx: Transaction, params: RetrieveParams, intent: str) -> Json:
    """Retrieve a payment intent; with a publishable key only by its client secret."""
    return visible(
        tx, render(tx, found_by_secret(tx, "payment_intent", intent, params.client_secret), params.expand)
    )


@stripe.post(PATH, id="PostPaymentIntentsIntent", tier="P1")
def update_payment_intent(tx: Transaction, params: UpdateIntent, intent: str) -> Json:
    """Update a payment intent."""
    found = requested(tx, "payment_intent", intent, param="intent")
    check_named(tx, params.payment_method_types)
    check_configuration(params)
    given = _sent(tx, params)
    payment_owners.check_changeable(tx, found, given)
    if params.amount is not None:
        money.check_last_digit(params.amount, params.currency or found["currency"])
    return render(tx, payment_intents.change(tx, found, given), params.expand)


@stripe.post(f"{PATH}/confirm", id="PostPaymentIntentsIntentConfirm", tier="P1")
def confirm_payment_intent(tx: Transaction, params: ConfirmIntent, intent: str) -> Json:
    """Try to pay: succeeds, asks for authentication, or is declined with a 402."""
    found = found_by_secret(tx, "payment_intent", intent, params.client_secret)
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
        return_url=back_to(params, token),
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


def _sent(tx: Transaction, params: ChangeIntent | ConfirmIntent, token: Json | None = None) -> dict[str, Any]:
    """Return what was sent, in the words of the domain functions; a payment method described in place is made."""
    given = sent(tx, params, token, told=("setup_future_usage", "shipping"))
    if "shipping" in given:
        given["shipping"] = shapes.shipping(given["shipping"], parcel=True)
    return given
