"""Small stand-ins for hosts that are no providers, and the list of hosts that tools call in passing.

They are found by the entry-point group `greenroom.standins`, each a `Catalogue`. A stand-in has no worlds and no state:
it is a pure function of what is asked, and says in every answer what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from harness.errors import ConfigurationError
from harness.messages import Answer

GROUP = "greenroom.standins"
LABEL = "Greenroom-Standin"
"""The header that every answer of a stand-in carries, with the stand-in's name."""

Owner = TypeVar("Owner")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to a stand-in; header names are lower case, `now` is real time in unix seconds."""

    method: str
    host: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    now: int


@dataclass(frozen=True, slots=True)
class Standin:
    """What answers for some hosts: `hosts` may hold `*.example.com` for all below a domain."""

    name: str
    title: str
    hosts: tuple[str, ...]
    answer: Callable[[Asked], Answer]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What one package brings: stand-ins, and hosts of tools and telemetry that no run fails on."""

    standins: tuple[Standin, ...]
    noise: tuple[str, ...] = ()


class Hosts(Generic[Owner]):
    """Finds the owner of a host name among whole names, `*.example.com` and `registry.*`."""

    def __init__(self, named: Iterable[tuple[str, Owner]]) -> None:
        """Take patterns with their owners."""
        self._whole: dict[str, Owner] = {}
        self._below: dict[str, Owner] = {}
        self._first: dict[str, Owner] = {}
        for pattern, owner in named:
            if pattern.startswith("*."):
                self._below[pattern[2:]] = owner
            elif pattern.endswith(".*"):
                self._first[pattern[:-2]] = owner
            else:
                self._whole[pattern] = owner

    def find(self, host: str) -> Owner | None:
        """Return the owner by the whole name, else by the nearest domain above it, else by its first label."""
        owner = self._whole.get(host)
        first, rest = host.partition(".")[::2]
        while owner is None and rest:
            owner = self._below.get(rest)
            rest = rest.partition(".")[2]
        return self._first.get(first) if owner is None else owner


@cache
def catalogue() -> Catalogue:
    """Return all that is installed as one; raise ConfigurationError for what cannot be loaded."""
    standins: list[Standin] = []
    noise: list[str] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            found = entry.load()
        except Exception as error:
            raise ConfigurationError(
                f"the stand-ins {entry.name!r} ({entry.value}) cannot be loaded: {error!r}; mend or uninstall them"
            ) from error
        if not isinstance(found, Catalogue):
            raise ConfigurationError(f"the entry point {entry.name!r} ({entry.value}) is no Catalogue")
        standins += found.standins
        noise += found.noise
    return Catalogue(tuple(standins), tuple(noise))
