"""Reading the HTML of mails: it takes anything, never raises, and is linear in the length of its input.

Mails are written by hand and by templates, and are up to megabytes long; Python's `html.parser` raises on some broken
ones and takes time that grows with the square of others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

_HIDDEN = {
    name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in ("script", "style", "template", "title")
}
_name = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)").match
_href = re.compile(r"\shref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))", re.IGNORECASE).search
_stop = re.compile(r"[>\"']").search
_plain = re.compile(r"(</?([A-Za-z][A-Za-z0-9]*)[^<>\"']*(?:\"[^<>\"]*\"[^<>\"']*)*>)").split


def tokens(html: str) -> Iterator[tuple[str | None, str]]:
    """Yield (None, text) and (tag name, tag); comments, declarations and hidden elements are left out.

    Most mails consist of words and well-formed tags alone, and are taken apart in one step.
    """
    parts = _plain(html)
    if any("<" in text for text in parts[::3]) or any(name.lower() in _HIDDEN for name in parts[2::3]):
        yield from careful_tokens(html)
        return
    yield from ((None, text) for text in parts[:1] if text)
    for tag, name, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        yield name.lower(), tag
        if text:
            yield None, text


def careful_tokens(html: str) -> Iterator[tuple[str | None, str]]:
    """Yield what `tokens` does of anything."""
    at, length = 0, len(html)
    unpaired: set[str] = set()
    while at < length:
        opening = html.find("<", at)
        if opening < 0:
            opening = length
        if opening > at:
            yield None, html[at:opening]
        if opening == length:
            return
        named = _name(html, opening)
        if html.startswith("<!--", opening):
            at = _after(html, "-->", opening + 4)
        elif named is not None or html.startswith(("<!", "<?", "</"), opening):
            at = _tag_end(html, opening, unpaired)
            if named is None:
                continue
            name = named[1].lower()
            hidden = _HIDDEN.get(name)
            if hidden is None:
                yield name, html[opening:at]
            elif html[opening + 1] != "/":
                closing = hidden.search(html, at)
                at = length if closing is None else closing.start()
        else:
            yield None, "<"
            at = opening + 1


def _tag_end(html: str, opening: int, unpaired: set[str]) -> int:
    """Return the index after a tag's `>`; quoted values may hold one. `unpaired` are quotes that close no more."""
    at = opening + 1
    while (stop := _stop(html, at)) is not None:
        quote = stop[0]
        if quote == ">":
            return stop.end()
        at = stop.end()
        if quote not in unpaired:
            closing = html.find(quote, at)
            if closing < 0:
                unpaired.add(quote)
            else:
                at = closing + 1
    return len(html)


def _after(html: str, ending: str, start: int) -> int:
    found = html.find(ending, start)
    return len(html) if found < 0 else found + len(ending)


def decoded(text: str) -> str:
    """Return text with its character references replaced."""
    try:
        return unescape(text)
    except ValueError:  # a numeric reference of thousands of digits
        return text


def address(tag: str) -> str:
    """Return where a start tag's `href` leads, an empty string when it has none."""
    found = _href(tag)
    return "" if found is None else decoded(found[1] or found[2] or found[3] or "").strip()
