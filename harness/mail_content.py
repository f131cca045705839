"""A mail as it is read: its HTML in a browser, and what a test or a person looks for in it, links and codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from harness import markup

URL = re.compile(r"https?://[^\s<>\"']+")
CODE = re.compile(r"(?<![\w./:#-])\d{4,8}(?![\w/-])")
INLINE = re.compile(r"\bcid:([^\s\"'()]+)", re.IGNORECASE)
DECLARED = re.compile(r"\s*<!doctype[^>]*>", re.IGNORECASE)


def page(html: str, base: str, attachments: Sequence[dict[str, Any]]) -> str:
    """Return a mail's HTML as a page of the address `base`: what it shows inline is below that, links open elsewhere.

    It has a declaration of its type, without which browsers show tables and boxes as they did in the last century, and
    mail programs do not.
    """
    numbers = {
        each["content_id"].strip("<>"): n for n, each in enumerate(attachments) if each.get("content_id")
    }

    def place(match: re.Match[str]) -> str:
        named = markup.decoded(match[1])
        number = numbers.get(named.strip("<>"), numbers.get(unquote(named)))
        return match[0] if number is None else f"attachments/{number}"

    declared = DECLARED.match(html)
    body = html if declared is None else html[declared.end() :]
    kind = "<!doctype html>" if declared is None else declared[0].strip()
    return f'{kind}<base href="{base}" target="_blank">{INLINE.sub(place, body)}'


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
