"""Prices: how much a product costs and how often, and the plans that are their older name."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import meters, money
from mocks.stripe.resources.events import difference, emit

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

LONGEST = {"day": 1095, "week": 156, "month": 36, "year": 3}
"""The longest intervals: three years."""


def _of_recurring(name: str) -> Callable[[Json], str | None]:
    return lambda price: price["recurring"][name] if price["recurring"] else None


PRICES = Collection(
    "stripe.price",
    "product",
    "active",
    "type",
    "lookup_key",
    "currency",
    interval=_of_recurring("interval"),
    meter=_of_recurring("meter"),
    usage_type=_of_recurring("usage_type"),
    listed=lambda price: None if price.get("_", {}).get("deleted") else True,
)
"""Prices; those of deleted plans are kept, unlisted, for the subscriptions that they bill."""


def _tiers(tx: Transaction, price: Json) -> list[Json] | None:
    tiers: list[Json] | None = price.get("_", {}).get("tiers")
    return tiers


def _currency_options(tx: Transaction, price: Json) -> Json:
    own = {
        "custom_unit_amount": price["custom_unit_amount"],
        "tax_behavior": price["tax_behavior"],
        "unit_amount": price["unit_amount"],
        "unit_amount_decimal": price["unit_amount_decimal"],
    }
    others: Json = price.get("_", {}).get("currency_options", {})
    return {price["currency"]: own} | others


register(
    Resource(
        "price",
        PRICES,
        expands={"product": "product"},
        includes={"tiers": _tiers, "currency_options": _currency_options},
    )
)

_BLANK: Json = {
    "id": "",
    "object": "price",
    "active": True,
    "billing_scheme": "per_unit",
    "created": 0,
    "currency": "",
    "custom_unit_amount": None,
    "livemode": False,
    "lookup_key": None,
    "metadata": {},
    "nickname": None,
    "product": "",
    "recurring": None,
    "tax_behavior": "unspecified",
    "tiers_mode": None,
    "transform_quantity": None,
    "type": "one_time",
    "unit_amount": None,
    "unit_amount_decimal": None,
}
"""Every field of a price, in Stripe's order; never changed in place."""


def get(tx: Transaction, id: str, *, param: str = "price") -> Json:
    """Return a price named in a parameter; raise the 400 when there is none."""
    found = existing(tx, id)
    if found is None:
        raise errors.no_such("price", id, param=param)
    return found


def find(tx: Transaction, id: str) -> Json:
    """Return a price named in the path; raise the 404."""
    found = existing(tx, id)
    if found is None:
        raise errors.not_found("price", id, param="price")
    return found


def existing(tx: Transaction, id: str) -> Json | None:
    """Return a price by its id, None where there is none, or its plan has been deleted."""
    found = tx.get(PRICES, id)
    return None if found is None or found.get("_", {}).get("deleted") else found


def in_currency(price: Json, currency: str, *, param: str) -> Json:
    """Return a price as it is charged in a currency, its own or one of `currency_options`; raise the 400 for another."""
    if price["currency"] == currency:
        return price
    option = price["_"].get("currency_options", {}).get(currency)
    if option is None:
        raise errors.invalid(
            f"The price specified only supports `{price['currency']}`. This doesn't match the expected currency: "
            f"`{currency}`.",
            param=param,
            rule="mixed_currencies",
        )
    return {**price, **option, "currency": currency}


def charged(tx: Transaction, id: str, currency: str) -> Json:
    """Return the price of a subscription's item as the subscription charges it."""
    price = tx.get(PRICES, id)
    if price is None:
        raise LookupError(f"the price {id} is gone: prices cannot be deleted")
    return in_currency(price, currency, param="currency")


