"""The plain text that Resend makes of a mail's HTML when none is given."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_HIDDEN = frozenset({"head", "script", "style", "template", "title"})
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
_SPACE = re.compile(r"[ \t\r\n\f]+")


def of_html(html: str) -> str:
    """Return the readable text of an HTML document: blocks on lines of their own, links followed by their address."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = [""]
        self._hidden = 0
        self._links: list[tuple[str, int, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "br":
            self._lines.append("")
        elif tag in _BLOCKS:
            self._break(paragraph=tag in _PARAGRAPHS)
            if tag == "li":
                self._lines[-1] = "* "
        elif tag in ("td", "th"):
            self._write(" ")
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self._lines) - 1, len(self._lines[-1])))

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self._break(paragraph=tag in _PARAGRAPHS)
        elif tag == "a" and self._links:
            self._end_link(*self._links.pop())

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._write(_SPACE.sub(" ", data))

    def text(self) -> str:
        """Return what was read, without blank lines at either end or two of them in a row."""
        lines = [line.replace("\xa0", " ").strip() for line in self._lines]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def _end_link(self, address: str, line: int, column: int) -> None:
        shown = " ".join([self._lines[line][column:], *self._lines[line + 1 :]]).strip()
        if address and not address.startswith("#") and address not in (shown, f"mailto:{shown}"):
            self._write(f" {address}" if shown else address)

    def _write(self, text: str) -> None:
        line = self._lines[-1]
        self._lines[-1] = line + (text.lstrip(" ") if not line or line.endswith(" ") else text)

    def _break(self, *, paragraph: bool) -> None:
        if self._lines[-1].strip():
            self._lines.append("")
        if paragraph and len(self._lines) > 1 and self._lines[-2]:
            self._lines.append("")
