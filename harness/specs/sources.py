"""The settings of the providers' documents: names, addresses and repairs, found by the entry points `greenroom.specs`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Literal

from harness.errors import ConfigurationError

GROUP = "greenroom.specs"
Clock = Literal["s", "ms"]


@dataclass(frozen=True, slots=True)
class Repair:
    """What must be replaced in a document's text before it can be read, and why."""

    pattern: str
    replacement: str
    why: str
    times: int = 1

    def mend(self, text: str) -> str:
        """Return the text with the repair made as often as it is declared."""
        for _ in range(self.times):
            text = re.sub(self.pattern, self.replacement, text, count=1)
        return text


@dataclass(frozen=True, slots=True)
class Source:
    """One document of a provider: its name in a folder, where it is published, and where its paths are served."""

    provider: str
    file: str
    url: str | None = None
    base: str = ""
    hosts: tuple[str, ...] = ()
    public: bool = False
    leftovers: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """What a provider publishes, and what is said of it where it has no room of its own."""

    name: str
    sources: tuple[Source, ...]
    title: str
    port: int | None = None
    hosts: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    clock: Clock = "s"
    sandbox: str | None = None


def published(settings: Path | None = None) -> dict[str, Published]:
    """Return what is known of each provider's documents, by provider; raise ConfigurationError for a bad file.

    `settings` stands in place of the files that are installed.
    """
    files = [settings] if settings is not None else [entry.load() for entry in entry_points(group=GROUP)]
    found: dict[str, Published] = {}
    for file in files:
        try:
            told = tomllib.loads(Path(file).read_text("utf-8"))
            found |= {name: _provider(name, each) for name, each in told.items()}
        except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, re.error) as error:
            raise ConfigurationError(f"the settings of documents {file} cannot be used: {error!r}") from error
    return dict(sorted(found.items()))


def _provider(name: str, told: dict[str, Any]) -> Published:
    return Published(
        name=name,
        sources=tuple(_source(name, each) for each in told.get("document", ())),
        title=told.get("title", name.capitalize()),
        port=told.get("port"),
        hosts=tuple(told.get("hosts", ())),
        env=tuple(told.get("env", ())),
        clock=told.get("clock", "s"),
        sandbox=told.get("sandbox"),
    )


def _source(provider: str, told: dict[str, Any]) -> Source:
    repairs = tuple(Repair(**each) for each in told.get("repair", ()))
    for each in repairs:
        re.compile(each.pattern)
    return Source(
        provider=provider,
        file=told["file"],
        url=told.get("url"),
        base=told.get("base", ""),
        hosts=tuple(told.get("hosts", ())),
        public=bool(told.get("public", False)),
        leftovers=tuple(told.get("leftovers", ())),
        repairs=repairs,
    )
