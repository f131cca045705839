"""How stand-ins answer: JSON and text that carry their label."""

from __future__ import annotations

from typing import Any

import orjson

from harness.messages import Answer

LABEL = "made up by Greenroom's stand-in, without the real service"
FIELD = "greenroom_standin"
"""The member of JSON answers that says so."""

OPEN = ("Access-Control-Allow-Origin", "*")


def json(body: dict[str, Any], status: int = 200) -> Answer:
    """Answer labelled JSON that pages of any origin may read."""
    return Answer(status, [("Content-Type", "application/json"), OPEN], orjson.dumps({**body, FIELD: LABEL}))


def text(body: str | bytes, content_type: str, status: int = 200) -> Answer:
    """Answer a text or a file that pages of any origin may read."""
    content = body.encode() if isinstance(body, str) else body
    return Answer(status, [("Content-Type", content_type), OPEN], content)


def not_served(method: str, path: str) -> Answer:
    """Say that the stand-in has nothing there: it never invents an answer to what it does not know."""
    told = f"this stand-in does not answer {method} {path}"
    return json({"error": {"type": "greenroom_not_served", "message": told}}, 404)


def preflight() -> Answer:
    """Allow a page to ask (CORS)."""
    allowed = [("Access-Control-Allow-Methods", "*"), ("Access-Control-Allow-Headers", "*")]
    return Answer(204, [OPEN, *allowed], b"")
