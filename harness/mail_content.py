"""What a test or a person looks for in a mail: its links and its codes."""

from __future__ import annotations

import re

from harness import markup

URL = re.compile(r"https?://[^\s<>\"']+")
CODE = re.compile(r"(?<![\w./:#-])\d{4,8}(?![\w/-])")


def links(html: str | None, text: str | None) -> list[str]:
    """Return the http(s) addresses that a mail leads to, in order, each once: of its HTML, else of its text."""
    leads = (
        markup.address(piece)
        for tag, piece in markup.tokens(html or "")
        if tag in ("a", "area") and not piece.startswith("</")
    )
    found = [address for address in leads if address.startswith(("http://", "https://"))]
    if not found:
        found = [match.rstrip(".,;:!?)]") for match in URL.findall(text or "")]
    return list(dict.fromkeys(found))


def codes(html: str | None, text: str | None) -> list[str]:
    """Return the codes that a mail tells, in order, each once: numbers of four to eight digits that stand alone."""
    words = (markup.decoded(piece) if tag is None else " " for tag, piece in markup.tokens(html or ""))
    seen = "".join(words) if html else text or ""
    return list(dict.fromkeys(CODE.findall(URL.sub(" ", seen))))
