"""Coupons: how much is taken off, and for how long (Stripe docs: coupons and promotion codes)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import money
from mocks.stripe.resources.events import emit, updated

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

COUPONS = Collection("stripe.coupon")
DELETED = Collection("stripe.deleted_coupon")
"""Whole coupons that are gone: the discounts they were redeemed for stay as they are."""


def view(tx: Transaction, coupon: Json) -> Json:
    """Return the coupon as the API shows it: whether it can still be redeemed is a matter of the moment."""
    shown = {name: value for name, value in coupon.items() if name != "_"}
    shown["valid"] = problem_of(tx, coupon) is None
    return shown


def _applies_to(tx: Transaction, coupon: Json) -> Json:
    return {"products": coupon["_"]["products"] or []}


def _currency_options(tx: Transaction, coupon: Json) -> Json:
    own = {} if coupon["amount_off"] is None else {coupon["currency"]: {"amount_off": coupon["amount_off"]}}
    options: Json = own | coupon["_"]["currency_options"]
    return options


register(
    Resource(
        "coupon",
        COUPONS,
        includes={"applies_to": _applies_to, "currency_options": _currency_options},
        view=view,
        deleted=DELETED,
    )
)


def find(tx: Transaction, id: str) -> Json:
    """Return a coupon named in the path; raise the 404."""
    found = tx.get(COUPONS, id)
    if found is None:
        raise errors.not_found("coupon", id, param="coupon")
    return found


def get(tx: Transaction, id: str, *, param: str) -> Json:
    """Return a coupon named in a parameter; raise the 400."""
    found = tx.get(COUPONS, id)
    if found is None:
        raise errors.no_such("coupon", id, param=param)
    return found


def redeemed(tx: Transaction, id: str) -> Json:
    """Return the coupon that a discount stands for, also one that has been deleted since."""
    found = tx.get(COUPONS, id) or tx.get(DELETED, id)
    if found is None:
        raise LookupError(f"the coupon {id} of a discount is gone: deleted ones are kept")
    return found


def create(tx: Transaction, given: Json) -> Json:
    """Create a coupon and announce it; raise the 400s of what contradicts itself."""
    _check_reduction(given)
    _check_duration(given)
    id = given.get("id") or tx.token("coupon.id", 8)
    if tx.get(COUPONS, id) is not None:
        raise errors.invalid(
            "Coupon already exists.", param="id", code="resource_already_exists", rule="coupon_exists"
        )
    percent = given.get("percent_off")
    coupon = {
        "id": id,
        "object": "coupon",
        "amount_off": given.get("amount_off"),
        "created": tx.seconds,
        "currency": given.get("currency") if percent is None else None,
        "duration": given.get("duration", "once"),
        "duration_in_months": given.get("duration_in_months"),
        "livemode": False,
        "max_redemptions": given.get("max_redemptions"),
        "metadata": merged({}, given.get("metadata") or {}),
        "name": given.get("name"),
        "percent_off": None if percent is None else float(percent),
        "redeem_by": given.get("redeem_by"),
        "times_redeemed": 0,
        "valid": True,
        "_": {
            "products": (given.get("applies_to") or {}).get("products"),
            "currency_options": _options(given.get("currency_options") or {}),
        },
    }
    tx.delete(DELETED, id)
    tx.insert(COUPONS, coupon)
    emit(tx, "coupon.created", COUPONS, coupon)
    return coupon


def change(tx: Transaction, coupon: Json, given: Json) -> None:
    """Change what may be changed of a coupon: its name, metadata, and amounts in further currencies."""
    if "metadata" in given:
        coupon["metadata"] = merged(coupon["metadata"], given["metadata"])
    if "name" in given:
        coupon["name"] = given["name"]
    if given.get("currency_options"):
        options = coupon["_"]["currency_options"] | _options(given["currency_options"])
        coupon["_"] = coupon["_"] | {"currency_options": options}
    updated(tx, "coupon.updated", COUPONS, coupon)


def delete(tx: Transaction, coupon: Json) -> Json:
    """Delete a coupon: nobody can redeem it any more, the discounts it gave stay."""
    tx.delete(COUPONS, coupon["id"])
    tx.delete(DELETED, coupon["id"])
    tx.insert(DELETED, coupon)
    emit(tx, "coupon.deleted", COUPONS, coupon)
    return {"id": coupon["id"], "object": "coupon", "deleted": True}


def count(tx: Transaction, coupon: Json) -> None:
    """Count a redemption."""
    coupon["times_redeemed"] += 1
    tx.save(COUPONS if tx.get(COUPONS, coupon["id"]) is not None else DELETED, coupon)


def problem_of(tx: Transaction, coupon: Json) -> str | None:
    """Return why a coupon can no longer be redeemed, None when it can."""
    most = coupon["max_redemptions"]
    if coupon["redeem_by"] is not None and coupon["redeem_by"] <= tx.seconds:
        return f"Coupon expired: {coupon['id']}"
    if most is not None and coupon["times_redeemed"] >= most:
        return f"Coupon {coupon['id']} is used up and cannot be applied."
    return None


def amount_in(coupon: Json, currency: str) -> int | None:
    """Return what a coupon of a fixed amount takes off in a currency, None when it has no amount in it."""
    if coupon["currency"] == currency:
        amount: int | None = coupon["amount_off"]
        return amount
    option = coupon["_"]["currency_options"].get(currency)
    return None if option is None else int(option["amount_off"])


def _check_reduction(given: Json) -> None:
    ways = [name for name in ("percent_off", "amount_off") if given.get(name) is not None]
    if len(ways) != 1:
        raise errors.invalid(
            "You must pass exactly one of `percent_off` or `amount_off`.",
            param="percent_off",
            code="parameters_exclusive" if ways else "parameter_missing",
            rule="coupon_reduction",
        )
    if ways == ["amount_off"] and given.get("currency") is None:
        raise errors.missing_parameter("currency")
    if ways == ["percent_off"] and not 0 < float(given["percent_off"]) <= 100:
        raise errors.invalid(
            "Invalid percent_off: must be greater than 0 and less than or equal to 100.", param="percent_off"
        )
    if given.get("currency") is not None:
        money.check_currency(given["currency"])


def _check_duration(given: Json) -> None:
    repeating = given.get("duration") == "repeating"
    if repeating and given.get("duration_in_months") is None:
        raise errors.missing_parameter("duration_in_months")
    if not repeating and given.get("duration_in_months") is not None:
        raise errors.invalid(
            "You can only pass `duration_in_months` when `duration` is `repeating`.",
            param="duration_in_months",
        )


def _options(given: Json) -> Json:
    for currency in given:
        money.check_currency(currency, param=f"currency_options[{currency}]")
    return {currency: {"amount_off": each["amount_off"]} for currency, each in given.items()}
