"""What Vercel's operations take in common, and how a wrong parameter is refused (in the words of its validator)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict, Field

from harness.params import Params
from mocks.vercel import errors

if TYPE_CHECKING:
    from harness.errors import Refusal

Json = dict[str, Any]


class Body(Params):
    """A JSON body: nothing is converted, and nothing may be in it that is not known."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Query(Params):
    """A query: numbers are written as text."""

    model_config = ConfigDict(extra="ignore")


class Listing(Query):
    """The query of a list: `limit` 1 to 100 (20 when not given), instants in milliseconds."""

    limit: int = Field(20, ge=1, le=100)
    since: int | None = Field(None, ge=0, le=10**15)
    until: int | None = Field(None, ge=0, le=10**15)
    from_: int | None = Field(None, alias="from", ge=0, le=10**15)


_TYPES = {
    "string_type": "string",
    "int_type": "integer",
    "int_from_float": "integer",
    "int_parsing": "integer",
    "float_type": "number",
    "bool_type": "boolean",
    "bool_parsing": "boolean",
    "list_type": "array",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
}


def explain(found: list[Any]) -> Refusal:
    """Turn pydantic's errors into Vercel's refusal of the first of them."""
    first = found[0]
    steps = [str(step) for step in first["loc"] if isinstance(step, int) or not step[:1].isupper()]
    field = steps[-1] if steps else ""
    where = ".".join(steps)
    if first["type"] == "missing":
        return _refused(f"should have required property `{field}`.", where, "missing_property")
    if first["type"] == "extra_forbidden":
        return _refused(f"should NOT have additional property `{field}`.", where, "unknown_property")
    if first["type"] in ("literal_error", "enum"):
        allowed = first["ctx"]["expected"].replace("'", '"').replace(" or ", ", ")
        return _refused(
            f"`{where}` should be equal to one of the allowed values {allowed}.", where, "invalid_property"
        )
    wanted = _TYPES.get(first["type"])
    if wanted is not None:
        return _refused(f"`{where}` should be {wanted}.", where, "invalid_property")
    return _refused(f"`{where}` is invalid: {first['msg']}.", where, "invalid_property")


def _refused(what: str, field: str, rule: str) -> Refusal:
    return errors.bad_request(f"Invalid request: {what}", field=field, rule=rule)
