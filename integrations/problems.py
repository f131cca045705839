"""Errors as application/problem+json (RFC 9457)."""

import http
import math

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from integrations.errors import (
    ConflictError,
    DatabaseUnusableError,
    EventFailedError,
    ForbiddenError,
    IntegrationError,
    NotConfiguredError,
    NotFoundError,
    PaymentDeclinedError,
    ProviderError,
    ProviderRefusedError,
    ProviderUnavailableError,
    SessionInvalidError,
    TooManyDeliveriesError,
    WebhookRejectedError,
)
from integrations.schemas import Problem

#: First match wins: subclasses stand before their parents. The names are the last part of the problem's `type`.
_STATUSES: tuple[tuple[type[IntegrationError], int, str], ...] = (
    (NotFoundError, 404, "not-found"),
    (ConflictError, 409, "conflict"),
    (SessionInvalidError, 401, "session-invalid"),
    (ForbiddenError, 403, "forbidden"),
    (NotConfiguredError, 503, "not-configured"),
    (PaymentDeclinedError, 402, "payment-declined"),
    (ProviderRefusedError, 502, "provider-refused"),
    (ProviderUnavailableError, 503, "provider-unavailable"),
    (TooManyDeliveriesError, 429, "too-many-deliveries"),
    (EventFailedError, 500, "event-failed"),
    (DatabaseUnusableError, 503, "database-unusable"),
)


def install(app: FastAPI) -> None:
    """Make `app` answer every error as a problem."""
    app.add_exception_handler(IntegrationError, _integration_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


def _answer(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(
        problem.model_dump(exclude_none=True),
        status_code=problem.status,
        headers=headers,
        media_type="application/problem+json",
    )


def _title(status: int) -> str:
    return http.HTTPStatus(status).phrase


def _integration_error(_request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, WebhookRejectedError):
        status, kind = error.status, "webhook-rejected"
    else:
        matches = ((status, kind) for each, status, kind in _STATUSES if isinstance(error, each))
        status, kind = next(matches, (500, "internal"))
    problem = Problem(type=f"urn:problem:{kind}", title=_title(status), status=status, detail=str(error))
    cause = error.__cause__ if isinstance(error, EventFailedError) else error
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if isinstance(error, TooManyDeliveriesError):
        headers["Retry-After"] = str(math.ceil(error.retry_after_seconds))
    if isinstance(cause, ProviderError):
        refusal = cause.refusal
        problem = problem.model_copy(
            update={
                "provider": refusal.provider,
                "operation": refusal.operation,
                "code": refusal.code,
                "request_id": refusal.request_id,
            }
        )
        if isinstance(cause, ProviderUnavailableError):
            problem.status, problem.title = 503, _title(503)
            headers["Retry-After"] = str(math.ceil(refusal.retry_after_seconds or 1))
    return _answer(problem, headers)


def _invalid_request(_request: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in found]
    return _answer(
        Problem(
            type="urn:problem:invalid-request",
            title=_title(422),
            status=422,
            detail="; ".join(errors),
            errors=errors,
        )
    )


def _http_error(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    status = error.status_code
    problem = Problem(type="about:blank", title=_title(status), status=status, detail=str(error.detail))
    return _answer(problem, dict(error.headers or {}))


def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
    # Starlette logs the exception itself; its text may hold what is nobody's business.
    return _answer(
        Problem(
            type="urn:problem:internal",
            title=_title(500),
            status=500,
            detail="Something unexpected happened; the log has it.",
        )
    )
