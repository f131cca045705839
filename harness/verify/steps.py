"""Steps told as data, shared by happenings and live states: calls of a provider's API, with names in braces filled in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx
import orjson

from harness.errors import GreenroomError
from harness.specs.calls import BOUNDARY, PARTS, Sent, pairs, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.specs.calls import Got

Json = dict[str, Any]
_NAME = re.compile(r"\{(\w+)\}")


def call(
    send: Callable[[Sent], Got],
    proof: Callable[[str], Mapping[str, str]],
    step: Json,
    values: Json,
    key: str = "call",
) -> None:
    """Make the call of a step, and keep what it says to `save` of the answer; raise GreenroomError when it is refused."""
    method, _, place = str(filled(step[key], values)).partition(" ")
    shown = {**proof(place), **filled(step.get("headers", {}), values)}
    headers, content = {**shown, "User-Agent": "greenroom-verify"}, b""
    if key == "call" and "form" in step:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        content = urlencode(list(pairs(filled(step["form"], values)))).encode()
    elif key == "call" and "parts" in step:
        headers["Content-Type"] = f"{PARTS}; boundary={BOUNDARY}"
        content = parts(filled(step["parts"], values))
    elif key == "call" and "text" in step:  # of the type that its headers tell
        content = filled(step["text"], values).encode()
    elif key == "call" and "json" in step:
        headers["Content-Type"] = "application/json"
        content = orjson.dumps(filled(step["json"], values))
    try:
        got = send(Sent(method, place, headers, content))
    except httpx.HTTPError as error:
        raise GreenroomError(
            f"{method} {place} was not answered: {str(error) or type(error).__name__}"
        ) from error
    if got.status >= 400:
        told = got.body.decode("utf-8", "replace")[:300]
        raise GreenroomError(f"{method} {place} was refused ({got.status}): {told}")
    if key == "call":
        for name, way in step.get("save", {}).items():
            try:
                values[name] = got.headers[way[1:]] if way.startswith("@") else at(got.json, way)
            except (LookupError, TypeError) as error:
                raise GreenroomError(f"{method} {place} answered without {way}, which is {name}") from error


def at(value: Any, way: str) -> Any:
    """Return what lies in nested values at the end of a way, such as `data.0.id`."""
    for part in way.split("."):
        value = value[int(part)] if part.isdecimal() and isinstance(value, list) else value[part]
    return value


def filled(value: Any, values: Mapping[str, Any]) -> Any:
    """Put values in place of their `{names}`; a name that is not known stays."""
    if isinstance(value, dict):
        return {name: filled(each, values) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, values) for each in value]
    if isinstance(value, str):
        return _NAME.sub(lambda found: str(values.get(found[1], found[0])), value)
    return value
