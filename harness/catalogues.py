"""Catalogues: sources of scenarios, found by the entry-point group `greenroom.scenarios`; the harness knows none by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol, Required, TypedDict, Unpack

from harness.errors import ConfigurationError, InvalidInput

GROUP = "greenroom.scenarios"
Json = dict[str, Any]


class Wishes(TypedDict, total=False):
    """How a scenario is to be told."""

    seed: Required[str]
    scale: Required[float]
    text: str | None
    """A scenario of one's own, in YAML, instead of the installed one."""
    parameters: Mapping[str, Any] | None


class Catalogue(Protocol):
    """A source of scenarios; what it cannot use it refuses by a ValueError whose message is for the reader."""

    def names(self) -> list[str]:
        """Return the names of its scenarios."""

    def title(self, name: str) -> str:
        """Return what a scenario is about, in one line."""

    def story(self, name: str, *, now: datetime, **wishes: Unpack[Wishes]) -> Json:
        """Tell a scenario as of a present."""

    def parameters(self, name: str) -> dict[str, Json]:
        """Return the parameters that a scenario takes."""

    def schema(self) -> Json:
        """Return the JSON schema of scenario files."""

    def extent(self, name: str, **wishes: Unpack[Wishes]) -> tuple[int, int]:
        """Return about how many things the story tells of, and in how many parts it can be told."""

    def parts(self, name: str, *, now: datetime, begin: int = 0, **wishes: Unpack[Wishes]) -> Iterator[Json]:
        """Tell a scenario in parts, from one on: each is a story, all are the whole; the last tells what comes after."""


class Generator(Protocol):
    """A catalogue that also writes scenarios to files."""

    def generate(
        self,
        name: str,
        folder: Path,
        *,
        now: datetime,
        format: str,
        processes: int,
        executor: Executor | None,
        progress: Callable[[int, int], None] | None,
        **wishes: Unpack[Wishes],
    ) -> int:
        """Write a scenario's story into a folder, in partitions; return how many there are."""


def catalogues() -> list[Catalogue]:
    """Return the installed catalogues in the order of their names; raise ConfigurationError for a broken one."""
    found: list[Catalogue] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            found.append(entry.load())
        except Exception as error:
            raise ConfigurationError(
                f"the scenarios {entry.name!r} ({entry.value}) cannot be loaded: {error!r}; mend or uninstall them"
            ) from error
    return found


def source(found: list[Catalogue], name: str, text: str | None = None) -> Catalogue:
    """Return the catalogue that tells a scenario: the first one tells those that are written down. Raise InvalidInput."""
    for each in found:
        if name in each.names():
            return each
    if text is not None and found:
        return found[0]
    known = ", ".join(sorted(name for each in found for name in each.names())) or "none is installed"
    raise InvalidInput(f"there is no scenario {name!r}; there are: {known}")
