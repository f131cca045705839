"""Calls of a provider as they are made and answered, and what is known beforehand of one that succeeds."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from harness.specs.document import Described


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that was made."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def plain(self) -> bytes:
        """The body as it was before it was compressed; empty where it cannot be read."""
        coding = next(
            (value for name, value in self.headers.items() if name.lower() == "content-encoding"), ""
        )
        if coding in ("", "identity"):
            return self.body
        wbits = {"gzip": 31, "x-gzip": 31, "deflate": 15}.get(coding.lower())
        try:
            return b"" if wbits is None else zlib.decompress(self.body, wbits)
        except zlib.error:
            return b""


@dataclass(frozen=True, slots=True)
class Got:
    """The answer to a request; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The JSON of the answer, None when it has none."""
        try:
            return orjson.loads(self.body) if self.body else None
        except orjson.JSONDecodeError:
            return None


Send = Callable[[Sent], Got]
PARTS = "multipart/form-data"
BOUNDARY = "greenroom"


@dataclass(frozen=True, slots=True)
class Hint:
    """What is known, beyond the document, of a request that succeeds: fields of the body and query, values of the path."""

    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, Any] = field(default_factory=dict)
    """Values for whatever is required by a name: in the path, the query or at the top of the body."""


def no_hint(_: Described) -> Hint:
    """Know nothing of an operation but what its document says."""
    return Hint()


def pairs(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Write nested values as a form has them: `a[b]=c`, `a[0]=x`."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from pairs(each, f"{name}[{key}]" if name else key)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from pairs(each, f"{name}[{number}]")
    elif value is not None:
        yield name, ("true" if value else "false") if isinstance(value, bool) else str(value)


def parts(fields: Mapping[str, Any]) -> bytes:
    """Write a body in parts; what has a `filename`, and a `content` (text) or `base64`, is a file, the rest is as in a form."""
    written = b""
    for name, value in fields.items():
        if isinstance(value, dict) and "filename" in value:
            content = (
                base64.b64decode(value["base64"]) if "base64" in value else str(value["content"]).encode()
            )
            written += _part(f'{name}"; filename="{value["filename"]}', content)
        else:
            written += b"".join(_part(key, text.encode()) for key, text in pairs(value, name))
    return written + f"--{BOUNDARY}--\r\n".encode()


def _part(name: str, content: bytes) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n"
