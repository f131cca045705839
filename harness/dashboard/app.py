"""The dashboard: pages made here, for people; what a program wants to know it asks the control API."""

from __future__ import annotations

import logging

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from harness.control.context import Named
from harness.control.problems import STATUSES
from harness.dashboard import (
    assets,
    contracts,
    faults,
    health,
    inbox,
    objects,
    overview,
    requests,
    scenarios,
    showing,
    sign_in,
    time,
    webhooks,
    worlds,
)
from harness.dashboard.security import Headers
from harness.errors import GreenroomError
from harness.runtime import Runtime
from harness.worlds import DEFAULT

log = logging.getLogger("greenroom")
# Addresses outside the dashboard that lead into it.
old = APIRouter()
inbox_of = APIRouter(prefix="/worlds/{w}")
PAGES = (overview, worlds, time, requests, health, webhooks, inbox, objects, faults, scenarios, contracts)


def create_app(runtime: Runtime) -> FastAPI:
    """Build the application of all pages, to be mounted at `showing.ROOT`."""
    app = FastAPI(title="Greenroom", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.runtime = runtime
    app.add_api_route("/-/static/{print}/{name}", _static, methods=["GET"])
    app.add_api_route("/", _home, methods=["GET"])
    app.add_api_route("/{w}", _bare, methods=["GET"])
    app.include_router(sign_in.router)
    for each in PAGES:
        app.include_router(each.router)
    for kind in (GreenroomError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _problem)
    app.add_middleware(Headers)
    return app


@old.get("", include_in_schema=False)
@old.get("/", include_in_schema=False)
async def show_home(request: Request) -> Response:
    """Lead to the overview of the world that the query names, `default` without one."""
    runtime: Runtime = request.app.state.runtime
    world = runtime.worlds.find(request.query_params.get("world", DEFAULT))
    return RedirectResponse(f"{showing.base(world)}/")


@inbox_of.get("/inbox", include_in_schema=False)
async def show_inbox(request: Request, world: Named) -> Response:
    """Lead to a world's inbox, and the mail that the query names."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{showing.base(world)}/inbox{query}")


async def _static(name: str) -> Response:
    return assets.serve(name)


async def _home() -> Response:
    return RedirectResponse(f"{showing.ROOT}/{DEFAULT}/")


async def _bare(world: Named) -> Response:
    return RedirectResponse(f"{showing.base(world)}/")


async def _problem(request: Request, error: Exception) -> HTMLResponse:
    """Show what went wrong as a page."""
    if isinstance(error, HTTPException):
        status, told = error.status_code, str(error.detail)
    elif isinstance(error, RequestValidationError):
        status = 422
        told = "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors())
    else:
        status = next((code for kind, code in STATUSES.items() if isinstance(error, kind)), 500)
        told = str(error)
        if status >= 500:
            told = f"Greenroom failed: {error!r}; see its log"
            log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    runtime: Runtime = request.app.state.runtime
    home = runtime.worlds.find(DEFAULT)
    return showing.page(
        request, runtime, home, "problem.html", section="-", status=status, code=status, told=told
    )
