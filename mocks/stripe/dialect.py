"""How Stripe speaks: keys, form encoding, API versions, the error envelope, idempotency and response headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from harness.dialect import Dialect, Directory, Exchange, Grant, bearer
from harness.messages import Reply
from mocks.stripe import errors, versions
from mocks.stripe.forms import read_form
from mocks.stripe.keys import check_account, check_publishable, key_of, refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.dialect import Ask
    from harness.errors import Refusal
    from harness.messages import Request
    from harness.provider import Operation
    from harness.transaction import Transaction

Json = dict[str, Any]

LONGEST_KEY = 255
"""Characters of an idempotency key (Stripe docs: idempotent requests)."""

UPLOAD = "PostFiles"
"""The operation whose body is in parts; all others are form-encoded."""

V2 = "/v2/"
"""What begins the paths of the v2 API, which speaks JSON."""

LOGS = "https://dashboard.stripe.com/test/logs"


class StripeDialect(Dialect):
    """Stripe's protocol: v1, and where v2 differs from it."""

    provider = "stripe"
    request_id_form = "req_{alnum:14}"

    def authenticate(self, request: Request, directory: Directory) -> Grant:
        """Find the key's world (Bearer, or Basic with the key as user name)."""
        key = key_of(request)
        grant = directory.find("stripe", key) if key else None
        if grant is None or grant.name == "webhook_secret":
            raise refused(key)
        return grant

    def authorize(self, tx: Transaction, grant: Grant, operation: Operation) -> None:
        """Refuse other accounts, publishable keys where a secret one is needed, tokens of meter event sessions elsewhere."""
        check_account(tx)
        if grant.name == "meter_event_session" or operation.id == "PostV2BillingMeterEventStream":
            from mocks.stripe.resources.meter_sessions import check_session

            check_session(tx, grant, operation)
        if grant.name == "publishable_key":
            check_publishable(operation)

    def preflight(self, request: Request) -> Reply | None:
        """Let any page ask: Stripe.js calls from the pages of merchants."""
        asked = request.header("access-control-request-headers")
        allowed = [("Access-Control-Allow-Headers", asked)] if asked else []
        return Reply("", 200, allowed, content_type="text/plain; charset=utf-8")

    def proof(self, env: Mapping[str, str], path: str, ask: Ask) -> dict[str, str]:
        """Show the secret key."""
        return bearer(env["STRIPE_SECRET_KEY"])

    def decode(self, request: Request, operation: Operation) -> Json:
        """Read the version, the query and the form."""
        version = request.header("stripe-version")
        if version is not None and version != versions.CANONICAL:
            versions.check(version)
        if operation.id == UPLOAD:
            from harness.multipart import is_multipart
            from mocks.stripe.multipart import read_parts

            if is_multipart(request):
                return read_parts(request)
        if request.path.startswith(V2):
            from mocks.stripe.v2 import read_json

            return read_json(request)
        return read_form(request)

    def invalid(self, operation: Operation, errors: list[Any], data: Json) -> Refusal:
        """Name the first thing wrong, as Stripe does."""
        from mocks.stripe.validation import explain

        return explain(operation, errors, data)

    def unserved(self, request: Request) -> Refusal:
        """Answer an unknown path."""
        return errors.refusal(
            404,
            f"Unrecognized request URL ({request.method}: {request.path}). "
            "Please see https://stripe.com/docs or we can help at https://support.stripe.com/.",
        )

    def failure(self, status: int, message: str = "") -> Refusal:
        """Answer with a bare status: faults, limits, failures of ours."""
        return errors.failure(status, message)

    def idempotency_key(self, request: Request, operation: Operation) -> str | None:
        """POSTs are remembered by their Idempotency-Key, in v2 DELETEs too; other methods ignore it."""
        counts = request.method == "POST" or (request.method == "DELETE" and request.path.startswith(V2))
        key = request.header("idempotency-key") if counts else None
        if key is not None and len(key) > LONGEST_KEY:
            raise errors.key_too_long()
        return key or None

    def key_reused(self, key: str) -> Refusal:
        """Refuse a key that comes again with other parameters."""
        return errors.key_reused(key)

    def replay_headers(self, original: str) -> list[tuple[str, str]]:
        """Mark a replayed answer."""
        return [("Original-Request", original), ("Idempotent-Replayed", "true")]

    def encode(self, body: Any) -> bytes:
        """Write JSON as Stripe does: two spaces of indent."""
        return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    def refused(self, refusal: Refusal, exchange: Exchange) -> Any:
        """Complete an error by the address of the request in the dashboard's log; fields in Stripe's order, by name."""
        if exchange.request.path.startswith(V2):
            from mocks.stripe import v2

            return v2.refused(refusal)
        log = f"{LOGS}/{exchange.request_id}?t={exchange.now // 1_000_000}"
        error = refusal.body["error"] | {"request_log_url": log}
        return {"error": dict(sorted(error.items()))}

    def headers(self, exchange: Exchange) -> list[tuple[str, str]]:
        """Return the headers of every answer."""
        request = exchange.request
        found = [("Request-Id", exchange.request_id)] if exchange.request_id else []
        found += _STANDING
        found.append(("Stripe-Version", versions.shown(request.header("stripe-version"))))
        key = request.header("idempotency-key")
        if key:
            found.append(("Idempotency-Key", key))
            replayed = any(name == "Original-Request" for name, _ in exchange.own_headers)
            if request.method == "POST" and not replayed:
                found.append(("Original-Request", exchange.request_id))
        return found


_STANDING = (
    ("Cache-Control", "no-cache, no-store"),
    ("Vary", "Origin"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, HEAD, PUT, PATCH, POST, DELETE"),
    (
        "Access-Control-Expose-Headers",
        (
            "Request-Id, Stripe-Manage-Version, Stripe-Should-Retry, X-Stripe-External-Auth-Required, "
            "X-Stripe-Privileged-Session-Required"
        ),
    ),
    ("Access-Control-Max-Age", "300"),
)