def build(tx: Transaction, given: Json) -> Json:
    """Keep a new price of sent parameters (`product` is an id by now), without announcing it.

    Raises the 400s of amounts, currencies, intervals and lookup keys that cannot be.
    """
    money.check_currency(given["currency"])
    price = _BLANK | {
        "id": given.get("id") or new_id(tx, "price"),
        "created": tx.seconds,
        "metadata": merged({}, given.get("metadata") or {}),
    }
    price |= {"_": {}}
    for name in ("active", "billing_scheme", "currency", "nickname", "product", "tax_behavior", "tiers_mode"):
        if given.get(name) is not None:
            price[name] = given[name]
    price["transform_quantity"] = given.get("transform_quantity")
    price |= _amount(given)
    meters.check_price(tx, given.get("recurring"), at="recurring")
    if given.get("recurring") is not None:
        price |= {"type": "recurring", "recurring": _recurring(given["recurring"])}
    if price["billing_scheme"] == "tiered":
        price["_"]["tiers"] = _tiered(given)
    if given.get("currency_options"):
        price["_"]["currency_options"] = _options(given["currency_options"])
    if given.get("lookup_key") is not None:
        _take_lookup_key(tx, price, given["lookup_key"], transfer=given.get("transfer_lookup_key", False))
    return tx.insert(PRICES, price)


def create(tx: Transaction, given: Json) -> Json:
    """Create a price and announce it; a recurring one is announced as a plan, too."""
    price = build(tx, given)
    if price["type"] == "recurring":
        emit(tx, "plan.created", PRICES, plan(price))
    emit(tx, "price.created", PRICES, price)
    return price


def create_plan(tx: Transaction, given: Json) -> Json:
    """Create the recurring price that a plan's parameters describe; raise the 400 for an id that is taken."""
    if given.get("id") is not None and tx.get(PRICES, given["id"]) is not None:
        raise errors.invalid(
            "Plan already exists.", param="id", code="resource_already_exists", rule="plan_exists"
        )
    recurring = {
        name: given[name] for name in ("interval", "interval_count", "meter", "usage_type") if name in given
    }
    renamed = {
        "amount": "unit_amount",
        "amount_decimal": "unit_amount_decimal",
        "transform_usage": "transform_quantity",
    }
    own = {renamed.get(name, name): value for name, value in given.items() if name not in recurring}
    return create(tx, own | {"recurring": recurring})


def delete_plan(tx: Transaction, price: Json) -> Json:
    """Delete a plan, and so its price, and announce both: what is subscribed to it is billed as before."""
    emit(tx, "plan.deleted", PRICES, plan(price))
    emit(tx, "price.deleted", PRICES, price)
    kept = {"active": False, "lookup_key": None, "_": price.get("_", {}) | {"deleted": True}}
    tx.save(PRICES, price | kept)
    return {"id": price["id"], "object": "plan", "deleted": True}


def change(tx: Transaction, price: Json, given: Json) -> Json:
    """Change what may be changed of a price, and announce it when that changed anything."""
    earlier = tx.before(PRICES, price["id"]) or price
    for name, value in given.items():
        match name:
            case "metadata":
                price[name] = merged(price[name], value)
            case "lookup_key":
                _take_lookup_key(tx, price, value, transfer=given.get("transfer_lookup_key", False))
            case "currency_options":
                options = price["_"].get("currency_options", {})
                price["_"] = price["_"] | {"currency_options": options | _options(value or {})}
            case "transfer_lookup_key":
                continue
            case "tax_behavior":
                _check_tax_behavior(price, value)
                price[name] = value
            case _:
                price[name] = value
    if price == earlier:
        return price
    tx.save(PRICES, price)
    if price["type"] == "recurring":
        changed = difference(plan(earlier), plan(price))
        if changed:
            emit(tx, "plan.updated", PRICES, plan(price), previous=changed)
    emit(tx, "price.updated", PRICES, price)
    return price


def plan(price: Json) -> Json:
    """Return a recurring price under its older name; with its tiers where they are shown."""
    recurring = price["recurring"]
    tiers = {"tiers": price["tiers"]} if "tiers" in price else {}
    return tiers | {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": price["billing_scheme"],
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "meter": recurring["meter"],
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": price["tiers_mode"],
        "transform_usage": price["transform_quantity"],
        "trial_period_days": None,
        "usage_type": recurring["usage_type"],
    }


def _amount(given: Json) -> Json:
    """Return the price's amounts: exactly one way of saying them, unless tiers do."""
    ways = [
        name
        for name in ("unit_amount", "unit_amount_decimal", "custom_unit_amount")
        if given.get(name) is not None
    ]
    if len(ways) > 1:
        raise errors.exclusive(*ways)
    if given.get("billing_scheme") == "tiered":
        if ways:
            raise errors.invalid(
                f"You cannot set `{ways[0]}` when `billing_scheme` is `tiered`: use `tiers` instead.",
                param=ways[0],
                rule="amount_of_tiered_price",
            )
        return {}
    if not ways:
        raise errors.missing_parameter("unit_amount")
    if ways == ["custom_unit_amount"]:
        return {"custom_unit_amount": _custom(given["custom_unit_amount"])}
    return _both(given[ways[0]])


