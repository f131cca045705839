"""What a push, a build or the clock does, on demand: `greenroom trigger vercel deployment.error`.

A trigger takes the deployment with `deployment`, or makes a new one of the project `project` (the account's own, if
none is named), and lets it go the usual way to where it is wanted. `cron` calls a project's cron at once.
"""

from __future__ import annotations

from typing import Any, Literal

from harness import chance
from harness.errors import InvalidInput
from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.vercel.provider import vercel
from mocks.vercel.resources import crons, deployments, lifecycle
from mocks.vercel.resources.deployments import DEPLOYMENTS
from mocks.vercel.resources.projects import PROJECTS
from mocks.vercel.seed import PROJECT_ID


class OfDeployment(Params):
    """Which deployment: one that exists, or a new one of a project for an environment and a branch."""

    deployment: str | None = None
    project: str = PROJECT_ID
    target: Literal["production", "staging"] | None = "production"
    branch: str = "main"
    message: str = 'Command "npm run build" exited with 1'


class Cron(Params):
    """Which cron: a path that the project's production deployment names."""

    path: str
    project: str = PROJECT_ID


@vercel.trigger("deployment.created")
def create(tx: Transaction, params: OfDeployment) -> Json:
    """Somebody pushed: a deployment is queued."""
    return deployments.full(tx, _deployment(tx, params))


@vercel.trigger("deployment.succeeded")
def succeed(tx: Transaction, params: OfDeployment) -> Json:
    """The build of a deployment is over at once."""
    deployment = _deployment(tx, params)
    _reach(tx, deployment, "BUILDING")
    lifecycle.built(tx, deployment)
    return deployments.full(tx, deployment)


@vercel.trigger("deployment.error")
def fail(tx: Transaction, params: OfDeployment) -> Json:
    """The build of a deployment fails."""
    deployment = _deployment(tx, params)
    _reach(tx, deployment, "BUILDING")
    lifecycle.fail(tx, deployment, params.message)
    return deployments.full(tx, deployment)


@vercel.trigger("deployment.canceled")
def cancel(tx: Transaction, params: OfDeployment) -> Json:
    """Somebody cancels a deployment."""
    deployment = _deployment(tx, params)
    if deployment["readyState"] not in lifecycle.FROM["CANCELED"]:
        raise InvalidInput(
            f"deployment {deployment['id']} is {deployment['readyState']} and cannot become CANCELED"
        )
    lifecycle.cancel(tx, deployment)
    return deployments.full(tx, deployment)


@vercel.trigger("cron")
def run_cron(tx: Transaction, params: Cron) -> Json:
    """Call a project's cron now."""
    project = _project(tx, params.project)
    definition = crons.definition(tx, project, params.path)
    if definition is None:
        raise InvalidInput(f"project {project['name']} has no cron {params.path!r} in production")
    crons.call(tx, project, definition)
    return definition


def _deployment(tx: Transaction, params: OfDeployment) -> Json:
    if params.deployment is not None:
        found = tx.get(DEPLOYMENTS, params.deployment)
        if found is None:
            raise InvalidInput(f"there is no deployment {params.deployment!r} in world {tx.world.name}")
        return found
    wanted: dict[str, Any] = {
        "files": [],
        "gitSource": {"type": "github", "ref": params.branch, "sha": tx.token("commit", 40, chance.HEX)},
        "meta": {"githubCommitRef": params.branch},
        "target": params.target,
        "environment": None,
        "settings": {},
        "source": "git",
        "crons": [],
    }
    return lifecycle.start(tx, _project(tx, params.project), wanted)


def _project(tx: Transaction, id_or_name: str) -> Json:
    found = tx.get(PROJECTS, id_or_name)
    if found is None:
        found = next((each for each in tx.every(PROJECTS) if each["name"] == id_or_name), None)
    if found is None:
        raise InvalidInput(f"there is no project {id_or_name!r} in world {tx.world.name}")
    return found


def _reach(tx: Transaction, deployment: Json, state: str) -> None:
    if deployment["readyState"] == "QUEUED":
        lifecycle.build(tx, deployment)
    if deployment["readyState"] != state:
        raise InvalidInput(
            f"deployment {deployment['id']} is {deployment['readyState']} and not on its way any more"
        )
