"""Requests that once made a mock fail: kept by operation in a file, and sent again before anything new is made up.

The file is YAML: `<provider> <METHOD> <path of the document>` has a list of `{why, query, body, forbidden}`. Query and body
are as they are sent (a body is JSON, or a form where the document takes one), the path is filled with things that are there,
and `forbidden` says that the request must be refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import orjson

from harness.errors import ConfigurationError
from harness.specs.calls import Sent, pairs
from harness.specs.document import JSON
from harness.specs.requests import FORM
from harness.verify.probes import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.specs.document import Described
    from harness.specs.roles import Part
    from harness.specs.trying import Trier

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Regressions:
    """The kept requests, by provider, method and path."""

    kept: dict[str, list[Json]]

    @classmethod
    def read(cls, file: Path | None) -> Regressions:
        """Read a file; raise ConfigurationError where it is no such file."""
        import yaml

        if file is None:
            return cls({})
        try:
            told = yaml.safe_load(file.read_text("utf-8")) or {}
            wrong = [name for name, listed in told.items() for each in listed if not each.get("why")]
        except (OSError, yaml.YAMLError, AttributeError, TypeError) as error:
            raise ConfigurationError(f"the regressions {file} cannot be used: {error!r}") from error
        if wrong:
            raise ConfigurationError(f"{file}: a request of {wrong[0]!r} does not say why it is kept")
        return cls(told)

    def of(self, provider: str, described: Described) -> list[Json]:
        """Return what is kept of an operation."""
        return self.kept.get(f"{provider} {described.method} {described.path}", [])

    def probes(self, provider: str, part: Part, trier: Trier) -> Iterator[Probe]:
        """Yield the kept requests of an operation."""
        described = part.described
        for each in self.of(provider, described):
            path = described.path
            for name, value in zip(part.names, trier.values(part), strict=True):
                path = path.replace(f"{{{name}}}", quote(value, safe=""), 1)
            query = urlencode(list(pairs(each.get("query", {}))))
            content, kind = b"", ""
            if "body" in each:
                form = FORM in described.body
                content = (
                    urlencode(list(pairs(each["body"]))).encode() if form else orjson.dumps(each["body"])
                )
                kind = FORM if form else JSON
            headers = trier.headers(part) | ({"Content-Type": kind} if kind else {})
            label = trier.label if described.public else ""
            sent = Sent(described.method, label + path + (f"?{query}" if query else ""), headers, content)
            yield Probe(sent, bool(each.get("forbidden")), f"kept: {each['why']}")
