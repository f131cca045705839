"""Checks of a deployment: while a blocking one runs, the deployment does not get its host names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.vercel import errors
from mocks.vercel.dialect import added, milliseconds, without_nothing

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

CHECKS = Collection("vercel.check", "deploymentId")
GOOD = frozenset({"succeeded", "neutral", "skipped"})


def create(tx: Transaction, deployment: Json, wanted: Json) -> Json:
    """Register a check; refuse one of a deployment that is done with."""
    from mocks.vercel.resources.deployments import DEPLOYMENTS

    if deployment["readyState"] not in ("QUEUED", "BUILDING"):
        text = "Cannot create check for finished deployment"
        raise errors.bad_request(text, field="deploymentId", rule="deployment_finished")
    deployment["checksState"] = "registered"
    tx.save(DEPLOYMENTS, deployment)
    check = {
        "id": f"check_{tx.token('check.id', 24)}",
        "deploymentId": deployment["id"],
        "status": "registered",
        "conclusion": None,
        "output": None,
        "startedAt": None,
        "completedAt": None,
        "updatedAt": milliseconds(tx),
        **wanted,
    }
    return added(tx, CHECKS, check, deploymentId=deployment["id"])


def update(tx: Transaction, deployment: Json, check: Json, changes: Json) -> None:
    """Change a check; the last blocking one that ends lets the deployment go on."""
    from mocks.vercel.resources import lifecycle
    from mocks.vercel.resources.deployments import DEPLOYMENTS

    now = milliseconds(tx)
    check |= changes | {"updatedAt": now}
    if check["status"] == "completed" and check["conclusion"] is None:
        text = "Invalid request: should have required property `conclusion`."
        raise errors.bad_request(text, field="conclusion", rule="missing_property")
    if check["status"] != "registered":
        check["startedAt"] = check["startedAt"] or now
    if check["status"] == "completed":
        check["completedAt"] = now
    tx.save(CHECKS, check)
    if deployment["checksState"] == "registered":
        deployment["checksState"] = "running"
        tx.save(DEPLOYMENTS, deployment)
    held = deployment["readyState"] == "READY" and deployment["checksState"] == "running"
    if held and not waiting(tx, deployment):
        lifecycle.conclude(tx, deployment)


def waiting(tx: Transaction, deployment: Json) -> bool:
    """Tell whether a blocking check of a deployment has not ended."""
    return any(each["blocking"] and each["status"] != "completed" for each in of(tx, deployment))


def failed(tx: Transaction, deployment: Json) -> bool:
    """Tell whether a blocking check of a deployment ended badly."""
    return any(each["blocking"] and each["conclusion"] not in GOOD for each in of(tx, deployment))


def of(tx: Transaction, deployment: Json) -> list[Json]:
    """Return the checks of a deployment, oldest first."""
    return list(tx.every(CHECKS, deploymentId=deployment["id"]))


def found(tx: Transaction, deployment: Json, id: str) -> Json:
    """Return a check of a deployment; refuse any other."""
    check = tx.get(CHECKS, id)
    if check is None or check["deploymentId"] != deployment["id"]:
        raise errors.not_found("Check")
    return check


def shown(check: Json) -> Json:
    """Show a check."""
    return without_nothing({**check, "integrationId": "oac_greenroom"})
