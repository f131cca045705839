"""The FastAPI application that answers everything under /_greenroom."""

from __future__ import annotations

from fastapi import FastAPI

from harness import __version__
from harness.control import (
    clock,
    coherence,
    docs,
    faults,
    health,
    inspect,
    mails,
    runs,
    scenarios,
    snapshots,
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
    health.router,
    clock.router,
    snapshots.router,
    scenarios.router,
    scenarios.one,
    webhooks.router,
    trigger.router,
    faults.router,
    mails.router,
    inspect.router,
    coherence.router,
    stream.router,
    runs.router,
    docs.router,
)


def create_app(runtime: Runtime) -> FastAPI:
    """Build the control API of a running server, and the dashboard beside it."""
    from harness.dashboard import app as dashboard  # late: it stands on this package
    from harness.dashboard.showing import ROOT

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
    for router in (*ROUTERS, dashboard.old, dashboard.inbox_of):
        app.include_router(router, prefix=PREFIX)
    install(app)
    app.mount(ROOT, dashboard.create_app(runtime))
    app.add_middleware(Guard, token=runtime.settings.token)
    return app
