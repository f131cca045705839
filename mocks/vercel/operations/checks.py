"""Checks that hold a deployment back until they have passed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.vercel.parameters import Body
from mocks.vercel.provider import vercel
from mocks.vercel.resources import checks, deployments
from mocks.vercel.resources.deployments import announce

Conclusion = Literal["canceled", "failed", "neutral", "succeeded", "skipped", "stale"]


class NewCheck(Body):
    """A check to register."""

    name: str = Field(max_length=100)
    blocking: bool
    path: str | None = Field(None, max_length=255)
    detailsUrl: str | None = None
    externalId: str | None = None
    rerequestable: bool = False


class CheckChanges(Body):
    """How a check is getting on."""

    name: str | None = Field(None, max_length=100)
    path: str | None = Field(None, max_length=255)
    status: Literal["running", "completed"] | None = None
    conclusion: Conclusion | None = None
    detailsUrl: str | None = None
    externalId: str | None = None
    output: dict[str, Json] | None = None


@vercel.post("/v1/deployments/{deploymentId}/checks", id="createCheck", tier="P1")
def create_check(tx: Transaction, params: NewCheck, deploymentId: str) -> Json:
    """Register a check of a deployment that is not ready yet."""
    return checks.shown(checks.create(tx, deployments.found(tx, deploymentId), params.model_dump()))


@vercel.get("/v1/deployments/{deploymentId}/checks", id="getAllChecks", tier="P1")
def list_checks(tx: Transaction, deploymentId: str) -> Json:
    """List the checks of a deployment."""
    held = checks.of(tx, deployments.found(tx, deploymentId))
    return {"checks": [checks.shown(each) for each in held]}


@vercel.get("/v1/deployments/{deploymentId}/checks/{checkId}", id="getCheck", tier="P1")
def retrieve_check(tx: Transaction, deploymentId: str, checkId: str) -> Json:
    """Return a check."""
    return checks.shown(checks.found(tx, deployments.found(tx, deploymentId), checkId))


@vercel.patch("/v1/deployments/{deploymentId}/checks/{checkId}", id="updateCheck", tier="P1")
def update_check(tx: Transaction, params: CheckChanges, deploymentId: str, checkId: str) -> Json:
    """Tell how a check is getting on; the last blocking one that ends lets the deployment go on."""
    deployment = deployments.found(tx, deploymentId)
    check = checks.found(tx, deployment, checkId)
    checks.update(tx, deployment, check, params.model_dump(exclude_none=True))
    return checks.shown(check)


@vercel.post("/v1/deployments/{deploymentId}/checks/{checkId}/rerequest", id="rerequestCheck", tier="P1")
def rerequest_check(tx: Transaction, deploymentId: str, checkId: str) -> Json:
    """Ask whoever runs a check to run it again."""
    deployment = deployments.found(tx, deploymentId)
    check = checks.found(tx, deployment, checkId)
    check |= {"status": "registered", "conclusion": None, "startedAt": None, "completedAt": None}
    tx.save(checks.CHECKS, check)
    announce(tx, deployment, "deployment.check-rerequested", check={"id": check["id"]})
    return {}
