"""What is known of the browser that a session lives in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mocks.clerk import frontend
from mocks.clerk.resources import ids

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

_BROWSERS = (
    ("Edge", re.compile(r"Edg/([\d.]+)")),
    ("Firefox", re.compile(r"Firefox/([\d.]+)")),
    ("Chrome", re.compile(r"(?:Headless)?Chrome/([\d.]+)")),
    ("Safari", re.compile(r"Version/([\d.]+).*Safari/")),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Macintosh", "Macintosh"),
    ("Windows", "Windows"),
    ("Linux", "Linux"),
)


def of_request(tx: Transaction) -> Json | None:
    """Return the activity that a browser's request shows; None for what no browser asked for."""
    if tx.request is None or not frontend.is_frontend(tx.request):
        return None
    agent = tx.request.header("user-agent") or ""
    name, version = "", ""
    for known, pattern in _BROWSERS:
        found = pattern.search(agent)
        if found is not None:
            name, version = known, found.group(1)
            break
    device = next((shown for mark, shown in _SYSTEMS if mark in agent), "")
    return {
        "object": "session_activity",
        "id": ids.new(tx, "sess_activity"),
        "device_type": device,
        "is_mobile": device in ("iPhone", "Android"),
        "browser_name": name,
        "browser_version": version,
        "ip_address": "127.0.0.1",
        "city": "",
        "country": "",
    }


def shown(session: Json) -> Json:
    """Show a session with its activity, as the list of a user's devices has it."""
    names = ("object", "id", "status", "expire_at", "abandon_at", "last_active_at", "actor", "tasks")
    activity = {} if session["latest_activity"] is None else {"latest_activity": session["latest_activity"]}
    return {name: session[name] for name in names} | activity
