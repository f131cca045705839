"""Typed parameters: one declaration gives validation, unknown-parameter errors and the documentation of an operation."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

Json = Any
"""A JSON value at the edges: what providers send and receive."""


class Params(BaseModel):
    """The parameters of an operation. Unknown names are refused; `given` tells what the consumer really sent."""

    model_config = ConfigDict(extra="forbid", defer_build=True, arbitrary_types_allowed=False)

    def given(self) -> dict[str, Any]:
        """Return the fields that were sent, by their own names, nested parameters as dicts."""
        return self.model_dump(exclude_unset=True, by_alias=False)
