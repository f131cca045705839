"""Prorations, discounts, taxes, invoices and clocks through stripe-node: the newest release, and the pinned one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.harness.serving import Served

READS = [
    *("coupon", "coupon", "promotion_code", "tax_rate", "tax_rate", "invoiceitem", "invoiceitem"),
    *("customer_balance_transaction", "customer_balance_transaction", "discount"),
    *("subscription_schedule", "subscription_schedule", "subscription_schedule"),
    *(
        "credit_note",
        "credit_note",
        "credit_note",
        "credit_note_line_item",
        "credit_note",
        "credit_note_line_item",
    ),
    *("plan", "plan", "plan", "test_helpers.test_clock", "test_helpers.test_clock"),
]
SCRIPT = Path(__file__).with_name("invoicing.mjs")


@pytest.mark.parametrize("sdk", ["stripe", "stripe-basil"])
def test_every_operation_of_invoicing(
    server: Served, fresh_world: dict[str, Any], node: Callable[..., Any], sdk: str
) -> None:
    names = {"SDK": sdk, "STRIPE_PORT": str(server.port + 7), "WORLD": fresh_world["id"]}
    seen = node(SCRIPT, {**fresh_world["env"], **names})
    old = sdk == "stripe-basil"
    assert seen == {
        "coupon": [25, True, 1],
        "code": 25 if old else "string",
        "discount": True,
        # 3100 less a quarter are 2325, of which 20 % are 465.
        "first": [3100, 2790, 465],
        # Of 2325 and 4650 are left 21 of 31 days: 1575 and 3150.
        "preview": [[-1575, 3150], old],
        "changed": [[-1575, 3150], 1890, "paid"],
        "items": [2, 1, True, 4, 0],
        "full": [2640, "1"],
        "sent": "open",
        "note": [640, "pre_payment"],
        "paid": ["paid", 2000],
        "gone": True,
        "late": ["StripeInvalidRequestError", 400, "invoice_not_editable", None],
        "balance": [["adjustment", -500]],
        "schedule": ["active", "release", "released"],
        "paused": "void",
        "canceled": "canceled",
        "clock": ["advancing", "ready", ["paid", "paid"]],
        "plans": "plan",
        "reads": READS,
        "bare": [700, 0],
        "resumed": "active",
    }
