"""Form decoding: `a[b]=c`, `a[0]=x`, `a[]=x`, `a[][b]=c`, brackets bare or percent-encoded, into nested values.

Numbered keys make arrays, in the order of their numbers however sparse; below `metadata` they stay keys. (Both SDKs
number their arrays; curl users write `[]`, where a key that comes again begins the next element, as in Rack.)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from mocks.stripe.errors import invalid

if TYPE_CHECKING:
    from harness.messages import Request

Json = dict[str, Any]

MAX_DEPTH = 16
MAX_FIELDS = 2000

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)\Z")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_USUAL = (("%40", "@"), ("%5B", "["), ("%5D", "]"), ("%3A", ":"), ("%2F", "/"))
"""Escapes of nearly every form, of characters that part nothing: undone in the whole text, which costs next to nothing."""


def read_form(request: Request) -> Json:
    """Return the parameters of query and body as nested dicts, lists and strings.

    GET has its parameters in the query, POST in the body, DELETE in either. Raises Refusal (400) for JSON bodies,
    broken escapes, text that is not UTF-8, and keys that contradict each other.
    """
    fields = read_fields(request.query) if request.query else []
    if request.body and request.method != "GET":
        kind = (request.header("content-type") or "").split(";", 1)[0].strip().lower()
        if kind not in {"", "application/x-www-form-urlencoded"}:
            raise invalid(
                "Invalid request (check that your POST content type is application/x-www-form-urlencoded). "
                "If you have any questions, we can help at https://support.stripe.com/.",
                rule="content_type",
            )
        try:
            fields += read_fields(request.body.decode())
        except UnicodeDecodeError as error:
            raise _malformed("the body is not UTF-8") from error
    return nest(fields)


def nest(fields: list[tuple[str, str]]) -> Json:
    """Build nested parameters from decoded pairs of key and value; raise Refusal for impossible keys."""
    root: Json = {}
    flat = True
    for key, value in fields:
        if "[" not in key and "]" not in key:
            if isinstance(root.get(key), dict):
                raise _malformed(f"{key} is both a value and a group")
            root[key] = value
            continue
        flat = False
        _put(root, _path(key), value, key)
    if flat:
        return root
    return {name: value if name == "metadata" else _arrays(value) for name, value in root.items()}


def _path(key: str) -> tuple[str, ...]:
    """Return the names that a bracketed key goes through: `a[b][]` gives a, b and the empty name."""
    match = _KEY.match(key)
    if match is None:
        raise _malformed(f"{key!r} is not a parameter name")
    path = (match[1], *match[2][1:-1].split("]["))
    if len(path) > MAX_DEPTH:
        raise _malformed(f"{match[1]} is nested more than {MAX_DEPTH} levels deep")
    return path


def read_fields(text: str) -> list[tuple[str, str]]:
    """Return the pairs of key and value of a query or a form; raise Refusal for what cannot be read."""
    if "%" in text and _BROKEN_ESCAPE.search(text):
        raise _malformed("a percent sign is not followed by two hexadecimal digits")
    if "%" in text and "%25" not in text:  # else `%2540` would become `%40`, and that a mail address
        for escape, character in _USUAL:
            text = text.replace(escape, character)
    pairs = text.replace("+", " ").split("&")
    if len(pairs) > MAX_FIELDS:
        raise _malformed(f"there are more than {MAX_FIELDS} fields")
    split = [pair.partition("=") for pair in pairs if pair]
    try:
        return [
            (_unescaped(key) if "%" in key else key, _unescaped(value) if "%" in value else value)
            for key, _, value in split
        ]
    except UnicodeDecodeError as error:
        raise _malformed("a value is not UTF-8") from error


def _unescaped(text: str) -> str:
    return unquote_to_bytes(text).decode()


def _put(root: Json, path: tuple[str, ...], value: str, key: str) -> None:
    node = root
    for depth, name in enumerate(path[:-1]):
        step = _position(node, path[depth:]) if name == "" else name
        below = node.setdefault(step, {})
        if not isinstance(below, dict):
            raise _malformed(f"{key} contradicts an earlier parameter")
        node = below
    last = str(len(node)) if path[-1] == "" else path[-1]
    if isinstance(node.get(last), dict):
        raise _malformed(f"{key} contradicts an earlier parameter")
    node[last] = value


def _position(node: Json, path: tuple[str, ...]) -> str:
    """Return the element of an array written `[]` that a key belongs to: the last, unless it has this key already."""
    if not node:
        return "0"
    found: Any = node.get(str(len(node) - 1))
    for name in path[1:]:
        if not isinstance(found, dict) or name == "" or name not in found:
            return str(len(node) - 1) if isinstance(found, dict) else str(len(node))
        found = found[name]
    return str(len(node))


def _arrays(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if all(name.isdecimal() and name.isascii() for name in value):
        return [_arrays(value[name]) for name in sorted(value, key=int)]
    return {name: each if name == "metadata" else _arrays(each) for name, each in value.items()}


def _malformed(reason: str) -> Exception:
    return invalid(f"Invalid request: the parameters could not be read ({reason}).", rule="malformed_form")
