"""The plain text that Resend makes of a mail's HTML when none is given.

The words come from `harness.markup`; here it is decided how they are laid out.
"""

from __future__ import annotations

from harness import markup

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


def of_html(html: str) -> str:
    """Return the readable text of HTML: blocks on lines of their own, links followed by their address."""
    text = _Text()
    for tag, piece in markup.tokens(html):
        if tag is None:
            text.write(markup.decoded(piece))
        elif piece.startswith("</"):
            text.end(tag)
        else:
            text.start(tag, piece)
    return text.result()


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
            self._link = (markup.address(source), len(self._pieces))

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
