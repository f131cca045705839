"""Errors of the control API: always problem+json (RFC 9457), whatever went wrong."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from harness.errors import Conflict, GreenroomError, InvalidInput, NotFound, Refusal, StoreError

log = logging.getLogger("greenroom")
STATUSES: dict[type[GreenroomError], int] = {NotFound: 404, Conflict: 409, InvalidInput: 400, StoreError: 503}


PROBLEM = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what happened, and what to do"},
        "errors": {
            "type": "array",
            "items": {"type": "object"},
            "description": "what is wrong with which field",
        },
        "answer": {"description": "what the provider said, where it refused a trigger"},
    },
}
"""Every error's shape, for the documentation."""


class Problem(JSONResponse):
    """An answer of type application/problem+json."""

    media_type = "application/problem+json"


def problem(status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Problem:
    """Build a problem; `more` are further members, such as the list `errors` of an invalid request."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return Problem(body, status, headers=dict(headers) if headers else None)


def refused(provider: str, refusal: Refusal) -> Problem:
    """Tell that a provider refused; its own words are under `answer`."""
    status = refusal.status if 400 <= refusal.status < 500 else 502
    return problem(status, f"{provider} refused: {refusal}", answer=refusal.body)


def install(app: FastAPI) -> None:
    """Answer every error of the application as a problem."""
    app.add_exception_handler(GreenroomError, _own)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _own(request: Request, error: Exception) -> Problem:
    status = next((code for kind, code in STATUSES.items() if isinstance(error, kind)), 500)
    if status >= 500:
        log.error("%s %s: %s", request.method, request.url.path, error)
    return problem(status, str(error))


async def _invalid(request: Request, error: Exception) -> Problem:  # noqa: ARG001 - how Starlette calls it
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    errors = [
        {"in": str(each["loc"][0]), "field": ".".join(map(str, each["loc"][1:])), "message": each["msg"]}
        for each in error.errors()
    ]
    told = "; ".join(f"{each['field'] or each['in']}: {each['message']}" for each in errors)
    return problem(422, told, errors=errors)


async def _http(request: Request, error: Exception) -> Problem:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    detail = str(error.detail)
    if error.status_code == 404:
        detail = f"the control API has no {request.url.path}; what it has is shown at /_greenroom/docs"
    elif error.status_code == 405:
        detail = f"{request.method} is not possible on {request.url.path}; see /_greenroom/docs"
    return problem(error.status_code, detail, headers=error.headers)
