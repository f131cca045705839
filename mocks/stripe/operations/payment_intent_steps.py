"""Payment intents: raising an authorization, and the steps that belong to other payment methods than cards."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.operations.intents import found_by_secret
from mocks.stripe.operations.payment_intents import PATH
from mocks.stripe.parameters import Currency, Integer, ListParams, Metadata, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import render, requested
from mocks.stripe.resources import embedded, increments, payment_attempts, setup_intents
from mocks.stripe.resources.client_view import visible


class Increment(StripeParams):
    """POST /v1/payment_intents/{intent}/increment_authorization."""

    unsupported = frozenset(
        {"amount_details", "application_fee_amount", "hooks", "payment_details", "transfer_data"}
    )

    amount: Annotated[Integer, Field(ge=1)]
    description: Annotated[str, Field(max_length=1000)] | None = None
    metadata: Metadata = None
    statement_descriptor: Annotated[str, Field(max_length=22)] | None = None


class ApplyBalance(StripeParams):
    """POST /v1/payment_intents/{intent}/apply_customer_balance."""

    amount: Annotated[Integer, Field(ge=1)] | None = None
    currency: Currency | None = None


class Microdeposits(StripeParams):
    """POST …/verify_microdeposits."""

    amounts: Annotated[list[Integer], Field(max_length=2)] | None = None
    client_secret: str | None = None
    descriptor_code: str | None = None


@stripe.post(
    f"{PATH}/increment_authorization", id="PostPaymentIntentsIntentIncrementAuthorization", tier="P1"
)
def increment_authorization(tx: Transaction, params: Increment, intent: str) -> Json:
    """Raise what an authorization holds."""
    found = requested(tx, "payment_intent", intent, param="intent")
    return render(tx, increments.increment(tx, found, params.given()), params.expand)


@stripe.post(f"{PATH}/apply_customer_balance", id="PostPaymentIntentsIntentApplyCustomerBalance", tier="P1")
def apply_customer_balance(tx: Transaction, params: ApplyBalance, intent: str) -> Json:
    """Pay by a customer's cash balance: no intent here can be, for all are paid by cards."""
    requested(tx, "payment_intent", intent, param="intent")
    raise errors.invalid(
        "This PaymentIntent cannot be paid by the customer's cash balance: its payment method type is not "
        "`customer_balance`.",
        code="payment_intent_unexpected_state",
        rule="payment_intent_unexpected_state",
    )


@stripe.post(f"{PATH}/verify_microdeposits", id="PostPaymentIntentsIntentVerifyMicrodeposits", tier="P1")
def verify_microdeposits(tx: Transaction, params: Microdeposits, intent: str) -> Json:
    """Verify a bank account by the deposits that came in; then it is debited."""
    found = found_by_secret(tx, "payment_intent", intent, params.client_secret)
    payment_attempts.verify(tx, found, params.amounts, params.descriptor_code)
    return visible(tx, render(tx, found, params.expand))


@stripe.post(
    "/v1/setup_intents/{intent}/verify_microdeposits",
    id="PostSetupIntentsIntentVerifyMicrodeposits",
    tier="P1",
)
def verify_setup_microdeposits(tx: Transaction, params: Microdeposits, intent: str) -> Json:
    """Verify a bank account by the deposits that came in; then it is saved."""
    found = found_by_secret(tx, "setup_intent", intent, params.client_secret)
    setup_intents.verify(tx, found, params.amounts, params.descriptor_code)
    return visible(tx, render(tx, found, params.expand))


@stripe.get(
    f"{PATH}/amount_details_line_items", id="GetPaymentIntentsIntentAmountDetailsLineItems", tier="P1"
)
def list_amount_lines(tx: Transaction, params: ListParams, intent: str) -> Json:
    """List the line items of an intent's amount: none, since `amount_details` is not served."""
    found = requested(tx, "payment_intent", intent, param="intent")
    url = f"/v1/payment_intents/{found['id']}/amount_details_line_items"
    return embedded.listing(tx, [], params, url=url)
