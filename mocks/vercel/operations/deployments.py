"""Deployments, their files and logs, promotion and rolling back, and aliases."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.vercel import errors
from mocks.vercel.dialect import MILLISECOND, listed, pagination
from mocks.vercel.parameters import Body, Listing, Query
from mocks.vercel.provider import vercel
from mocks.vercel.resources import accounts, aliases, deployments, environments, files, lifecycle, projects
from mocks.vercel.resources.aliases import ALIASES
from mocks.vercel.resources.deployments import DEPLOYMENTS, LOGS


class File(Body):
    """A file of a deployment: carried along (`data`), or uploaded before (`sha`)."""

    file: str
    data: str | None = None
    encoding: Literal["base64", "utf-8"] | None = None
    sha: str | None = None
    size: int | None = None
    mode: int | None = None


class Open(Body):
    """An object whose further fields are kept as they are."""

    model_config = ConfigDict(extra="allow", strict=True)


class GitSource(Open):
    """Where the source comes from."""

    type: Literal["github", "github-limited", "gitlab", "bitbucket", "custom-host"]
    ref: str | None = Field(None, max_length=250)
    sha: str | None = Field(None, max_length=64)


class BuildSettings(Open):
    """Settings that a deployment has of its own."""

    buildCommand: str | None = Field(None, max_length=256)
    framework: str | None = None


class RequestLogFilter(Query):
    """Whose requests; what else the command line asks by changes nothing of none."""

    projectId: str


class NewDeployment(Body):
    """The body of `POST /v13/deployments`; the last four are what the command line adds."""

    name: str
    project: str | None = None
    target: Literal["production", "preview", "staging"] | None = None
    customEnvironmentSlugOrId: str | None = None
    deploymentId: str | None = None
    files: list[File] | None = None
    gitSource: GitSource | None = None
    gitMetadata: Open | None = None
    meta: dict[str, str] | None = None
    monorepoManager: str | None = None
    projectSettings: BuildSettings | None = None
    withLatestCommit: bool | None = None
    forceNew: str | None = None
    skipAutoDetectionConfirmation: str | None = None
    source: str | None = None
    version: int | None = None
    env: dict[str, str] | None = None
    build: Open | None = None


class Filter(Listing):
    """Which deployments are asked for."""

    app: str | None = None
    projectId: str | None = None
    target: str | None = None
    state: str | None = None
    branch: str | None = None
    sha: str | None = None
    rollbackCandidate: bool | None = None


class LogFilter(Query):
    """Which lines of a log are asked for."""

    follow: int = 0
    limit: int = Field(1000, ge=-1, le=100_000)
    direction: Literal["backward", "forward"] = "forward"
    since: int | None = Field(None, ge=0, le=10**15)
    until: int | None = Field(None, ge=0, le=10**15)


class NewAlias(Body):
    """A host name that is to lead to a deployment."""

    alias: str
    redirect: str | None = None


class AliasFilter(Listing):
    """Which aliases are asked for."""

    projectId: str | None = None
    domain: str | None = None


@vercel.post("/v2/files", id="uploadFile", tier="P1")
def upload_file(tx: Transaction) -> Json:
    """Keep a file that a deployment will refer to by its SHA-1."""
    request = tx.request
    if request is not None:
        files.upload(tx, request.body, request.header("x-vercel-digest") or request.header("x-now-digest"))
    return {"urls": []}


@vercel.post("/v13/deployments", id="createDeployment", tier="P1")
def create_deployment(tx: Transaction, params: NewDeployment) -> Json:
    """Deploy files, a git source, or an earlier deployment again; a project of the name is made where there is none."""
    project = _project(tx, params.project or params.name)
    target = None if params.target == "preview" else params.target
    environment = None
    if params.customEnvironmentSlugOrId is not None:
        environment = environments.found(tx, project, params.customEnvironmentSlugOrId)["id"]
    settings = {} if params.projectSettings is None else params.projectSettings.model_dump()
    wanted: dict[str, Any] = {
        "files": [each.model_dump(exclude_none=True) for each in params.files or ()],
        "gitSource": None if params.gitSource is None else params.gitSource.model_dump(exclude_none=True),
        "meta": params.meta or {},
        "target": target,
        "environment": environment,
        "settings": settings,
        "source": "git" if params.gitSource else "cli",
        "crons": [],
    }
    if params.deploymentId is not None:
        earlier = deployments.found(tx, params.deploymentId)
        wanted |= {
            "gitSource": earlier["git"],
            "meta": earlier["meta"] | wanted["meta"],
            "source": "redeploy",
        }
        wanted["crons"] = earlier["crons"]
    elif bool(params.files) == bool(params.gitSource):
        text = "Invalid request: should have either `files`, `gitSource` or `deploymentId`."
        raise errors.bad_request(text, field="files", rule="no_source")
    return deployments.full(tx, lifecycle.start(tx, project, wanted))


@vercel.get("/v7/deployments", id="getDeployments", tier="P1")
@vercel.get("/v6/deployments", id="getDeployments-v6", tier="P1")
def list_deployments(tx: Transaction, params: Filter) -> Json:
    """List the account's deployments, newest first."""
    where: dict[str, Any] = {"ownerId": accounts.scope(tx), "readyState": params.state}
    where |= {"projectId": params.projectId, "target": params.target, "name": params.app}
    where |= {"branch": params.branch, "sha": params.sha}
    found = listed(
        tx, DEPLOYMENTS, params, "deployments", lambda each: deployments.summary(tx, each), **where
    )
    if params.rollbackCandidate:
        found["deployments"] = [each for each in found["deployments"] if each.get("isRollbackCandidate")]
    return found


