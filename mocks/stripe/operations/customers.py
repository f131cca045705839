"""Customers: create, retrieve, update, delete, list."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.parameters import (
    Address,
    CreatedListParams,
    CustomerShipping,
    Group,
    Integer,
    Metadata,
    StripeParams,
    Unset,
)
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import card_sources, coupons, customer_discount, customers, payment_methods
from mocks.stripe.resources.customers import CUSTOMERS

PATH = "/v1/customers/{customer}"
Text = Annotated[str, Field(max_length=5000)]


class CustomField(Group):
    """A line printed on invoices."""

    name: Annotated[str, Field(max_length=40)]
    value: Annotated[str, Field(max_length=140)]


class InvoiceRendering(Group):
    """How the customer's invoices look."""

    amount_tax_display: Unset[Literal["exclude_tax", "include_inclusive_tax"]] = None
    template: str | None = None


class InvoiceSettings(Group):
    """What the customer's invoices default to."""

    custom_fields: Unset[list[CustomField]] = None
    default_payment_method: Unset[str] = None
    footer: Unset[str] = None
    rendering_options: Unset[InvoiceRendering] = None


class ChangeCustomer(StripeParams):
    """What can be said of a customer at any time."""

    unsupported: ClassVar[frozenset[str]] = frozenset({"bank_account", "card", "cash_balance", "tax"})

    address: Unset[Address] = None
    balance: Integer | None = None
    coupon: Unset[str] = None
    business_name: Unset[Annotated[str, Field(max_length=150)]] = None
    description: Unset[Text] = None
    email: Unset[Annotated[str, Field(max_length=512)]] = None
    individual_name: Unset[Annotated[str, Field(max_length=150)]] = None
    invoice_prefix: Annotated[str, Field(pattern=r"^[A-Z0-9]{3,12}$")] | None = None
    invoice_settings: InvoiceSettings | None = None
    metadata: Metadata = None
    name: Unset[Annotated[str, Field(max_length=256)]] = None
    next_invoice_sequence: Annotated[Integer, Field(ge=1)] | None = None
    phone: Unset[Annotated[str, Field(max_length=20)]] = None
    preferred_locales: list[str] | None = None
    shipping: Unset[CustomerShipping] = None
    source: Annotated[str, Field(pattern=r"^tok_\w+$")] | None = None
    tax_exempt: Unset[Literal["exempt", "none", "reverse"]] = None


class CreateCustomer(ChangeCustomer):
    """POST /v1/customers."""

    unsupported = ChangeCustomer.unsupported | {"tax_id_data"}

    payment_method: str | None = None
    test_clock: str | None = None


class UpdateCustomer(ChangeCustomer):
    """POST /v1/customers/{id}."""

    unsupported = ChangeCustomer.unsupported | {
        "default_alipay_account",
        "default_bank_account",
        "default_card",
        "default_source",
    }


class ListCustomers(CreatedListParams):
    """GET /v1/customers."""

    email: str | None = None
    test_clock: str | None = None


class ListMethods(CreatedListParams):
    """GET /v1/customers/{id}/payment_methods."""

    unsupported = frozenset({"created"})

    allow_redisplay: Literal["always", "limited", "unspecified"] | None = None
    type: str | None = None


@stripe.post("/v1/customers", id="PostCustomers", tier="P0")
def create_customer(tx: Transaction, params: CreateCustomer) -> Json:
    """Create a customer."""
    given = params.given()
    coupon = given.pop("coupon", None)
    method = given.pop("payment_method", None)
    source = given.pop("source", None)
    default = (given.get("invoice_settings") or {}).get("default_payment_method")
    if method is None and default is None and source is None:
        return render(tx, _discounted(tx, customers.create(tx, given), coupon), params.expand)

    def attach(customer: Json) -> None:
        if source is not None:
            card_sources.add(tx, customer, source, announce_default=False)
        if method is not None:
            attached = payment_methods.attach(tx, payment_methods.get(tx, method), customer["id"])
            if default == method:  # a template such as pm_card_visa has become a payment method of its own
                customer["invoice_settings"]["default_payment_method"] = attached["id"]
                tx.save(CUSTOMERS, customer)
                return
        if default is not None:
            payment_methods.check_of_customer(tx, default, customer["id"])

    created = customers.create(tx, given, before_announcement=attach)
    return render(tx, _discounted(tx, created, coupon), params.expand)


