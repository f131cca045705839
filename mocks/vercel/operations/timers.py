"""What happens by itself when its time has come. A deployment that was cancelled or deleted meanwhile is left alone."""

from __future__ import annotations

from collections.abc import Callable

from harness.params import Json
from harness.transaction import Transaction
from mocks.vercel.provider import vercel
from mocks.vercel.resources import crons, lifecycle
from mocks.vercel.resources.deployments import DEPLOYMENTS
from mocks.vercel.resources.projects import PROJECTS


@vercel.timer("deployment.build")
def build(tx: Transaction, payload: Json) -> None:
    """Begin to build a queued deployment."""
    _still(tx, payload, "QUEUED", lifecycle.build)


@vercel.timer("deployment.built")
def built(tx: Transaction, payload: Json) -> None:
    """End the build of a deployment."""
    _still(tx, payload, "BUILDING", lifecycle.built)


@vercel.timer("cron.due")
def cron(tx: Transaction, payload: Json) -> None:
    """Call what a cron calls."""
    project = tx.get(PROJECTS, payload["project"])
    if project is not None:
        crons.due(tx, project, payload["index"])


@vercel.timer("cron.called")
def called(tx: Transaction, payload: Json) -> None:
    """Keep what a cron's call brought."""
    project = tx.get(PROJECTS, payload["project"])
    if project is not None:
        crons.called(tx, project, payload)


def _still(tx: Transaction, payload: Json, state: str, step: Callable[[Transaction, Json], None]) -> None:
    deployment = tx.get(DEPLOYMENTS, payload["deployment"])
    if deployment is not None and deployment["readyState"] == state:
        step(tx, deployment)
