"""Resend's refusals: `{"statusCode", "message", "name"}`, one function for each kind.

Names and statuses are those of Resend's error reference; where the reference leaves the wording open, the room's
README says so.
"""

from __future__ import annotations

from harness.errors import Refusal

ADDRESS_FORM = (
    "The email address needs to follow the `email@example.com` or `Name <email@example.com>` format."
)


def refusal(
    status: int,
    name: str,
    message: str,
    *,
    rule: str | None = None,
    subject: str = "",
    headers: tuple[tuple[str, str], ...] = (),
) -> Refusal:
    """Return a refusal in Resend's envelope, its keys in the order of recorded answers."""
    body = {"statusCode": status, "message": message, "name": name}
    return Refusal(status, body, rule=rule, message=message, subject=subject, headers=headers)


# --- credentials -------------------------------------------------------------------------------------------------


def missing_api_key() -> Refusal:
    """Return the 401 for a request without `Authorization: Bearer …`."""
    message = "Missing API key in the authorization header."
    return refusal(401, "missing_api_key", message, rule="missing_api_key")


def invalid_api_key() -> Refusal:
    """Return the 403 for an unknown or deleted key."""
    return refusal(403, "invalid_api_key", "API key is invalid.", rule="invalid_api_key")


def restricted_api_key() -> Refusal:
    """Return the 401 for a `sending_access` key at anything but sending."""
    message = "This API key is restricted to only send emails."
    return refusal(401, "restricted_api_key", message, rule="restricted_api_key")


def domain_restricted(domain: str) -> Refusal:
    """Return the 403 for a key that may send from another domain only."""
    message = f"This API key is not authorized to send emails from {domain}"
    return refusal(403, "validation_error", message, rule="key_restricted_to_domain", subject="from")


def missing_user_agent() -> Refusal:
    """Return the 403 for a request without User-Agent, which Resend's edge refuses with code 1010."""
    return refusal(
        403, "application_error", "error code: 1010", rule="missing_user_agent", subject="User-Agent"
    )


# --- requests ----------------------------------------------------------------------------------------------------


def malformed() -> Refusal:
    """Return the 400 for a body that is not the JSON asked for."""
    message = "We found an error with one or more fields in the request. The body must be valid JSON."
    return refusal(400, "validation_error", message, rule="malformed_json")


def missing_field(field: str) -> Refusal:
    """Return the 422 for a required field that was not sent."""
    return refusal(
        422,
        "missing_required_field",
        f"Missing `{field}` field.",
        rule="missing_required_field",
        subject=field,
    )


def missing_content() -> Refusal:
    """Return the 422 for a mail without body."""
    message = "Missing `html` or `text` field."
    return refusal(422, "missing_required_field", message, rule="missing_required_field", subject="html")


def invalid(message: str, *, field: str = "", rule: str = "validation_error") -> Refusal:
    """Return the 422 for a value that breaks a rule."""
    return refusal(422, "validation_error", message, rule=rule, subject=field)


def invalid_address(field: str) -> Refusal:
    """Return the 422 for something that is no mail address."""
    return invalid(f"Invalid `{field}` field. {ADDRESS_FORM}", field=field, rule="invalid_address")


def forbidden(message: str, *, field: str, rule: str) -> Refusal:
    """Return the 403 for a sender, recipient or domain that this account may not use."""
    return refusal(403, "validation_error", message, rule=rule, subject=field)


def quota_reached(kind: str) -> Refusal:
    """Return the 429 for an account that has used up its quota of a day or a month."""
    return refusal(429, f"{kind}_quota_exceeded", f"You have reached your {kind} email sending quota.")


def invalid_attachment(message: str = "Attachment must have either a `content` or `path`.") -> Refusal:
    """Return the 422 for an attachment without content, or with one that cannot be read."""
    return refusal(422, "invalid_attachment", message, rule="invalid_attachment", subject="attachments")


def invalid_region() -> Refusal:
    """Return the 422 for an unknown region."""
    message = 'Region must be "us-east-1" | "eu-west-1" | "sa-east-1" | "ap-northeast-1".'
    return refusal(422, "invalid_region", message, rule="invalid_region", subject="region")


def invalid_access() -> Refusal:
    """Return the 422 for an unknown permission of an API key."""
    message = 'Access must be "full_access" | "sending_access".'
    return refusal(422, "invalid_access", message, rule="invalid_access", subject="permission")


def invalid_id() -> Refusal:
    """Return the 422 for an id that is no UUID."""
    message = "The `id` must be a valid UUID."
    return refusal(422, "invalid_parameter", message, rule="invalid_parameter", subject="id")


def not_found(thing: str) -> Refusal:
    """Return the 404 for an unknown id; `thing` as Resend names it, for example `Email`."""
    return refusal(404, "not_found", f"{thing} not found")


def invalid_idempotency_key() -> Refusal:
    """Return the 400 for an empty or overlong Idempotency-Key."""
    message = "The key must be between 1-256 chars."
    return refusal(
        400, "invalid_idempotency_key", message, rule="invalid_idempotency_key", subject="Idempotency-Key"
    )


def key_reused() -> Refusal:
    """Return the 409 for an Idempotency-Key that comes again with another payload."""
    message = "Same idempotency key used with a different request payload."
    return refusal(
        409, "invalid_idempotent_request", message, rule="idempotency_key_reused", subject="Idempotency-Key"
    )


def no_endpoint() -> Refusal:
    """Return the 404 for a path that Resend does not have."""
    return refusal(404, "not_found", "The requested endpoint does not exist.")


def unserved(method: str, path: str) -> Refusal:
    """Return the 404 for a path that looks like an id of something served, but is an operation that is not."""
    headers = (("Greenroom-Unserved", f"{method} {path}"),)
    message = "The requested endpoint does not exist."
    return refusal(404, "not_found", message, rule="unserved_operation", headers=headers)


def method_not_allowed() -> Refusal:
    """Return the 405 for a known path with another method."""
    return refusal(405, "method_not_allowed", "Method is not allowed for the requested path.")


# --- by status ---------------------------------------------------------------------------------------------------

_BY_STATUS = {
    400: ("validation_error", "We found an error with one or more fields in the request."),
    401: ("missing_api_key", "Missing API key in the authorization header."),
    403: ("invalid_api_key", "API key is invalid."),
    404: ("not_found", "The requested endpoint does not exist."),
    405: ("method_not_allowed", "Method is not allowed for the requested path."),
    409: ("concurrent_idempotent_requests", "Same idempotency key used while original request is still in progress."),
    422: ("validation_error", "We found an error with one or more fields in the request."),
    429: ("rate_limit_exceeded", "Too many requests. You can only make 5 requests per second. See rate limit response headers for more information. Or contact support to increase rate limit."),
    451: ("security_error", "We may have found a security issue with the request."),
    503: ("service_unavailable", "API is temporarily unavailable"),
}  # fmt: skip


def failure(status: int, message: str = "") -> Refusal:
    """Return a refusal by status alone: injected faults, limits, failures of Greenroom itself."""
    unknown = ("application_error", "An unexpected error occurred.")
    name, standard = _BY_STATUS.get(status, unknown)
    headers = (("retry-after", "1"),) if status == 429 else ()
    return refusal(status, name, message or standard, headers=headers)
