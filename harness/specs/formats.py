"""What texts and numbers of a format, or of a telling name, look like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness import chance, instants

if TYPE_CHECKING:
    from harness.specs.sampling import Sampler
    from harness.specs.sources import Clock

Json = dict[str, Any]

_INSTANT = re.compile(r"(?:^|_)(?:created|updated|date|timestamp|time)$|(?:_at|_time|_date|At|_on)$")
_STANDING = re.compile(r"^(?:created|updated|modified|date|timestamp|time)", re.IGNORECASE)
_OPAQUE = re.compile(r"^([a-z]{1,16}_(?:test_)?)?([0-9A-Za-z]{6,64})$")

_UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", re.IGNORECASE)
_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_LARGEST_SECONDS = 100_000_000_000
"""Numbers of instants above this are milliseconds (in seconds it is the year 5138)."""


def text(format: str, name: str, sampler: Sampler) -> str | None:
    """Return a text of a format, None when the format says nothing."""
    now = instants.iso(sampler.now)
    match format.lower():
        case "date-time" | "datetime":
            return now
        case "date":
            return now[:10]
        case "time":
            return now[11:19]
        case "uuid":
            return uuid(sampler)
        case "ulid":
            return "01" + sampler.token(24, chance.DIGITS)
        case "uri" | "url":
            return f"https://greenroom.test/{name or 'page'}"
        case "uri-reference":
            return f"/{name or 'page'}"
        case "email":
            return f"{name or 'someone'}-{sampler.token(6, chance.LOWER)}@greenroom.test".replace("_", "-")
        case "hostname":
            return "greenroom.test"
        case "ipv4":
            return "192.0.2.7"
        case "ipv6":
            return "2001:db8::7"
        case "decimal":
            return "0"
        case "currency":
            return "usd"
        case "base64" | "byte":
            return "Z3JlZW5yb29t"
        case "duration":
            return "P1D"
    return None


def passes(name: str) -> bool:
    """Tell whether a name is an instant's."""
    return _INSTANT.search(name) is not None


def stands(name: str) -> bool:
    """Tell whether a thing has this instant from the start: when it was created, but not when it was cancelled."""
    return _STANDING.search(name) is not None


def telling(schema: Json, name: str) -> bool:
    """Tell whether a text that need not be there can be made without inventing a content for it."""
    return (
        bool(schema.keys() & {"format", "pattern", "enum", "const", "default"})
        or _is_id(name)
        or name == "object"
    )


def uuid(sampler: Sampler) -> str:
    """Return a version 4 UUID of the sampler's chance."""
    return chance.as_uuid(bytes(sampler.byte() for _ in range(16)))


def like_example(example: Any, name: str, sampler: Sampler) -> str | None:
    """Return a text of the kind that an example shows: an instant, or an id of its prefix, length and alphabet."""
    if isinstance(example, str):
        if _UUID.match(example):
            return uuid(sampler)
        if _ISO.match(example):
            stamp = instants.iso(sampler.now)
            return stamp[: len(example)] if len(example) < len(stamp) else stamp
        found = _OPAQUE.match(example)
        if found and (found[1] or any(each.isdigit() for each in found[2])) and _is_id(name):
            return (found[1] or "") + sampler.token(len(found[2]), _alphabet(found[2]))
    if _is_id(name):
        return sampler.token(24)
    if isinstance(example, str) and 0 < len(example) <= 64:
        return example
    if name.lower().endswith(("email", "email_address")):
        return text("email", "someone", sampler)
    return "+14155550123" if "phone" in name.lower() else None


def _is_id(name: str) -> bool:
    return name.lower() in ("id", "uid", "key", "token", "secret", "client_secret") or name.endswith(
        ("_id", "Id", "ID", "_token", "_secret")
    )


def _alphabet(shown: str) -> str:
    if re.fullmatch(r"[0-9]+", shown):
        return chance.DIGITS
    if re.fullmatch(r"[0-9a-f]+", shown):
        return chance.HEX
    return chance.ALPHANUMERIC


def instant(schema: Json, name: str, now: int, clock: Clock) -> int | None:
    """Return the present as the schema's numbers tell it; None when a number of this name is no instant."""
    if schema.get("format") == "unix-time":
        return now // instants.SECOND
    example = schema.get("example")
    if isinstance(example, int) and not isinstance(example, bool) and example > 10**9:
        if _INSTANT.search(name):
            return now // 1000 if example > _LARGEST_SECONDS else now // instants.SECOND
        return None
    if _INSTANT.search(name):
        return now // 1000 if clock == "ms" else now // instants.SECOND
    return None