def _both(amount: int | str) -> Json:
    """Return an amount as integer (null when it has a fraction) and as decimal string."""
    exact = Decimal(amount)
    whole = int(exact) if exact == exact.to_integral_value() else None
    text = format(exact.normalize(), "f")
    return {"unit_amount": whole, "unit_amount_decimal": text}


def _custom(given: Json) -> Json:
    if not given["enabled"]:
        raise errors.invalid(
            "`custom_unit_amount[enabled]` must be true.", param="custom_unit_amount[enabled]"
        )
    return {name: given.get(name) for name in ("maximum", "minimum", "preset")}


def _recurring(given: Json) -> Json:
    count = given.get("interval_count", 1)
    interval = given["interval"]
    if count > LONGEST[interval]:
        raise errors.invalid(
            f"Invalid interval_count: a price can recur at most every three years, {LONGEST[interval]} {interval}s.",
            param="recurring[interval_count]",
            rule="interval_too_long",
        )
    return {
        "interval": interval,
        "interval_count": count,
        "meter": given.get("meter"),
        "usage_type": given.get("usage_type", "licensed"),
    }


def _tiered(given: Json) -> list[Json]:
    tiers = given.get("tiers")
    if not tiers:
        raise errors.missing_parameter("tiers")
    if given.get("tiers_mode") is None:
        raise errors.missing_parameter("tiers_mode")
    bounds = [tier["up_to"] for tier in tiers]
    if bounds[-1] != "inf" or "inf" in bounds[:-1] or bounds[:-1] != sorted(set(bounds[:-1])):
        raise errors.invalid(
            "The last tier must have `up_to` set to `inf`, and the ones before it must ascend.",
            param="tiers",
            rule="invalid_tiers",
        )
    return [_tier(tier) for tier in tiers]


def _tier(given: Json) -> Json:
    flat = given.get("flat_amount", given.get("flat_amount_decimal"))
    unit = given.get("unit_amount", given.get("unit_amount_decimal"))
    if flat is None and unit is None:
        raise errors.missing_parameter("tiers[0][unit_amount]")
    nothing = {"unit_amount": None, "unit_amount_decimal": None}
    flats = nothing if flat is None else _both(flat)
    units = nothing if unit is None else _both(unit)
    return {
        "flat_amount": flats["unit_amount"],
        "flat_amount_decimal": flats["unit_amount_decimal"],
        **units,
        "up_to": None if given["up_to"] == "inf" else given["up_to"],
    }


def _options(given: Json) -> Json:
    options = {}
    for currency, each in given.items():
        money.check_currency(currency, param=f"currency_options[{currency}]")
        amount = each.get("unit_amount", each.get("unit_amount_decimal"))
        if amount is None:
            raise errors.missing_parameter(f"currency_options[{currency}][unit_amount]")
        behavior = each.get("tax_behavior") or "unspecified"
        options[currency] = {"custom_unit_amount": None, "tax_behavior": behavior, **_both(amount)}
    return options


def _take_lookup_key(tx: Transaction, price: Json, key: str | None, *, transfer: bool) -> None:
    """Give a price a lookup key, which one price holds at a time; raise the 400 unless it may be taken over."""
    if key is not None:
        holder = tx.first(PRICES, lookup_key=key)
        if holder is not None and holder["id"] != price["id"]:
            if not transfer:
                raise errors.invalid(
                    f"A price (`{holder['id']}`) already uses that lookup key.",
                    param="lookup_key",
                    code="resource_already_exists",
                    rule="lookup_key_taken",
                )
            holder["lookup_key"] = None
            tx.save(PRICES, holder)
            emit(tx, "price.updated", PRICES, holder)
    price["lookup_key"] = key


def _check_tax_behavior(price: Json, value: str) -> None:
    if price["tax_behavior"] not in {"unspecified", value}:
        raise errors.invalid(
            "You cannot change `tax_behavior` once it has been set to `exclusive` or `inclusive`.",
            param="tax_behavior",
            rule="tax_behavior_fixed",
        )
