"""Reading a document: gzip, declared repairs, YAML or JSON, and a check that it is an OpenAPI document at all."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from harness.errors import GreenroomError

if TYPE_CHECKING:
    from harness.specs.sources import Source

Json = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_MISREAD = ("tag:yaml.org,2002:value", "tag:yaml.org,2002:timestamp")
"""What YAML 1.1 reads into plain texts, and JSON does not know: `=` and dates."""


class Unreadable(GreenroomError):
    """A document cannot be read, or is none; the message says what is wrong with it."""


def unpacked(content: bytes) -> bytes:
    """Return the content of a document, decompressed if it is gzip."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable(f"it is no proper gzip: {error}") from error


def parsed(content: bytes, source: Source) -> Json:
    """Return a document as JSON has it; raise Unreadable with the reason."""
    content = unpacked(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{source.file}: it is not UTF-8: {error}") from error
    for repair in source.repairs:
        text = repair.mend(text)
    document = _tree(text, source.file)
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3."):
        raise Unreadable(f"{source.file}: it is no OpenAPI 3 document (it has no `openapi: 3.…`)")
    if not any(isinstance(document.get(key), dict) for key in ("paths", "webhooks", "x-webhooks")):
        raise Unreadable(f"{source.file}: it has neither paths nor webhooks")
    return document


def _tree(text: str, name: str) -> Any:
    if text.lstrip().startswith("{"):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise Unreadable(
                f"{name}: it is not JSON (line {error.lineno}, column {error.colno}): {error}"
            ) from error
    import yaml

    try:
        document = yaml.load(text, Loader=_loader())  # noqa: S506 - a safe loader, made stricter
    except yaml.YAMLError as error:
        raise Unreadable(f"{name}: it is not YAML: {error}") from error
    return _keyed(document)


@cache
def _loader() -> Any:
    """Return a loader that leaves dates and `=` the texts that they are."""
    import yaml

    safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    plain = {
        first: [each for each in resolvers if each[0] not in _MISREAD]
        for first, resolvers in safe.yaml_implicit_resolvers.items()
    }
    return type("Plain", (safe,), {"yaml_implicit_resolvers": plain})


def _keyed(node: Any) -> Any:
    """Turn keys that YAML read as numbers (statuses) or truth values (`on`) into texts."""
    if isinstance(node, dict):
        return {_key(name): _keyed(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_keyed(each) for each in node]
    return node


def _key(name: Any) -> str:
    if isinstance(name, bool):
        return "true" if name else "false"
    return "null" if name is None else str(name)


def digest(content: bytes) -> str:
    """Return the SHA-256 of a document as it is published, in hexadecimal."""
    return hashlib.sha256(unpacked(content)).hexdigest()


def count(document: Json) -> int:
    """Return how many operations a document has."""
    return sum(method in METHODS for item in document.get("paths", {}).values() for method in item)


class Library:
    """A folder of documents. What was read of them is kept in `kept` as JSON, which is read twenty times as fast."""

    def __init__(self, folder: Path, kept: Path | None = None) -> None:
        """Nothing is read until it is asked for."""
        self.folder = folder
        self.kept = kept

    def file(self, source: Source) -> Path | None:
        """Return where a document lies, None when it is not here."""
        for name in (source.file, f"{source.file}.gz"):
            if (self.folder / name).is_file():
                return self.folder / name
        return None

    def read(self, source: Source) -> Json | None:
        """Return a document, None when it is not here; raise Unreadable."""
        file = self.file(source)
        if file is None:
            return None
        content = file.read_bytes()
        if self.kept is None:
            return parsed(content, source)
        mark = hashlib.sha256(repr(source.repairs).encode() + content).hexdigest()[:32]
        known = self.kept / f"{source.file}.{mark}.json"
        if known.is_file():
            document: Json = orjson.loads(known.read_bytes())
            return document
        document = parsed(content, source)
        self.kept.mkdir(parents=True, exist_ok=True)
        for old in self.kept.glob(f"{source.file}.*.json"):
            old.unlink(missing_ok=True)
        fresh = known.with_suffix(".new")
        fresh.write_bytes(orjson.dumps(document))
        fresh.replace(known)
        return document
