"""The parameters that several of Cint's operations share, and what is said of wrong ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from harness.params import Params
from mocks.cint.errors import invalid

if TYPE_CHECKING:
    from harness.errors import Refusal


class Listing(Params):
    """A page of a list."""

    limit: int = Field(10, ge=1, le=100)
    after: str | None = None


def explain(errors: list[Any]) -> Refusal:
    """Turn the first of pydantic's errors into Cint's refusal."""
    first = errors[0]
    field = ".".join(map(str, first["loc"]))
    told = f"{field} is unknown." if first["type"] == "extra_forbidden" else f"{field}: {first['msg']}."
    return invalid(field, told)
