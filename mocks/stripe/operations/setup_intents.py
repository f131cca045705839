"""Setup intents: create, retrieve, update, confirm, cancel, list."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.keys import publishable
from mocks.stripe.operations.bank_parameters import Mandate
from mocks.stripe.operations.payment_intent_parameters import AutomaticMethods, MethodOptions
from mocks.stripe.operations.payment_intents import accepted, method_sent, token_of
from mocks.stripe.operations.payment_methods import MethodData
from mocks.stripe.parameters import Boolean, CreatedListParams, Metadata, StripeParams, Unset
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import confirmation_tokens, payment_owners, setup_intents
from mocks.stripe.resources.client_view import visible
from mocks.stripe.resources.intents import SETUP_INTENTS
from mocks.stripe.resources.payment_method_types import check_named

PATH = "/v1/setup_intents/{intent}"


class ChangeSetup(StripeParams):
    """What can be said of a setup intent while it is open."""

    unsupported: ClassVar[frozenset[str]] = frozenset(
        {
            "allowed_payment_method_types",
            "attach_to_self",
            "customer_account",
            "excluded_payment_method_types",
            "flow_directions",
            "payment_method_configuration",
        }
    )

    customer: str | None = None
    description: Unset[Annotated[str, Field(max_length=1000)]] = None
    metadata: Metadata = None
    payment_method: str | None = None
    payment_method_data: MethodData | None = None
    payment_method_options: MethodOptions | None = None
    payment_method_types: list[str] | None = None


class CreateSetup(ChangeSetup):
    """POST /v1/setup_intents."""

    unsupported = ChangeSetup.unsupported | {
        "managed_payments",
        "on_behalf_of",
        "single_use",
    }

    automatic_payment_methods: AutomaticMethods | None = None
    confirm: Boolean = False
    confirmation_token: str | None = None
    mandate_data: Mandate = None
    return_url: str | None = None
    usage: Literal["off_session", "on_session"] = "off_session"
    use_stripe_sdk: Boolean = False


class ConfirmSetup(StripeParams):
    """POST /v1/setup_intents/{id}/confirm."""

    client_secret: str | None = None
    confirmation_token: str | None = None
    mandate_data: Mandate = None
    payment_method: str | None = None
    payment_method_data: MethodData | None = None
    payment_method_options: MethodOptions | None = None
    return_url: str | None = None
    use_stripe_sdk: Boolean = False


class RetrieveSetup(StripeParams):
    """GET /v1/setup_intents/{id}."""

    client_secret: str | None = None


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
    check_named(tx, params.payment_method_types)
    if params.automatic_payment_methods is not None and params.payment_method_types is not None:
        raise errors.exclusive("automatic_payment_methods", "payment_method_types")
    for name in ("confirmation_token", "mandate_data"):
        if getattr(params, name) is not None and not params.confirm:
            raise errors.invalid(
                f"You cannot set `{name}` when creating a SetupIntent without `confirm=true`.",
                param=name,
                rule="only_with_confirm",
            )
    token = token_of(tx, params)
    given = _sent(tx, params, token)
    for name in ("confirm", "mandate_data", "return_url", "use_stripe_sdk"):
        given.pop(name, None)
    intent = setup_intents.create(tx, **given)
    if token is not None:
        confirmation_tokens.spend(tx, token, intent)
    if params.use_stripe_sdk or (token is not None and token["use_stripe_sdk"]):
        intent["_"] = {**intent.get("_", {}), "use_stripe_sdk": True}
        tx.save(SETUP_INTENTS, intent)
    if params.confirm:
        back = params.return_url or (token or {}).get("return_url")
        setup_intents.confirm(tx, intent, return_url=back, mandate_data=accepted(params.mandate_data))
    return render(tx, intent, params.expand)


@stripe.get(PATH, id="GetSetupIntentsIntent", tier="P0")
def retrieve_setup_intent(tx: Transaction, params: RetrieveSetup, intent: str) -> Json:
    """Retrieve a setup intent; with a publishable key only by its client secret."""
    return visible(tx, render(tx, found_by_secret(tx, intent, params.client_secret), params.expand))


@stripe.post(PATH, id="PostSetupIntentsIntent", tier="P1")
def update_setup_intent(tx: Transaction, params: ChangeSetup, intent: str) -> Json:
    """Update a setup intent."""
    found = requested(tx, "setup_intent", intent, param="intent")
    check_named(tx, params.payment_method_types)
    return render(
        tx,
        setup_intents.change(tx, found, method_sent(tx, params.given(), params.payment_method_data)),
        params.expand,
    )


@stripe.post(f"{PATH}/confirm", id="PostSetupIntentsIntentConfirm", tier="P1")
def confirm_setup_intent(tx: Transaction, params: ConfirmSetup, intent: str) -> Json:
    """Save the payment method; a decline is a 402."""
    found = found_by_secret(tx, intent, params.client_secret)
    token = token_of(tx, params)
    given = _sent(tx, params, token)
    method = given.pop("payment_method", None)
    for name in ("client_secret", "mandate_data", "return_url"):
        given.pop(name, None)
    if token is not None:
        given["use_stripe_sdk"] = token["use_stripe_sdk"]
        confirmation_tokens.spend(tx, token, found)
    if given and found["status"] in setup_intents.OPEN:
        setup_intents.change(tx, found, given)
    back = params.return_url or (token or {}).get("return_url")
    setup_intents.confirm(
        tx, found, payment_method=method, return_url=back, mandate_data=accepted(params.mandate_data)
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


def _sent(tx: Transaction, params: CreateSetup | ConfirmSetup, token: Json | None) -> dict[str, Json]:
    """Return what was sent in the words of the domain functions, with the payment method of a confirmation token."""
    given = method_sent(tx, params.given(), params.payment_method_data)
    given.pop("confirmation_token", None)
    return given if token is None else given | {"payment_method": token["_"]["payment_method"]}


def found_by_secret(tx: Transaction, id: str, secret: str | None) -> Json:
    """Return an intent named in the path; raise the refusals of a wrong secret, or of none with a publishable key."""
    intent = requested(tx, "setup_intent", id, param="intent")
    if secret is not None and secret != intent["client_secret"]:
        raise errors.invalid(
            "The client_secret provided does not match the client_secret associated with the SetupIntent.",
            param="client_secret",
            rule="client_secret",
        )
    if secret is None and publishable(tx.request):
        raise errors.missing_parameter("client_secret")
    return intent


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
