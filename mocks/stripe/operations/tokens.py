"""Tokens and confirmation tokens: create, retrieve."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.keys import publishable
from mocks.stripe.operations.payment_intent_parameters import Usage
from mocks.stripe.operations.payment_methods import MethodData, make
from mocks.stripe.parameters import (
    Boolean,
    Currency,
    CustomerShipping,
    Group,
    Integer,
    StripeParams,
)
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import render, requested
from mocks.stripe.resources import confirmation_tokens, payment_methods, shapes, tokens


class TokenCard(Group):
    """A test card by its number."""

    unsupported = frozenset({"networks"})

    address_city: str | None = None
    address_country: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    address_state: str | None = None
    address_zip: str | None = None
    currency: Currency | None = None
    cvc: str | None = None
    exp_month: Integer
    exp_year: Integer
    name: str | None = None
    number: str


class NewCode(Group):
    """A security code that was entered once more."""

    cvc: str


class Person(Group):
    """A number that a state knows a person by."""

    id_number: str


def _no_saved_card(value: object) -> object:
    if isinstance(value, str) and value:
        raise errors.unsupported("card")
    return value


class CreateToken(StripeParams):
    """POST /v1/tokens."""

    unsupported = frozenset({"account", "bank_account", "customer", "person"})

    card: Annotated[TokenCard, BeforeValidator(_no_saved_card)] | None = None
    cvc_update: NewCode | None = None
    pii: Person | None = None


class CreateTestConfirmation(StripeParams):
    """POST /v1/test_helpers/confirmation_tokens."""

    unsupported = frozenset({"payment_method_options"})

    payment_method: str | None = None
    payment_method_data: MethodData | None = None
    return_url: str | None = None
    setup_future_usage: Usage | None = None
    shipping: CustomerShipping | None = None


class CreateConfirmation(CreateTestConfirmation):
    """POST /v1/confirmation_tokens, as Stripe.js calls it."""

    unsupported = frozenset({"mandate_data", "payment_method_options"})

    client_context: dict[str, Json] | None = None
    set_as_default_payment_method: Literal["true", "false"] | None = None
    use_stripe_sdk: Boolean = True


@stripe.post("/v1/tokens", id="PostTokens", tier="P1")
def create_token(tx: Transaction, params: CreateToken) -> Json:
    """Make a token of a card, or of what Stripe keeps and never shows."""
    kinds = [name for name in ("card", "cvc_update", "pii") if getattr(params, name) is not None]
    if not kinds:
        raise errors.missing_parameter("card")
    if len(kinds) > 1:
        raise errors.exclusive(*kinds)
    if params.card is not None:
        token = tokens.of_card(tx, params.card.given())
    else:
        token = tokens.of_nothing_shown(tx, kinds[0])
    return render(tx, token, params.expand)


@stripe.get("/v1/tokens/{token}", id="GetTokensToken", tier="P1")
def retrieve_token(tx: Transaction, params: StripeParams, token: str) -> Json:
    """Retrieve a token."""
    return render(tx, requested(tx, "token", token, param="token"), params.expand)


@stripe.post("/v1/confirmation_tokens", id="PostConfirmationTokens", tier="P1")
def create_confirmation_token(tx: Transaction, params: CreateConfirmation) -> Json:
    """Keep what a payer has entered until the intent is confirmed with it (called by Stripe.js)."""
    if not publishable(tx.request):
        raise errors.refusal(
            403,
            "Confirmation tokens are made with a publishable key, by Stripe.js in the payer's browser; tests make them by "
            "POST /v1/test_helpers/confirmation_tokens.",
            rule="confirmation_token_key",
        )
    return _confirmation(tx, params, use_stripe_sdk=params.use_stripe_sdk)


@stripe.post("/v1/test_helpers/confirmation_tokens", id="PostTestHelpersConfirmationTokens", tier="P1")
def create_test_confirmation_token(tx: Transaction, params: CreateTestConfirmation) -> Json:
    """Make a confirmation token without a browser."""
    return _confirmation(tx, params, use_stripe_sdk=False)


@stripe.get(
    "/v1/confirmation_tokens/{confirmation_token}", id="GetConfirmationTokensConfirmationToken", tier="P1"
)
def retrieve_confirmation_token(tx: Transaction, params: StripeParams, confirmation_token: str) -> Json:
    """Retrieve a confirmation token."""
    found = requested(tx, "confirmation_token", confirmation_token, param="confirmation_token")
    return render(tx, found, params.expand)


def _confirmation(tx: Transaction, params: CreateTestConfirmation, *, use_stripe_sdk: bool) -> Json:
    if params.payment_method is not None and params.payment_method_data is not None:
        raise errors.exclusive("payment_method", "payment_method_data")
    if params.payment_method_data is not None:
        method = make(tx, params.payment_method_data, within="payment_method_data")
    elif params.payment_method is not None:
        method = payment_methods.get(tx, params.payment_method)
    else:
        raise errors.missing_parameter("payment_method_data")
    given = params.given()
    made = confirmation_tokens.create(
        tx,
        method,
        return_url=params.return_url,
        setup_future_usage=params.setup_future_usage,
        shipping=shapes.shipping(given.get("shipping")),
        use_stripe_sdk=use_stripe_sdk,
    )
    return render(tx, made, params.expand)
