"""The prices that requests for subscriptions and Checkout Sessions name, or describe in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from mocks.stripe import errors
from mocks.stripe.resources import prices, products, usage

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


class Described(Protocol):
    """Parameters that describe a price in place."""

    def given(self) -> Json:
        """Return what was sent."""


class Priced(Protocol):
    """Parameters that name a price, or describe one."""

    @property
    def price(self) -> str | None:
        """The price's id."""

    @property
    def price_data(self) -> Described | None:
        """A price that is made for this request alone."""


def price_of(tx: Transaction, item: Priced, *, at: str, param: str | None = None) -> Json:
    """Return the price of an item of a request; `at` is the item's parameter, for example `items[0]`.

    `param` is the price's own parameter where it is not `price` below that.

    Raises the 400s for no price, an unknown or inactive one, and for the kinds of prices that are not billed here yet.
    """
    if item.price is not None and item.price_data is not None:
        raise errors.exclusive(f"{at}[price]", f"{at}[price_data]")
    if item.price_data is not None:
        return _made(tx, item.price_data.given(), at=f"{at}[price_data]" if at else "price_data")
    if item.price is None:
        raise errors.missing_parameter(f"{at}[price]")
    param = param or f"{at}[price]"
    price = prices.get(tx, item.price, param=param)
    if not price["active"]:
        raise errors.invalid(
            "The price specified is inactive. This field only accepts active prices.",
            param=param,
            rule="inactive_price",
        )
    if price["custom_unit_amount"] is not None or (usage.is_metered(price) and not usage.MEASURES):
        raise errors.unsupported(param)
    return price


def recurring_price_of(tx: Transaction, item: Priced, *, at: str) -> Json:
    """Return the price of an item that is charged again and again; raise the 400 for a one-time price as well."""
    price = price_of(tx, item, at=at)
    if price["type"] != "recurring":
        raise errors.invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            param=f"{at}[price]",
            rule="one_time_price",
        )
    return price


def check_together(prices: list[Json], *, customer: Json | None, at: str) -> None:
    """Raise the 400 for recurring prices that cannot be billed on one subscription, or not to this customer."""
    first = prices[0]
    if any(_rhythm(each) != _rhythm(first) for each in prices):
        raise errors.invalid(
            "Currently, all prices on a subscription must have the same `recurring.interval` and "
            "`recurring.interval_count`.",
            param=at,
            rule="mixed_intervals",
        )
    if any(each["currency"] != first["currency"] for each in prices):
        raise errors.invalid(
            "All prices on a subscription must have the same currency.", param=at, rule="mixed_currencies"
        )
    if len({each["id"] for each in prices}) < len(prices):
        twice = next(each["id"] for each in prices if sum(other["id"] == each["id"] for other in prices) > 1)
        raise errors.invalid(
            f"Cannot add multiple subscription items with the same plan: {twice}",
            param=at,
            rule="price_twice",
        )
    if customer is not None and customer["currency"] not in {None, first["currency"]}:
        raise errors.invalid(
            "You cannot combine currencies on a single customer. This customer has had a subscription, coupon, or "
            f"invoice item with currency {customer['currency']}.",
            param=at,
            rule="mixed_currencies",
        )


def _made(tx: Transaction, described: Json, *, at: str) -> Json:
    """Make a price, and the product it is for unless one is named.

    It is for one use, and so never active (Stripe docs: inline pricing).
    """
    data = described.pop("product_data", None)
    if data is not None and described.get("product") is not None:
        raise errors.exclusive(f"{at}[product]", f"{at}[product_data]")
    if data is None and described.get("product") is None:
        raise errors.missing_parameter(f"{at}[product]")
    if data is None:
        products.get(tx, described["product"], param=f"{at}[product]")
    else:
        described["product"] = products.create(tx, data | {"active": False})["id"]
    return prices.create(tx, described | {"active": False})


def _rhythm(price: Json) -> tuple[str, int]:
    return price["recurring"]["interval"], price["recurring"]["interval_count"]
