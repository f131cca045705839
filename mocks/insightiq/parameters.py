"""What InsightIQ's operations take, and how wrong parameters are refused.

Bodies are read strictly, and unknown fields refused; unknown names in a query are ignored.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from harness.params import Params
from mocks.insightiq import errors
from mocks.insightiq.dialect import dashed

if TYPE_CHECKING:
    from harness.errors import Refusal

LARGEST = 2**63 - 1
Count = Annotated[int, Field(ge=0, le=LARGEST)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Texts = Annotated[list[Text], Field(max_length=100)]
_UUID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


def _uuid(text: str) -> str:
    if not _UUID.fullmatch(text):
        raise ValueError("must be a UUID")
    return dashed(text)


Uuid = Annotated[Text, AfterValidator(_uuid)]
"""An id in either spelling, with dashes from here on."""


class Body(Params):
    """A JSON body."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Query(Params):
    """The query of a GET."""

    model_config = ConfigDict(extra="ignore")


class Listing(Query):
    """A page of a list."""

    limit: int = Field(10, ge=1, le=100)
    offset: int = Field(0, ge=0, le=1_000_000)


class OfCreator(Query):
    """A public profile: its user name or address, and the platform."""

    identifier: Text
    work_platform_id: Text


class OfAccount(Body):
    """A connected account."""

    account_id: Text


def explain(found: list[Any]) -> Refusal:
    """Turn pydantic's errors into InsightIQ's refusal: what is missing comes first."""
    lacking = list(dict.fromkeys(_name(each) for each in found if each["type"] == "missing"))
    if lacking:
        return errors.missing(lacking)
    return errors.invalid(list(dict.fromkeys(_name(each) for each in found)))


def _name(error: Any) -> str:
    """Return the path of a field, without the names of alternatives (`str`, `list[…]`) that pydantic puts in between."""
    steps = [
        str(step) for step in error["loc"] if step != "str" and (isinstance(step, int) or step.isidentifier())
    ]
    return ".".join(steps) or "body"
