"""The life of a deployment: states, what leads to which, what each announces, and what happens by itself in world time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.errors import InvalidInput
from mocks.vercel import errors
from mocks.vercel.dialect import milliseconds
from mocks.vercel.resources import accounts, aliases, checks, crons, deployments, domains, projects
from mocks.vercel.resources.deployments import DEPLOYMENTS, announce, say

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

BUILT_FROM = 1 * instants.SECOND
"""µs of world time from the request to the build's start; Vercel tells no times, these are about what one sees."""
BUILT_AFTER = 20 * instants.SECOND

FROM: dict[str, frozenset[str]] = {
    "BUILDING": frozenset({"QUEUED"}),
    "READY": frozenset({"BUILDING"}),
    "ERROR": frozenset({"QUEUED", "BUILDING"}),
    "CANCELED": frozenset({"QUEUED", "BUILDING"}),
}
"""Which states a state can follow. A deployment begins as `QUEUED`."""

FAILING = frozenset({"exit 1", "false"})
"""Build commands that can only fail: the way to have a build that does."""


def start(tx: Transaction, project: Json, wanted: Json) -> Json:
    """Take a deployment: it is queued, built a second later, and ready twenty seconds after that."""
    deployment = deployments.create(tx, project, wanted)
    announce(tx, deployment, "deployment.created", alias=_hosts(tx, project, deployment))
    tx.schedule(
        "deployment.build", tx.now + BUILT_FROM, {"deployment": deployment["id"]}, key=_key(deployment)
    )
    return deployment


def build(tx: Transaction, deployment: Json) -> None:
    """The build begins."""
    _enter(tx, deployment, "BUILDING", buildingAt=milliseconds(tx))
    say(tx, deployment, "stdout", f"Running build in {deployment['regions'][0]}")
    say(tx, deployment, "command", f'Running "{deployment["buildCommand"] or "vercel build"}"')
    tx.schedule(
        "deployment.built", tx.now + BUILT_AFTER, {"deployment": deployment["id"]}, key=_key(deployment)
    )


def built(tx: Transaction, deployment: Json) -> None:
    """The build is over."""
    command = deployment["buildCommand"]
    if command is not None and command.strip() in FAILING:
        fail(tx, deployment, f'Command "{command}" exited with 1')
        return
    say(tx, deployment, "stdout", "Build Completed")
    _enter(tx, deployment, "READY", ready=milliseconds(tx), substate="STAGED")
    announce(tx, deployment, "deployment.ready")
    if checks.waiting(tx, deployment):
        return
    conclude(tx, deployment)


def conclude(tx: Transaction, deployment: Json) -> None:
    """Nothing holds a ready deployment back any more: it gets its host names, production's if it is meant for it."""
    if deployment["checksState"] is not None:
        deployment["checksState"] = "completed"
        failed = checks.failed(tx, deployment)
        deployment["checksConclusion"] = "failed" if failed else "succeeded"
        tx.save(DEPLOYMENTS, deployment)
        announce(tx, deployment, f"deployment.checks.{'failed' if failed else 'succeeded'}")
        if failed:
            return
    project = tx.get(projects.PROJECTS, deployment["projectId"])
    announce(tx, deployment, "deployment.succeeded")
    if project is None:
        return
    if deployment["target"] == "production" and project["autoAssignCustomDomains"]:
        promote(tx, project, deployment)
    elif deployment["target"] != "production":
        _assign(tx, project, deployment)
        deployment["substate"] = None
        tx.save(DEPLOYMENTS, deployment)


def fail(tx: Transaction, deployment: Json, message: str, code: str = "BUILD_FAILED") -> None:
    """The build failed."""
    say(tx, deployment, "stderr", f"Error: {message}")
    tx.unschedule(_key(deployment))
    _enter(tx, deployment, "ERROR", error={"code": code, "message": message})
    announce(tx, deployment, "deployment.error")


def cancel(tx: Transaction, deployment: Json) -> None:
    """Cancel a deployment that is not ready; refuse one that is."""
    if deployment["readyState"] not in FROM["CANCELED"]:
        text = f"The deployment is {deployment['readyState']} and cannot be canceled."
        raise errors.bad_request(text, field="id", rule="not_cancelable")
    tx.unschedule(_key(deployment))
    _enter(tx, deployment, "CANCELED", canceledAt=milliseconds(tx))
    announce(tx, deployment, "deployment.canceled")


def request_promotion(tx: Transaction, project: Json, deployment: Json, kind: str) -> None:
    """Point production at a deployment on demand; refuse one that is not ready or not built for production."""
    if deployment["projectId"] != project["id"]:
        raise errors.not_found("Deployment")
    if deployment["readyState"] != "READY" or deployment["target"] != "production":
        text = "Only a ready production deployment can be promoted; create a new one from others."
        raise errors.conflict(text, rule="not_promotable")
    project["lastAliasRequest"] = {
        "fromDeploymentId": project["targets"].get("production", ""),
        "toDeploymentId": deployment["id"],
        "jobStatus": "succeeded",
        "requestedAt": milliseconds(tx),
        "type": kind,
    }
    promote(tx, project, deployment)


def promote(tx: Transaction, project: Json, deployment: Json) -> None:
    """Give a deployment production's host names, and run its crons from now on."""
    _assign(tx, project, deployment)
    deployment["substate"] = "PROMOTED"
    tx.save(DEPLOYMENTS, deployment)
    project["targets"]["production"] = deployment["id"]
    crons.install(tx, project, deployment)
    projects.keep(tx, project)
    announce(tx, deployment, "deployment.promoted")


def _assign(tx: Transaction, project: Json, deployment: Json) -> None:
    for host in _hosts(tx, project, deployment):
        aliases.assign(tx, deployment, host)
    deployment["aliasAssigned"] = milliseconds(tx)


def _hosts(tx: Transaction, project: Json, deployment: Json) -> list[str]:
    """Return the host names that Vercel gives a deployment by itself."""
    slug = accounts.slug_of(tx, project["ownerId"])
    if deployment["target"] == "production":
        own = tx.every(domains.DOMAINS, projectId=project["id"])
        named = [
            each["name"]
            for each in own
            if each["verified"] and not each["gitBranch"] and not each["redirect"]
        ]
        return [*named, f"{project['name']}-{slug}.vercel.app"]
    branch = deployment["branch"]
    if not branch:
        return [f"{project['name']}-{accounts.SLUG}-{slug}.vercel.app"]
    label = "".join(character if character.isalnum() else "-" for character in branch.lower()).strip("-")
    own = tx.every(domains.DOMAINS, projectId=project["id"])
    named = [each["name"] for each in own if each["gitBranch"] == branch]
    return [f"{project['name']}-git-{label[:40]}-{slug}.vercel.app", *named]


def _enter(tx: Transaction, deployment: Json, state: str, **changes: Any) -> None:
    if deployment["readyState"] not in FROM[state]:
        raise InvalidInput(
            f"deployment {deployment['id']} is {deployment['readyState']} and cannot become {state}"
        )
    deployment |= changes | {"readyState": state}
    tx.save(DEPLOYMENTS, deployment)


def _key(deployment: Json) -> str:
    return f"deployment:{deployment['id']}"
