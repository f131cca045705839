"""Billing through stripe-node: the newest release, and the one that the platform pins."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.harness.serving import Served

SCRIPT = Path(__file__).with_name("billing.mjs")


@pytest.mark.parametrize("sdk", ["stripe", "stripe-basil"])
def test_every_operation_of_billing(
    server: Served, fresh_world: dict[str, Any], node: Callable[..., Any], sdk: str
) -> None:
    names = {
        "SDK": sdk,
        "STRIPE_PORT": str(server.port + 7),
        "WORLD": fresh_world["id"],
        "WORLD_NAME": fresh_world["name"],
    }
    seen = node(SCRIPT, {**fresh_world["env"], **names})
    old = sdk == "stripe-basil"
    assert seen == {
        "created": ["active", 4000, "paid"],
        "flexible": None if old else "flexible",
        "retrieved": ["Pro", 2, "number"],
        "topLevelPeriod": None,
        "updated": ["a", True, True],
        "listed": True,
        "items": [True, 1],
        "opened": ["open", 0],
        "declined": ["StripeCardError", 402, "card_declined", None],
        "paid": ["paid", 4000],
        "invoice": [True, "payment_intent"],
        "lines": [1, True],
        "payments": ["paid", 4000],
        "incomplete": ["incomplete", "uncollectible", "void"],
        "canceled": ["canceled", "cancellation_requested"],
        "session": ["open", "hosted" if old else "hosted_page", True],
        "page": [303, True],
        "complete": ["complete", "paid", "active", 1, 2000],
        "expired": "expired",
        "sessions": 1,
        "wrongMode": ["StripeInvalidRequestError", 400, None, "mode"],
    }
