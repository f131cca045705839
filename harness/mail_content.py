"""What a test or a person looks for in a mail: its links and its codes."""

from __future__ import annotations

import re
from html.parser import HTMLParser

URL = re.compile(r"https?://[^\s<>\"']+")
CODE = re.compile(r"(?<![\w./:#-])\d{4,8}(?![\w/-])")
HIDDEN = frozenset({"head", "script", "style", "title"})


class _Reader(HTMLParser):
    """Collects where a mail's links lead, and the text that a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.text: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in HIDDEN:
            self._hidden += 1
        target = dict(attrs).get("href") if tag in ("a", "area") else None
        if target and target.startswith(("http://", "https://")):
            self.links.append(target)
        self.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in HIDDEN and self._hidden:
            self._hidden -= 1
        self.text.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text.append(data)


def _read(html: str | None) -> _Reader:
    reader = _Reader()
    reader.feed(html or "")
    reader.close()
    return reader


def links(html: str | None, text: str | None) -> list[str]:
    """Return the http(s) addresses that a mail leads to, in order, each once: of its HTML, else of its text."""
    found = _read(html).links
    if not found:
        found = [match.rstrip(".,;:!?)]") for match in URL.findall(text or "")]
    return list(dict.fromkeys(found))


def codes(html: str | None, text: str | None) -> list[str]:
    """Return the codes that a mail tells, in order, each once: numbers of four to eight digits that stand alone."""
    seen = "".join(_read(html).text) if html else text or ""
    return list(dict.fromkeys(CODE.findall(URL.sub(" ", seen))))
