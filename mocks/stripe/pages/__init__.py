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

SCRIPT = "text/javascript; charset=utf-8"
STYLE = "text/css; charset=utf-8"

POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
"""Pages run no scripts. Forms may post: browsers would also hold their redirects to the policy, which lead anywhere."""

FRAMED = "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'"
"""The policy of what Stripe.js shows in frames inside the pages of merchants."""

NOSNIFF = ("X-Content-Type-Options", "nosniff")


def page(template: str, *, status: int = 200, framed: bool = False, **values: Any) -> Reply:
    """Return a page as HTML; one that is `framed` may stand in anybody's page."""
    body = _environment().get_template(template).render(**values)
    return Reply(body, status, _headers(FRAMED if framed else POLICY), content_type=HTML)


def redirect(url: str) -> Reply:
    """Send the browser elsewhere, to be got (303)."""
    return Reply("", 303, [*_headers(POLICY), ("Location", url)], content_type=HTML)


def style_sheet(name: str = "page.css") -> Reply:
    """Return a style sheet."""
    return Reply(_joined((name,)), 200, [NOSNIFF], content_type=STYLE)


def script(*names: str, enclosed: bool = False) -> Reply:
    """Return a script made of files, one after the other; an `enclosed` one shares no names with the page."""
    body = _joined(names)
    if enclosed:
        body = b"(() => {\n" + body + b"})();\n"
    return Reply(body, 200, [NOSNIFF], content_type=SCRIPT)


def _headers(policy: str) -> list[tuple[str, str]]:
    return [("Content-Security-Policy", policy), ("Referrer-Policy", "no-referrer"), NOSNIFF]


@cache
def _joined(names: tuple[str, ...]) -> bytes:
    return b"".join((FOLDER / name).read_bytes() for name in names)


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
