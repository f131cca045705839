"""InsightIQ's refusals: `{"error": {type, code, error_code, message, status_code, http_status_code, request_id}}`.

The published document asks for five of these fields; real answers have `code` and `status_code` as well. Which codes
are confirmed, the room's README says.
"""

from __future__ import annotations

from harness.errors import Refusal


def refusal(
    status: int,
    type: str,
    code: str,
    message: str,
    *,
    rule: str | None = None,
    subject: str = "",
    headers: tuple[tuple[str, str], ...] = (),
) -> Refusal:
    """Return a refusal in InsightIQ's envelope; the dialect adds the request's id."""
    error = {
        "type": type,
        "code": code,
        "error_code": code,
        "message": message,
        "status_code": status,
        "http_status_code": status,
    }
    return Refusal(status, {"error": error}, rule=rule, message=message, subject=subject, headers=headers)


# --- credentials -------------------------------------------------------------------------------------------------


def wrong_credentials() -> Refusal:
    """Return the 401 for absent or wrong Basic credentials."""
    message = "The client id and secret are missing or incorrect."
    code = "incorrect_client_credentials"
    return refusal(401, "UNAUTHORIZED", code, message, rule=code)


def wrong_token() -> Refusal:
    """Return the 401 for an SDK token that there is not, or that has expired."""
    message = "The SDK token is missing, incorrect or expired."
    return refusal(401, "UNAUTHORIZED", "incorrect_sdk_token", message, rule="incorrect_sdk_token")


def product_not_enabled(product: str) -> Refusal:
    """Return the 403 for a product that the user did not grant or the contract does not hold."""
    message = f"The product {product} is not enabled."
    return refusal(
        403, "FORBIDDEN", "product_not_enabled", message, rule="product_not_enabled", subject=product
    )


# --- requests ----------------------------------------------------------------------------------------------------

BAD = "INVALID_REQUEST_PARAMETERS"


def malformed() -> Refusal:
    """Return the 400 for a body that is no JSON object."""
    return refusal(
        400, BAD, "invalid_fields", "The request body is not a JSON object.", rule="malformed_json"
    )


def missing(fields: list[str]) -> Refusal:
    """Return the 400 for required fields that were not sent."""
    message = f"Request is missing required fields: [{', '.join(fields)}]."
    return refusal(400, BAD, "MISSING_FIELDS", message, rule="missing_fields", subject=fields[0])


def invalid(fields: list[str], why: str = "", *, rule: str = "invalid_fields") -> Refusal:
    """Return the 400 for fields that break a rule, or that InsightIQ does not know."""
    told = f" {why}" if why else ""
    message = f"Request has invalid fields: [{', '.join(fields)}].{told}"
    return refusal(400, BAD, "invalid_fields", message, rule=rule, subject=fields[0])


def external_id_taken(external_id: str) -> Refusal:
    """Return the 400 for a user whose external id another one has."""
    message = f"A user with the external id {external_id} exists already."
    code = "user_exists_with_external_id"
    return refusal(400, BAD, code, message, rule=code, subject="external_id")


def unsupported_platform(field: str = "work_platform_id") -> Refusal:
    """Return the 400 for a work platform that a product does not cover."""
    return invalid(
        [field], "The work platform is not supported by this product.", rule="unsupported_platform"
    )


# --- things ------------------------------------------------------------------------------------------------------


def unknown(thing: str) -> Refusal:
    """Return the 404 for an unknown id; `thing` is `account`, `user`, `profile`, `webhook`, `job` …."""
    return refusal(
        404,
        "RECORD_NOT_FOUND",
        f"incorrect_{thing}_id",
        f"Requested {thing.replace('_', ' ')} id does not exist",
    )


def unknown_creator() -> Refusal:
    """Return the 404 for an identifier that no public profile has."""
    message = "Requested identifier does not exist"
    return refusal(404, "RECORD_NOT_FOUND", "incorrect_identifier", message)


def unknown_path() -> Refusal:
    """Return the 404 for a path that InsightIQ does not have."""
    return refusal(404, "RECORD_NOT_FOUND", "not_found", "Requested resource does not exist")


# --- by status ---------------------------------------------------------------------------------------------------

_BY_STATUS = {
    400: (BAD, "invalid_fields", "The request is invalid."),
    401: (
        "UNAUTHORIZED",
        "incorrect_client_credentials",
        "The client id and secret are missing or incorrect.",
    ),
    403: ("FORBIDDEN", "product_not_enabled", "The product is not enabled."),
    404: ("RECORD_NOT_FOUND", "not_found", "Requested resource does not exist"),
    429: (
        "RATE_LIMIT_ERROR",
        "rate_limit_exceeded",
        "Too many requests: the limit is 10 requests per second.",
    ),
}


def failure(status: int, message: str = "") -> Refusal:
    """Return a refusal by status alone: injected faults, limits, failures of Greenroom itself."""
    unnamed = ("INTERNAL_SERVER_ERROR", "internal_server_error", "An internal error occurred.")
    type, code, usual = _BY_STATUS.get(status, unnamed if status >= 500 else _BY_STATUS[400])
    headers = (("Retry-After", "1"),) if status == 429 else ()
    return refusal(status, type, code, message or usual, headers=headers)
