"""The HTTP app.

Run it with `uvicorn --factory integrations.app:from_environment`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from integrations import problems, routes, sweeps, tracing
from integrations.audit import Requests
from integrations.body_limit import JsonBodyLimit
from integrations.services import Services
from integrations.settings import Settings, load_settings
from integrations.webhooks import routes as webhook_routes


def create_app(settings: Settings, services: Services | None = None) -> FastAPI:
    """Build the app; when it starts, it migrates the database and takes up what was left over.

    With `services` given, the caller closes them. They are reachable as `app.state.services`.
    """
    built = services or Services.build(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(built.database.upgrade)
        stopping = asyncio.Event()
        running = [asyncio.create_task(sweeps.run(each, stopping)) for each in sweeps.sweeps_of(built)]
        yield
        stopping.set()
        await asyncio.gather(*running)
        if services is None:
            built.close()

    app = FastAPI(title="Integration layer", lifespan=lifespan)
    app.state.services = built
    problems.install(app)
    app.add_middleware(Requests)
    app.add_middleware(JsonBodyLimit, limit=settings.webhook_body_limit_bytes)
    if built.tracing is not None:
        app.add_middleware(tracing.Requests, tracing=built.tracing)
    for router in routes.routers:
        app.include_router(router)
    app.include_router(webhook_routes.router)
    return app


def from_environment() -> FastAPI:
    """Build the app from this process's environment; raises `SettingsError`, which names what is missing."""
    return create_app(load_settings())
