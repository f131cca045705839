"""Open and click tracking: links led through this room, and a picture of one pixel at the end of a mail.

A domain that asks for it has its mails rewritten as they are sent; what the API shows of them stays as it was. The
addresses are those of the server as the sender reached it, and name the world.
"""

from __future__ import annotations

import re
from base64 import b64decode
from html import escape
from typing import TYPE_CHECKING, Any

from harness import instants, markup
from harness.errors import InvalidInput
from mocks.resend.resources import addresses, domains

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_anchor = re.compile(r"<a(?:rea)?\s[^>]*>", re.IGNORECASE)
_href = re.compile(r"(\shref\s*=\s*)(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+)", re.IGNORECASE)
_body_end = re.compile(r"</body\s*>", re.IGNORECASE)


def origin(tx: Transaction) -> str | None:
    """Return where a world's tracked links lead: None where no request tells how the server is reached."""
    return None if tx.request is None else f"{tx.request.origin}/~{tx.world.name}"


def links(html: str) -> list[str]:
    """Return the http(s) addresses of a mail's anchors, in order."""
    found = (markup.address(each[0]) for each in _anchor.finditer(html))
    return [each for each in found if each.startswith(("http://", "https://"))]


def tracked(tx: Transaction, email: Json) -> str | None:
    """Return the HTML of a mail as its recipients get it."""
    html: str | None = email["html"]
    domain = tx.first(domains.DOMAINS, name=addresses.domain(email["from"]))
    if not html or domain is None or email["origin"] is None:
        return html
    base = f"{email['origin']}/_t"
    if domain["click_tracking"]:
        html = _rewritten(html, f"{base}/c/{email['id']}")
    if domain["open_tracking"]:
        pixel = f'<img src="{escape(base)}/o/{email["id"]}" width="1" height="1" alt="">'
        end = _body_end.search(html)
        at = len(html) if end is None else end.start()
        html = html[:at] + pixel + html[at:]
    return html


def _rewritten(html: str, base: str) -> str:
    count = 0

    def lead(match: re.Match[str]) -> str:
        nonlocal count
        if not markup.address(match[0]).startswith(("http://", "https://")):
            return match[0]
        count += 1
        return _href.sub(rf'\g<1>"{escape(base)}/{count - 1}"', match[0], count=1)

    return _anchor.sub(lead, html)


def opened(tx: Transaction, email: Json) -> None:
    """The picture of a mail was loaded."""
    _happen(tx, email, "opened")


def clicked(tx: Transaction, email: Json, link: str, agent: str) -> None:
    """A link of a mail was followed."""
    details = {
        "ipAddress": "127.0.0.1",
        "link": link,
        "timestamp": instants.iso(tx.now),
        "userAgent": agent,
    }
    count(email, link)
    _happen(tx, email, "clicked", click=details)


def count(email: Json, link: str) -> None:
    """Count a click among those of a mail's link."""
    email["clicks"] = email.get("clicks") or {}
    email["clicks"][link] = email["clicks"].get(link, 0) + 1


def _happen(tx: Transaction, email: Json, state: str, **details: Json) -> None:
    """Lead a mail to where it can be opened (whoever reads it has it), and let it happen; one that went astray stays."""
    from mocks.resend.resources import lifecycle

    try:
        lifecycle.reach(tx, email, state)
        lifecycle.enter(tx, email, state, **details)
    except InvalidInput:
        return
