"""Payment methods: cards and bank accounts that customers pay with, made of test templates or of test numbers.

What Stripe knows of one and does not show is kept in `_`: `card` (the test card's name) or `account` (that of the test bank
account, and whether it is `verified`), `set_up` (authenticated when it was saved), `spent` (used once, or detached: not to
be used again).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import chance, instants
from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import bank_accounts, bank_shape, cards, customers, unserved_links
from mocks.stripe.resources.bank_accounts import BankAccount
from mocks.stripe.resources.cards import Card, Decline
from mocks.stripe.resources.events import emit, updated
from mocks.stripe.resources.shapes import billing_details

if TYPE_CHECKING:
    from harness.errors import Refusal
    from harness.transaction import Transaction

Json = dict[str, Any]

PAYMENT_METHODS = Collection("stripe.payment_method", "customer", "type", "allow_redisplay")

TEMPLATES = (*cards.PREFIXES, bank_accounts.PREFIX)
"""What the names begin with that stand for a fresh payment method each time."""

TOKENS = Collection("stripe.token")
"""Cards and the like that pages have sent ahead (`resources/tokens.py`)."""

register(
    Resource(
        "payment_method",
        PAYMENT_METHODS,
        expands={"customer": "customer", **unserved_links.of("payment_method")},
    )
)


def get(tx: Transaction, id: str, *, param: str = "payment_method", in_path: bool = False) -> Json:
    """Return a payment method by its id; a template such as `pm_card_visa` makes a fresh one each time.

    Raises the 400 (`in_path`: the 404) when there is none.
    """
    account = bank_accounts.templated(id) if id.startswith(bank_accounts.PREFIX) else None
    if account is not None:
        return create_account(tx, account, {})
    if id.startswith(cards.PREFIXES):
        return from_template(tx, id, param=param)
    found = tx.get(PAYMENT_METHODS, id)
    if found is None:
        missing = errors.not_found if in_path else errors.no_such
        raise missing("payment_method", id, param=param)
    return found


def from_template(tx: Transaction, name: str, *, param: str = "payment_method") -> Json:
    """Make a fresh payment method of a test template: `pm_card_visa`, `pm_card_chargeCustomerFail`, `tok_visa`."""
    card = cards.named(name)
    if card is None:
        return _from_token(tx, name, param)
    today = instants.moment(tx.now)
    return create(tx, card, exp_month=today.month, exp_year=today.year + 1)


def _from_token(tx: Transaction, id: str, param: str) -> Json:
    """Make the payment method of a card's token, which can be used once."""
    token = tx.get(TOKENS, id)
    if token is None or "card" not in token:
        raise errors.no_such("token" if id.startswith("tok_") else "payment_method", id, param=param)
    if token["used"]:
        raise errors.invalid(
            f"You cannot use a Stripe token more than once: {id}.",
            param=param,
            code="token_already_used",
            rule="token_already_used",
        )
    tx.save(TOKENS, token | {"used": True})
    kept = dict(token["_"])
    return create(tx, cards.by_name(kept.pop("card")), **kept)


def create(tx: Transaction, card: Card, **made: Any) -> Json:
    """Make a payment method of a test card, with the parameters of `shape`. No event."""
    return tx.insert(PAYMENT_METHODS, shape(tx, card, **made))


def create_account(tx: Transaction, account: BankAccount, given: Json, *, verified: bool = True) -> Json:
    """Make a payment method of a test bank account, with the parameters of `bank_shape.shape`. No event."""
    return tx.insert(PAYMENT_METHODS, bank_shape.shape(tx, account, given, verified=verified))


def shape(
    tx: Transaction,
    card: Card,
    *,
    exp_month: int,
    exp_year: int,
    with_cvc: bool = True,
    given: Json | None = None,
) -> Json:
    """Return what a payment method of a test card is; `given` holds billing_details, metadata and allow_redisplay."""
    given = given or {}
    details = billing_details(given.get("billing_details"))
    return {
        "id": new_id(tx, "pm"),
        "object": "payment_method",
        "allow_redisplay": given.get("allow_redisplay") or "unspecified",
        "billing_details": details,
        "card": {
            "brand": card.brand,
            "checks": _checks(card, details, with_cvc=with_cvc),
            "country": card.country,
            "display_brand": card.brand,
            "exp_month": exp_month,
            "exp_year": exp_year,
            "fingerprint": _fingerprint(tx, card),
            "funding": card.funding,
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": card.three_d_secure},
            "wallet": None,
        },
        "created": tx.seconds,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": merged({}, given.get("metadata", {})),
        "type": "card",
        "_": {"card": card.name},
    }


def save(tx: Transaction, method: Json) -> bool:
    """Keep a changed payment method and announce `payment_method.updated`; nothing happens when nothing changed."""
    return updated(tx, "payment_method.updated", PAYMENT_METHODS, method)


def card_of(method: Json) -> Card:
    """Return the test card behind a payment method that is a card."""
    return cards.by_name(method["_"]["card"])


def instrument_of(method: Json) -> Card | BankAccount:
    """Return the test card or the test bank account behind a payment method."""
    account = method["_"].get("account")
    return card_of(method) if account is None else bank_accounts.by_name(account)


def attach(tx: Transaction, method: Json, customer: str, *, set_up: bool = False) -> Json:
    """Attach to a customer and announce `payment_method.attached`; attaching to the same one again does nothing.

    `set_up` marks a card that the payer has authenticated for later use. Raises the 402 of a card that cannot be saved,
    and the 400 of one that is another customer's or has been detached.
    """
    if set_up:
        method["_"] |= {"set_up": True}
    if method["customer"] == customer:
        return tx.save(PAYMENT_METHODS, method)
    if method["customer"] is not None:
        raise errors.invalid(
            "The payment method you provided has already been attached to a customer.",
            param="payment_method",
            rule="payment_method_attached",
        )
    check_unspent(method)
    customers.get(tx, customer)
    behind = instrument_of(method)
    if not behind.saves and behind.decline is not None:
        raise errors.card_error(**decline_fields(behind.decline), keep=False)
    method["customer"] = customer
    tx.save(PAYMENT_METHODS, method)
    emit(tx, "payment_method.attached", PAYMENT_METHODS, method)
    return method


