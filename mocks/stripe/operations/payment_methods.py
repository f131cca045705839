"""Payment methods: create, retrieve, update, attach, detach, list."""

from __future__ import annotations

from typing import ClassVar, Literal

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.operations import bank_parameters
from mocks.stripe.operations.bank_parameters import American, AmericanHolder, Bacs, Sepa
from mocks.stripe.parameters import BillingDetails, Group, Integer, ListParams, Metadata, StripeParams, merged
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render
from mocks.stripe.resources import payment_methods
from mocks.stripe.resources.payment_method_types import KNOWN, SERVED, check_kind
from mocks.stripe.resources.payment_methods import PAYMENT_METHODS
from mocks.stripe.resources.shapes import billing_details
from mocks.stripe.validation import spelled

PATH = "/v1/payment_methods/{payment_method}"
AllowRedisplay = Literal["always", "limited", "unspecified"]


class Card(Group):
    """A test card by its number, or by a `tok_…` template."""

    unsupported = frozenset({"networks"})

    cvc: str | None = None
    exp_month: Integer | None = None
    exp_year: Integer | None = None
    number: str | None = None
    token: str | None = None


class MethodData(Group):
    """A payment method described by what it is made of."""

    unsupported: ClassVar[frozenset[str]] = (KNOWN - SERVED) | {"radar_options"}

    allow_redisplay: AllowRedisplay | None = None
    bacs_debit: Bacs | None = None
    billing_details: BillingDetails | None = None
    card: Card | None = None
    metadata: Metadata = None
    sepa_debit: Sepa | None = None
    type: str | None = None
    us_bank_account: American | None = None


class CreateMethod(MethodData, StripeParams):
    """POST /v1/payment_methods."""

    unsupported = MethodData.unsupported | {"customer", "customer_account", "payment_method"}


class CardExpiry(Group):
    """What may be changed of a card."""

    unsupported = frozenset({"networks"})

    exp_month: Integer | None = None
    exp_year: Integer | None = None


class UpdateMethod(StripeParams):
    """POST /v1/payment_methods/{id}."""

    allow_redisplay: AllowRedisplay | None = None
    billing_details: BillingDetails | None = None
    card: CardExpiry | None = None
    metadata: Metadata = None
    us_bank_account: AmericanHolder | None = None


class AttachMethod(StripeParams):
    """POST /v1/payment_methods/{id}/attach."""

    unsupported = frozenset({"customer_account"})

    customer: str


class ListMethods(ListParams):
    """GET /v1/payment_methods."""

    unsupported = frozenset({"customer_account"})

    allow_redisplay: AllowRedisplay | None = None
    customer: str | None = None
    type: str | None = None


@stripe.post("/v1/payment_methods", id="PostPaymentMethods", tier="P1")
def create_payment_method(tx: Transaction, params: CreateMethod) -> Json:
    """Create a payment method of a test card or a test bank account."""
    return render(tx, make(tx, params), params.expand)


@stripe.get(PATH, id="GetPaymentMethodsPaymentMethod", tier="P1")
def retrieve_payment_method(tx: Transaction, params: StripeParams, payment_method: str) -> Json:
    """Retrieve a payment method."""
    return render(tx, _existing(tx, payment_method), params.expand)


@stripe.post(PATH, id="PostPaymentMethodsPaymentMethod", tier="P1")
def update_payment_method(tx: Transaction, params: UpdateMethod, payment_method: str) -> Json:
    """Update an attached payment method."""
    method = _existing(tx, payment_method)
    if method["customer"] is None:
        raise errors.invalid(
            "You must save this PaymentMethod to a customer before you can update it.",
            rule="payment_method_not_attached",
        )
    given = params.given()
    if "metadata" in given:
        method["metadata"] = merged(method["metadata"], given["metadata"])
    if given.get("billing_details") is not None:
        method["billing_details"] = billing_details(
            given["billing_details"], before=method["billing_details"]
        )
    if given.get("allow_redisplay") is not None:
        method["allow_redisplay"] = given["allow_redisplay"]
    for kind in ("card", "us_bank_account"):
        if kind in given and method["type"] != kind:
            raise errors.invalid(
                f"You cannot update `{kind}` on a PaymentMethod of type `{method['type']}`.",
                param=kind,
                rule="payment_method_type",
            )
    if params.us_bank_account is not None:
        method["us_bank_account"] = method["us_bank_account"] | given["us_bank_account"]
    if params.card is not None:
        month, year = params.card.exp_month, params.card.exp_year
        card = method["card"]
        card |= {"exp_month": month or card["exp_month"], "exp_year": year or card["exp_year"]}
        payment_methods.read_number(
            payment_methods.card_of(method).number, card["exp_month"], card["exp_year"], None, now=tx.now
        )
    payment_methods.save(tx, method)
    return render(tx, method, params.expand)


