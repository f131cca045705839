"""Stripe's Node SDKs, the newest and the one a platform pins (API version basil), for every family of operations."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.harness.serving import Receiver, Served

SCRIPT = """
import Stripe from "PACKAGE";
const stripe = new Stripe(process.env.KEY, {
  host: "127.0.0.1", port: Number(process.env.PORT), protocol: "http", maxNetworkRetries: 0, VERSION
});
const seen = {};
const refusal = async (promise) => {
  try { await promise; return null; } catch (error) { return [error.type, error.statusCode, error.code ?? null]; }
};
const customer = await stripe.customers.create({ email: "ada@studio.test", name: "Ada", metadata: { k: "v" } });
seen.requestId = customer.lastResponse.requestId;
seen.version = customer.lastResponse.apiVersion;
seen.updated = (await stripe.customers.update(customer.id, { metadata: { k: "" } })).metadata;
seen.listed = (await stripe.customers.list({ limit: 1 })).data[0].id === customer.id;
const method = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
const intent = await stripe.paymentIntents.create({
  amount: 2000, currency: "usd", customer: customer.id, payment_method: method.id, confirm: true,
});
seen.intent = intent.status;
seen.declined = await refusal(stripe.paymentIntents.create({
  amount: 2000, currency: "usd", payment_method: "pm_card_visa_chargeDeclined", confirm: true,
}));
seen.refund = (await stripe.refunds.create({ payment_intent: intent.id, amount: 500 })).status;
seen.charge = (await stripe.charges.retrieve(intent.latest_charge, { expand: ["customer"] })).customer.id === customer.id;
seen.setup = (await stripe.setupIntents.create({ customer: customer.id, payment_method: "pm_card_visa", confirm: true })).status;
seen.products = (await stripe.products.list({ limit: 1 })).data.length;
const price = await stripe.prices.create({
  currency: "usd", unit_amount: 900, recurring: { interval: "month" }, product_data: { name: "Film" },
});
const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
seen.subscription = subscription.status;
seen.periods = [typeof subscription.current_period_end, typeof subscription.items.data[0].current_period_end];
seen.mode = typeof subscription.billing_mode;
seen.invoice = (await stripe.invoices.list({ subscription: subscription.id })).data[0].status;
seen.subscriptions = (await stripe.subscriptions.list({ customer: customer.id })).data.length;
const session = await stripe.checkout.sessions.create({
  mode: "subscription", line_items: [{ price: price.id, quantity: 1 }],
  success_url: "http://localhost:3000/?s={CHECKOUT_SESSION_ID}", customer: customer.id,
});
seen.session = [session.status, typeof session.url, session.ui_mode];
seen.sessions = (await stripe.checkout.sessions.list({ limit: 3 })).data.length;
seen.expired = (await stripe.checkout.sessions.expire(session.id)).status;
seen.canceled = (await stripe.subscriptions.cancel(subscription.id)).status;
const endpoint = await stripe.webhookEndpoints.create({ url: process.env.HOOK, enabled_events: ["customer.deleted"] });
seen.secret = endpoint.secret;
seen.balance = (await stripe.balance.retrieve()).object;
seen.deleted = (await stripe.customers.del(customer.id)).deleted;
seen.gone = (await stripe.customers.retrieve(customer.id)).deleted;
seen.events = (await stripe.events.list({ limit: 100 })).data.length > 10;
seen.missing = await refusal(stripe.customers.retrieve("cus_nobody"));
seen.unknown = await refusal(stripe.customers.create({ colour: "red" }));
seen.unserved = await refusal(stripe.terminal.readers.list());
seen.stranger = await refusal(new Stripe("sk_test_nobody", {
  host: "127.0.0.1", port: Number(process.env.PORT), protocol: "http", maxNetworkRetries: 0,
}).customers.list());
console.log(JSON.stringify(seen));
"""
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
    [("stripe", "", "object"), ("stripe-basil", 'apiVersion: "2025-04-30.basil"', "undefined")],
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
    env = {
        "KEY": fresh_world["env"]["STRIPE_SECRET_KEY"],
        "PORT": str(server.port + 7),
        "HOOK": receiver.url,
    }
    seen = node(SCRIPT.replace("PACKAGE", package).replace("VERSION", version), env)
    assert seen.pop("requestId").startswith("req_")
    assert seen.pop("version") == (version.partition('"')[2].rstrip('"') or "2026-10-28.endive")
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
