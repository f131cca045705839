"""Environment variables of a project, and what `vercel env pull` gets."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from pydantic import ValidationError

from harness.errors import Refusal
from harness.params import Json
from harness.transaction import Transaction
from mocks.vercel import errors
from mocks.vercel.parameters import Body, Query, explain
from mocks.vercel.provider import vercel
from mocks.vercel.resources import (
    accounts,
    deployments,
    environments,
    projects,
    shared_variables,
    system_variables,
    variables,
)
from mocks.vercel.resources.variables import Changes, NewVariable

MOST = 1000


class Filter(Query):
    """Which variables are asked for, and whether with their values."""

    decrypt: str | None = None
    target: str | None = None
    gitBranch: str | None = None
    customEnvironmentId: str | None = None
    source: str | None = None


class NewVariables(NewVariable):
    """One variable as body, or several as an array (`items`); `upsert` in the query."""

    key: str = ""
    value: str = ""
    type: variables.Kind = "encrypted"
    items: list[Any] | None = None
    upsert: str | None = None

    def wanted(self) -> Json:
        """Return the body as it came, for the checks of one variable."""
        return {name: value for name, value in self.given().items() if name not in ("items", "upsert")}


class Ids(Body):
    """Which variables are meant."""

    ids: list[str]


@vercel.get("/v10/projects/{idOrName}/env", id="filterProjectEnvs", tier="P1")
@vercel.get("/v9/projects/{idOrName}/env", id="filterProjectEnvs-v9", tier="P1")
def list_variables(tx: Transaction, params: Filter, idOrName: str) -> Json:
    """List a project's variables; `decrypt=true` shows the values that the caller may see."""
    project = projects.found(tx, idOrName)
    found = [
        each
        for each in variables.of_project(tx, project["id"])
        if (not params.target or params.target in each["target"])
        and (not params.gitBranch or each["gitBranch"] == params.gitBranch)
        and (not params.customEnvironmentId or params.customEnvironmentId in each["customEnvironmentIds"])
    ]
    decrypt = params.decrypt == "true"
    hidden = sum(not accounts.may_edit(tx, each["target"]) for each in found)
    return {
        "envs": [variables.listed(tx, each, decrypt=decrypt) for each in found],
        "hiddenProductionEnvCount": hidden,
        "pagination": {"count": len(found), "next": None, "prev": None},
    }


@vercel.post("/v10/projects/{idOrName}/env", id="createProjectEnv", tier="P1", status=201)
def create_variables(tx: Transaction, params: NewVariables, idOrName: str) -> Json:
    """Add a variable, or several: of these the ones that cannot be added are told in `failed`."""
    project, upsert = projects.found(tx, idOrName), params.upsert == "true"
    if params.items is None:
        created = variables.create(tx, project, _checked(params.wanted()), upsert=upsert)
        return {"created": variables.shown(created), "failed": []}
    if not 1 <= len(params.items) <= MOST:
        raise errors.bad_request(f"Invalid request: a body takes 1 to {MOST} items.", rule="batch_size")
    done: dict[str, list[Json]] = {"created": [], "failed": []}
    for each in [_checked(item) for item in params.items]:
        try:
            made = variables.create(tx, project, each, upsert=upsert)
        except Refusal as refusal:
            done["failed"].append({"error": {"key": each.key, **refusal.body["error"]}})
        else:
            done["created"].append(variables.shown(made))
    return done


@vercel.get("/v1/projects/{idOrName}/env/{id}", id="getProjectEnv", tier="P1")
def retrieve_variable(tx: Transaction, idOrName: str, id: str) -> Json:
    """Return a variable with its value, unless it is sensitive or not for the caller's eyes."""
    variable = variables.found(tx, projects.found(tx, idOrName), id)
    return variables.shown(variable, readable=accounts.may_edit(tx, variable["target"]))


@vercel.patch("/v9/projects/{idOrName}/env/{id}", id="editProjectEnv", tier="P1")
@vercel.patch("/v10/projects/{idOrName}/env/{id}", id="editProjectEnv-v10", tier="P1")
def update_variable(tx: Transaction, params: Changes, idOrName: str, id: str) -> Json:
    """Change a variable."""
    project = projects.found(tx, idOrName)
    variable = variables.update(tx, project, variables.found(tx, project, id), params)
    return variables.shown(variable)


@vercel.delete("/v9/projects/{idOrName}/env/{id}", id="removeProjectEnv", tier="P1")
@vercel.delete("/v10/projects/{idOrName}/env/{id}", id="removeProjectEnv-v10", tier="P1")
def remove_variable(tx: Transaction, idOrName: str, id: str) -> Json:
    """Delete a variable."""
    variable = variables.found(tx, projects.found(tx, idOrName), id)
    variables.remove(tx, variable)
    return variables.shown(variable) | {"system": variable["type"] == "system"}


@vercel.delete("/v1/projects/{idOrName}/env", id="batchRemoveProjectEnv", tier="P1")
def remove_variables(tx: Transaction, params: Ids, idOrName: str) -> Json:
    """Delete several variables; ids that are not there are left out of the answer."""
    project = projects.found(tx, idOrName)
    held = {each["id"]: each for each in variables.of_project(tx, project["id"])}
    gone = [held[id] for id in dict.fromkeys(params.ids) if id in held]
    for each in gone:
        variables.remove(tx, each)
    return {"deleted": len(gone), "ids": [each["id"] for each in gone]}


# --- what `vercel env pull` gets ---------------------------------------------------------------------------------


@vercel.get("/v3/env/pull/{projectId}", id="pullEnv", tier="P1")
def pull(tx: Transaction, projectId: str) -> Json:
    """Return the values of development, or of the environment that a deployment was made for."""
    if projectId.startswith("dpl_"):
        deployment = deployments.found(tx, projectId)
        project = projects.found(tx, deployment["projectId"])
        target = deployment["target"] or "preview"
        return _pulled(
            tx, project, target, deployment["branch"], system_variables.of(tx, project, deployment)
        )
    return _pulled(tx, projects.found(tx, projectId), "development", None)


@vercel.get("/v3/env/pull/{projectId}/{target}", id="pullEnvTarget", tier="P1")
def pull_target(tx: Transaction, projectId: str, target: str) -> Json:
    """Return the values of an environment."""
    return _pulled(tx, projects.found(tx, projectId), target, None)


@vercel.get("/v3/env/pull/{projectId}/{target}/{gitBranch}", id="pullEnvBranch", tier="P1")
def pull_branch(tx: Transaction, projectId: str, target: str, gitBranch: str) -> Json:
    """Return the values of an environment for a git branch."""
    return _pulled(tx, projects.found(tx, projectId), target, unquote(gitBranch))


def _pulled(
    tx: Transaction, project: Json, target: str, branch: str | None, deployed: Json | None = None
) -> Json:
    environment = None
    if target not in environments.STANDARD:
        environment = environments.found(tx, project, target)["id"]
    own = variables.values(tx, project["id"], target, branch, environment=environment)
    own = shared_variables.values(tx, project, target) | own
    if not accounts.may_edit(tx, [target]):
        raise errors.forbidden(rule="role", subject="target")
    system = system_variables.of_environment(target, branch) | (deployed or {})
    told = own | system if project["autoExposeSystemEnvs"] else own
    return {"env": dict(sorted(told.items())), "buildEnv": {}}


def _checked(item: Any) -> NewVariable:
    try:
        return NewVariable.model_validate(item)
    except ValidationError as error:
        raise explain(error.errors(include_url=False)) from None
