"""What the operations of payment intents take."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mocks.stripe.operations.intent_parameters import ChangeParams, ConfirmParams, CreateParams
from mocks.stripe.parameters import (
    Boolean,
    CreatedListParams,
    Currency,
    Integer,
    Metadata,
    OffSession,
    Shipping,
    StripeParams,
    Unset,
)

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


class ChangeIntent(ChangeParams):
    """What can be said of an intent before it is settled."""

    unsupported = ChangeParams.unsupported | {
        "amount_details",
        "application_fee_amount",
        "hooks",
        "payment_details",
        "transfer_data",
    }

    receipt_email: Unset[str] = None
    setup_future_usage: Unset[Usage] = None
    shipping: Unset[Shipping] = None
    statement_descriptor: Annotated[str, Field(max_length=22)] | None = None
    statement_descriptor_suffix: Annotated[str, Field(max_length=22)] | None = None
    transfer_group: str | None = None


class CreateIntent(ChangeIntent, CreateParams):
    """POST /v1/payment_intents."""

    unsupported = ChangeIntent.unsupported | {
        "managed_payments",
        "on_behalf_of",
        "radar_options",
    }

    amount: Amount
    capture_method: Literal["automatic", "automatic_async", "manual"] = "automatic_async"
    confirmation_method: Literal["automatic", "manual"] = "automatic"
    currency: Currency
    error_on_requires_action: Boolean = False
    mandate: str | None = None
    off_session: OffSession = False


class UpdateIntent(ChangeIntent):
    """POST /v1/payment_intents/{id}."""

    unsupported = ChangeIntent.unsupported | {"capture_method"}

    amount: Amount | None = None
    currency: Currency | None = None


class ConfirmIntent(ConfirmParams):
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

    error_on_requires_action: Boolean = False
    mandate: str | None = None
    off_session: OffSession = False
    payment_method_types: list[str] | None = None
    receipt_email: Unset[str] = None
    setup_future_usage: Unset[Usage] = None
    shipping: Unset[Shipping] = None


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


class ListIntents(CreatedListParams):
    """GET /v1/payment_intents."""

    unsupported = frozenset({"customer_account"})

    customer: str | None = None
