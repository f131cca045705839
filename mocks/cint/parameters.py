"""The parameters that several of Cint's operations share, and what is said of wrong ones.

Fields that Cint does not know are ignored, and nothing is converted: a number in quotes is no number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field

from harness import instants
from harness.errors import InvalidInput
from harness.params import Params
from mocks.cint import errors
from mocks.cint.resources import definitions

if TYPE_CHECKING:
    from harness.errors import Refusal

Status = Literal["draft", "scheduled", "live", "paused", "completed", "archived"]
INT32 = 2**31 - 1


def _instant(text: str) -> str:
    """Accept a date and time as RFC 3339 writes them."""
    try:
        instants.parse(text)
    except InvalidInput:
        raise ValueError("must be a date-time as in RFC 3339") from None
    if "T" not in text.upper():
        raise ValueError("must be a date-time as in RFC 3339")
    return text


Instant = Annotated[str, AfterValidator(_instant)]


def _locale(text: str) -> str:
    """Accept the locales that `GET /v1/locales` lists."""
    if text not in definitions.locales():
        raise ValueError(f"'{text[:20]}' is not a supported locale")
    return text


Locale = Annotated[str, AfterValidator(_locale)]


class Body(Params):
    """A JSON body."""

    model_config = ConfigDict(extra="ignore", strict=True)


class Query(Params):
    """The query of a GET."""

    model_config = ConfigDict(extra="ignore")


class Listing(Query):
    """A page of a list: `page_size` 1 to 100 (10 when not given), and a cursor in one direction."""

    page_size: int = Field(10, ge=1, le=100)
    start_after: str | None = None
    end_before: str | None = None


class Money(Body):
    """An amount as requests have it: a decimal number in quotes, and its currency."""

    value: str = Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,4})?$")
    currency_code: str = Field(pattern=r"^[A-Z]{3}$")


def explain(found: list[Any]) -> Refusal:
    """Turn pydantic's errors into Cint's refusal, which names every wrong field."""
    first = found[0]
    if first["type"] == "missing":
        return errors.missing(_name(first))
    return errors.invalid_params([{"name": _name(each), "reason": _reason(each)} for each in found])


def _name(error: Any) -> str:
    return ".".join(map(str, error["loc"])) or "body"


def _reason(error: Any) -> str:
    return "required" if error["type"] == "missing" else str(error["msg"]).removeprefix("Value error, ")
