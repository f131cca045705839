"""What runs beside the requests: work that was left over is taken up again and again."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from integrations.audit import acting
from integrations.services import Services

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sweep:
    """One kind of leftover work; it is asked now and then whether the app is stopping. Seconds of 0 switch it off."""

    name: str
    seconds: float
    work: Callable[[Callable[[], bool]], object]


def sweeps_of(services: Services) -> tuple[Sweep, ...]:
    """Return the sweeps that the settings ask for; a provider that is not set up has none."""
    settings = services.settings
    search = settings.search_sweep_seconds if settings.algolia_admin_key is not None else 0
    creators = settings.job_sweep_seconds if settings.insightiq_secret is not None else 0
    studies = settings.job_sweep_seconds if settings.cint_client_secret is not None else 0
    stripe = settings.stripe_sweep_seconds
    audit = settings.audit_retention_days and settings.freshness_sweep_seconds
    sweeps = (
        Sweep("Stripe events", stripe, services.stripe_catch_up.run),
        Sweep("customers", stripe, services.customers.push_pending),
        Sweep("closings", stripe, services.closing.finish_pending),
        Sweep("usage", stripe, services.usage.report_pending),
        Sweep("mail", settings.mail_sweep_seconds, services.mail.deliver_pending),
        Sweep("search", search, services.outbox.deliver_pending),
        Sweep("creator jobs", creators, services.creators.poll_pending),
        Sweep(
            "stale creators", creators and settings.freshness_sweep_seconds, services.creators.refresh_stale
        ),
        Sweep("connections", creators, services.connections.release_erased),
        Sweep("respondents", studies, services.survey_host.report_pending),
        Sweep("studies", studies, services.fielding.poll_collecting),
        Sweep("retention", studies and settings.freshness_sweep_seconds, services.privacy.retire),
        Sweep("audit", audit, services.audit.retire),
    )
    return tuple(sweep for sweep in sweeps if sweep.seconds > 0)


async def run(sweep: Sweep, stopping: asyncio.Event) -> None:
    """Repeat a sweep until `stopping`, beginning with what an earlier process left behind."""
    while not stopping.is_set():
        try:
            with acting("sweep", sweep.name):
                await run_in_threadpool(sweep.work, stopping.is_set)
        except Exception:  # noqa: BLE001 - whatever it was, later rounds must come
            # The next one may find the database or the provider again.
            _log.exception("the %s sweep failed", sweep.name)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), sweep.seconds)
