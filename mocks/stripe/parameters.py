"""The vocabulary of Stripe's parameters: what each operation's typed parameters are made of.

Parameters arrive as form fields, so every value is a string until its type has read it. An empty string unsets what
may be unset (`Unset[...]`) and is refused elsewhere; `metadata` is merged. (Stripe API reference: metadata, pagination,
expanding objects.)
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from harness.params import Params

T = TypeVar("T")

_INTEGER = re.compile(r"-?\d{1,18}\Z", re.ASCII)


def _integer(value: object) -> object:
    if isinstance(value, str) and value and not _INTEGER.match(value):
        raise PydanticCustomError("invalid_integer", "not an integer")
    return value


def _boolean(value: object) -> object:
    if isinstance(value, str) and value:
        lowered = value.lower()
        if lowered not in {"true", "false"}:
            raise PydanticCustomError("invalid_boolean", "not a boolean")
        return lowered == "true"
    return value


def as_limit(value: object) -> object:
    """Read a page's size, 1 to 100."""
    read = _integer(value)
    if isinstance(read, str | int) and read != "" and not 1 <= int(read) <= 100:
        raise PydanticCustomError("out_of_range", "out of range", {"low": 1, "high": 100})
    return read


def _off_session(value: object) -> object:
    return True if value in ("one_off", "recurring") else _boolean(value)


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _metadata(value: object) -> object:
    if value == "":
        return None
    if isinstance(value, dict):
        for key, each in value.items():
            if not isinstance(each, str):
                raise PydanticCustomError("metadata_nested", "nested", {"key": key})
            if not key or len(key) > 40:
                raise PydanticCustomError("metadata_key", "key", {"key": key})
            if len(each) > 500:
                raise PydanticCustomError("metadata_value", "value", {"key": key})
    return value


Unset = Annotated[T | None, BeforeValidator(_empty_is_none)]
"""A parameter that an empty string unsets: it arrives as None, and `given()` holds it."""

Integer = Annotated[int, BeforeValidator(_integer)]
"""A whole number as Stripe spells it: `10`, never `10.0`, ` 10` or `1_0`."""

Count = Annotated[int, BeforeValidator(_integer), Field(ge=0)]
"""A whole number that is not negative."""

Boolean = Annotated[bool, BeforeValidator(_boolean)]
"""`true` or `false`; nothing else that Python would take for a boolean."""

OffSession = Annotated[bool, BeforeValidator(_off_session)]
"""Whether the payer is away: a boolean, or which kind of payment it is."""

Timestamp = Annotated[int, BeforeValidator(_integer), Field(ge=0)]
"""Unix seconds."""

Decimal = Annotated[str, Field(pattern=r"^-?\d{1,15}(\.\d{1,12})?$")]
"""A decimal number kept as the string it was sent as (`unit_amount_decimal`)."""

Currency = Annotated[str, BeforeValidator(_lower)]
"""A three-letter ISO code in any case; objects hold it in lower case. `money.check_currency` knows which there are."""

Metadata = Annotated[dict[str, Annotated[str, Field(min_length=0)]] | None, BeforeValidator(_metadata)]
"""Up to 50 pairs, keys up to 40 and values up to 500 characters; None after `metadata=` (clear all)."""

_SIMPLE = frozenset({str, int, bool, type(None)})
"""What `given` hands on as it is, without pydantic's help."""

Expand = tuple[str, ...]
"""Dotted paths of what to expand."""


class Group(Params):
    """A nested group of parameters, such as `address[…]`.

    `unsupported` names parameters that Stripe has and this mock refuses loudly.
    """

    model_config = ConfigDict(str_min_length=1)
    unsupported: ClassVar[frozenset[str]] = frozenset()

    def given(self) -> dict[str, Any]:
        """Return what was sent, without `expand`, nested groups as dicts."""
        sent = self.model_fields_set
        given = {name: value for name, value in self.__dict__.items() if name in sent and name != "expand"}
        for name, value in given.items():
            if type(value) not in _SIMPLE:
                if name != "metadata":
                    return self.model_dump(exclude_unset=True, exclude={"expand"})
                given[name] = dict(value)
        return given


class StripeParams(Group):
    """The parameters of an operation; every one of Stripe's v1 operations takes `expand`."""

    expand: Expand = ()


class CreatedRange(Group):
    """`created[gt]`, `[gte]`, `[lt]`, `[lte]`, in unix seconds."""

    gt: Timestamp | None = None
    gte: Timestamp | None = None
    lt: Timestamp | None = None
    lte: Timestamp | None = None


def _range(value: object) -> object:
    return {"gte": _integer(value), "lte": value} if isinstance(value, str | int) and value != "" else value


Range = Annotated[CreatedRange, BeforeValidator(_range)]
"""A range of instants, or one exact instant."""


class ListParams(StripeParams):
    """What every list takes: page size and cursors."""

    limit: Annotated[int, BeforeValidator(as_limit)] = 10
    starting_after: str | None = None
    ending_before: str | None = None


class CreatedListParams(ListParams):
    """A list that can be bounded by creation time."""

    created: Range | None = None


class Address(Group):
    """A postal address; parts that are not sent are null."""

    city: Unset[str] = None
    country: Unset[str] = None
    line1: Unset[str] = None
    line2: Unset[str] = None
    postal_code: Unset[str] = None
    state: Unset[str] = None


class CustomerShipping(Group):
    """Where a customer's goods go."""

    address: Address
    name: str
    phone: Unset[str] = None


class Shipping(CustomerShipping):
    """Where a payment's goods go, and with whom."""

    carrier: Unset[str] = None
    tracking_number: Unset[str] = None


class BillingDetails(Group):
    """Who pays with a payment method."""

    address: Unset[Address] = None
    email: Unset[str] = None
    name: Unset[str] = None
    phone: Unset[str] = None
    tax_id: Unset[str] = None


def merged(metadata: dict[str, str], sent: dict[str, str] | None) -> dict[str, str]:
    """Merge metadata as Stripe does: None clears all, an empty value removes its key, the rest is set.

    Raises Refusal when more than 50 keys would remain.
    """
    if sent is None:
        return {}
    result = {key: value for key, value in (metadata | sent).items() if value != ""}
    if len(result) > 50:
        from mocks.stripe.errors import invalid

        raise invalid("You can have up to 50 keys in metadata.", param="metadata", rule="metadata_too_large")
    return result
