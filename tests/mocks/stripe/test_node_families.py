"""Disputes, search, portal, links, files, tax ids, entitlements and meters through stripe-node."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.harness.serving import Served

SCRIPT = Path(__file__).with_name("families.mjs")


@pytest.mark.parametrize("sdk", ["stripe", "stripe-basil"])
def test_every_operation_of_these_families(
    server: Served, fresh_world: dict[str, Any], node: Callable[..., Any], sdk: str
) -> None:
    names = {"SDK": sdk, "STRIPE_PORT": str(server.port + 7), "WORLD": fresh_world["id"]}
    assert node(SCRIPT, {**fresh_world["env"], **names}) == {
        "dispute": ["needs_response", "under_review", "won", True, 2],
        "ended": ["StripeInvalidRequestError", 400, None, None],
        "warning": True,
        "captured": 700,
        "uncancelable": ["StripeInvalidRequestError", 400, None, None],
        "attempts": ["succeeded"],
        "found": True,
        "paged": 3,
        "unreadable": ["StripeInvalidRequestError", 400, None, "query"],
        "counted": [2, 2, True, 1, 0, 0],
        "portal": ["http://127.0.0.1:9/back", "subscription_cancel", 200, True],
        "configurations": ["immediately", 1],
        "link": [303, 3000, {"k": "v"}, 1, 2],
        "secret": True,
        "vat": ["verified", 1, True],
        "file": ["report.csv", 8, "a,b\r\n1,2", True, 1, 1, 1],
        "entitled": ["All reports", "reports", 1, True, True, 1, True],
        "used": [25],
        "twice": ["StripeInvalidRequestError", 400, "duplicate_meter_event", "identifier"],
        "charged": 1,
        "meter": ["inactive", "active", "All calls", 1],
    }
