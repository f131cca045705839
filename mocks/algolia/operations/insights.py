"""Insights: events of users, sent by the application or by browsers."""

from __future__ import annotations

from typing import Any

from harness.messages import Reply
from harness.transaction import Transaction
from mocks.algolia.parameters import Free
from mocks.algolia.provider import algolia
from mocks.algolia.resources import insights

Json = dict[str, Any]


@algolia.post("/1/events", id="pushEvents", tier="P1")
def push_events(tx: Transaction, params: Free) -> Json:
    """Take events about searches, clicks and conversions."""
    insights.push(tx, params.fields.get("events"))
    return {"message": "OK", "status": 200}


@algolia.delete("/1/usertokens/{user_token}", id="deleteUserToken", tier="P1", status=204)
def delete_user_token(tx: Transaction, user_token: str) -> Reply:
    """Delete all events of a user."""
    insights.forget(tx, user_token)
    return Reply()
