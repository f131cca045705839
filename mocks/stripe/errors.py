"""Stripe's refusals: the error envelope, and one function per kind of error.

Statuses matter more than types: SDKs choose their exception class by HTTP status (400/404 invalid request, 401
authentication, 402 card, 403 permission, 409 and 5xx API, 429 rate limit). Wordings follow Stripe's error messages as
seen by its users; see the room's README for what is unconfirmed.
"""

from __future__ import annotations

from typing import Any

from harness.errors import Refusal

Json = dict[str, Any]

NO_RETRY = (("Stripe-Should-Retry", "false"),)
RETRY = (("Stripe-Should-Retry", "true"),)


def refusal(
    status: int,
    message: str,
    *,
    type: str = "invalid_request_error",
    code: str | None = None,
    param: str | None = None,
    keep: bool = False,
    rule: str | None = None,
    headers: tuple[tuple[str, str], ...] = NO_RETRY,
    **more: Any,
) -> Refusal:
    """Return a refusal in Stripe's envelope; `more` are further fields of the error (`charge`, `payment_intent` …)."""
    error: Json = {}
    if code is not None:
        error["code"] = code
        error["doc_url"] = doc_url(code)
    error["message"] = message
    if param is not None:
        error["param"] = param
    error["type"] = type
    error.update(more)
    return Refusal(
        status, {"error": error}, headers=headers, keep=keep, rule=rule, message=message, subject=param or ""
    )


def doc_url(code: str) -> str:
    """Return the page that explains an error code."""
    return f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"


def invalid(message: str, *, param: str | None = None, code: str | None = None, rule: str = "invalid_parameter",
            **more: Any) -> Refusal:  # fmt: skip
    """Return a 400 for a request that contradicts Stripe's rules."""
    return refusal(400, message, param=param, code=code, rule=rule, **more)


def missing_parameter(param: str) -> Refusal:
    """Return the 400 for a required parameter that was not sent."""
    return invalid(
        f"Missing required param: {param}.", param=param, code="parameter_missing", rule="parameter_missing"
    )


def exclusive(*params: str) -> Refusal:
    """Return the 400 for parameters that exclude each other."""
    return invalid(
        f"You may only specify one of these parameters: {', '.join(params)}.",
        param=params[0],
        code="parameters_exclusive",
        rule="parameters_exclusive",
    )


def not_found(object: str, id: str, *, param: str = "id") -> Refusal:
    """Return the 404 for an unknown id in the path; `object` is Stripe's name, for example `customer`."""
    return refusal(404, f"No such {_shown(object)}: '{id}'", code="resource_missing", param=param)


def no_such(object: str, id: str, *, param: str) -> Refusal:
    """Return the 400 for an unknown id in a parameter."""
    return refusal(400, f"No such {_shown(object)}: '{id}'", code="resource_missing", param=param)


def check_nothing_expanded(expand: tuple[str, ...]) -> None:
    """Raise the 400 of an expansion where there is nothing to expand."""
    if expand:
        raise invalid(
            f"This property cannot be expanded ({expand[0]}).", param="expand", rule="cannot_expand"
        )


def unsupported(param: str) -> Refusal:
    """Return the 400 for a parameter that Stripe has and this mock does not act upon: loud, never ignored."""
    return invalid(
        f"Greenroom's Stripe does not support the parameter {param} yet, so it refuses it rather than ignore it. "
        "Leave it out, or see mocks/stripe/README.md for what is served.",
        param=param,
        code="parameter_unknown",
        rule="unsupported_parameter",
    )


def card_error(message: str, *, code: str, keep: bool = True, **more: Any) -> Refusal:
    """Return the 402 of a declined card; what the decline wrote (charge, events) is kept."""
    return refusal(402, message, type="card_error", code=code, keep=keep, **more)


_SHOWN = {
    "payment_method": "PaymentMethod",
    "setup_intent": "setupintent",
    "radar.early_fraud_warning": "early fraud warning",
    "webhook_endpoint": "webhook endpoint",
    "balance_transaction": "balance transaction",
}


def _shown(object: str) -> str:
    return _SHOWN.get(object, object)


def failure(status: int, message: str = "") -> Refusal:
    """Return Stripe's body for a bare status: rate limits (429), and failures on Stripe's side (5xx)."""
    if status == 429:
        return refusal(
            429,
            message
            or "Request rate limit exceeded. Learn more about rate limits here "
            "https://stripe.com/docs/rate-limits.",
            code="rate_limit",
            headers=(("Stripe-Rate-Limited-Reason", "global-rate"), *NO_RETRY),
        )
    if status >= 500:
        return refusal(
            status,
            message or "An unknown error occurred. If the problem persists, see https://support.stripe.com/.",
            type="api_error",
            headers=RETRY,
        )
    if status == 404 and message.startswith("No such"):  # what the spec engine does not find
        return refusal(404, message, code="resource_missing", param="id", headers=())
    return refusal(status, message or "Invalid request.", headers=())


def key_reused(key: str) -> Refusal:
    """Return the 400 for an idempotency key that comes again with other parameters."""
    return refusal(
        400,
        "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using "
        f"a key other than '{key}' if you meant to execute a different request.",
        type="idempotency_error",
        rule="idempotency_key_reused",
    )


def key_too_long() -> Refusal:
    """Return the 400 for an idempotency key of more than 255 characters."""
    return refusal(
        400,
        "Idempotency keys may be at most 255 characters long.",
        type="idempotency_error",
        rule="idempotency_key_too_long",
    )
