"""The billing portal: configurations, and sessions that let a customer in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import Boolean, Count, Group, ListParams, Metadata, StripeParams, Unset
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import portal_configurations, portal_sessions
from mocks.stripe.resources.portal_configurations import CONFIGURATIONS

PATH = "/v1/billing_portal/configurations"

CustomerField = Literal["address", "email", "name", "phone", "shipping", "tax_id"]
Feedback = Literal[
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
]
Prorations = Literal["always_invoice", "create_prorations", "none"]


class BusinessProfile(Group):
    """What the portal says of the business."""

    headline: Unset[Annotated[str, Field(max_length=60)]] = None
    privacy_policy_url: Unset[str] = None
    terms_of_service_url: Unset[str] = None


class CustomerUpdate(Group):
    """Whether customers may change what is known of them."""

    allowed_updates: Unset[list[CustomerField]] = None
    enabled: Boolean = False


class Switch(Group):
    """Whether customers may do something."""

    enabled: Boolean


class PaymentMethodUpdate(Switch):
    """Whether customers may change their card."""

    unsupported = frozenset({"payment_method_configuration"})


class CancellationReason(Group):
    """Whether customers are asked why they cancel."""

    enabled: Boolean
    options: Unset[list[Feedback]] = None


class SubscriptionCancel(Group):
    """Whether and how customers may cancel."""

    cancellation_reason: CancellationReason | None = None
    enabled: Boolean = False
    mode: Literal["at_period_end", "immediately"] = "at_period_end"
    proration_behavior: Prorations = "none"


class AdjustableQuantity(Group):
    """Between which numbers customers may choose a quantity."""

    enabled: Boolean
    maximum: Count | None = None
    minimum: Count = 1


class Product(Group):
    """A product whose prices customers may switch to."""

    adjustable_quantity: AdjustableQuantity | None = None
    prices: Annotated[list[str], Field(min_length=1, max_length=20)]
    product: str


class Condition(Group):
    """Which changes wait for the end of the period."""

    type: Literal["decreasing_item_amount", "shortening_interval"]


class AtPeriodEnd(Group):
    """When a change waits for the end of the period."""

    conditions: Unset[Annotated[list[Condition], Field(max_length=2)]] = None


class SubscriptionUpdate(Group):
    """Whether customers may switch plans."""

    billing_cycle_anchor: Literal["now", "unchanged"] | None = None
    default_allowed_updates: Unset[list[Literal["price", "promotion_code", "quantity"]]] = None
    enabled: Boolean = False
    products: Unset[Annotated[list[Product], Field(max_length=10)]] = None
    proration_behavior: Prorations = "none"
    schedule_at_period_end: AtPeriodEnd | None = None
    trial_update_behavior: Literal["continue_trial", "end_trial"] = "end_trial"


class Features(Group):
    """What customers may do in the portal."""

    customer_update: CustomerUpdate | None = None
    invoice_history: Switch | None = None
    payment_method_update: PaymentMethodUpdate | None = None
    subscription_cancel: SubscriptionCancel | None = None
    subscription_update: SubscriptionUpdate | None = None


class ChangeConfiguration(StripeParams):
    """What can be said of a configuration at any time."""

    business_profile: BusinessProfile | None = None
    default_return_url: Unset[str] = None
    login_page: Switch | None = None
    metadata: Metadata = None
    name: Unset[Annotated[str, Field(max_length=256)]] = None


class CreateConfiguration(ChangeConfiguration):
    """POST /v1/billing_portal/configurations."""

    features: Features


class UpdateConfiguration(ChangeConfiguration):
    """POST /v1/billing_portal/configurations/{id}."""

    active: Boolean | None = None
    features: Features | None = None


class ListConfigurations(ListParams):
    """GET /v1/billing_portal/configurations."""

    active: Boolean | None = None
    is_default: Boolean | None = None


class Confirmation(Group):
    """What the page says when a flow is done."""

    custom_message: Annotated[str, Field(max_length=500)] | None = None


class Redirect(Group):
    """Where a flow leads when it is done."""

    return_url: str


class AfterCompletion(Group):
    """What follows a flow."""

    hosted_confirmation: Confirmation | None = None
    redirect: Redirect | None = None
    type: Literal["hosted_confirmation", "portal_homepage", "redirect"]


class OfSubscription(Group):
    """The subscription of a flow."""

    subscription: str


class CouponOffer(Group):
    """A coupon for who stays."""

    coupon: str


class Retention(Group):
    """What is offered to who is about to cancel."""

    coupon_offer: CouponOffer
    type: Literal["coupon_offer"]


class Cancellation(OfSubscription):
    """The subscription that may be canceled."""

    retention: Retention | None = None


class FlowDiscount(Group):
    """A coupon or a promotion code that comes with a change."""

    coupon: str | None = None
    promotion_code: str | None = None


class ConfirmedItem(Group):
    """What an item is to become."""

    id: str
    price: str | None = None
    quantity: Count | None = None


class UpdateConfirm(OfSubscription):
    """A change that the customer only needs to confirm."""

    discounts: Annotated[list[FlowDiscount], Field(max_length=1)] | None = None
    items: Annotated[list[ConfirmedItem], Field(min_length=1, max_length=1)]


class FlowData(Group):
    """A flow that a link leads right into."""

    after_completion: AfterCompletion | None = None
    subscription_cancel: Cancellation | None = None
    subscription_update: OfSubscription | None = None
    subscription_update_confirm: UpdateConfirm | None = None
    type: Literal[
        "payment_method_update", "subscription_cancel", "subscription_update", "subscription_update_confirm"
    ]


class CreateSession(StripeParams):
    """POST /v1/billing_portal/sessions."""

    unsupported = frozenset({"customer_account", "on_behalf_of"})

    configuration: str | None = None
    customer: str
    flow_data: FlowData | None = None
    locale: Annotated[str, Field(pattern=r"^(auto|[a-z]{2,3}(-[A-Z0-9]{2,3})?)$")] | None = None
    return_url: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None


@stripe.post(PATH, id="PostBillingPortalConfigurations", tier="P1")
def create_configuration(tx: Transaction, params: CreateConfiguration) -> Json:
    """Create a configuration of the portal."""
    return render(tx, portal_configurations.create(tx, params.given()), params.expand)


@stripe.get(f"{PATH}/{{configuration}}", id="GetBillingPortalConfigurationsConfiguration", tier="P1")
def retrieve_configuration(tx: Transaction, params: StripeParams, configuration: str) -> Json:
    """Retrieve a configuration of the portal."""
    return render(tx, requested(tx, "billing_portal.configuration", configuration), params.expand)


@stripe.post(f"{PATH}/{{configuration}}", id="PostBillingPortalConfigurationsConfiguration", tier="P1")
def update_configuration(tx: Transaction, params: UpdateConfiguration, configuration: str) -> Json:
    """Update a configuration of the portal."""
    found = requested(tx, "billing_portal.configuration", configuration)
    return render(tx, portal_configurations.change(tx, found, params.given()), params.expand)


@stripe.get(PATH, id="GetBillingPortalConfigurations", tier="P1")
def list_configurations(tx: Transaction, params: ListConfigurations) -> Json:
    """List the configurations of the portal, newest first."""
    where = {"active": params.active, "is_default": params.is_default}
    return listing(tx, CONFIGURATIONS, params, url=PATH, where=where)


@stripe.post("/v1/billing_portal/sessions", id="PostBillingPortalSessions", tier="P1")
def create_session(tx: Transaction, params: CreateSession) -> Json:
    """Create a link into the portal for a customer."""
    return render(tx, portal_sessions.create(tx, params.given()), params.expand)
