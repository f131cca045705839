"""Invented providers for the tests of the integration layer: the SDKs run for real, their HTTP is answered here."""

import itertools
import json
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import responses
from requests import PreparedRequest
from stripe import WebhookSignature
from svix.webhooks import Webhook

from integrations.billing.plans import Plan

Json = dict[str, Any]
Answer = tuple[int, dict[str, str], str]

STRIPE_URL = "http://127.0.0.1:4407"
RESEND_URL = "http://127.0.0.1:4406"
STRIPE_SECRET = "whsec_stripe_test"
RESEND_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
START = datetime(2026, 11, 1, 12, tzinfo=UTC)

ENVIRONMENT = {
    "STRIPE_SECRET_KEY": "sk_test_invented",
    "STRIPE_WEBHOOK_SECRET": STRIPE_SECRET,
    "RESEND_API_KEY": "re_invented",
    "RESEND_WEBHOOK_SECRET": RESEND_SECRET,
    "EMAIL_FROM": "Platform <billing@platform.test>",
    "NEXT_PUBLIC_APP_URL": "https://app.platform.test",
    "STRIPE_API_BASE": STRIPE_URL,
    "RESEND_API_URL": RESEND_URL,
    **{f"NEXT_PUBLIC_PRICE_{plan.upper()}": f"price_{plan}" for plan in Plan},
}


#: What sets up the providers that may be absent, on a server at `{url}`.
OPTIONAL = {
    "CLERK_SECRET_KEY": "sk_test_invented",
    "CLERK_WEBHOOK_SECRET": RESEND_SECRET,
    "CLERK_API_URL": "{url}/clerk",
    "NEXT_PUBLIC_ALGOLIA_APP_ID": "TESTAPP123",
    "NEXT_PUBLIC_ALGOLIA_API_KEY": "0123456789abcdef0123456789abcdef",
    "ALGOLIA_ADMIN_API_KEY": "fedcba9876543210fedcba9876543210",
    "GREENROOM_ALGOLIA_URL": "{url}",
    "MUX_TOKEN_ID": "44444444-4444-4444-8444-444444444444",
    "MUX_TOKEN_SECRET": "invented+secret",
    "MUX_WEBHOOK_SIGNING_SECRET": "mux-signing-secret",
    "MUX_BASE_URL": "{url}/mux",
    "INSIGHTIQ_CLIENT_ID": "11111111-1111-4111-8111-111111111111",
    "INSIGHTIQ_SECRET": "22222222-2222-4222-8222-222222222222",
    "INSIGHTIQ_SANDBOX_URL": "{url}/insightiq",
    "CINT_CLIENT_ID": "invented-client",
    "CINT_CLIENT_SECRET": "invented-client-secret",
    "CINT_ACCOUNT_ID": "101",
    "CINT_S2S_API_KEY": "55555555-5555-4555-8555-555555555555",
    "CINT_WEBHOOK_SECRET": "FP7UPZpATKBcYJj4va95PYud+a3gCidRERiLO+9MoFE=",
    "GREENROOM_CINT_URL": "{url}/cint",
    "SURVEYS_PUBLIC_URL": "https://surveys.platform.test",
    "VERCEL_TOKEN": "inventedtoken00000000000",
    "VERCEL_TEAM_ID": "team_invented",
    "VERCEL_PROJECT_ID": "prj_invented",
    "VERCEL_API_URL": "{url}/vercel",
    "ROTATION_KEY": "aW52ZW50ZWQgaW52ZW50ZWQgaW52ZW50ZWQgaW52ZW4=",
}


