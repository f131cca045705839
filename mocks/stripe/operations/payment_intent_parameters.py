"""What the operations of payment intents take."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mocks.stripe.operations.bank_parameters import AmericanOptions, DebitOptions, Mandate
from mocks.stripe.operations.payment_methods import MethodData
from mocks.stripe.parameters import (
    Boolean,
    CreatedListParams,
    Currency,
    Group,
    Integer,
    Metadata,
    OffSession,
    Shipping,
    StripeParams,
    Unset,
)
from mocks.stripe.resources.payment_method_types import KNOWN, SERVED

ONLY_CONFIRMING = frozenset(
    {
        "confirmation_token",
        "error_on_requires_action",
        "mandate",
        "mandate_data",
        "off_session",
        "return_url",
    }
)
STEPS = ONLY_CONFIRMING | {"confirm", "use_stripe_sdk"}
"""Parameters of creating an intent that are about its confirmation."""

Usage = Literal["off_session", "on_session"]
Amount = Annotated[Integer, Field(ge=0)]


class AutomaticMethods(Group):
    """Whether Stripe chooses the kinds of payment methods."""

    allow_redirects: Literal["always", "never"] = "always"
    enabled: Boolean


class CardOptions(Group):
    """Options of a card payment."""

    unsupported = frozenset(
        {
            "capture_method",
            "cvc_token",
            "installments",
            "mandate_options",
            "network",
            "request_extended_authorization",
            "request_multicapture",
            "request_overcapture",
            "require_cvc_recollection",
            "setup_future_usage",
            "statement_descriptor_suffix_kana",
            "statement_descriptor_suffix_kanji",
            "three_d_secure",
        }
    )

    request_incremental_authorization: Literal["if_available", "never"] | None = None
    request_three_d_secure: Literal["any", "automatic", "challenge"] | None = None


class MethodOptions(Group):
    """Options by kind of payment method."""

    unsupported = KNOWN - SERVED

    bacs_debit: DebitOptions | None = None
    card: CardOptions | None = None
    sepa_debit: DebitOptions | None = None
    us_bank_account: AmericanOptions | None = None


class ChangeIntent(StripeParams):
    """What can be said of an intent before it is settled."""

    unsupported: ClassVar[frozenset[str]] = frozenset(
        {
            "allowed_payment_method_types",
            "amount_details",
            "application_fee_amount",
            "customer_account",
            "excluded_payment_method_types",
            "hooks",
            "payment_details",
            "payment_method_configuration",
            "transfer_data",
        }
    )

    customer: str | None = None
    description: Unset[Annotated[str, Field(max_length=1000)]] = None
    metadata: Metadata = None
    payment_method: str | None = None
    payment_method_data: MethodData | None = None
    payment_method_options: MethodOptions | None = None
    payment_method_types: list[str] | None = None
    receipt_email: Unset[str] = None
    setup_future_usage: Unset[Usage] = None
    shipping: Unset[Shipping] = None
    statement_descriptor: Annotated[str, Field(max_length=22)] | None = None
    statement_descriptor_suffix: Annotated[str, Field(max_length=22)] | None = None
    transfer_group: str | None = None


class CreateIntent(ChangeIntent):
    """POST /v1/payment_intents."""

    unsupported = ChangeIntent.unsupported | {
        "managed_payments",
        "on_behalf_of",
        "radar_options",
    }

    amount: Amount
    automatic_payment_methods: AutomaticMethods | None = None
    capture_method: Literal["automatic", "automatic_async", "manual"] = "automatic_async"
    confirm: Boolean = False
    confirmation_token: str | None = None
    confirmation_method: Literal["automatic", "manual"] = "automatic"
    currency: Currency
    error_on_requires_action: Boolean = False
    mandate: str | None = None
    mandate_data: Mandate = None
    off_session: OffSession = False
    return_url: str | None = None
    use_stripe_sdk: Boolean = False


class UpdateIntent(ChangeIntent):
    """POST /v1/payment_intents/{id}."""

    unsupported = ChangeIntent.unsupported | {"capture_method"}

    amount: Amount | None = None
    currency: Currency | None = None


class ConfirmIntent(StripeParams):
    """POST /v1/payment_intents/{id}/confirm."""

    unsupported = frozenset(
        {
            "allowed_payment_method_types",
            "amount_details",
            "amount_to_confirm",
            "capture_method",
            "excluded_payment_method_types",
            "hooks",
            "payment_details",
            "radar_options",
        }
    )

    client_secret: str | None = None
    confirmation_token: str | None = None
    error_on_requires_action: Boolean = False
    mandate: str | None = None
    mandate_data: Mandate = None
    off_session: OffSession = False
    payment_method: str | None = None
    payment_method_data: MethodData | None = None
    payment_method_options: MethodOptions | None = None
    payment_method_types: list[str] | None = None
    receipt_email: Unset[str] = None
    return_url: str | None = None
    setup_future_usage: Unset[Usage] = None
    shipping: Unset[Shipping] = None
    use_stripe_sdk: Boolean = False


class CaptureIntent(StripeParams):
    """POST /v1/payment_intents/{id}/capture."""

    unsupported = frozenset(
        {
            "amount_details",
            "application_fee_amount",
            "final_capture",
            "hooks",
            "payment_details",
            "statement_descriptor",
            "statement_descriptor_suffix",
            "transfer_data",
        }
    )

    amount_to_capture: Annotated[Integer, Field(ge=1)] | None = None
    metadata: Metadata = None


class CancelIntent(StripeParams):
    """POST /v1/payment_intents/{id}/cancel."""

    cancellation_reason: Literal["abandoned", "duplicate", "fraudulent", "requested_by_customer"] | None = (
        None
    )


class RetrieveIntent(StripeParams):
    """GET /v1/payment_intents/{id}."""

    client_secret: str | None = None


class ListIntents(CreatedListParams):
    """GET /v1/payment_intents."""

    unsupported = frozenset({"customer_account"})

    customer: str | None = None
