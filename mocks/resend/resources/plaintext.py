"""The plain text that Resend makes of a mail's HTML when none is given.

Mails are written by hand and by templates, and are up to megabytes long: this reader takes anything, never raises and
is linear in the length of its input, which Python's `html.parser` is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

_PARAGRAPHS = frozenset({"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"})
_BLOCKS = _PARAGRAPHS | {
    *(
        "address",
        "article",
        "aside",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "header",
        "li",
    ),
    *("main", "nav", "section", "tr"),
}
_HIDDEN = {
    name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in ("script", "style", "template", "title")
}
_name = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)").match
_href = re.compile(r"\shref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))", re.IGNORECASE).search
_stop = re.compile(r"[>\"']").search


def of_html(html: str) -> str:
    """Return the readable text of HTML: blocks on lines of their own, links followed by their address."""
    text = _Text()
    for tag, piece in _tokens(html):
        if tag is None:
            text.write(_decoded(piece))
        elif piece.startswith("</"):
            text.end(tag)
        else:
            text.start(tag, piece)
    return text.result()


def _tokens(html: str) -> Iterator[tuple[str | None, str]]:
    """Yield (None, text) and (tag name, tag); comments, declarations and hidden elements are left out."""
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
            if named is not None and not (hidden := _HIDDEN.get(named[1].lower())):
                yield named[1].lower(), html[opening:at]
            elif named is not None and hidden and html[opening + 1] != "/":
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


def _decoded(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:  # a numeric reference of thousands of digits
        return text


class _Text:
    """Words and line breaks; breaks are written when a word follows, so that neither end has any."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._breaks = 0
        self._space = False
        self._bullet = ""
        self._link: tuple[str, int] | None = None

    def start(self, tag: str, source: str) -> None:
        """Take up an element's start tag."""
        if tag == "br":
            self._breaks += 1
        elif tag in _BLOCKS:
            self._break(tag)
            self._bullet = "* " if tag == "li" else self._bullet
        elif tag in ("td", "th"):
            self._space = True
        elif tag == "a":
            found = _href(source)
            address = "" if found is None else _decoded(found[1] or found[2] or found[3] or "").strip()
            self._link = (address, len(self._pieces))

    def end(self, tag: str) -> None:
        """Take up an element's end tag."""
        if tag in _BLOCKS:
            self._break(tag)
        elif tag == "a" and self._link is not None:
            (address, begun), self._link = self._link, None
            shown = "".join(self._pieces[begun:]).strip()
            if address and not address.startswith("#") and address not in (shown, f"mailto:{shown}"):
                self._space = self._space or bool(shown)
                self.write(address)

    def write(self, text: str) -> None:
        """Write words; any white space between them is one space."""
        words = text.split()
        self._space = self._space or text[:1].isspace()
        if not words:
            return
        if self._pieces and self._breaks:
            self._pieces.append("\n" * min(2, self._breaks))
        elif self._pieces and self._space:
            self._pieces.append(" ")
        self._pieces.append(self._bullet + " ".join(words))
        self._breaks, self._space, self._bullet = 0, text[-1].isspace(), ""

    def result(self) -> str:
        """Return what was written."""
        return "".join(self._pieces)

    def _break(self, tag: str) -> None:
        self._breaks = max(self._breaks, 2 if tag in _PARAGRAPHS else 1)