def detach(tx: Transaction, method: Json) -> Json:
    """Take a payment method from its customer for good, and announce `payment_method.detached`."""
    owner = method["customer"]
    if owner is None:
        raise errors.invalid(
            "The payment method you provided is not attached to a customer so detachment is impossible.",
            param="payment_method",
            rule="payment_method_not_attached",
        )
    method["customer"] = None
    method["_"] |= {"spent": "detached"}
    tx.save(PAYMENT_METHODS, method)
    customer = tx.get(customers.CUSTOMERS, owner)
    if customer is not None and customer["invoice_settings"]["default_payment_method"] == method["id"]:
        customer["invoice_settings"]["default_payment_method"] = None
        customers.save(tx, customer)
    previous = {"customer": owner}
    emit(tx, "payment_method.detached", PAYMENT_METHODS, method, previous=previous)
    return method


def release_all(tx: Transaction, customer: Json) -> None:
    """Take a customer that is being deleted from its payment methods: they cannot be used again. No events."""
    for method in tx.every(PAYMENT_METHODS, customer=customer["id"]):
        method["customer"] = None
        method["_"] |= {"spent": "detached"}
        tx.save(PAYMENT_METHODS, method)


customers.ON_DELETE.append(release_all)


def belongs(tx: Transaction, id: str | None, customer: str) -> bool:
    """Tell whether a payment method is attached to a customer."""
    held = None if id is None else tx.get(PAYMENT_METHODS, id)
    return held is not None and held["customer"] == customer


def check_of_customer(tx: Transaction, id: str, customer: str) -> None:
    """Raise the 400 unless a payment method, named as a customer's default, is attached to that customer."""
    if get(tx, id)["customer"] != customer:
        raise errors.invalid(
            f"The customer does not have a payment method with the ID {id}. The payment method must be attached to the "
            "customer.",
            param="invoice_settings[default_payment_method]",
            code="resource_missing",
            rule="payment_method_of_other_customer",
        )


def spend(tx: Transaction, method: Json) -> None:
    """Mark a payment method that paid once without belonging to a customer: it cannot be used again."""
    if method["customer"] is None:
        method["_"] |= {"spent": "used"}
        tx.save(PAYMENT_METHODS, method)


def check_unspent(method: Json) -> None:
    """Raise the 400 for a payment method that was used once without a customer, or detached."""
    if method["customer"] is None and "spent" in method["_"]:
        raise errors.invalid(
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared "
            "with a connected account without Customer attachment, or was detached from a Customer. It may not be used "
            "again. To use a PaymentMethod multiple times, you must attach it to a Customer first.",
            param="payment_method",
            rule="payment_method_spent",
        )


def decline_fields(decline: Decline) -> Json:
    """Return the fields that a decline gives an error: message, code, decline_code, and codes of network and advice."""
    fields: Json = {"message": decline.message, "code": decline.code, "decline_code": decline.decline_code}
    if decline.advice is not None:
        fields["advice_code"] = decline.advice
    if decline.network is not None:
        fields["network_decline_code"] = decline.network
    return fields


def read_number(number: str, exp_month: int, exp_year: int, cvc: str | None, *, now: int) -> Card:
    """Return the test card of a number; raise the 402 for impossible or real cards (Stripe docs: testing)."""
    digits = number.replace(" ", "").replace("-", "")
    today = instants.moment(now)
    if not (digits.isascii() and digits.isdigit() and 12 <= len(digits) <= 19 and _luhn(digits)):
        raise _unreadable("Your card number is incorrect.", "incorrect_number", "number")
    if not 1 <= exp_month <= 12:
        raise _unreadable("Your card's expiration month is invalid.", "invalid_expiry_month", "exp_month")
    year = exp_year + 2000 if exp_year < 100 else exp_year
    if year > today.year + 50 or (year, exp_month) < (today.year, today.month):
        raise _unreadable("Your card's expiration year is invalid.", "invalid_expiry_year", "exp_year")
    if cvc is not None and not (cvc.isascii() and cvc.isdigit() and len(cvc) in (3, 4)):
        raise _unreadable("Your card's security code is invalid.", "invalid_cvc", "cvc")
    card = cards.numbered(digits)
    if card is None:
        raise errors.card_error(
            "Your card was declined. Your request was in test mode, but used a non test (live) card. For a list of "
            "valid test cards, visit: https://stripe.com/docs/testing.",
            code="card_declined",
            decline_code="test_mode_live_card",
            keep=False,
        )
    return card


def _unreadable(message: str, code: str, param: str) -> Refusal:
    return errors.card_error(message, code=code, param=param, keep=False, rule=code)


def _checks(card: Card, details: Json, *, with_cvc: bool) -> Json:
    """Return the checks of a card: only what was given can be checked."""
    given = details["address"]
    return {
        "address_line1_check": card.checks.get("line1", "pass") if given["line1"] else None,
        "address_postal_code_check": card.checks.get("postal_code", "pass") if given["postal_code"] else None,
        "cvc_check": card.checks.get("cvc", "pass") if with_cvc else None,
    }


def _fingerprint(tx: Transaction, card: Card) -> str:
    return chance.spell(chance.draw(tx.world.seed, f"stripe.fingerprint.{card.number}", 0, 16))


def _luhn(digits: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
