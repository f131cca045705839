"""resend for Node, the newest and the one the platform pins, unmodified, against a running server."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Node = Callable[..., Any]
HERE = Path(__file__).parent


@pytest.fixture
def env(fresh_world: dict[str, Any]) -> dict[str, str]:
    own: dict[str, str] = fresh_world["env"]
    return own | {"WORLD": fresh_world["id"]}


def test_the_newest_sdk_does_all_that_is_served(node: Node, env: dict[str, str]) -> None:
    done = node(HERE / "operations.mjs", env)
    assert done == {
        "sent": "delivered",
        "text": "Hi there",
        "listed": 1,
        "limit": "5",
        "metrics": [{"sent": 1, "delivery_rate": 1}, [["greenroom.test", 1]]],
        "moved": "2026-03-02 09:00:00+00",
        "canceled": "canceled",
        "batch": 2,
        "permissive": [1, [{"index": 1, "message": "The `to` field is missing."}]],
        "once": True,
        "reused": [409, "invalid_idempotent_request"],
        "domain": ["not_started", "verified", True],
        "domains": ["shop.test", "greenroom.test"],
        "removed": True,
        "keys": ["CI", "Greenroom"],
        "restricted": [401, "restricted_api_key"],
        "deleted_key": [403, "invalid_api_key"],
        "webhook": ["http://127.0.0.1:9/hook", ["email.bounced"], "disabled", True],
        "missing": [422, "missing_required_field", "Missing `subject` field."],
        "reserved": [422, "validation_error"],
        "onboarding": [403, "validation_error"],
        "unserved": [404, "not_found"],
    }


def test_the_platforms_sdk_sends_and_lists_domains(node: Node, env: dict[str, str]) -> None:
    assert node(HERE / "platform.mjs", env) == {
        "sent": [
            "delivered",
            [{"name": "type", "value": "invitation"}, {"name": "sender", "value": "user_2abc"}],
        ],
        "attachment": "aGVsbG8=",
        "domains": ["greenroom.test"],
        "audience": ["Old", 1, "Ada", True, True],
        "refused": "validation_error",
    }


def test_contacts_templates_broadcasts_and_the_like(node: Node, env: dict[str, str]) -> None:
    assert node(HERE / "lists.mjs", env) == {
        "topic": "What is new",
        "topics": 1,
        "segment": "Customers",
        "segments": 1,
        "property": "none",
        "properties": 1,
        "contact": ["Byron", {"plan": "pro"}],
        "contacts": ["cy@customer.test", "bob@customer.test", "ada@customer.test"],
        "everybody": 3,
        "in_segments": 1,
        "subscriptions": ["opt_in"],
        "unpublished": [404, "not_found"],
        "filled": ["Hi Ada", "<p>Ada</p>"],
        "missing": [422, "validation_error"],
        "template": "draft",
        "templates": 2,
        "broadcast": ["Spring", "sent"],
        "recipients": ["ada@customer.test"],
        "clicks": 0,
        "broadcasts": 1,
        "sent_stays": [422, "validation_error"],
        "suppression": "manual",
        "suppressions": 3,
        "received": ["Re: Triggered", "a.txt"],
        "file": "hello",
        "attached": [1, 5, "a.txt"],
        "key": "Deploy",
        "rotated": True,
        "logs": [5, "POST"],
        "quota": [429, "daily_quota_exceeded"],
    }


def test_what_is_newer_than_the_document(node: Node, env: dict[str, str]) -> None:
    assert node(HERE / "newer.mjs", env) == {
        "events": [["email.sent", "attempting"]],
        "event": ["webhook_event", "email.sent", "string"],
        "attempts": [0],
        "replayed": True,
        "again": 2,
        "usage": [1, 50_000, 5],
        "renamed": "Guests",
        "copied": "News",
    }