class FakeClock:
    """A clock that moves only when told, and whose sleep takes no time."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.elapsed += seconds


@dataclass
class Call:
    """A request that an SDK made."""

    method: str
    path: str
    form: dict[str, str]
    headers: Mapping[str, str]
    json: Any = None
    query: dict[str, str] = field(default_factory=dict)


@dataclass
class Stub:
    """One provider. What is in `failures` is answered first, one for each request."""

    calls: list[Call] = field(default_factory=list)
    failures: deque[Answer | Exception] = field(default_factory=deque)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def serve(self, mock: responses.RequestsMock, base: str) -> None:
        for method in (responses.GET, responses.POST, responses.DELETE):
            mock.add_callback(method, re.compile(re.escape(base) + "/.*"), self.answer)

    def answer(self, request: PreparedRequest) -> Answer:
        body = request.body or ""
        text = body.decode() if isinstance(body, bytes) else str(body)
        is_json = request.headers.get("Content-Type") == "application/json"
        call = Call(
            method=str(request.method),
            path=urlsplit(str(request.url)).path,
            form={} if is_json else dict(parse_qsl(text, keep_blank_values=True)),
            headers=dict(request.headers),
            json=json.loads(text) if is_json and text else None,
            query=dict(parse_qsl(urlsplit(str(request.url)).query, keep_blank_values=True)),
        )
        return self.serve_call(call)

    def serve_call(self, call: Call) -> Answer:
        self.calls.append(call)
        if self.failures:
            failure = self.failures.popleft()
            if isinstance(failure, Exception):
                raise failure
            return failure
        return self.reply(call)

    def reply(self, call: Call) -> Answer:
        raise AssertionError(f"unexpected {call.method} {call.path}")

    def paths(self) -> list[str]:
        return [f"{call.method} {call.path}" for call in self.calls]


def json_answer(body: Json, status: int = 200, **headers: str) -> Answer:
    return status, {"Content-Type": "application/json", **headers}, json.dumps(body)


def stripe_error(status: int, code: str | None = None, kind: str = "api_error", **headers: str) -> Answer:
    error = {"type": kind, "message": f"invented {code or kind}"} | ({"code": code} if code else {})
    return json_answer({"error": error}, status, **{"Request-Id": "req_invented", **headers})


def resend_error(status: int, name: str, **headers: str) -> Answer:
    return json_answer({"statusCode": status, "name": name, "message": f"invented {name}"}, status, **headers)


@dataclass
class StripeStub(Stub):
    """Stripe with objects that a test may change at will; `after_read` runs between an answer and its arrival."""

    objects: dict[str, Json] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    after_read: Callable[[str], None] | None = None

    def put(self, thing: Json) -> Json:
        self.objects[thing["id"]] = thing
        return thing

    def reply(self, call: Call) -> Answer:
        parts = call.path.removeprefix("/v1/").split("/")
        if call.method == "GET":
            return self._read(parts[-1])
        if call.method == "DELETE":
            self.objects[parts[-1]] = {"id": parts[-1], "object": "customer", "deleted": True}
            return json_answer(self.objects[parts[-1]])
        key = call.headers["Idempotency-Key"]
        if key not in self.keys:
            self.keys[key] = self._write(parts, call.form)
        return json_answer(self.objects[self.keys[key]])

    def _read(self, object_id: str) -> Answer:
        if object_id not in self.objects:
            return stripe_error(404, "resource_missing", "invalid_request_error")
        answer = json_answer(self.objects[object_id])
        if self.after_read is not None:
            self.after_read(object_id)
        return answer

    def _write(self, parts: list[str], form: dict[str, str]) -> str:
        match parts:
            case ["customers"]:
                thing = self.put(customer(f"cus_{next(self.numbers)}", form["email"], form["name"]))
                thing["metadata"] = {"organisation_id": form["metadata[organisation_id]"]}
            case ["customers", customer_id]:
                thing = self.objects[customer_id]
                thing |= {name: form[name] for name in ("email", "name") if name in form}
                method = form.get("invoice_settings[default_payment_method]")
                if method is not None:
                    thing["invoice_settings"] = {"default_payment_method": method}
            case ["payment_methods", _, "attach"]:
                method_id = f"pm_{next(self.numbers)}"
                thing = self.put({"id": method_id, "object": "payment_method", "customer": form["customer"]})
            case ["subscriptions", subscription_id]:
                thing = self.objects[subscription_id]
                thing["default_payment_method"] = form["default_payment_method"]
            case ["checkout", "sessions"]:
                session_id = f"cs_test_{next(self.numbers)}"
                url = f"{STRIPE_URL}/c/pay/{session_id}"
                thing = self.put({"id": session_id, "object": "checkout.session", "url": url})
            case ["invoices", invoice_id, "pay"]:
                thing = self.objects[invoice_id]
                thing |= {"status": "paid", "amount_paid": thing["amount_due"], "amount_remaining": 0}
            case _:
                raise AssertionError(f"unexpected POST to {parts}")
        return str(thing["id"])


@dataclass
class ResendStub(Stub):
    """Resend's sending; like the real one, it sends once for each idempotency key."""

    sent: dict[str, str] = field(default_factory=dict)

    def reply(self, call: Call) -> Answer:
        assert (call.method, call.path) == ("POST", "/emails")
        key = call.headers["Idempotency-Key"]
        if key not in self.sent:
            self.sent[key] = f"00000000-0000-4000-8000-{next(self.numbers):012d}"
        return json_answer({"id": self.sent[key]})

    def subjects(self) -> list[str]:
        return [call.json["subject"] for call in self.calls]


