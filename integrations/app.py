"""The HTTP app.

Run it with `uvicorn --factory integrations.app:from_environment`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from integrations import problems, routes
from integrations.services import Services
from integrations.settings import Settings, load_settings
from integrations.webhooks import routes as webhook_routes

_log = logging.getLogger(__name__)


def create_app(settings: Settings, services: Services | None = None) -> FastAPI:
    """Build the app; when it starts, it migrates the database and sends mail that was left over.

    With `services` given, the caller closes them. They are reachable as `app.state.services`.
    """
    built = services or Services.build(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(built.database.upgrade)
        stopping = asyncio.Event()
        sweeper = asyncio.create_task(_sweep_mail(built, stopping))
        yield
        stopping.set()
        await sweeper
        if services is None:
            built.close()

    app = FastAPI(title="Integration layer", lifespan=lifespan)
    app.state.services = built
    problems.install(app)
    for router in routes.routers:
        app.include_router(router)
    app.include_router(webhook_routes.router)
    return app


def from_environment() -> FastAPI:
    """Build the app from this process's environment; raises `SettingsError`, which names what is missing."""
    return create_app(load_settings())


async def _sweep_mail(services: Services, stopping: asyncio.Event) -> None:
    """Send queued mail again and again, beginning with what an earlier process left behind."""
    interval = services.settings.mail_sweep_seconds
    while interval > 0 and not stopping.is_set():
        try:
            await run_in_threadpool(services.mail.deliver_pending, stopping.is_set)
        except SQLAlchemyError:
            # The next round may find the database again.
            _log.exception("could not send pending mail")
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), interval)
