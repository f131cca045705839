"""Discounts: coupons that were redeemed, on a customer, a subscription, an item, an invoice or an invoice item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from harness.collection import Collection
from harness.errors import Refusal
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register, render, snapshot
from mocks.stripe.resources import coupons, periods, promotion_codes
from mocks.stripe.resources.events import difference, emit
from mocks.stripe.resources.promotion_codes import (
    PROMOTION_CODES,
    WHOLE_COUPON_BEFORE,
    with_whole_coupon,
)
from mocks.stripe.versions import before, without

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]
Holder = Literal[
    "checkout_session", "customer", "invoice", "invoice_item", "quote", "subscription", "subscription_item"
]
PROMISED = frozenset({"checkout_session", "quote"})
"""Holders whose discounts are redeemed when what they offer is bought."""

DISCOUNTS = Collection("stripe.discount", "subscription")

register(
    Resource(
        "discount",
        DISCOUNTS,
        expands={
            "customer": "customer",
            "promotion_code": "promotion_code",
            "source.coupon": "coupon",
        },
        link=with_whole_coupon,
    )
)
before(WHOLE_COUPON_BEFORE, "discount")(without("source", "customer_account"))


def redeem(
    tx: Transaction,
    asked: list[Json] | None,
    *,
    customer: str | None,
    holder: tuple[Holder, str],
    currency: str,
    held: list[str] | None = None,
    total: int | None = None,
    at: str = "discounts",
    inside: str | None = None,
) -> list[str]:
    """Redeem what `discounts[…]` asks for, and return the ids of the discounts that the holder has from now on.

    Each entry names a coupon, a promotion code, or a discount that the holder has already (`held`), which is kept. `total`
    is what the order comes to, for codes that demand a least amount. `inside` is the subscription of an item.
    """
    kept: list[str] = []
    for place, each in enumerate(asked or []):
        where = f"{at}[{place}]"
        ways = [name for name in ("coupon", "discount", "promotion_code") if each.get(name) is not None]
        if len(ways) != 1:
            raise errors.exclusive(*(f"{where}[{name}]" for name in ways or ("coupon", "promotion_code")))
        if ways == ["discount"]:
            kept.append(_known(tx, each["discount"], held or [], customer, where))
            continue
        coupon, code = _named(tx, each, customer, total, currency, where)
        kept.append(_create(tx, coupon, code, customer, holder, inside)["id"])
    if len(set(kept)) < len(kept):
        raise errors.invalid("The same discount was given twice.", param=at)
    for id in held or []:
        if id not in kept:
            end(tx, id)
    return kept


def redeemable(tx: Transaction, planned: list[Json], customer: str, currency: str) -> list[Json]:
    """Return the entries that can be redeemed now, of what was planned earlier: coupons may be gone or used up since."""
    found = []
    for each in planned:
        try:
            if each.get("discount") is None:
                _named(tx, each, customer, None, currency, "discounts")
            elif tx.get(DISCOUNTS, each["discount"]) is None:
                continue
        except Refusal:
            continue
        found.append(each)
    return found


def end(tx: Transaction, id: str) -> None:
    """Take a discount away and announce it; invoices that it lessened go on naming it."""
    discount = tx.get(DISCOUNTS, id)
    if discount is not None and _announced(discount):
        emit(tx, "customer.discount.deleted", DISCOUNTS, discount)


def deleted(tx: Transaction, id: str) -> Json:
    """Return what Stripe answers for a discount that was taken away."""
    shown = render(tx, tx.get(DISCOUNTS, id) or {})
    shown.pop("end", None)
    return shown | {"deleted": True}


def running(tx: Transaction, ids: list[str]) -> list[str]:
    """Return those discounts of a list that have not come to their end."""
    found = ((id, tx.get(DISCOUNTS, id)) for id in ids)
    return [id for id, each in found if each and (each["end"] is None or each["end"] > tx.seconds)]


def is_used_up(tx: Transaction, id: str) -> bool:
    """Tell whether a discount has done its work with the invoice that it lessened."""
    discount = tx.get(DISCOUNTS, id)
    return discount is None or coupon_of(tx, discount)["duration"] == "once"


def coupon_of(tx: Transaction, discount: Json) -> Json:
    """Return the coupon that a discount came from."""
    return coupons.redeemed(tx, discount["source"]["coupon"])


def give(tx: Transaction, coupon: Json, customer: str, instead: str | None = None) -> Json:
    """Give a customer a discount on all that is invoiced to them, as the dashboard does; perhaps `instead` of another."""
    former = None if instead is None else tx.get(DISCOUNTS, instead)
    made = _create(tx, coupon, None, customer, ("customer", customer), None, announce=former is None)
    if former is not None:
        changed = difference(snapshot(tx, former), snapshot(tx, made))
        emit(tx, "customer.discount.updated", DISCOUNTS, made, previous=changed)
    return made


def copy_to(tx: Transaction, id: str, customer: str, holder: tuple[Holder, str]) -> str:
    """Redeem a discount's coupon anew for another holder (a session's for its subscription), without a check."""
    discount = tx.get(DISCOUNTS, id)
    if discount is None:
        raise LookupError(f"the discount {id} is gone")
    code = None if discount["promotion_code"] is None else tx.get(PROMOTION_CODES, discount["promotion_code"])
    return str(_create(tx, coupon_of(tx, discount), code, customer, holder, None)["id"])


def count(tx: Transaction, id: str) -> None:
    """Count the redemption of a discount that was only promised, on a session, so far."""
    discount = tx.get(DISCOUNTS, id)
    if discount is None:
        return
    coupons.count(tx, coupon_of(tx, discount))
    code = None if discount["promotion_code"] is None else tx.get(PROMOTION_CODES, discount["promotion_code"])
    if code is not None:
        promotion_codes.count(tx, code)


def _known(tx: Transaction, id: str, held: list[str], customer: str | None, where: str) -> str:
    discount = tx.get(DISCOUNTS, id)
    if discount is None or (id not in held and discount["customer"] != customer):
        raise errors.no_such("discount", id, param=f"{where}[discount]")
    return id


def _named(
    tx: Transaction, asked: Json, customer: str | None, total: int | None, currency: str, where: str
) -> tuple[Json, Json | None]:
    """Return the coupon that an entry redeems, and the promotion code it was named by; raise the 400s."""
    code = None
    if asked.get("promotion_code") is not None:
        param = f"{where}[promotion_code]"
        code = tx.get(PROMOTION_CODES, asked["promotion_code"])
        if code is None:
            raise errors.no_such("promotion_code", asked["promotion_code"], param=param)
        promotion_codes.check(tx, code, customer=customer, total=total, currency=currency, param=param)
        coupon = coupons.redeemed(tx, code["promotion"]["coupon"])
    else:
        param = f"{where}[coupon]"
        coupon = coupons.get(tx, asked["coupon"], param=param)
        problem = coupons.problem_of(tx, coupon)
        if problem is not None:
            raise errors.invalid(problem, param=param, code="coupon_expired", rule="coupon_expired")
    if coupon["percent_off"] is None and coupons.amount_in(coupon, currency) is None:
        raise errors.invalid(
            f"The coupon `{coupon['id']}` takes off an amount in {coupon['currency']} and cannot be applied in "
            f"{currency}.",
            param=param,
            rule="mixed_currencies",
        )
    return coupon, code


def _create(
    tx: Transaction,
    coupon: Json,
    code: Json | None,
    customer: str | None,
    holder: tuple[Holder, str],
    inside: str | None,
    *,
    announce: bool = True,
) -> Json:
    kind, id = holder
    end = None
    if coupon["duration"] == "repeating":
        end = periods.boundary(tx.seconds, "month", coupon["duration_in_months"], 1)
    discount: Json = {
        "id": new_id(tx, "di"),
        "object": "discount",
        "checkout_session": None,
        "customer": customer,
        "customer_account": None,
        "end": end,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": None if code is None else code["id"],
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": tx.seconds,
        "subscription": inside,
        "subscription_item": None,
        **({"_": {"quote": id}} if kind == "quote" else {kind: id}),
    }
    tx.insert(DISCOUNTS, discount)
    if kind not in PROMISED:
        count(tx, discount["id"])
    if announce and _announced(discount):
        emit(tx, "customer.discount.created", DISCOUNTS, discount)
    return discount


def _announced(discount: Json) -> bool:
    return (
        discount["invoice"] is None
        and discount["invoice_item"] is None
        and discount["checkout_session"] is None
        and "_" not in discount
    )
