"""Stripe's Node SDKs, the newest and the one a platform pins (API version basil), for every family of operations."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.harness.serving import Receiver, Served

SCRIPT = Path(__file__).with_name("everyday.mjs")
VERIFY = """
import Stripe from "stripe";
const stripe = new Stripe("sk_test_x");
const event = stripe.webhooks.constructEvent(process.env.BODY, process.env.SIGNATURE, process.env.SECRET);
let forged = null;
try { stripe.webhooks.constructEvent(process.env.BODY + " ", process.env.SIGNATURE, process.env.SECRET); }
catch (error) { forged = error.type; }
console.log(JSON.stringify([event.type, event.api_version, forged]));
"""


@pytest.mark.parametrize(
    ("package", "version", "mode"),
    [("stripe", "", "object"), ("stripe-basil", "2025-04-30.basil", "undefined")],
)
def test_node_drives_every_family(
    node: Callable[..., Any],
    server: Served,
    fresh_world: dict[str, Any],
    receiver: Receiver,
    package: str,
    version: str,
    mode: str,
) -> None:
    names = {"SDK": package, "API_VERSION": version, "HOOK": receiver.url}
    seen = node(SCRIPT, {**fresh_world["env"], **names, "STRIPE_PORT": str(server.port + 7)})
    assert seen.pop("requestId").startswith("req_")
    assert seen.pop("version") == (version or "2026-10-28.endive")
    assert seen.pop("mode") == mode
    secret = seen.pop("secret")
    ui_mode = "hosted" if package == "stripe-basil" else "hosted_page"
    assert seen == {
        "updated": {},
        "listed": True,
        "intent": "succeeded",
        "declined": ["StripeCardError", 402, "card_declined"],
        "refund": "succeeded",
        "charge": True,
        "setup": "succeeded",
        "products": 1,
        "subscription": "active",
        "periods": ["undefined", "number"],
        "invoice": "paid",
        "subscriptions": 1,
        "session": ["open", "string", ui_mode],
        "sessions": 1,
        "expired": "expired",
        "canceled": "canceled",
        "balance": "balance",
        "deleted": True,
        "gone": True,
        "events": True,
        "missing": ["StripeInvalidRequestError", 404, "resource_missing"],
        "unknown": ["StripeInvalidRequestError", 400, "parameter_unknown"],
        "unserved": ["StripeInvalidRequestError", 404, None],
        "stranger": ["StripeAuthenticationError", 401, None],
    }
    server.control("POST", f"/worlds/{fresh_world['id']}/webhooks/settle")
    (delivered,) = receiver.received
    verified = node(
        VERIFY,
        {
            "BODY": delivered.body.decode(),
            "SIGNATURE": delivered.headers["stripe-signature"],
            "SECRET": secret,
        },
    )
    assert verified[0] == "customer.deleted"
    assert verified[2] == "StripeSignatureVerificationError"
