"""What `POST /v1/checkout/sessions` takes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from mocks.stripe.operations.billing_parameters import Quantity, Recurring, TaxRates
from mocks.stripe.operations.shipping_rates import NewRate
from mocks.stripe.operations.subscription_parameters import BillingMode, TrialSettings
from mocks.stripe.parameters import (
    Boolean,
    Currency,
    Decimal,
    Group,
    Integer,
    Metadata,
    Shipping,
    StripeParams,
    Timestamp,
)


def _only_off(value: object) -> object:
    if value not in {False, "false"}:
        raise PydanticCustomError("not_served", "{value}", {"value": value})
    return False


Locale = Literal[
    "auto",
    "bg",
    "cs",
    "da",
    "de",
    "el",
    "en",
    "en-GB",
    "es",
    "es-419",
    "et",
    "fi",
    "fil",
    "fr",
    "fr-CA",
    "hr",
    "hu",
    "id",
    "it",
    "ja",
    "ko",
    "lt",
    "lv",
    "ms",
    "mt",
    "nb",
    "nl",
    "pl",
    "pt",
    "pt-BR",
    "ro",
    "ru",
    "sk",
    "sl",
    "sv",
    "th",
    "tr",
    "vi",
    "zh",
    "zh-HK",
    "zh-TW",
]
"""Languages of the page (it is English all the same)."""

Off = Annotated[bool, BeforeValidator(_only_off)]
"""A switch of a feature that is not served: `false` is all it can be."""


class Switch(Group):
    """A feature that is not served, switched off."""

    enabled: Off


class ProductData(Group):
    """A product described in place."""

    name: str
    description: str | None = None
    images: list[str] | None = None
    metadata: Metadata = None
    tax_code: str | None = None
    unit_label: str | None = None


class PriceData(Group):
    """A price described in place."""

    currency: Currency
    product: str | None = None
    product_data: ProductData | None = None
    recurring: Recurring | None = None
    tax_behavior: Literal["exclusive", "inclusive", "unspecified"] | None = None
    unit_amount: Annotated[Integer, Field(ge=0)] | None = None
    unit_amount_decimal: Decimal | None = None


class LineItem(Group):
    """A price and how many of it are sold."""

    unsupported = frozenset({"adjustable_quantity", "dynamic_tax_rates"})

    price: str | None = None
    price_data: PriceData | None = None
    quantity: Quantity | None = None
    metadata: Metadata = None
    tax_rates: TaxRates | None = None


class SessionDiscount(Group):
    """A coupon, or a promotion code."""

    coupon: str | None = None
    promotion_code: str | None = None


class CustomerUpdate(Group):
    """What a payment changes of the customer."""

    address: Literal["auto", "never"] = "never"
    name: Literal["auto", "never"] = "never"
    shipping: Literal["auto", "never"] = "never"


class PaymentIntentData(Group):
    """What the session's payment intent is given."""

    unsupported = frozenset({"application_fee_amount", "on_behalf_of", "transfer_data"})

    capture_method: Literal["automatic", "automatic_async", "manual"] | None = None
    description: str | None = None
    metadata: Metadata = None
    receipt_email: str | None = None
    setup_future_usage: Literal["off_session", "on_session"] | None = None
    shipping: Shipping | None = None
    statement_descriptor: str | None = None
    statement_descriptor_suffix: str | None = None
    transfer_group: str | None = None


class SetupIntentData(Group):
    """What the session's setup intent is given."""

    unsupported = frozenset({"on_behalf_of"})

    description: str | None = None
    metadata: Metadata = None


class SubscriptionData(Group):
    """What the session's subscription is given."""

    unsupported = frozenset(
        {
            "application_fee_percent",
            "billing_cycle_anchor",
            "invoice_settings",
            "on_behalf_of",
            "pending_invoice_item_interval",
            "transfer_data",
        }
    )

    billing_mode: BillingMode | None = None
    default_tax_rates: TaxRates | None = None
    description: Annotated[str, Field(max_length=500)] | None = None
    metadata: Metadata = None
    proration_behavior: Literal["create_prorations", "none"] | None = None
    trial_end: Timestamp | None = None
    trial_period_days: Annotated[Integer, Field(ge=1, le=730)] | None = None
    trial_settings: TrialSettings | None = None


class ShippingAddresses(Group):
    """To which countries (two letters) is sent."""

    allowed_countries: Annotated[list[Annotated[str, Field(pattern="^[A-Z]{2}$")]], Field(min_length=1)]


class ShippingOption(Group):
    """A shipping rate that may be chosen, or one described in place."""

    shipping_rate: str | None = None
    shipping_rate_data: NewRate | None = None


class CreateSession(StripeParams):
    """POST /v1/checkout/sessions."""

    unsupported = frozenset(
        {
            "adaptive_pricing",
            "after_expiration",
            "branding_settings",
            "consent_collection",
            "custom_fields",
            "custom_text",
            "customer_account",
            "excluded_payment_method_types",
            "integration_identifier",
            "managed_payments",
            "name_collection",
            "optional_items",
            "origin_context",
            "payment_method_data",
            "payment_method_options",
            "permissions",
            "saved_payment_method_options",
            "wallet_options",
        }
    )

    allow_promotion_codes: Boolean | None = None
    automatic_tax: Switch | None = None
    billing_address_collection: Literal["auto", "required"] | None = None
    cancel_url: str | None = None
    client_reference_id: Annotated[str, Field(max_length=200)] | None = None
    currency: Currency | None = None
    customer: str | None = None
    customer_creation: Literal["always", "if_required"] | None = None
    customer_email: Annotated[str, Field(max_length=800)] | None = None
    customer_update: CustomerUpdate | None = None
    discounts: Annotated[list[SessionDiscount], Field(max_length=1)] | None = None
    expires_at: Timestamp | None = None
    invoice_creation: Switch | None = None
    line_items: Annotated[list[LineItem], Field(max_length=100)] | None = None
    locale: Locale | None = None
    metadata: Metadata = None
    mode: Literal["payment", "setup", "subscription"] | None = None
    payment_intent_data: PaymentIntentData | None = None
    payment_method_collection: Literal["always", "if_required"] | None = None
    payment_method_configuration: str | None = None
    payment_method_types: list[str] | None = None
    phone_number_collection: Switch | None = None
    redirect_on_completion: Literal["always", "if_required", "never"] | None = None
    return_url: Annotated[str, Field(max_length=5000)] | None = None
    setup_intent_data: SetupIntentData | None = None
    shipping_address_collection: ShippingAddresses | None = None
    shipping_options: Annotated[list[ShippingOption], Field(max_length=5)] | None = None
    submit_type: Literal["auto", "book", "donate", "pay", "subscribe"] | None = None
    subscription_data: SubscriptionData | None = None
    success_url: Annotated[str, Field(max_length=5000)] | None = None
    tax_id_collection: Switch | None = None
    ui_mode: str | None = None
