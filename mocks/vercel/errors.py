"""Vercel's refusals: `{"error": {"code", "message"}}`, one function for each kind; some carry further keys."""

from __future__ import annotations

from typing import Any

from harness.errors import Refusal


def refusal(
    status: int,
    code: str,
    message: str,
    *,
    rule: str | None = None,
    subject: str = "",
    headers: tuple[tuple[str, str], ...] = (),
    **more: Any,
) -> Refusal:
    """Return a refusal in Vercel's envelope; `more` are the further keys that some errors have."""
    body = {"error": {"code": code, "message": message, **more}}
    return Refusal(status, body, rule=rule, message=message, subject=subject, headers=headers)


# --- credentials -------------------------------------------------------------------------------------------------


def missing_token() -> Refusal:
    """Return the 403 for a request without `Authorization: Bearer …`."""
    message = "The request is missing an authentication token"
    return refusal(403, "forbidden", message, rule="missing_token", missingToken=True)


def invalid_token() -> Refusal:
    """Return the 403 for an unknown, deleted or expired token."""
    return refusal(403, "forbidden", "Not authorized", rule="invalid_token", invalidToken=True)


def forbidden(message: str = "Not authorized", *, rule: str = "forbidden", subject: str = "") -> Refusal:
    """Return the 403 for what the token's owner may not do, or for a team that it is no member of."""
    return refusal(403, "forbidden", message, rule=rule, subject=subject)


# --- requests ----------------------------------------------------------------------------------------------------


def bad_request(
    message: str, *, field: str = "", rule: str = "bad_request", code: str = "bad_request"
) -> Refusal:
    """Return the 400 for a value that breaks a rule."""
    return refusal(400, code, message, rule=rule, subject=field)


def malformed() -> Refusal:
    """Return the 400 for a body that is not the JSON asked for."""
    return bad_request("Invalid JSON", rule="malformed_json")


def not_found(thing: str) -> Refusal:
    """Return the 404 for an unknown id or name; `thing` as Vercel names it, for example `Project`."""
    return refusal(404, "not_found", f"{thing} not found.")


def conflict(message: str, *, code: str = "conflict", rule: str = "conflict", **more: Any) -> Refusal:
    """Return the 409 for a name that is taken, or a state that does not allow something."""
    return refusal(409, code, message, rule=rule, **more)


def no_endpoint() -> Refusal:
    """Return the 404 for a path that Vercel does not have."""
    return refusal(404, "not_found", "The requested endpoint does not exist.")


def wrong_method(allowed: frozenset[str]) -> Refusal:
    """Return the 405 for a known path with another method."""
    methods = ", ".join(sorted(allowed))
    return refusal(405, "method_unknown", f"This endpoint only responds to {methods}")


def missing_files(digests: list[str]) -> Refusal:
    """Return the 400 that names the files which a deployment refers to and nobody has uploaded."""
    return refusal(400, "missing_files", "Missing files", missing=digests)


# --- by status ---------------------------------------------------------------------------------------------------

_BY_STATUS = {
    400: ("bad_request", "Invalid request."),
    401: ("unauthorized", "Not authorized"),
    402: ("payment_required", "Payment required."),
    403: ("forbidden", "Not authorized"),
    404: ("not_found", "The requested resource does not exist."),
    405: ("method_unknown", "This endpoint does not respond to this method"),
    409: ("conflict", "The request conflicts with the present state."),
    413: ("request_entity_too_large", "The request body is too large."),
    503: ("service_unavailable", "The service is unavailable."),
}
LIMIT = 500
"""Requests a minute, as the headers tell; only a fault enforces it."""


def failure(status: int, message: str = "") -> Refusal:
    """Return a refusal by status alone: injected faults, limits, failures of Greenroom itself."""
    if status == 429:
        text = f"The rate limit of {LIMIT} exceeded for 'api'. Try again in 1 minute"
        limit = {"remaining": 0, "reset": 60, "resetMs": 60_000, "total": LIMIT}
        return refusal(429, "rate_limited", message or text, headers=(("Retry-After", "60"),), limit=limit)
    code, standard = _BY_STATUS.get(status, ("internal_server_error", "An unexpected error occurred."))
    return refusal(status, code, message or standard)
