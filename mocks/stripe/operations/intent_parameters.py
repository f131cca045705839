"""What payment intents and setup intents take alike."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mocks.stripe.operations.bank_parameters import AmericanOptions, DebitOptions, Mandate
from mocks.stripe.operations.payment_methods import MethodData
from mocks.stripe.parameters import Boolean, Group, Metadata, StripeParams, Unset
from mocks.stripe.resources.payment_method_types import KNOWN, SERVED


class AutomaticMethods(Group):
    """Whether Stripe chooses the kinds of payment methods."""

    allow_redirects: Literal["always", "never"] = "always"
    enabled: Boolean


class CardOptions(Group):
    """Options of a card."""

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


class MethodParams(StripeParams):
    """The payment method of an intent, by its id or described in place."""

    payment_method: str | None = None
    payment_method_data: MethodData | None = None
    payment_method_options: MethodOptions | None = None


class ChangeParams(MethodParams):
    """What can be said of an intent while it is open."""

    unsupported: ClassVar[frozenset[str]] = frozenset(
        {
            "allowed_payment_method_types",
            "customer_account",
            "excluded_payment_method_types",
        }
    )

    customer: str | None = None
    description: Unset[Annotated[str, Field(max_length=1000)]] = None
    metadata: Metadata = None
    payment_method_configuration: str | None = None
    payment_method_types: list[str] | None = None


class CreateParams(ChangeParams):
    """What is said of an intent when it is made, and of its confirmation, where that follows at once."""

    automatic_payment_methods: AutomaticMethods | None = None
    confirm: Boolean = False
    confirmation_token: str | None = None
    mandate_data: Mandate = None
    return_url: str | None = None
    use_stripe_sdk: Boolean = False


class ConfirmParams(MethodParams):
    """What a confirmation takes."""

    client_secret: str | None = None
    confirmation_token: str | None = None
    mandate_data: Mandate = None
    return_url: str | None = None
    use_stripe_sdk: Boolean = False


class RetrieveParams(StripeParams):
    """What a retrieval takes: with a publishable key the client secret."""

    client_secret: str | None = None