@stripe.get(PATH, id="GetCustomersCustomer", tier="P0")
def retrieve_customer(tx: Transaction, params: StripeParams, customer: str) -> Json:
    """Retrieve a customer; a deleted one is answered as such."""
    return render(tx, requested(tx, "customer", customer, deleted=True), params.expand)


@stripe.post(PATH, id="PostCustomersCustomer", tier="P1")
def update_customer(tx: Transaction, params: UpdateCustomer, customer: str) -> Json:
    """Update a customer."""
    found = requested(tx, "customer", customer)
    given = params.given()
    default = (given.get("invoice_settings") or {}).get("default_payment_method")
    if default is not None:
        payment_methods.check_of_customer(tx, default, customer)
    coupon = given.pop("coupon", None)
    source = given.pop("source", None)
    if params.coupon is None and "coupon" in params.model_fields_set and found["discount"] is not None:
        customer_discount.take(tx, found)
    customers.change(found, given)
    customers.save(tx, found)
    if source is not None:
        _replace_default(tx, found, source)
    return render(tx, _discounted(tx, found, coupon), params.expand)


@stripe.delete(PATH, id="DeleteCustomersCustomer", tier="P1")
def delete_customer(tx: Transaction, customer: str) -> Json:
    """Delete a customer; active subscriptions are canceled at once."""
    return customers.delete(tx, requested(tx, "customer", customer))


@stripe.get("/v1/customers", id="GetCustomers", tier="P1")
def list_customers(tx: Transaction, params: ListCustomers) -> Json:
    """List customers, newest first."""
    where = {"email": params.email, "test_clock": params.test_clock}
    return listing(tx, CUSTOMERS, params, url="/v1/customers", where=where)


@stripe.get(f"{PATH}/payment_methods", id="GetCustomersCustomerPaymentMethods", tier="P1")
def list_methods(tx: Transaction, params: ListMethods, customer: str) -> Json:
    """List a customer's payment methods."""
    requested(tx, "customer", customer)
    where = {"customer": customer, "type": params.type, "allow_redisplay": params.allow_redisplay}
    url = f"/v1/customers/{customer}/payment_methods"
    return listing(tx, payment_methods.PAYMENT_METHODS, params, url=url, where=where)


@stripe.get(
    f"{PATH}/payment_methods/{{payment_method}}",
    id="GetCustomersCustomerPaymentMethodsPaymentMethod",
    tier="P1",
)
def retrieve_method(tx: Transaction, params: StripeParams, customer: str, payment_method: str) -> Json:
    """Retrieve one of a customer's payment methods."""
    requested(tx, "customer", customer)
    method = requested(tx, "payment_method", payment_method, param="payment_method")
    if method["customer"] != customer:
        raise errors.not_found("payment_method", payment_method, param="payment_method")
    return render(tx, method, params.expand)


def _replace_default(tx: Transaction, customer: Json, token: str) -> None:
    """Put a new card in the place of the default source."""
    former = customer["default_source"]
    if former is not None:
        card_sources.remove(tx, customer, card_sources.find(tx, customer["id"], former))
    made = card_sources.add(tx, customer, token)
    if customer["default_source"] != made["id"]:
        customer["default_source"] = made["id"]
        customers.save(tx, customer)


def _discounted(tx: Transaction, customer: Json, coupon: str | None) -> Json:
    """Give a customer the discount of a coupon: Stripe's own CLI still sends one, though the API describes it no more."""
    if coupon is not None:
        customer_discount.give(tx, customer, coupons.get(tx, coupon, param="coupon"))
    return customer
