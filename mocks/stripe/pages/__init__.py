"""Stripe's hosted pages: templates, their style sheet, and `page`, which fills them in."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.messages import Reply

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
HTML = "text/html; charset=utf-8"

POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
"""Pages run no scripts. Forms may post: browsers would also hold their redirects to the policy, which lead anywhere."""

_HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)


def page(template: str, *, status: int = 200, **values: Any) -> Reply:
    """Return a page as HTML."""
    body = _environment().get_template(template).render(**values)
    return Reply(body, status, list(_HEADERS), content_type=HTML)


def redirect(url: str) -> Reply:
    """Send the browser elsewhere, to be got (303)."""
    return Reply("", 303, [*_HEADERS, ("Location", url)], content_type=HTML)


def style_sheet() -> Reply:
    """Return the style sheet of all pages."""
    headers = [("X-Content-Type-Options", "nosniff")]
    return Reply(_asset("page.css"), 200, headers, content_type="text/css; charset=utf-8")


@cache
def _asset(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from mocks.stripe.resources.amounts import written

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["money"] = written
    return environment
