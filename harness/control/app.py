"""The FastAPI application that answers everything under /_greenroom."""

from __future__ import annotations

from fastapi import FastAPI

from harness import __version__
from harness.control import (
    clock,
    coherence,
    docs,
    faults,
    inbox,
    inspect,
    mails,
    runs,
    scenarios,
    snapshots,
    status,
    stream,
    trigger,
    webhooks,
    worlds,
)
from harness.control.guard import Guard
from harness.control.problems import PROBLEM, Problem, install
from harness.runtime import Runtime

PREFIX = "/_greenroom"
ROUTERS = (
    worlds.router,
    worlds.one,
    clock.router,
    snapshots.router,
    scenarios.router,
    scenarios.one,
    webhooks.router,
    trigger.router,
    faults.router,
    mails.router,
    inbox.router,
    inspect.router,
    coherence.router,
    stream.router,
    runs.router,
    docs.router,
    status.router,
)


def create_app(runtime: Runtime) -> FastAPI:
    """Build the control API of a running server."""
    app = FastAPI(
        title="Greenroom control API",
        version=__version__,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={"4XX": {"description": "A problem", "content": {Problem.media_type: {"schema": PROBLEM}}}},
    )
    app.state.runtime = runtime
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)
    install(app)
    app.add_middleware(Guard, token=runtime.settings.token)
    return app
