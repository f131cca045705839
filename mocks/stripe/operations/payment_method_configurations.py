"""Payment method configurations: create, retrieve, update, list."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import Boolean, Group, ListParams, StripeParams, Unset
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import payment_method_configurations
from mocks.stripe.resources.payment_method_configurations import CONFIGURATIONS

PATH = "/v1/payment_method_configurations/{configuration}"
Name = Annotated[str, Field(max_length=100)]


class DisplayPreference(Group):
    """Whether a kind is offered; `none` leaves it to the usual setting."""

    preference: Literal["none", "off", "on"] | None = None


class Kind(Group):
    """What is wanted of a kind of payment method."""

    display_preference: DisplayPreference | None = None


class Kinds(StripeParams):
    """What is wanted of each kind."""

    unsupported = frozenset({"apple_pay_later", "fr_meal_voucher_conecs", "parent"})

    acss_debit: Kind | None = None
    affirm: Kind | None = None
    afterpay_clearpay: Kind | None = None
    alipay: Kind | None = None
    alma: Kind | None = None
    amazon_pay: Kind | None = None
    apple_pay: Kind | None = None
    au_becs_debit: Kind | None = None
    bacs_debit: Kind | None = None
    bancontact: Kind | None = None
    billie: Kind | None = None
    bizum: Kind | None = None
    blik: Kind | None = None
    boleto: Kind | None = None
    card: Kind | None = None
    cartes_bancaires: Kind | None = None
    cashapp: Kind | None = None
    crypto: Kind | None = None
    customer_balance: Kind | None = None
    eps: Kind | None = None
    fpx: Kind | None = None
    giropay: Kind | None = None
    google_pay: Kind | None = None
    grabpay: Kind | None = None
    ideal: Kind | None = None
    jcb: Kind | None = None
    kakao_pay: Kind | None = None
    klarna: Kind | None = None
    konbini: Kind | None = None
    kr_card: Kind | None = None
    link: Kind | None = None
    mb_way: Kind | None = None
    mobilepay: Kind | None = None
    multibanco: Kind | None = None
    naver_pay: Kind | None = None
    nz_bank_account: Kind | None = None
    oxxo: Kind | None = None
    p24: Kind | None = None
    pay_by_bank: Kind | None = None
    payco: Kind | None = None
    paynow: Kind | None = None
    paypal: Kind | None = None
    payto: Kind | None = None
    pix: Kind | None = None
    promptpay: Kind | None = None
    revolut_pay: Kind | None = None
    samsung_pay: Kind | None = None
    satispay: Kind | None = None
    scalapay: Kind | None = None
    sepa_debit: Kind | None = None
    sofort: Kind | None = None
    sunbit: Kind | None = None
    swish: Kind | None = None
    twint: Kind | None = None
    upi: Kind | None = None
    us_bank_account: Kind | None = None
    wechat_pay: Kind | None = None
    zip: Kind | None = None


class CreateConfiguration(Kinds):
    """POST /v1/payment_method_configurations."""

    name: Name | None = None


class UpdateConfiguration(Kinds):
    """POST /v1/payment_method_configurations/{configuration}."""

    active: Boolean | None = None
    name: Name | None = None


class ListConfigurations(ListParams):
    """GET /v1/payment_method_configurations; `application` is a platform's, which no account here has."""

    active: Boolean | None = None
    application: Unset[Name] = None


@stripe.post("/v1/payment_method_configurations", id="PostPaymentMethodConfigurations", tier="P2")
def create_configuration(tx: Transaction, params: CreateConfiguration) -> Json:
    """Create a configuration."""
    return render(tx, payment_method_configurations.create(tx, params.given()), params.expand)


@stripe.get(PATH, id="GetPaymentMethodConfigurationsConfiguration", tier="P2")
def retrieve_configuration(tx: Transaction, params: StripeParams, configuration: str) -> Json:
    """Retrieve a configuration."""
    return render(tx, _named(tx, configuration), params.expand)


@stripe.post(PATH, id="PostPaymentMethodConfigurationsConfiguration", tier="P2")
def update_configuration(tx: Transaction, params: UpdateConfiguration, configuration: str) -> Json:
    """Change which kinds a configuration offers, its name, or whether it can be used."""
    found = _named(tx, configuration)
    return render(tx, payment_method_configurations.change(tx, found, params.given()), params.expand)


@stripe.get("/v1/payment_method_configurations", id="GetPaymentMethodConfigurations", tier="P2")
def list_configurations(tx: Transaction, params: ListConfigurations) -> Json:
    """List configurations, newest first."""
    payment_method_configurations.default(tx)
    where = {"active": params.active, "application": params.application}
    return listing(tx, CONFIGURATIONS, params, url="/v1/payment_method_configurations", where=where)


def _named(tx: Transaction, id: str) -> Json:
    return requested(tx, "payment_method_configuration", id, param="configuration")
