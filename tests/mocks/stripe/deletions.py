"""What can be made, used and deleted at Stripe, in the steps of a random story."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Pick = Callable[[str], str]
"""Draws the id of a thing of a kind, one that is gone included; `none_…` where there never was one."""
Step = tuple[str, str, Json]
"""Method, path and parameters."""

BACK = "https://shop.test/back"
MONTH = {"interval": "month"}


def _line(pick: Pick, kind: str = "price") -> list[Json]:
    return [{"price": pick(kind), "quantity": 1}]


def _session(pick: Pick, mode: str, **more: Any) -> Step:
    return "POST", "/v1/checkout/sessions", {"mode": mode, "success_url": BACK, **more}


MAKE: dict[str, Callable[[Pick], tuple[str, Step]]] = {
    "customer": lambda _: (
        "customer",
        ("POST", "/v1/customers", {"email": "ada@studio.test", "balance": -300}),
    ),
    "payer": lambda _: (
        "customer",
        (
            "POST",
            "/v1/customers",
            {
                "payment_method": "pm_card_visa",
                "invoice_settings": {"default_payment_method": "pm_card_visa"},
            },
        ),
    ),
    "clock": lambda _: ("clock", ("POST", "/v1/test_helpers/test_clocks", {"frozen_time": 1_772_355_600})),
    "clocked": lambda pick: (
        "customer",
        ("POST", "/v1/customers", {"test_clock": pick("clock"), "payment_method": "pm_card_visa"}),
    ),
    "price": lambda _: (
        "price",
        (
            "POST",
            "/v1/prices",
            {"currency": "usd", "unit_amount": 2000, "recurring": MONTH, "product_data": {"name": "Plan"}},
        ),
    ),
    "once": lambda _: (
        "once",
        ("POST", "/v1/prices", {"currency": "usd", "unit_amount": 700, "product_data": {"name": "Film"}}),
    ),
    "coupon": lambda _: ("coupon", ("POST", "/v1/coupons", {"percent_off": 25, "duration": "forever"})),
    "code": lambda pick: (
        "code",
        ("POST", "/v1/promotion_codes", {"promotion": {"type": "coupon", "coupon": pick("coupon")}}),
    ),
    "method": lambda pick: (
        "method",
        ("POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": pick("customer")}),
    ),
    "source": lambda pick: (
        "source",
        ("POST", f"/v1/customers/{pick('customer')}/sources", {"source": "tok_visa"}),
    ),
    "subscription": lambda pick: (
        "subscription",
        ("POST", "/v1/subscriptions", {"customer": pick("customer"), "items": _line(pick)}),
    ),
    "discounted": lambda pick: (
        "subscription",
        (
            "POST",
            "/v1/subscriptions",
            {
                "customer": pick("customer"),
                "items": _line(pick),
                "default_payment_method": pick("method"),
                "discounts": [{"coupon": pick("coupon")}],
                "trial_period_days": 5,
            },
        ),
    ),
    "schedule": lambda pick: (
        "schedule",
        (
            "POST",
            "/v1/subscription_schedules",
            {
                "customer": pick("customer"),
                "start_date": 1_772_355_600 + 3 * 86_400,
                "phases": [{"items": _line(pick), "discounts": [{"coupon": pick("coupon")}]}],
            },
        ),
    ),
    "scheduled": lambda pick: (
        "schedule",
        ("POST", "/v1/subscription_schedules", {"from_subscription": pick("subscription")}),
    ),
    "item": lambda pick: (
        "item",
        ("POST", "/v1/invoiceitems", {"customer": pick("customer"), "amount": 500, "currency": "usd"}),
    ),
    "invoice": lambda pick: (
        "invoice",
        (
            "POST",
            "/v1/invoices",
            {
                "customer": pick("customer"),
                "pending_invoice_items_behavior": "include",
                "auto_advance": True,
                "default_payment_method": pick("method"),
            },
        ),
    ),
    "sent": lambda pick: (
        "invoice",
        (
            "POST",
            "/v1/invoices",
            {"customer": pick("customer"), "collection_method": "send_invoice", "days_until_due": 2},
        ),
    ),
    "paying": lambda pick: (
        "session",
        _session(pick, "payment", customer=pick("customer"), line_items=_line(pick, "once")),
    ),
    "subscribing": lambda pick: (
        "session",
        _session(
            pick,
            "subscription",
            customer=pick("customer"),
            line_items=_line(pick),
            allow_promotion_codes=True,
        ),
    ),
    "saving": lambda pick: ("session", _session(pick, "setup", customer=pick("customer"), currency="usd")),
    "link": lambda pick: ("link", ("POST", "/v1/payment_links", {"line_items": _line(pick, "once")})),
    "quote": lambda pick: (
        "quote",
        ("POST", "/v1/quotes", {"customer": pick("customer"), "line_items": _line(pick)}),
    ),
    "portal": lambda pick: (
        "portal",
        ("POST", "/v1/billing_portal/sessions", {"customer": pick("customer"), "return_url": BACK}),
    ),
    "intent": lambda pick: (
        "intent",
        (
            "POST",
            "/v1/payment_intents",
            {
                "amount": 900,
                "currency": "usd",
                "customer": pick("customer"),
                "payment_method": pick("method"),
            },
        ),
    ),
    "setup": lambda pick: ("setup", ("POST", "/v1/setup_intents", {"customer": pick("customer")})),
    "tax_id": lambda pick: (
        "tax_id",
        ("POST", f"/v1/customers/{pick('customer')}/tax_ids", {"type": "eu_vat", "value": "DE123456789"}),
    ),
    "grant": lambda pick: (
        "grant",
        (
            "POST",
            "/v1/billing/credit_grants",
            {
                "customer": pick("customer"),
                "amount": {"type": "monetary", "monetary": {"currency": "usd", "value": 400}},
                "applicability_config": {"scope": {"price_type": "metered"}},
                "expires_at": 1_772_355_600 + 20 * 86_400,
            },
        ),
    ),
    "hook": lambda _: (
        "hook",
        (
            "POST",
            "/v1/webhook_endpoints",
            {"url": "http://127.0.0.1:9/", "enabled_events": ["refund.failed"]},
        ),
    ),
}

USE: dict[str, Callable[[Pick], Step]] = {
    "pays": lambda pick: ("POST", f"/v1/invoices/{pick('invoice')}/pay", {}),
    "finalizes": lambda pick: ("POST", f"/v1/invoices/{pick('invoice')}/finalize", {}),
    "voids": lambda pick: ("POST", f"/v1/invoices/{pick('invoice')}/void", {}),
    "confirms": lambda pick: ("POST", f"/v1/payment_intents/{pick('intent')}/confirm", {"return_url": BACK}),
    "sets up": lambda pick: (
        "POST",
        f"/v1/setup_intents/{pick('setup')}/confirm",
        {"payment_method": pick("method"), "return_url": BACK},
    ),
    "checks out": lambda pick: (
        "POST",
        f"/v1/payment_pages/{pick('session')}/confirm",
        {"payment_method": pick("method")},
    ),
    "accepts": lambda pick: ("POST", f"/v1/quotes/{pick('quote')}/accept", {}),
    "offers": lambda pick: ("POST", f"/v1/quotes/{pick('quote')}/finalize", {}),
    "changes plan": lambda pick: (
        "POST",
        f"/v1/subscriptions/{pick('subscription')}",
        {"items": [{"price": pick("price")}], "default_payment_method": pick("method")},
    ),
    "redeems": lambda pick: (
        "POST",
        f"/v1/subscriptions/{pick('subscription')}",
        {"discounts": [{"promotion_code": pick("code")}]},
    ),
    "prefers": lambda pick: (
        "POST",
        f"/v1/customers/{pick('customer')}",
        {"invoice_settings": {"default_payment_method": pick("method")}},
    ),
    "moves the clock": lambda pick: (
        "POST",
        f"/v1/test_helpers/test_clocks/{pick('clock')}/advance",
        {"frozen_time": 1_772_355_600 + 33 * 86_400},
    ),
}

DELETE: dict[str, Callable[[Pick], Step]] = {
    "customer": lambda pick: ("DELETE", f"/v1/customers/{pick('customer')}", {}),
    "subscription": lambda pick: ("DELETE", f"/v1/subscriptions/{pick('subscription')}", {"prorate": True}),
    "schedule": lambda pick: ("POST", f"/v1/subscription_schedules/{pick('schedule')}/cancel", {}),
    "plan of a schedule": lambda pick: (
        "POST",
        f"/v1/subscription_schedules/{pick('schedule')}/release",
        {},
    ),
    "method": lambda pick: ("POST", f"/v1/payment_methods/{pick('method')}/detach", {}),
    "source": lambda pick: ("DELETE", f"/v1/customers/{pick('customer')}/sources/{pick('source')}", {}),
    "plan": lambda pick: ("DELETE", f"/v1/plans/{pick('price')}", {}),
    "price": lambda pick: ("POST", f"/v1/prices/{pick('price')}", {"active": False}),
    "coupon": lambda pick: ("DELETE", f"/v1/coupons/{pick('coupon')}", {}),
    "code": lambda pick: ("POST", f"/v1/promotion_codes/{pick('code')}", {"active": False}),
    "discount": lambda pick: ("DELETE", f"/v1/subscriptions/{pick('subscription')}/discount", {}),
    "item": lambda pick: ("DELETE", f"/v1/invoiceitems/{pick('item')}", {}),
    "invoice": lambda pick: ("DELETE", f"/v1/invoices/{pick('invoice')}", {}),
    "session": lambda pick: ("POST", f"/v1/checkout/sessions/{pick('session')}/expire", {}),
    "link": lambda pick: ("POST", f"/v1/payment_links/{pick('link')}", {"active": False}),
    "quote": lambda pick: ("POST", f"/v1/quotes/{pick('quote')}/cancel", {}),
    "intent": lambda pick: ("POST", f"/v1/payment_intents/{pick('intent')}/cancel", {}),
    "setup": lambda pick: ("POST", f"/v1/setup_intents/{pick('setup')}/cancel", {}),
    "tax id": lambda pick: ("DELETE", f"/v1/customers/{pick('customer')}/tax_ids/{pick('tax_id')}", {}),
    "grant": lambda pick: ("POST", f"/v1/billing/credit_grants/{pick('grant')}/void", {}),
    "clock": lambda pick: ("DELETE", f"/v1/test_helpers/test_clocks/{pick('clock')}", {}),
    "hook": lambda pick: ("DELETE", f"/v1/webhook_endpoints/{pick('hook')}", {}),
}

READ = {
    "customer": "/v1/customers/{}",
    "subscription": "/v1/subscriptions/{}",
    "invoice": "/v1/invoices/{}",
    "session": "/v1/checkout/sessions/{}",
    "schedule": "/v1/subscription_schedules/{}",
    "method": "/v1/payment_methods/{}",
    "intent": "/v1/payment_intents/{}",
    "quote": "/v1/quotes/{}",
    "grant": "/v1/billing/credit_grants/{}",
    "link": "/v1/payment_links/{}",
}
"""Where each thing is read, afterwards too."""
