"""Variables that the projects of a team share."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from harness.errors import Refusal
from harness.params import Json
from harness.transaction import Transaction
from mocks.vercel.dialect import pagination
from mocks.vercel.parameters import Body, Query
from mocks.vercel.provider import vercel
from mocks.vercel.resources import accounts, projects, shared_variables
from mocks.vercel.resources.shared_variables import SHARED
from mocks.vercel.resources.variables import Target


class Value(Body):
    """One of the values to add."""

    key: str
    value: str
    comment: str | None = Field(None, max_length=500)


class NewShared(Body):
    """The body of `POST /v1/env`."""

    evs: list[Value]
    type: Literal["encrypted", "sensitive"] = "encrypted"
    target: list[Target] | None = None
    projectId: list[str] | None = None


class Change(Body):
    """What can be changed of one."""

    key: str | None = None
    value: str | None = None
    target: list[Target] | None = None
    projectId: list[str] | None = None
    type: Literal["encrypted", "sensitive"] | None = None
    comment: str | None = Field(None, max_length=500)


class Changes(Body):
    """The body of `PATCH /v1/env`: changes by id."""

    updates: dict[str, Change]


class Ids(Body):
    """Which ones are meant."""

    ids: list[str]


class Filter(Query):
    """Which ones are asked for."""

    projectId: str | None = None
    search: str | None = None


@vercel.post("/v1/env", id="createSharedEnvVariable", tier="P1", status=201)
def create_shared(tx: Transaction, params: NewShared) -> Json:
    """Add shared variables; those that cannot be added are told in `failed`."""
    created, failed = [], []
    for each in params.evs:
        settings: dict[str, Any] = params.model_dump(include={"type", "target", "projectId"})
        try:
            made = shared_variables.create(tx, each.key, each.value, settings | {"comment": each.comment})
        except Refusal as refusal:
            failed.append({"error": refusal.body["error"]})
        else:
            created.append(shared_variables.shown(made))
    return {"created": created, "failed": failed}


@vercel.get("/v1/env", id="listSharedEnvVariable", tier="P1")
def list_shared(tx: Transaction, params: Filter) -> Json:
    """List the team's shared variables."""
    held = [
        each
        for each in tx.every(SHARED, newest_first=True, ownerId=accounts.scope(tx))
        if (not params.projectId or params.projectId in each["projectId"])
        and (not params.search or params.search.lower() in each["key"].lower())
    ]
    return {
        "data": [shared_variables.shown(each) | {"securityIssues": []} for each in held],
        "pagination": pagination([each["createdAt"] for each in held]),
    }


@vercel.get("/v1/env/{id}", id="getSharedEnvVar", tier="P1")
def retrieve_shared(tx: Transaction, id: str) -> Json:
    """Return a shared variable with its value, unless it is sensitive or not for the caller's eyes."""
    variable = shared_variables.found(tx, id)
    return shared_variables.shown(variable, readable=accounts.may_edit(tx, variable["target"]))


@vercel.patch("/v1/env", id="updateSharedEnvVariable", tier="P1")
def update_shared(tx: Transaction, params: Changes) -> Json:
    """Change shared variables."""
    updated, failed = [], []
    for id, change in params.updates.items():
        try:
            found = shared_variables.found(tx, id)
            made = shared_variables.update(tx, found, change.model_dump(exclude_none=True))
        except Refusal as refusal:
            failed.append({"error": refusal.body["error"] | {"envVarId": id}})
        else:
            updated.append(shared_variables.shown(made))
    return {"updated": updated, "failed": failed}


@vercel.delete("/v1/env", id="deleteSharedEnvVariable", tier="P1")
def delete_shared(tx: Transaction, params: Ids) -> Json:
    """Delete shared variables."""
    deleted, failed = [], []
    for id in params.ids:
        try:
            tx.delete(SHARED, shared_variables.found(tx, id)["id"])
        except Refusal as refusal:
            failed.append({"error": refusal.body["error"] | {"envVarId": id}})
        else:
            deleted.append(id)
    return {"deleted": deleted, "failed": failed}


@vercel.patch("/v1/env/{id}/unlink/{projectId}", id="unlinkSharedEnvVariable", tier="P1")
def unlink_shared(tx: Transaction, id: str, projectId: str) -> Json:
    """Take a shared variable from a project."""
    variable, project = shared_variables.found(tx, id), projects.found(tx, projectId)
    variable["projectId"] = [each for each in variable["projectId"] if each != project["id"]]
    tx.save(SHARED, variable)
    return {"id": variable["id"]}
