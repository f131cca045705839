"""Promotion codes: what customers type to redeem a coupon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import chance
from harness.collection import Collection
from mocks.stripe import errors, versions
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register, snapshot
from mocks.stripe.resources import coupons, customers
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import emit, updated
from mocks.stripe.versions import before, without

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

PROMOTION_CODES = Collection(
    "stripe.promotion_code",
    "customer",
    "active",
    code=lambda each: each["code"].lower(),
    coupon=lambda each: each["promotion"]["coupon"],
)

WHOLE_COUPON_BEFORE = "2025-09-30.clover"
"""Until then a promotion code and a discount held their whole coupon as `coupon`."""


UNKNOWN = "This code is invalid."
"""What a page says of a code that was typed and that nobody here can redeem."""


def with_whole_coupon(tx: Transaction, shown: Json) -> None:
    """Give a promotion code or a discount the shape of older versions, where the request asks for one of them."""
    part = shown.get("promotion") or shown.get("source")
    if versions.of(tx) < WHOLE_COUPON_BEFORE and part is not None:
        coupon = part["coupon"]
        shown["coupon"] = coupon if coupon is None else snapshot(tx, coupons.redeemed(tx, coupon))


def view(tx: Transaction, code: Json) -> Json:
    """Return the code as the API shows it: it is active while it, and its coupon, can be redeemed."""
    shown = {name: value for name, value in code.items() if name != "_"}
    shown["active"] = code["active"] and problem_of(tx, code) is None
    return shown


register(
    Resource(
        "promotion_code",
        PROMOTION_CODES,
        expands={"customer": "customer", "promotion.coupon": "coupon"},
        view=view,
        link=with_whole_coupon,
    )
)
before(WHOLE_COUPON_BEFORE, "promotion_code")(without("promotion", "customer_account"))


def find(tx: Transaction, id: str) -> Json:
    """Return a promotion code named in the path; raise the 404."""
    found = tx.get(PROMOTION_CODES, id)
    if found is None:
        raise errors.not_found("promotion_code", id, param="promotion_code")
    return found


def create(tx: Transaction, given: Json) -> Json:
    """Create a promotion code and announce it; raise the 400 for a code that an active one has."""
    coupon = coupons.get(tx, given["coupon"], param="promotion[coupon]")
    if given.get("customer") is not None:
        customers.get(tx, given["customer"])
    code = given.get("code") or tx.token("promotion_code.code", 8, chance.UPPER)
    _check_free(tx, code, given.get("customer"))
    restrictions = given.get("restrictions") or {}
    if (restrictions.get("minimum_amount") is None) != (restrictions.get("minimum_amount_currency") is None):
        raise errors.missing_parameter("restrictions[minimum_amount_currency]")
    promotion_code = {
        "id": new_id(tx, "promo"),
        "object": "promotion_code",
        "active": given.get("active", True),
        "code": code,
        "created": tx.seconds,
        "customer": given.get("customer"),
        "customer_account": None,
        "expires_at": given.get("expires_at"),
        "livemode": False,
        "max_redemptions": given.get("max_redemptions"),
        "metadata": merged({}, given.get("metadata") or {}),
        "promotion": {"coupon": coupon["id"], "type": "coupon"},
        "restrictions": {
            "first_time_transaction": restrictions.get("first_time_transaction", False),
            "minimum_amount": restrictions.get("minimum_amount"),
            "minimum_amount_currency": restrictions.get("minimum_amount_currency"),
        },
        "times_redeemed": 0,
    }
    tx.insert(PROMOTION_CODES, promotion_code)
    emit(tx, "promotion_code.created", PROMOTION_CODES, promotion_code)
    return promotion_code


def change(tx: Transaction, code: Json, given: Json) -> None:
    """Change a promotion code and announce it; raise the 400 for one that cannot be made active again."""
    if given.get("active") and problem_of(tx, code) is not None:
        raise errors.invalid("This promotion code cannot be reactivated.", param="active")
    if given.get("active") is not None:
        code["active"] = given["active"]
    if "metadata" in given:
        code["metadata"] = merged(code["metadata"], given["metadata"])
    updated(tx, "promotion_code.updated", PROMOTION_CODES, code)


def count(tx: Transaction, code: Json) -> None:
    """Count a redemption."""
    code["times_redeemed"] += 1
    tx.save(PROMOTION_CODES, code)


def by_code(tx: Transaction, typed: str, customer: str | None) -> Json | None:
    """Return the active code that a customer typed, None when there is none for them."""
    for each in tx.every(PROMOTION_CODES, code=typed.lower(), newest_first=True):
        if each["active"] and each["customer"] in {None, customer}:
            return each
    return None


def check(
    tx: Transaction, code: Json, *, customer: str | None, total: int | None, currency: str, param: str
) -> None:
    """Raise the 400 for a code that this customer cannot redeem now, on an order of `total`."""
    problem = problem_of(tx, code) if code["active"] else "This promotion code is inactive."
    rules = code["restrictions"]
    if problem is None and code["customer"] not in {None, customer}:
        problem = "This promotion code cannot be redeemed by this customer."
    if problem is None and rules["first_time_transaction"] and _has_paid(tx, customer):
        problem = (
            "This promotion code cannot be redeemed because the associated customer has prior transactions."
        )
    least = rules["minimum_amount"]
    if problem is None and least is not None and total is not None:
        if rules["minimum_amount_currency"] != currency:
            problem = "This promotion code cannot be redeemed in this currency."
        elif total < least:
            problem = "This promotion code cannot be redeemed because the minimum amount is not met."
    if problem is not None:
        raise errors.invalid(problem, param=param, code="promotion_code_invalid", rule="promotion_code")


def problem_of(tx: Transaction, code: Json) -> str | None:
    """Return why nobody can redeem a code any more, None when somebody may."""
    most = code["max_redemptions"]
    if code["expires_at"] is not None and code["expires_at"] <= tx.seconds:
        return "This promotion code has expired."
    if most is not None and code["times_redeemed"] >= most:
        return "This promotion code has been redeemed as often as it can be."
    coupon = tx.get(coupons.COUPONS, code["promotion"]["coupon"])
    return "The coupon of this promotion code is gone." if coupon is None else coupons.problem_of(tx, coupon)


def _has_paid(tx: Transaction, customer: str | None) -> bool:
    held = None if customer is None else tx.get(CUSTOMERS, customer)
    if held is None:
        return False
    from mocks.stripe.resources.invoices import INVOICES

    return any(each["amount_paid"] for each in tx.every(INVOICES, customer=customer, status="paid"))


def _check_free(tx: Transaction, code: str, customer: str | None) -> None:
    """Raise the 400 for a code that is taken: codes are told apart without regard to case, among active ones."""
    for each in tx.every(PROMOTION_CODES, code=code.lower()):
        if each["active"] and (customer is None or each["customer"] in {None, customer}):
            raise errors.invalid(
                f"An active promotion code with `code: {code}` already exists.",
                param="code",
                code="resource_already_exists",
                rule="promotion_code_exists",
            )
