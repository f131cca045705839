"""Cint's refusals: `{"id", "object", "detail"}`, one function for each kind; the dialect adds the `id`.

The words are those of the Demand API's document. The token host refuses in its own form, which is Auth0's, and a rate
limit has an object of its own, with `details` instead of `detail`.
"""

from __future__ import annotations

from harness.errors import Refusal

UNAUTHORIZED = "you don't have the right permissions to perform this operation"
NOT_FOUND = "resource not found"
RETRY_SECONDS = 1


def refusal(
    status: int,
    kind: str,
    detail: str,
    *,
    rule: str | None = None,
    subject: str = "",
    headers: tuple[tuple[str, str], ...] = (),
) -> Refusal:
    """Return a refusal in Cint's envelope."""
    body = {"object": kind, "detail": detail}
    return Refusal(status, body, rule=rule, message=detail, subject=subject, headers=headers)


# --- credentials -------------------------------------------------------------------------------------------------


def unauthorized(rule: str | None = "unauthorized") -> Refusal:
    """Return the 401 for a missing, unknown or expired token, or a wrong S2S key."""
    return refusal(401, "authorization_error", UNAUTHORIZED, rule=rule, subject="Authorization")


def forbidden() -> Refusal:
    """Return the 403 for another account's resources; kind and words are those of the 401."""
    return refusal(403, "authorization_error", UNAUTHORIZED, rule="foreign_account", subject="account_id")


def no_token(status: int, error: str, description: str, subject: str) -> Refusal:
    """Return how the token host refuses: 401 `access_denied`, or 403 for a wrong grant type or audience."""
    body = {"error": error, "error_description": description}
    return Refusal(status, body, rule="token_request", message=description, subject=subject)


# --- requests ----------------------------------------------------------------------------------------------------


def bad_request(
    detail: str, name: str = "", *, rule: str = "bad_request", reason: str | None = None
) -> Refusal:
    """Return the 400 for a value that breaks a rule; `name` is the field, `reason` what is wrong with it."""
    refused = refusal(400, "bad_request_error", detail, rule=rule, subject=name)
    if name:
        refused.body["invalid_params"] = [{"name": name, "reason": reason or detail}]
    return refused


def invalid_params(params: list[dict[str, str]]) -> Refusal:
    """Return the 400 for fields that are missing or of the wrong form, all of them named."""
    first = params[0]
    detail = f"{first['name']}: {first['reason']}"
    refused = refusal(400, "bad_request_error", detail, rule="invalid_parameters", subject=first["name"])
    refused.body["invalid_params"] = params
    return refused


def missing(name: str) -> Refusal:
    """Return the 400 for a field that must be sent."""
    return bad_request(f"Expected field '{name}' is missing.", name, rule="missing_field", reason="required")


def missing_header(name: str) -> Refusal:
    """Return the 400 for a header that must be sent."""
    rule = f"missing_{name.lower().replace('-', '_')}"
    return bad_request(f"Expected header '{name}' is missing.", name, rule=rule, reason="required")


def invalid_version(version: str) -> Refusal:
    """Return the 400 for a Cint-API-Version that is no date."""
    detail = f"'{version[:40]}' is not a valid API version, use YYYY-MM-DD."
    return bad_request(detail, "Cint-API-Version", rule="invalid_api_version")


def unserved_version(version: str) -> Refusal:
    """Return the 400 for a version whose shapes Greenroom does not know."""
    detail = f"API version {version} is not supported."
    refused = bad_request(detail, "Cint-API-Version", rule="unserved_api_version")
    refused.headers = (("Greenroom-Unserved", f"Cint-API-Version {version}"),)
    return refused


def malformed() -> Refusal:
    """Return the 400 for a body that is no JSON object."""
    return refusal(400, "bad_request_error", "The body must be a JSON object.", rule="malformed_json")


def not_found() -> Refusal:
    """Return the 404 for an unknown id."""
    return refusal(404, "not_found_error", NOT_FOUND)


def method_not_allowed(detail: str = "Method not allowed.") -> Refusal:
    """Return the 405 for a known path with another method."""
    return refusal(405, "method_not_allowed_error", detail)


def stale() -> Refusal:
    """Return the 412 for an `If-Match` of an older state."""
    detail = "resource could not be modified due to wrong expected version"
    return refusal(412, "precondition_failed_error", detail, rule="stale_version", subject="If-Match")


def invalid_state(detail: str = "The entity does not meet the required state.", subject: str = "") -> Refusal:
    """Return the 422 for a transition that the present state does not allow."""
    return refusal(422, "invalid_state_error", detail, rule="invalid_state", subject=subject)


def key_reused() -> Refusal:
    """Return the 409 for an idempotency key that comes again with another body (status unconfirmed)."""
    detail = "The idempotency key was used with another request."
    return refusal(409, "conflict_error", detail, rule="idempotency_key_reused", subject="idempotency-key")


# --- by status ---------------------------------------------------------------------------------------------------

_BY_STATUS = {
    400: ("bad_request_error", "The request is not valid."),
    401: ("authorization_error", UNAUTHORIZED),
    403: ("authorization_error", UNAUTHORIZED),
    404: ("not_found_error", NOT_FOUND),
    405: ("method_not_allowed_error", "Method not allowed."),
    412: ("precondition_failed_error", "resource could not be modified due to wrong expected version"),
    422: ("invalid_state_error", "The entity does not meet the required state."),
}
_OTHER = ("unexpected_internal_error", "an internal error has led to the failure of this operation")


def failure(status: int, message: str = "") -> Refusal:
    """Return a refusal by status alone: injected faults, limits, failures of Greenroom itself."""
    if status == 429:
        body = {"object": "too_many_requests_problem_details", "details": message or "Too many requests."}
        return Refusal(429, body, headers=(("retry-After", str(RETRY_SECONDS)),))
    kind, detail = _BY_STATUS.get(status, _OTHER)
    return refusal(status, kind, message or detail)