@stripe.post(f"{PATH}/attach", id="PostPaymentMethodsPaymentMethodAttach", tier="P1")
def attach_payment_method(tx: Transaction, params: AttachMethod, payment_method: str) -> Json:
    """Attach a payment method to a customer; a template such as `pm_card_visa` makes a fresh one."""
    method = payment_methods.get(tx, payment_method, in_path=True)
    return render(tx, payment_methods.attach(tx, method, params.customer), params.expand)


@stripe.post(f"{PATH}/detach", id="PostPaymentMethodsPaymentMethodDetach", tier="P1")
def detach_payment_method(tx: Transaction, params: StripeParams, payment_method: str) -> Json:
    """Take a payment method from its customer."""
    return render(tx, payment_methods.detach(tx, _existing(tx, payment_method)), params.expand)


@stripe.get("/v1/payment_methods", id="GetPaymentMethods", tier="P1")
def list_payment_methods(tx: Transaction, params: ListMethods) -> Json:
    """List payment methods, newest first; those of no customer are not listed."""
    where = {
        "customer": params.customer or "",
        "type": params.type,
        "allow_redisplay": params.allow_redisplay,
    }
    return listing(tx, PAYMENT_METHODS, params, url="/v1/payment_methods", where=where)


def _existing(tx: Transaction, id: str) -> Json:
    if id.startswith(payment_methods.TEMPLATES):
        raise errors.not_found("payment_method", id, param="payment_method")
    return payment_methods.get(tx, id, in_path=True)


def make(tx: Transaction, data: MethodData, *, within: str | None = None) -> Json:
    """Make the payment method that parameters describe; `within` is the group they came in, for the errors' names."""

    def named(first: str, *rest: str) -> str:
        return spelled((first, *rest) if within is None else (within, first, *rest))

    if data.type is None:
        raise errors.missing_parameter(named("type"))
    check_kind(data.type, param=named("type"))
    card, given = data.card, data.given()
    if data.type != "card":
        return _make_account(tx, data.type, given, named(data.type))
    if card is None:
        raise errors.missing_parameter(named("card"))
    if card.token is not None:
        if card.number is not None:
            raise errors.exclusive(named("card", "token"), named("card", "number"))
        method = payment_methods.from_template(tx, card.token, param=named("card", "token"))
        method |= {
            "allow_redisplay": given.get("allow_redisplay") or "unspecified",
            "billing_details": billing_details(given.get("billing_details")),
            "metadata": merged({}, given.get("metadata", {})),
        }
        return tx.save(PAYMENT_METHODS, method)
    for name in ("number", "exp_month", "exp_year"):
        if getattr(card, name) is None:
            raise errors.missing_parameter(named("card", name))
    month, year = card.exp_month or 0, card.exp_year or 0
    found = payment_methods.read_number(card.number or "", month, year, card.cvc, now=tx.now)
    return payment_methods.create(
        tx,
        found,
        exp_month=month,
        exp_year=year + 2000 if year < 100 else year,
        with_cvc=card.cvc is not None,
        given=given,
    )


def _make_account(tx: Transaction, kind: str, given: dict[str, Json], name: str) -> Json:
    """Make the payment method of a bank account, whose holder must have a name and, but in the States, an email."""
    if given.get(kind) is None:
        raise errors.missing_parameter(name)
    details = given.get("billing_details") or {}
    for each in ("name",) if kind == "us_bank_account" else ("name", "email"):
        if not details.get(each):
            raise errors.missing_parameter(name.replace(kind, f"billing_details[{each}]"))
    account = bank_parameters.read(kind, given[kind], name=name)
    return payment_methods.create_account(
        tx, account, given | given[kind], verified=kind != "us_bank_account"
    )