@vercel.get("/v13/deployments/{idOrUrl}", id="getDeployment", tier="P1")
def retrieve_deployment(tx: Transaction, idOrUrl: str) -> Json:
    """Return a deployment, by id, host name or alias."""
    return deployments.full(tx, deployments.found(tx, idOrUrl))


@vercel.patch("/v12/deployments/{id}/cancel", id="cancelDeployment", tier="P1")
def cancel_deployment(tx: Transaction, id: str) -> Json:
    """Cancel a deployment that is queued or being built."""
    deployment = deployments.found(tx, id)
    lifecycle.cancel(tx, deployment)
    return deployments.full(tx, deployment)


@vercel.delete("/v13/deployments/{id}", id="deleteDeployment", tier="P1")
@vercel.delete("/now/deployments/{id}", id="deleteDeployment-unversioned", tier="P1")
def delete_deployment(tx: Transaction, id: str) -> Json:
    """Delete a deployment."""
    deployment = deployments.found(tx, id)
    deployments.remove(tx, deployment)
    return {"uid": deployment["id"], "state": "DELETED"}


@vercel.get("/v6/deployments/{id}/files", id="listDeploymentFiles", tier="P1")
def list_files(tx: Transaction, id: str) -> list[Json]:
    """List the files of a deployment, each by its whole path."""
    return [
        {"name": each["file"], "type": "file", "uid": each["sha"] or "", "mode": 33188, "children": []}
        for each in deployments.found(tx, id)["files"]
    ]


@vercel.get("/v3/deployments/{idOrUrl}/events", id="getDeploymentEvents", tier="P1")
def list_events(tx: Transaction, params: LogFilter, idOrUrl: str) -> Reply | list[Json]:
    """Return the build log: an array, or with `follow` what there is of it line by line."""
    deployment = deployments.found(tx, idOrUrl)
    page = tx.page(
        LOGS,
        where={"deploymentId": deployment["id"]},
        limit=100_000 if params.limit == -1 else params.limit,
        since=None if params.since is None else params.since * MILLISECOND,
        until=None if params.until is None else params.until * MILLISECOND,
        newest_first=params.direction == "backward",
    )
    lines = [deployments.shown_line(each) for each in page.items]
    if not params.follow:
        return lines
    body = b"".join(vercel.dialect.encode(each) + b"\n" for each in lines)
    return Reply(body, content_type="application/stream+json")


@vercel.get("/v11/deployments/{id}/builds", id="listDeploymentBuilds", tier="P1")
def list_builds(tx: Transaction, id: str) -> Json:
    """List what a deployment was built of: nothing, as nothing is built here."""
    deployments.found(tx, id)
    return {"builds": []}


@vercel.get("/api/logs/request-logs", id="listRequestLogs", tier="P1")
def list_request_logs(tx: Transaction, params: RequestLogFilter) -> Json:
    """Return the log of a project's requests: nothing runs here, so that it is empty."""
    projects.found(tx, params.projectId)
    return {"rows": [], "hasMoreRows": False}


@vercel.get(
    "/v1/projects/{projectId}/deployments/{deploymentId}/runtime-logs", id="getRuntimeLogs", tier="P1"
)
def runtime_logs(tx: Transaction, projectId: str, deploymentId: str) -> Reply:
    """Return the log of a deployment's functions: nothing runs here, so that it is empty."""
    projects.found(tx, projectId)
    deployments.found(tx, deploymentId)
    return Reply(b"", content_type="application/stream+json")


# --- production --------------------------------------------------------------------------------------------------


