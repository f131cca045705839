"""Bodies made readable: JSON indented and coloured, forms as pairs, everything escaped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson
from markupsafe import Markup, escape

from harness.journal import BODY_SHOWN

Link = Callable[[str], str | None]
"""Returns where a text that is an id of something leads, None for any other text."""
DEEPEST = 40


class Shown(NamedTuple):
    """A body to show: as `json` (markup), as `pairs` of a form, or as plain `text`; `cut` says that it goes on."""

    kind: str
    json: Markup | None = None
    pairs: list[tuple[str, str]] | None = None
    text: str | None = None
    cut: bool = False


def shown(body: bytes, content_type: str = "", link: Link | None = None) -> Shown:
    """Return a body in the form that suits it."""
    cut = len(body) > BODY_SHOWN
    text = body.decode("utf-8", "replace")
    if not body.strip():
        return Shown("empty")
    if "form-urlencoded" in content_type and not cut:
        return Shown("form", pairs=parse_qsl(text, keep_blank_values=True))
    if text.lstrip()[:1] in ("{", "["):
        try:
            return Shown("json", json=pretty(orjson.loads(body), link))
        except orjson.JSONDecodeError:
            pass
    return Shown("text", text=text, cut=cut)


def pretty(value: Any, link: Link | None = None) -> Markup:
    """Return JSON as markup of one preformatted block."""
    return Markup("".join(_parts(value, link, 0)))  # noqa: S704 - every piece of it is escaped in `_parts`


def _parts(value: Any, link: Link | None, depth: int) -> Iterator[str]:
    match value:
        case dict() if value and depth < DEEPEST:
            yield "{\n"
            yield from _inside(
                ((f'<span class="k">{escape(_quoted(key))}</span>: ', each) for key, each in value.items()),
                link,
                depth,
            )
            yield "}"
        case list() if value and depth < DEEPEST:
            yield "[\n"
            yield from _inside((("", each) for each in value), link, depth)
            yield "]"
        case str():
            target = link(value) if link else None
            told = f'<span class="s">{escape(_quoted(value))}</span>'
            yield told if target is None else f'<a href="{escape(target)}">{told}</a>'
        case None | bool():
            yield f'<span class="w">{escape(_quoted(value))}</span>'
        case int() | float():
            yield f'<span class="n">{escape(_quoted(value))}</span>'
        case _:
            yield "…" if value else _quoted(value)


def _inside(items: Iterator[tuple[str, Any]], link: Link | None, depth: int) -> Iterator[str]:
    pad = "  " * (depth + 1)
    for number, (lead, each) in enumerate(items):
        yield f"{',' + chr(10) if number else ''}{pad}{lead}"
        yield from _parts(each, link, depth + 1)
    yield f"\n{'  ' * depth}"


def _quoted(value: Any) -> str:
    return orjson.dumps(value).decode("utf-8")
