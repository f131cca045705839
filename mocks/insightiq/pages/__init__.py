"""The Connect dialog: a page with its script and style sheet, and the SDK's script that opens it."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path

from harness.messages import Reply

FOLDER = Path(__file__).parent
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'"
"""The dialog may stand in anybody's page: that is what it is for."""
NOSNIFF = ("X-Content-Type-Options", "nosniff")


def page(name: str, **values: str) -> Reply:
    """Return a page as HTML, its `{{names}}` filled in."""
    text = _file(name).decode()
    for key, value in values.items():
        text = text.replace("{{" + key + "}}", escape(value))
    headers = [("Content-Security-Policy", POLICY), ("Referrer-Policy", "no-referrer"), NOSNIFF]
    return Reply(text, 200, headers, content_type="text/html; charset=utf-8")


def script(name: str) -> Reply:
    """Return a script."""
    return Reply(_file(name), 200, [NOSNIFF], content_type="text/javascript; charset=utf-8")


def style_sheet(name: str) -> Reply:
    """Return a style sheet."""
    return Reply(_file(name), 200, [NOSNIFF], content_type="text/css; charset=utf-8")


@cache
def _file(name: str) -> bytes:
    return (FOLDER / name).read_bytes()