def customer(customer_id: str, email: str = "billing@acme.test", name: str = "Acme") -> Json:
    return {
        "id": customer_id,
        "object": "customer",
        "email": email,
        "name": name,
        "metadata": {},
        "delinquent": False,
        "invoice_settings": {"default_payment_method": None},
    }


def subscription(subscription_id: str, customer_id: str, status: str = "active", **changes: Any) -> Json:
    item = {
        "id": "si_1",
        "object": "subscription_item",
        "current_period_start": 1793534400,
        "current_period_end": 1796126400,
        "price": {"id": "price_essential_monthly", "object": "price"},
    }
    return {
        "id": subscription_id,
        "object": "subscription",
        "customer": customer_id,
        "status": status,
        "created": 1793534400,
        "cancel_at_period_end": False,
        "cancel_at": None,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "schedule": None,
        "default_payment_method": None,
        "items": {"object": "list", "data": [item], "has_more": False},
    } | changes


def invoice(invoice_id: str, customer_id: str, status: str = "open", **changes: Any) -> Json:
    return {
        "id": invoice_id,
        "object": "invoice",
        "customer": customer_id,
        "status": status,
        "currency": "usd",
        "amount_due": 4900,
        "amount_paid": 0,
        "amount_remaining": 4900,
        "attempt_count": 1,
        "next_payment_attempt": 1796400000,
        "hosted_invoice_url": f"https://invoice.stripe.test/{invoice_id}",
        "created": 1796126400,
        "parent": {
            "type": "subscription_details",
            "subscription_details": {"subscription": "sub_1", "metadata": {}},
        },
    } | changes


def stripe_event(event_id: str, event_type: str, thing: Json) -> Json:
    """Build an event with the snapshot of `thing`, as of now."""
    return {
        "id": event_id,
        "object": "event",
        "type": event_type,
        "api_version": "2025-04-30.basil",
        "created": 1796126400,
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "data": {"object": json.loads(json.dumps(thing))},
    }


def mail_event(event_type: str, *, to: str = "billing@acme.test", **changes: Any) -> Json:
    """Build an event of Resend's about one mail."""
    data = {
        "email_id": "00000000-0000-4000-8000-000000000001",
        "created_at": "2026-11-01T12:00:00.000Z",
        "from": "Platform <billing@platform.test>",
        "to": [to],
        "subject": "Hello",
    }
    return {"type": event_type, "created_at": "2026-11-01T12:00:01.000Z", "data": data | changes}


def sign_stripe(body: str, *, secret: str = STRIPE_SECRET, age: int = 0) -> str:
    return str(WebhookSignature.generate_signature_header(body, secret, int(time.time()) - age))


def sign_resend(
    body: str, event_id: str = "msg_1", *, secret: str = RESEND_SECRET, age: int = 0
) -> dict[str, str]:
    stamp = datetime.fromtimestamp(int(time.time()) - age, UTC)
    return {
        "svix-id": event_id,
        "svix-timestamp": str(int(stamp.timestamp())),
        "svix-signature": Webhook(secret).sign(event_id, stamp, body),
    }
