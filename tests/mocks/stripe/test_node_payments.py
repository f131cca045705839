"""Payments through stripe-node: the newest release, and the one that the platform pins."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.harness.serving import Served

SCRIPT = Path(__file__).with_name("payments.mjs")


@pytest.mark.parametrize("sdk", ["stripe", "stripe-basil"])
def test_every_operation_of_payments(
    server: Served, fresh_world: dict[str, Any], node: Callable[..., Any], sdk: str
) -> None:
    names = {"SDK": sdk, "STRIPE_PORT": str(server.port + 7), "WORLD": fresh_world["id"]}
    seen = node(SCRIPT, {**fresh_world["env"], **names})
    removed = [
        "StripeInvalidRequestError",
        400,
        "payment_method_types_no_longer_supported",
        "payment_method_types",
    ]
    assert seen == {
        "customer": [{"b": "2"}, "Leeds", 0, "req_"],
        "listed": [3, 2],
        "method": ["4242", 2032, {"k": "v"}, True],
        "methods": [1, 1, True],
        "detached": None,
        "unsavable": ["StripeCardError", 402, "card_declined", None],
        "setup": ["succeeded", "visa", "succeeded"],
        "dropped": "canceled",
        "setups": 1,
        "viewed": False,
        "paid": ["succeeded", 2000, "Payment complete."],
        "captured": ["requires_capture", 700],
        "canceled": "duplicate",
        "again": ["StripeInvalidRequestError", 400, "payment_intent_unexpected_state", None],
        "asked": ["requires_action", "redirect_to_url", True],
        "declined": ["StripeCardError", 402, "expired_card", None],
        "intents": 5,
        "net": 1912,
        "charge": "Paid",
        "charges": 1,
        "refund": [{"why": "late"}, 1],
        "entry": "charge",
        "balance": [["eur", 650], ["usd", 1412]],
        "price": ["Monthly", "0.5", 1],
        "product": [900, 1],
        "kept": ["StripeInvalidRequestError", 400, None, None],
        "removed": True,
        "event": ["payment_intent", True],
        "endpoint": ["whsec_", "disabled", "Old", 1],
        "unhooked": True,
        "account": ["US"],
        "named": removed if sdk == "stripe" else None,
        "deleted": [True, True],
    }
