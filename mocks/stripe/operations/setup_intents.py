"""Setup intents: create, retrieve, update, confirm, cancel, list."""

from __future__ import annotations

from typing import Literal

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.operations.intent_parameters import (
    ChangeParams,
    ConfirmParams,
    CreateParams,
    RetrieveParams,
)
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
from mocks.stripe.parameters import CreatedListParams, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import confirmation_tokens, payment_owners, setup_intents
from mocks.stripe.resources.client_view import visible
from mocks.stripe.resources.intents import SETUP_INTENTS
from mocks.stripe.resources.payment_method_types import check_named

PATH = "/v1/setup_intents/{intent}"

ONLY_CONFIRMING = frozenset({"confirmation_token", "mandate_data", "return_url"})
STEPS = (ONLY_CONFIRMING - {"confirmation_token"}) | {"confirm", "use_stripe_sdk"}


class ChangeSetup(ChangeParams):
    """What can be said of a setup intent while it is open."""

    unsupported = ChangeParams.unsupported | {"attach_to_self", "flow_directions"}


class CreateSetup(ChangeSetup, CreateParams):
    """POST /v1/setup_intents."""

    unsupported = ChangeSetup.unsupported | {
        "managed_payments",
        "on_behalf_of",
        "single_use",
    }

    usage: Literal["off_session", "on_session"] = "off_session"


class CancelSetup(StripeParams):
    """POST /v1/setup_intents/{id}/cancel."""

    cancellation_reason: Literal["abandoned", "duplicate", "requested_by_customer"] | None = None


class ListSetups(CreatedListParams):
    """GET /v1/setup_intents."""

    unsupported = frozenset({"attach_to_self", "customer_account"})

    customer: str | None = None
    payment_method: str | None = None


@stripe.post("/v1/setup_intents", id="PostSetupIntents", tier="P1")
def create_setup_intent(tx: Transaction, params: CreateSetup) -> Json:
    """Create a setup intent, and confirm it when asked to."""
    check_created(tx, params, "setup_intent", ONLY_CONFIRMING)
    token = token_of(tx, params)
    given = sent(tx, params, token)
    for name in STEPS:
        given.pop(name, None)
    intent = setup_intents.create(tx, **given)
    begun(tx, params, intent, token)
    if params.confirm:
        setup_intents.confirm(
            tx,
            intent,
            return_url=back_to(params, token),
            mandate_data=accepted(params.mandate_data),
        )
    return render(tx, intent, params.expand)


@stripe.get(PATH, id="GetSetupIntentsIntent", tier="P0")
def retrieve_setup_intent(tx: Transaction, params: RetrieveParams, intent: str) -> Json:
    """Retrieve a setup intent; with a publishable key only by its client secret."""
    return visible(
        tx, render(tx, found_by_secret(tx, "setup_intent", intent, params.client_secret), params.expand)
    )


@stripe.post(PATH, id="PostSetupIntentsIntent", tier="P1")
def update_setup_intent(tx: Transaction, params: ChangeSetup, intent: str) -> Json:
    """Update a setup intent."""
    found = requested(tx, "setup_intent", intent, param="intent")
    check_named(tx, params.payment_method_types)
    check_configuration(params)
    return render(tx, setup_intents.change(tx, found, sent(tx, params)), params.expand)


@stripe.post(f"{PATH}/confirm", id="PostSetupIntentsIntentConfirm", tier="P1")
def confirm_setup_intent(tx: Transaction, params: ConfirmParams, intent: str) -> Json:
    """Save the payment method; a decline is a 402."""
    found = found_by_secret(tx, "setup_intent", intent, params.client_secret)
    token = token_of(tx, params)
    given = sent(tx, params, token)
    method = given.pop("payment_method", None)
    for name in ("client_secret", "mandate_data", "return_url"):
        given.pop(name, None)
    if token is not None:
        given["use_stripe_sdk"] = token["use_stripe_sdk"]
        confirmation_tokens.spend(tx, token, found)
    if given and found["status"] in setup_intents.OPEN:
        setup_intents.change(tx, found, given)
    setup_intents.confirm(
        tx,
        found,
        payment_method=method,
        return_url=back_to(params, token),
        mandate_data=accepted(params.mandate_data),
    )
    return visible(tx, render(tx, found, params.expand))


@stripe.post(f"{PATH}/cancel", id="PostSetupIntentsIntentCancel", tier="P1")
def cancel_setup_intent(tx: Transaction, params: CancelSetup, intent: str) -> Json:
    """Cancel a setup intent."""
    found = requested(tx, "setup_intent", intent, param="intent")
    if found["status"] in setup_intents.OPEN:
        payment_owners.check_cancelable(tx, found)
    return render(tx, setup_intents.cancel(tx, found, reason=params.cancellation_reason), params.expand)


@stripe.get("/v1/setup_intents", id="GetSetupIntents", tier="P1")
def list_setup_intents(tx: Transaction, params: ListSetups) -> Json:
    """List setup intents, newest first."""
    where = {"customer": params.customer, "payment_method": params.payment_method}
    return listing(tx, SETUP_INTENTS, params, url="/v1/setup_intents", where=where)


class ListAttempts(CreatedListParams):
    """GET /v1/setup_attempts."""

    setup_intent: str


@stripe.get("/v1/setup_attempts", id="GetSetupAttempts", tier="P1")
def list_setup_attempts(tx: Transaction, params: ListAttempts) -> Json:
    """List the attempts to set up a payment method for an intent, newest first."""
    if tx.get(SETUP_INTENTS, params.setup_intent) is None:
        raise errors.no_such("setup_intent", params.setup_intent, param="setup_intent")
    where = {"setup_intent": params.setup_intent}
    return listing(tx, setup_intents.SETUP_ATTEMPTS, params, url="/v1/setup_attempts", where=where)
