"""Clerk's refusals: `{"errors": [{"message", "long_message", "code", "meta"}], "clerk_trace_id"}`.

Codes, statuses and texts are those of Clerk's error reference ("Backend API errors"); where it leaves the wording open,
the room's README says so. The trace id is the request's, which the dialect adds.
"""

from __future__ import annotations

from typing import Any

from harness.errors import Refusal

Json = dict[str, Any]


def item(
    code: str, message: str, long_message: str = "", *, param: str = "", meta: Json | None = None
) -> Json:
    """Return one entry of `errors`; `param` is the parameter that it is about."""
    told = {"message": message, "long_message": long_message or message, "code": code}
    about = {"param_name": param} if param else meta
    return told if about is None else told | {"meta": about}


def refusal(
    status: int,
    items: list[Json],
    *,
    rule: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Refusal:
    """Return a refusal in Clerk's envelope."""
    first = items[0]
    subject = first.get("meta", {}).get("param_name", "")
    told: str = first["long_message"]
    return Refusal(status, {"errors": items}, rule=rule, message=told, subject=subject, headers=headers)


def broken(status: int, code: str, message: str, long_message: str = "", **more: Any) -> Refusal:
    """Return the refusal of something that the consumer could have known: its code is the rule it breaks."""
    return refusal(status, [item(code, message, long_message, **more)], rule=code)


# --- credentials and requests ------------------------------------------------------------------------------------


def header_format() -> Refusal:
    """Return the 401 for a request without `Authorization: Bearer …`."""
    return broken(
        401,
        "authorization_header_format_invalid",
        "Invalid Authorization header format",
        "Invalid Authorization header format. Must be 'Bearer <YOUR_API_KEY>'",
    )


def invalid_key(long_message: str = "", *, rule: str = "clerk_key_invalid") -> Refusal:
    """Return the 401 for a key that is no secret key of this Greenroom."""
    told = "The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is correct."
    return refusal(401, [item("clerk_key_invalid", told, long_message)], rule=rule)


def malformed() -> Refusal:
    """Return the 400 for a body that cannot be read."""
    told = "The request body is invalid. Please consult the API documentation for more information."
    return broken(400, "request_body_invalid", "Request body invalid", told)


def unsupported_content_type(actual: str) -> Refusal:
    """Return the 415 for a body that is neither JSON nor a form."""
    told = f"Content-Type {actual[:100]} is unsupported. You should use application/json instead."
    return broken(415, "unsupported_content_type", "Content-Type is unsupported", told)


def unknown_version(version: str) -> Refusal:
    """Return the 400 for a version of the API that does not exist."""
    told = f"{version[:40]} is not a valid Clerk API version."
    return broken(400, "api_version_invalid", "Invalid API version", told)


def two_versions() -> Refusal:
    """Return the 400 for a version that is given both as header and as query parameter."""
    told = "The API version must be given either as header or as query parameter, not as both."
    return broken(400, "api_version_invalid", "Invalid API version", told)


def bulk_size_exceeded(limit: int) -> Refusal:
    """Return the 400 for more items than a bulk operation takes."""
    told = f"Parameters exceed the maximum allowed bulk processing size of {limit}."
    return broken(400, "bulk_size_exceeded", "bulk size exceeded", told)


def unserved(method: str, path: str) -> Refusal:
    """Return the 404 for something that Clerk would do and this mock does not."""
    told = "".join(each if each.isascii() and each.isprintable() else "?" for each in f"{method} {path}")
    headers = (("Greenroom-Unserved", told),)
    found = item("resource_not_found", "not found", "Resource not found")
    return refusal(404, [found], rule="unserved_operation", headers=headers)


# --- parameters --------------------------------------------------------------------------------------------------


def invalid(param: str, long_message: str, *, code: str = "form_param_value_invalid") -> Refusal:
    """Return the 422 for a value that breaks a rule."""
    return broken(422, code, "is invalid", long_message, param=param)


def missing(param: str) -> Refusal:
    """Return the 422 for a parameter that must be given."""
    return broken(422, "form_param_missing", "is missing", f"{param} must be included.", param=param)


def unknown(param: str, resolution: str = "") -> Refusal:
    """Return the 422 for a parameter that the operation does not take."""
    told = f"{param} is not a valid parameter for this request.{resolution}"
    return broken(422, "form_param_unknown", "is unknown", told, param=param)


def invalid_email(param: str) -> Refusal:
    """Return the 422 for something that is no mail address."""
    return invalid(param, f"{param} must be a valid email address.", code="form_param_format_invalid")


def invalid_phone(param: str) -> Refusal:
    """Return the 422 for something that is no phone number."""
    told = f"{param} must be a valid phone number according to E.164 international standard."
    return invalid(param, told, code="form_param_format_invalid")


def invalid_time(param: str) -> Refusal:
    """Return the 422 for a text that is no instant."""
    told = f"{param} must contain a datetime specified in RFC3339 format (e.g. `2022-10-20T10:00:27.645Z`)."
    return broken(422, "form_param_invalid_time", "invalid format", told, param=param)


def too_large(param: str, limit: str) -> Refusal:
    """Return the 422 for metadata beyond Clerk's limit."""
    told = f"{param} exceeds the maximum allowed size of {limit}."
    return broken(422, "form_param_exceeds_allowed_size", "exceeds allowed size", told, param=param)


def identifier_exists(param: str, what: str) -> Refusal:
    """Return the 422 for an identifier that somebody has already; `what` as in `email address`."""
    told = f"That {what} is taken. Please try another."
    return broken(422, "form_identifier_exists", told, param=param)


def already_exists(param: str, what: str) -> Refusal:
    """Return the 422 for a name that a thing has already."""
    return broken(422, "form_already_exists", "already exists", f"{what} already exists.", param=param)


def unverified(param: str) -> Refusal:
    """Return the 422 for an identification that must be verified before."""
    told = "This identification needs to be verified before you can perform this action."
    return broken(422, "form_verification_needed", "is unverified", told, param=param)


def missing_resource(param: str) -> Refusal:
    """Return the 422 for a parameter that refers to something that is not there."""
    told = f"The resource associated with the supplied {param} was not found."
    return broken(422, "form_resource_not_found", "is missing", told, param=param)


def data_missing(names: list[str]) -> Refusal:
    """Return the 422 for a user without what the instance demands of each."""
    listed = ", ".join(f'"{name}"' for name in names)
    told = f"[{listed}] data doesn't match user requirements set for this instance"
    return broken(422, "form_data_missing", "missing data", told, meta={"param_names": names})


def password(code: str, message: str, param: str = "password") -> Refusal:
    """Return the 422 for a password that will not do."""
    return broken(422, f"form_password_{code}", message, param=param)


# --- things ------------------------------------------------------------------------------------------------------


def not_found(long_message: str, message: str = "not found", *, param: str = "") -> Refusal:
    """Return the 404 for an unknown id."""
    return refusal(404, [item("resource_not_found", message, long_message, param=param)])


def conflict(code: str, message: str, long_message: str = "", *, status: int = 400, **more: Any) -> Refusal:
    """Return the refusal of what the present state forbids."""
    return refusal(status, [item(code, message, long_message, **more)])


def duplicates(addresses: list[str]) -> Refusal:
    """Return the 400 for addresses that are invited already."""
    told = "There are already pending invitations for the following email addresses: " + ", ".join(addresses)
    return conflict("duplicate_record", "duplicate invitation", told, meta={"email_addresses": addresses})


def deprecated() -> Refusal:
    """Return the 410 for an operation that Clerk gave up."""
    told = "endpoint is deprecated and pending removal"
    return broken(410, "operation_deprecated", told)


# --- by status ---------------------------------------------------------------------------------------------------

_BY_STATUS = {
    400: ("bad_request", "Bad request", ""),
    401: ("authentication_invalid", "Invalid authentication", "Unable to authenticate the request, you need to supply an active session"),
    403: ("authorization_invalid", "Unauthorized request", "You are not authorized to perform this request"),
    404: ("resource_not_found", "not found", "Resource not found"),
    409: ("conflict", "Conflict", ""),
    413: ("request_body_too_large", "Request body too large", ""),
    422: ("resource_invalid", "Resource invalid", ""),
    429: ("too_many_requests", "Too many requests", "Too many requests. Please try again in a bit."),
    503: ("maintenance_mode", "System under maintenance", "The system is currently under maintenance and is running with reduced functionality. Please try again later."),
}  # fmt: skip
_UNEXPECTED = (
    "internal_clerk_error",
    "Oops, an unexpected error occurred",
    "There was an internal error on our servers. We've been notified and are working on fixing it.",
)


def failure(status: int, message: str = "") -> Refusal:
    """Return a refusal by status alone: injected faults, limits, failures of Greenroom itself."""
    code, short, long = _BY_STATUS.get(status, _UNEXPECTED)
    headers = (("Retry-After", "10"),) if status == 429 else ()
    return refusal(status, [item(code, short, message or long)], headers=headers)


# --- browsers ----------------------------------------------------------------------------------------------------


def unauthenticated() -> Refusal:
    """Return the 401 for a browser that is nobody."""
    return failure(401)


def signed_out() -> Refusal:
    """Return the 401 for a browser whose user is signed out."""
    return refusal(401, [item("signed_out", "Signed out", "You are signed out")])


def no_dev_browser() -> Refusal:
    """Return the 401 for a request to a development instance that does not say which browser it comes from."""
    told = "Unable to authenticate this browser for your development instance. Check your Clerk cookies and try again."
    return refusal(401, [item("dev_browser_unauthenticated", "Browser unauthenticated", told)])


def session_exists() -> Refusal:
    """Return the 400 for signing in where somebody is signed in already."""
    told = "You're currently in single session mode. You can only be signed into one account at a time."
    return conflict("session_exists", "Session already exists", told)


def incorrect_code(*, keep: bool = True) -> Refusal:
    """Return the 422 for a wrong code; the attempt is counted."""
    found = broken(422, "form_code_incorrect", "is incorrect", "Incorrect code", param="code")
    found.keep, found.rule = keep, None
    return found


def organization_out_of_reach() -> Refusal:
    """Return the 404 for an organisation that is unknown or not the user's."""
    told = "Given organization not found, or you don't have permission to access the organization"
    return conflict("organization_not_found_or_unauthorized", "not found or unauthorized", told, status=404)


def missing_permission(permissions: list[str]) -> Refusal:
    """Return the 403 for a member whose role does not allow something."""
    told = "Current user is missing an organization permission."
    meta = {"permissions": permissions}
    return conflict("missing_organization_permission", "missing permission", told, status=403, meta=meta)


def not_allowed(identifiers: list[str]) -> Refusal:
    """Return the 403 for identifiers that the allowlist or the blocklist keeps out."""
    told = f"{', '.join(identifiers)} {'is' if len(identifiers) == 1 else 'are'} not allowed to access this application."
    meta = {"identifiers": identifiers}
    return conflict("not_allowed_access", "Access not allowed.", told, status=403, meta=meta)