@vercel.post("/v10/projects/{projectId}/promote/{deploymentId}", id="requestPromote", tier="P1", status=201)
def promote(tx: Transaction, projectId: str, deploymentId: str) -> Json:
    """Point production at a deployment, at once: 202 is for those that wait for a rolling release."""
    project, deployment = projects.found(tx, projectId), deployments.found(tx, deploymentId)
    lifecycle.request_promotion(tx, project, deployment, "promote")
    return {}


@vercel.post("/v1/projects/{projectId}/rollback/{deploymentId}", id="requestRollback", tier="P1", status=201)
@vercel.post(
    "/v9/projects/{projectId}/rollback/{deploymentId}", id="requestRollback-v9", tier="P1", status=201
)
def rollback(tx: Transaction, projectId: str, deploymentId: str) -> Json:
    """Point production back at a deployment that it was before."""
    project, deployment = projects.found(tx, projectId), deployments.found(tx, deploymentId)
    lifecycle.request_promotion(tx, project, deployment, "rollback")
    return {}


@vercel.get("/v1/projects/{projectId}/promote/aliases", id="listPromoteAliases", tier="P1")
def list_promoted(tx: Transaction, params: Listing, projectId: str) -> Json:
    """List the host names that the last promotion moved."""
    project = projects.found(tx, projectId)
    current = project["targets"].get("production", "")
    held = aliases.of_deployment(tx, current)[: params.limit]
    shown = [{"id": each["uid"], "alias": each["alias"], "status": "completed"} for each in held]
    return {"aliases": shown, "pagination": pagination([each["createdAt"] for each in held])}


# --- aliases -----------------------------------------------------------------------------------------------------


@vercel.get("/v2/deployments/{id}/aliases", id="listDeploymentAliases", tier="P1")
@vercel.get("/now/deployments/{id}/aliases", id="listDeploymentAliases-unversioned", tier="P1")
def list_deployment_aliases(tx: Transaction, id: str) -> Json:
    """List the host names that lead to a deployment."""
    held = aliases.of_deployment(tx, deployments.found(tx, id)["id"])
    return {"aliases": [aliases.short(each) for each in held]}


@vercel.post("/v2/deployments/{id}/aliases", id="assignAlias", tier="P1")
@vercel.post("/now/deployments/{id}/aliases", id="assignAlias-unversioned", tier="P1")
def assign_alias(tx: Transaction, params: NewAlias, id: str) -> Json:
    """Let a host name lead to a deployment that is ready."""
    deployment = deployments.found(tx, id)
    if deployment["readyState"] != "READY":
        raise errors.conflict(
            "The deployment is not ready.", code="deployment_not_ready", rule="deployment_not_ready"
        )
    alias, before = aliases.assign(tx, deployment, params.alias)
    shown = aliases.short(alias)
    return shown if before is None else shown | {"oldDeploymentId": before}


@vercel.get("/v4/aliases", id="listAliases", tier="P1")
@vercel.get("/v3/now/aliases", id="listAliases-v3", tier="P1")
def list_aliases(tx: Transaction, params: AliasFilter) -> Json:
    """List the account's aliases, newest first."""
    where = {"ownerId": accounts.scope(tx), "projectId": params.projectId, "alias": params.domain}
    return listed(tx, ALIASES, params, "aliases", lambda each: aliases.shown(tx, each), **where)


@vercel.get("/v4/aliases/{idOrAlias}", id="getAlias", tier="P1")
@vercel.get("/now/aliases/{idOrAlias}", id="getAlias-unversioned", tier="P1")
def retrieve_alias(tx: Transaction, idOrAlias: str) -> Json:
    """Return an alias."""
    return aliases.shown(tx, _alias(tx, idOrAlias))


@vercel.delete("/v2/aliases/{aliasId}", id="deleteAlias", tier="P1")
@vercel.delete("/now/aliases/{aliasId}", id="deleteAlias-unversioned", tier="P1")
def delete_alias(tx: Transaction, aliasId: str) -> Json:
    """Delete an alias."""
    tx.delete(ALIASES, _alias(tx, aliasId)["uid"])
    return {"status": "SUCCESS"}


def _alias(tx: Transaction, id_or_alias: str) -> Json:
    alias = tx.get(ALIASES, id_or_alias) or tx.first(ALIASES, alias=id_or_alias)
    if alias is None or alias["ownerId"] != accounts.scope(tx):
        raise errors.not_found("Alias")
    return alias


def _project(tx: Transaction, id_or_name: str) -> Json:
    owner = accounts.scope(tx)
    found = tx.get(projects.PROJECTS, id_or_name) or tx.first(projects.PROJECTS, slot=f"{owner}/{id_or_name}")
    if found is not None and found["ownerId"] == owner:
        return found
    if id_or_name.startswith("prj_"):
        raise errors.not_found("Project")
    return projects.create(tx, id_or_name, {})
