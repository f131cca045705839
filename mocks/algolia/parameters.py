"""What Algolia's operations take, and how a wrong parameter is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from harness.params import Params
from mocks.algolia import errors

if TYPE_CHECKING:
    from harness.errors import Refusal

Json = Any

_FLAGS = {"true": True, "1": True, "false": False, "0": False, "": False}


def _flag(value: Json) -> Json:
    return _FLAGS.get(value, value) if isinstance(value, str) else value


def _listed(value: Json) -> Json:
    return [each for each in value.split(",") if each] if isinstance(value, str) else value


Flag = Annotated[bool, BeforeValidator(_flag)]
"""A boolean that may come from a query string, where old clients write 1 and 0."""

Names = Annotated[list[str], BeforeValidator(_listed)]
"""A list of names that may come from a query string, divided by commas."""


class Query(Params):
    """Parameters of the query string; unknown ones are let be."""

    model_config = ConfigDict(extra="ignore")


class Free(Params):
    """A body that is checked where its meaning is known; further fields come from the query string."""

    model_config = ConfigDict(extra="allow")

    body: Json = None

    @property
    def query(self) -> dict[str, Json]:
        """What came in the query string."""
        return dict(self.model_extra or {})

    @property
    def fields(self) -> dict[str, Json]:
        """The body, which must be an object."""
        return mapping(self.body)


class Forwarded(Free):
    """A body for an index and perhaps for its replicas."""

    forwardToReplicas: Flag = False


class Listing(Query):
    """A page of a list: `page` counts from 0; without it the list is whole."""

    page: int | None = Field(None, ge=0, le=2**31)
    hitsPerPage: int = Field(100, ge=1, le=2**31)


def mapping(value: Json) -> dict[str, Json]:
    """Return a JSON object; refuse anything else."""
    if not isinstance(value, dict):
        raise errors.not_an_object()
    return value


def explain(found: list[Any]) -> Refusal:
    """Turn the first of pydantic's errors into Algolia's refusal."""
    first = found[0]
    name = ".".join(str(step) for step in first["loc"])
    if first["type"] == "extra_forbidden":
        return errors.bad_request(f"Unknown parameter: {name}", rule="unknown_parameter", subject=name)
    if first["type"] == "missing":
        return errors.bad_request(f"Missing mandatory parameter: {name}", subject=name)
    expected = first["msg"][0].lower() + first["msg"][1:]
    return errors.bad_request(f'Invalid value for "{name}" parameter, {expected}', subject=name)
