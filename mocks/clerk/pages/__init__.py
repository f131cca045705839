"""Clerk's hosted pages: templates, their style sheet and script, and `page`, which fills them in."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.messages import Reply

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
HTML = "text/html; charset=utf-8"
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
"""Pages of Greenroom's own run no scripts. Forms may post: their redirects lead anywhere."""

NOSNIFF = ("X-Content-Type-Options", "nosniff")


def page(template: str, *, status: int = 200, policy: str = POLICY, **values: Any) -> Reply:
    """Return a page as HTML."""
    body = _environment().get_template(template).render(**values)
    headers = [("Content-Security-Policy", policy), ("Referrer-Policy", "no-referrer"), NOSNIFF]
    return Reply(body, status, headers, content_type=HTML)


def redirect(url: str) -> Reply:
    """Send the browser elsewhere, to be got (303)."""
    return Reply("", 303, [("Location", url), ("Cache-Control", "no-store"), NOSNIFF], content_type=HTML)


def file(name: str) -> Reply:
    """Return a file that belongs to the pages."""
    return Reply(_content(name), 200, [NOSNIFF], content_type=TYPES[Path(name).suffix])


@cache
def _content(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
