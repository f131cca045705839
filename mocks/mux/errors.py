"""Mux's refusals: `{"error": {"type", "messages"}}`, one function for each kind.

Types and statuses are those of Mux's documents and SDKs; where only a type is published, the room's README says so.
"""

from __future__ import annotations

from harness.errors import Refusal

NOT_FOUND = "The requested resource either doesn't exist or you don't have access to it."
TOO_MANY = "Too many requests, retry later."
ALLOW_ORIGIN = "Access-Control-Allow-Origin"


def refusal(
    status: int,
    type: str,
    *messages: str,
    rule: str | None = None,
    field: str = "",
    headers: tuple[tuple[str, str], ...] = (),
) -> Refusal:
    """Return a refusal in Mux's envelope."""
    body = {"error": {"type": type, "messages": list(messages)}}
    return Refusal(status, body, rule=rule, message="; ".join(messages), subject=field, headers=headers)


# --- the API -----------------------------------------------------------------------------------------------------


def unauthorized() -> Refusal:
    """Return the 401 for missing or unknown credentials."""
    return refusal(401, "unauthorized", "Unauthorized request", rule="unauthorized")


def malformed() -> Refusal:
    """Return the 400 for a body that is no JSON object."""
    return refusal(
        400, "invalid_parameters", "The request body must be a JSON object.", rule="malformed_json"
    )


def invalid(*messages: str, field: str = "", rule: str = "invalid_parameters") -> Refusal:
    """Return the 400 for parameters that break a rule."""
    return refusal(400, "invalid_parameters", *messages, field=field, rule=rule)


def not_found() -> Refusal:
    """Return the 404 for an unknown id or path."""
    return refusal(404, "not_found", NOT_FOUND)


def forbidden(message: str, *, rule: str) -> Refusal:
    """Return the 403 for what a thing's state does not allow."""
    return refusal(403, "forbidden", message, rule=rule)


def unserved(what: str) -> Refusal:
    """Return the 404 for a feature or host of Mux that this room does not have, loudly."""
    headers = (("Greenroom-Unserved", what[:200].encode("ascii", "replace").decode()),)
    return refusal(404, "not_found", NOT_FOUND, rule="unserved_operation", headers=headers, field=what)


# --- the upload host ---------------------------------------------------------------------------------------------


def wrong_origin(sent: str, allowed: str) -> Refusal:
    """Return the 403 for a browser page of another origin than the upload's `cors_origin`.

    Its `Access-Control-Allow-Origin` names the origin that is allowed, so that a browser refuses the answer.
    """
    message = f"The upload was made for the origin {allowed}, and the request comes from {sent}."
    headers = ((ALLOW_ORIGIN, allowed),)
    return refusal(403, "forbidden", message, rule="cors_origin", field="cors_origin", headers=headers)


def upload_over(status: str) -> Refusal:
    """Return the refusal of bytes for an upload that takes none any more: its URL has expired, or it was cancelled."""
    if status == "timed_out":
        return refusal(403, "forbidden", "The upload URL has expired.", rule="upload_expired")
    return refusal(410, "gone", f"The upload is {status}.", rule="upload_over")


def bad_range(message: str) -> Refusal:
    """Return the 400 for a Content-Range that is malformed or contradicts the body or what came before."""
    return refusal(400, "invalid_parameters", message, rule="content_range", field="Content-Range")


# --- the hosts of playback ---------------------------------------------------------------------------------------


def unplayable(message: str, *, rule: str = "invalid_parameters") -> Refusal:
    """Return the 400 of the hosts of playback for a parameter that is none."""
    return Refusal(400, {"code": 3, "message": message}, rule=rule, message=message)


def nothing_there() -> Refusal:
    """Return the 404 of the hosts of playback."""
    return Refusal(404, {"code": 5, "message": "Not Found"}, message="Not Found")


def not_prepared(status: str) -> Refusal:
    """Return the 412 for an asset that is not ready to be played."""
    message = f"The asset is {status}."
    return refusal(412, "precondition_failed", message, rule="asset_not_ready")


def not_allowed(message: str, *, rule: str) -> Refusal:
    """Return the 403 for what is signed: without a token, with one that is not good, or against a restriction."""
    return refusal(403, "not_allowed", message, rule=rule, field="token")


# --- by status ---------------------------------------------------------------------------------------------------

_BY_STATUS = {
    400: ("invalid_parameters", "The request is invalid."),
    401: ("unauthorized", "Unauthorized request"),
    403: ("forbidden", "Forbidden"),
    404: ("not_found", NOT_FOUND),
    413: ("invalid_parameters", "The request body is too large."),
}


def failure(status: int, message: str = "") -> Refusal:
    """Return a refusal by status alone: injected faults, limits, failures of Greenroom itself.

    Rate limits have an envelope of their own (Mux's document: RateLimitedResponse).
    """
    if status == 429:
        return Refusal(
            429, {"errors": [message or TOO_MANY]}, message=TOO_MANY, headers=(("Retry-After", "1"),)
        )
    type, standard = _BY_STATUS.get(status, ("internal_error", "An internal server error occurred."))
    return refusal(status, type, message or standard)
