"""Recordings: exchanges with a live sandbox, redacted, in a file for each provider that people can review."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from harness.errors import ConfigurationError
from harness.verify.redaction import HIDDEN, LARGEST, clean, clean_body, clean_headers, clean_path, clean_text

if TYPE_CHECKING:
    from pathlib import Path

    from harness.specs.calls import Got, Sent

Json = dict[str, Any]
_KEPT_SENT = re.compile(r"^(?:content-type|idempotency-key)$|-version$")
"""The request's headers that are written down: what the body is, and which version of the API was asked for."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer; bodies are JSON where they are, else text."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    status: int
    answer_headers: dict[str, str]
    answer: Any


def redacted(sent: Sent, got: Got) -> Exchange:
    """Return an exchange without what must not be written down."""
    headers = {name.lower(): value for name, value in sent.headers.items() if _KEPT_SENT.search(name.lower())}
    kind = headers.get("content-type", "")
    written = clean_body(sent.plain.decode("utf-8", "replace"), kind)
    answer = got.json
    told = clean(answer) if answer is not None else clean_text(got.body.decode("utf-8", "replace"))[:LARGEST]
    answered = clean_headers(dict(got.headers))
    return Exchange(
        sent.method, clean_path(sent.path), clean_headers(headers), written, got.status, answered, told
    )


def write(file: Path, exchanges: list[Exchange]) -> None:
    """Write a recording."""
    file.parent.mkdir(parents=True, exist_ok=True)
    told = [asdict(each) for each in exchanges]
    file.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")


def read(file: Path) -> list[Exchange]:
    """Read a recording; raise ConfigurationError."""
    try:
        return [Exchange(**each) for each in json.loads(file.read_text("utf-8"))]
    except (OSError, ValueError, TypeError) as error:
        raise ConfigurationError(f"{file} is no recording: {error!r}") from error


__all__ = ["HIDDEN", "Exchange", "read", "redacted", "write"]
