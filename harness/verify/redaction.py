"""What must not be written down: keys, tokens, mail addresses, numbers of cards and phones. One set of rules for all files.

The same value is always replaced by the same stand-in, so that what belongs together can still be seen.
"""

from __future__ import annotations

import json
import re
from hashlib import blake2b
from typing import Any
from urllib.parse import quote, unquote_plus

from harness.verify.sensitive import (
    CARD,
    CARD_CODES,
    HIDDEN,
    SECRET_NAMES,
    clean_text,
    is_card,
    is_public,
    stand_in,
)

_PART = re.compile(
    r"""(Content-Disposition:[^\r\n]*?\bname="?([^"\r\n;]*)"?(?:\r?\n?[^\r\n]+)*\r?\n\r?\n)(.*?)(?=\r?\n--|\Z)""",
    re.DOTALL | re.IGNORECASE,
)
LARGEST = 256 << 10
"""Characters of a body that is no JSON, at most: the rest is cut."""
_NAMED = ("key", "name")
_KEPT = ("encrypted", "sensitive", "secret")
"""Kinds of settings that a provider keeps as secrets (Vercel)."""


def clean_form(text: str) -> str:
    """Return a form, or the query of an address, without what must not be written down; what is fine stays as it was."""
    return "&".join(_pair(each) for each in text.split("&"))


def clean_path(path: str) -> str:
    """Return a path with its query without what must not be written down."""
    place, mark, query = path.partition("?")
    query, hash_mark, fragment = query.partition("#")
    return clean_text(place) + mark + clean_form(query) + hash_mark + clean_text(fragment)


def clean_multipart(text: str) -> str:
    """Return a multipart body without what must not be written down, part by part."""
    return _PART.sub(lambda found: found[1] + str(clean(found[3], found[2])), text)


def clean_body(text: str, kind: str) -> str:
    """Return a body of a media type without what must not be written down."""
    try:
        return json.dumps(clean(json.loads(text))) if text else ""
    except ValueError:
        pass
    if "multipart/" in kind:
        return clean_multipart(text)[:LARGEST]
    return (clean_form(text) if "form-urlencoded" in kind else clean_text(text))[:LARGEST]


def _pair(pair: str) -> str:
    """Return a name and its value, cleaned; `card[number]` is named by its last part."""
    name, mark, value = pair.partition("=")
    plain = unquote_plus(value)
    inner = re.split(r"[\[\]]+", unquote_plus(name).rstrip("]"))[-1]
    told = clean(plain, inner)
    return clean_text(name) + mark + (value if told == plain else quote(str(told), safe=""))


def clean(value: Any, name: str = "") -> Any:
    """Return a JSON value without what must not be written down: by the names of its fields, and by what texts hold."""
    if isinstance(value, dict):
        return {clean_text(key): clean(each, _meant(value, key, name)) for key, each in value.items()}
    if isinstance(value, list):
        return [clean(each, name) for each in value]
    if isinstance(value, bool) or value is None:
        return value
    if CARD_CODES.match(name):
        return type(value)(123)
    if isinstance(value, str):
        hidden = SECRET_NAMES.search(name) is not None and not is_public(value)
        return stand_in("secret", value) if hidden else _text(value)
    return _number(value, name)


def _meant(thing: dict[str, Any], key: str, above: str) -> str:
    """Return the name that tells what a field holds: `value` is named by what stands beside it, or above it."""
    if key != "value":
        return above if above.lower() in ("secrets", "tokens", "passwords") else key
    beside = next((str(thing[each]) for each in _NAMED if isinstance(thing.get(each), str)), "")
    kept = thing.get("type") in _KEPT or beside.upper().endswith(("_KEY", "_SECRET", "_TOKEN"))
    return "secret" if kept else beside or above or key


def _text(value: str) -> str:
    """Return a text, cleaned; what is JSON in it is looked through field by field."""
    if value[:1] in ("{", "["):
        try:
            plain = json.loads(value)
        except (ValueError, RecursionError):
            return clean_text(value)
        told = clean(plain)
        return value if told == plain else json.dumps(told)
    return clean_text(value)


def _number(value: float, name: str) -> float:
    """Return a number, unless it is one of a card, or is named a secret."""
    whole = int(value) if isinstance(value, int) or value.is_integer() else 0
    if SECRET_NAMES.search(name):
        return type(value)(int(blake2b(str(value).encode(), digest_size=3).hexdigest(), 16))
    return type(value)(CARD) if is_card(str(abs(whole))) and not _instant(whole) else value


def _instant(number: int) -> bool:
    """Tell whether a number is the milliseconds of an instant of our time."""
    return 1_000_000_000_000 <= number < 3_000_000_000_000


def clean_headers(headers: dict[str, str]) -> dict[str, str]:
    """Return headers without what must not be written down."""
    return {
        name: HIDDEN if SECRET_NAMES.search(name) else clean_text(value) for name, value in headers.items()
    }


__all__ = [
    "CARD",
    "HIDDEN",
    "LARGEST",
    "clean",
    "clean_body",
    "clean_form",
    "clean_headers",
    "clean_multipart",
    "clean_path",
    "clean_text",
    "stand_in",
]
