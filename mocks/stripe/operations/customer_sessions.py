"""Customer sessions: what Stripe's components in a browser may show and change of a customer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import Boolean, Group, Integer, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import render
from mocks.stripe.resources import customer_sessions

Switch = Literal["disabled", "enabled"]
Redisplay = Literal["always", "limited", "unspecified"]
Filters = Annotated[list[Redisplay], Field(max_length=3)]


class Component(Group):
    """A component without features."""

    enabled: Boolean


class SheetFeatures(Group):
    """What the customer sheet does."""

    payment_method_allow_redisplay_filters: Filters | None = None
    payment_method_remove: Switch | None = None


class MobileFeatures(SheetFeatures):
    """What the payment element of mobile applications does."""

    payment_method_redisplay: Switch | None = None
    payment_method_save: Switch | None = None
    payment_method_save_allow_redisplay_override: Redisplay | None = None


class ElementFeatures(SheetFeatures):
    """What the payment element does."""

    payment_method_redisplay: Switch | None = None
    payment_method_redisplay_limit: Annotated[Integer, Field(ge=1, le=10)] | None = None
    payment_method_save: Switch | None = None
    payment_method_save_usage: Literal["off_session", "on_session"] | None = None


class CustomerSheet(Component):
    """The customer sheet."""

    features: SheetFeatures | None = None


class MobileElement(Component):
    """The payment element of mobile applications."""

    features: MobileFeatures | None = None


class PaymentElement(Component):
    """The payment element."""

    features: ElementFeatures | None = None


class Components(Group):
    """Which components may be used."""

    buy_button: Component | None = None
    customer_sheet: CustomerSheet | None = None
    mobile_payment_element: MobileElement | None = None
    payment_element: PaymentElement | None = None
    pricing_table: Component | None = None


class CreateSession(StripeParams):
    """POST /v1/customer_sessions."""

    unsupported = frozenset({"customer_account"})

    components: Components
    customer: str


@stripe.post("/v1/customer_sessions", id="PostCustomerSessions", tier="P1")
def create_customer_session(tx: Transaction, params: CreateSession) -> Json:
    """Let components in a browser act for a customer."""
    session = customer_sessions.create(tx, params.customer, params.components.given())
    return render(tx, session, params.expand)
