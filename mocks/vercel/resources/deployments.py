"""Deployments: what is built from which source for which environment, and how it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from harness.collection import Collection
from mocks.vercel import errors
from mocks.vercel.dialect import MILLISECOND, added, milliseconds, without_nothing
from mocks.vercel.resources import accounts, aliases, events, files, projects, variables

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

DEPLOYMENTS = Collection(
    "vercel.deployment",
    *("ownerId", "projectId", "readyState", "url", "name", "branch", "sha"),
    target=lambda deployment: deployment["target"] or "preview",
)
LOGS = Collection("vercel.build_log", "deploymentId")


def create(tx: Transaction, project: Json, wanted: Json) -> Json:
    """Keep a new deployment, queued; `wanted` has {files, gitSource, meta, target, settings, environment}."""
    owner, git = project["ownerId"], _source(tx, wanted["gitSource"])
    unknown = files.missing(tx, wanted["files"])
    if unknown:
        raise errors.missing_files(unknown)
    suffix = tx.token("deployment.url", 9).lower()
    now = milliseconds(tx)
    configuration = _configuration(tx, wanted["files"])
    deployment = {
        "id": f"dpl_{tx.token('deployment.id', 28)}",
        "ownerId": owner,
        "projectId": project["id"],
        "name": project["name"],
        "url": f"{project['name']}-{suffix}-{accounts.slug_of(tx, owner)}.vercel.app",
        "target": wanted["target"],
        "environment": wanted["environment"],
        "source": wanted["source"],
        "git": git or None,
        "branch": git.get("ref"),
        "sha": git.get("sha"),
        "meta": wanted["meta"],
        "settings": wanted["settings"],
        "regions": configuration.get("regions") or [project["serverlessFunctionRegion"]],
        "crons": configuration.get("crons") or wanted["crons"],
        "buildCommand": configuration.get("buildCommand")
        or wanted["settings"].get("buildCommand")
        or project["buildCommand"],
        "files": [
            {"file": each["file"], "sha": each.get("sha"), "size": each.get("size")}
            for each in wanted["files"]
        ],
        "env": sorted(variables.values(tx, project["id"], wanted["target"] or "preview", git.get("ref"))),
        "readyState": "QUEUED",
        "substate": None,
        "checksState": None,
        "checksConclusion": None,
        "aliasAssigned": False,
        "buildingAt": None,
        "ready": None,
        "canceledAt": None,
        "error": None,
        "requestedAt": now,
    }
    return added(tx, DEPLOYMENTS, deployment, ownerId=owner)


def _source(tx: Transaction, git: Json | None) -> Json:
    """Return where the source comes from: Vercel answers with the repository's number, however it was named."""
    if git is None or not git["type"].startswith("github") or "repoId" in git:
        return git or {}
    return git | {"repoId": int.from_bytes(tx.draw("repository.id", 4), "big")}


def _configuration(tx: Transaction, sent: list[Json]) -> Json:
    """Read `vercel.json` among a deployment's files: crons, regions, build command."""
    from mocks.vercel.resources import crons

    for each in sent:
        if each["file"] != "vercel.json":
            continue
        try:
            read = orjson.loads(files.content(tx, each))
        except orjson.JSONDecodeError:
            read = None
        if not isinstance(read, dict):
            text = "Couldn't parse the vercel.json file."
            raise errors.bad_request(text, field="files", rule="invalid_vercel_json", code="invalid_json")
        return crons.checked(read)
    return {}


def found(tx: Transaction, id_or_url: str) -> Json:
    """Return a deployment of the account asked for, by id or host name; refuse any other."""
    deployment = tx.get(DEPLOYMENTS, id_or_url) or tx.first(
        DEPLOYMENTS, url=id_or_url.removeprefix("https://")
    )
    if deployment is None:
        alias = tx.first(aliases.ALIASES, alias=id_or_url.removeprefix("https://"))
        deployment = None if alias is None else tx.get(DEPLOYMENTS, alias["deploymentId"])
    if deployment is None or deployment["ownerId"] != accounts.scope(tx):
        raise errors.not_found("Deployment")
    return deployment


def forget(tx: Transaction, deployment: Json) -> None:
    """Delete a deployment with its aliases and its log."""
    tx.unschedule(f"deployment:{deployment['id']}")
    for alias in aliases.of_deployment(tx, deployment["id"]):
        tx.delete(aliases.ALIASES, alias["uid"])
    for line in list(tx.every(LOGS, deploymentId=deployment["id"])):
        tx.delete(LOGS, line["id"])
    tx.delete(DEPLOYMENTS, deployment["id"])


def remove(tx: Transaction, deployment: Json) -> None:
    """Delete a deployment on demand; production goes on without it."""
    forget(tx, deployment)
    project = tx.get(projects.PROJECTS, deployment["projectId"])
    if project is not None and project["targets"].get("production") == deployment["id"]:
        del project["targets"]["production"]
        projects.keep(tx, project)
    announce(tx, deployment, "deployment.cleanup")


def say(tx: Transaction, deployment: Json, type: str, text: str, **info: Any) -> None:
    """Write a line into a deployment's build log, and to the account's log drains."""
    number = tx.count(LOGS, deploymentId=deployment["id"])
    now = milliseconds(tx) + number
    line = {
        "id": f"{now}{tx.token('log.id', 12)}",
        "deploymentId": deployment["id"],
        "type": type,
        "text": text,
        "info": {"type": "build", "name": "bld", "entrypoint": ".", **info},
        "date": now,
        "serial": f"{now}{number:06d}",
    }
    tx.insert(LOGS, line, at=now * MILLISECOND)
    drained = {
        "id": line["id"],
        "message": text,
        "timestamp": now,
        "type": type,
        "source": "build",
        "projectId": deployment["projectId"],
        "deploymentId": deployment["id"],
        "buildId": "bld",
        "host": deployment["url"],
        "entrypoint": ".",
    }
    events.log(tx, deployment["ownerId"], deployment["projectId"], "build", [drained])


def announce(tx: Transaction, deployment: Json, type: str, **more: Any) -> None:
    """Announce what happened to a deployment."""
    address = f"https://vercel.com/{accounts.slug_of(tx, deployment['ownerId'])}/{deployment['name']}"
    payload = {
        "deployment": {
            "id": deployment["id"],
            "name": deployment["name"],
            "url": deployment["url"],
            "meta": deployment["meta"],
        },
        "links": {"deployment": f"{address}/{deployment['id'][4:]}", "project": address},
        "target": deployment["target"],
        "project": {"id": deployment["projectId"]},
        "plan": "pro",
        "regions": deployment["regions"],
        **more,
    }
    events.emit(tx, type, deployment["ownerId"], deployment["projectId"], payload)


# --- how a deployment is shown -----------------------------------------------------------------------------------


def summary(tx: Transaction, deployment: Json) -> Json:
    """Show a deployment in a list."""
    return without_nothing(
        {
            "uid": deployment["id"],
            "name": deployment["name"],
            "projectId": deployment["projectId"],
            "url": deployment["url"],
            "created": deployment["createdAt"],
            "createdAt": deployment["createdAt"],
            "buildingAt": deployment["buildingAt"],
            "ready": deployment["ready"],
            "type": "LAMBDAS",
            "source": deployment["source"],
            "state": deployment["readyState"],
            "readyState": deployment["readyState"],
            "readySubstate": deployment["substate"],
            "checksState": deployment["checksState"],
            "checksConclusion": deployment["checksConclusion"],
            "creator": _creator() | {"email": accounts.EMAIL},
            "meta": deployment["meta"],
            "aliasAssigned": deployment["aliasAssigned"] or None,
            "isRollbackCandidate": _candidate(tx, deployment),
            "projectSettings": {},
            **_failure(deployment),
        }
    ) | {"inspectorUrl": None, "target": deployment["target"], "aliasError": None}


def full(tx: Transaction, deployment: Json) -> Json:
    """Show a deployment by itself."""
    state = deployment["readyState"]
    building = deployment["buildingAt"] or deployment["createdAt"]
    hosts = [each["alias"] for each in aliases.of_deployment(tx, deployment["id"])]
    settings = {
        name: deployment["settings"].get(name)
        for name in ("buildCommand", "devCommand", "framework", "installCommand", "outputDirectory")
    }
    shown = {
        "id": deployment["id"],
        "name": deployment["name"],
        "url": deployment["url"],
        "createdAt": deployment["createdAt"],
        "buildingAt": building,
        "bootedAt": building,
        "ready": deployment["ready"],
        "canceledAt": deployment["canceledAt"],
        "createdIn": "iad1",
        "creator": _creator(),
        "readyState": state,
        "status": state,
        "readySubstate": deployment["substate"],
        "checksState": deployment["checksState"],
        "checksConclusion": deployment["checksConclusion"],
        "type": "LAMBDAS",
        "version": 2,
        "public": False,
        "regions": deployment["regions"],
        "build": {"env": deployment["env"]},
        "env": deployment["env"],
        "meta": deployment["meta"],
        "projectId": deployment["projectId"],
        "project": {"id": deployment["projectId"], "name": deployment["name"], "framework": None},
        "alias": hosts,
        "automaticAliases": hosts if deployment["aliasAssigned"] else None,
        "aliasAssigned": bool(deployment["aliasAssigned"]),
        "aliasAssignedAt": deployment["aliasAssigned"] or None,
        "buildSkipped": False,
        "isInConcurrentBuildsQueue": state == "QUEUED",
        "isInSystemBuildsQueue": False,
        "projectSettings": settings,
        "ownerId": deployment["ownerId"],
        "plan": "pro",
        "source": deployment["source"],
        "gitSource": _git(deployment),
        "team": _team(tx, deployment["ownerId"]),
        **_failure(deployment),
    }
    return without_nothing(shown) | {
        "target": deployment["target"],
        "inspectorUrl": None,
        "routes": None,
        "aliasError": None,
    }


def brief(tx: Transaction, deployment: Json) -> Json:
    """Show a deployment as its project's answer has it."""
    hosts = [each["alias"] for each in aliases.of_deployment(tx, deployment["id"])]
    shown = {
        "id": deployment["id"],
        "alias": hosts,
        "automaticAliases": hosts,
        "builds": [],
        "createdAt": deployment["createdAt"],
        "createdIn": "iad1",
        "creator": _creator() | {"email": accounts.EMAIL},
        "deploymentHostname": deployment["url"].removesuffix(".vercel.app"),
        "forced": False,
        "name": deployment["name"],
        "meta": {name: str(value) for name, value in deployment["meta"].items()},
        "plan": "pro",
        "private": False,
        "readyState": deployment["readyState"],
        "readySubstate": deployment["substate"],
        "readyAt": deployment["ready"],
        "buildingAt": deployment["buildingAt"],
        "requestedAt": deployment["requestedAt"],
        "type": "LAMBDAS",
        "url": deployment["url"],
        "userId": accounts.USER_ID,
        "withCache": False,
    }
    team = None if deployment["ownerId"] == accounts.USER_ID else deployment["ownerId"]
    return without_nothing(shown) | {
        "target": deployment["target"],
        "teamId": team,
        "aliasAssigned": deployment["aliasAssigned"],
        "aliasError": None,
    }


def _creator() -> Json:
    return {"uid": accounts.USER_ID, "username": accounts.USERNAME}


def _team(tx: Transaction, owner: str) -> Json | None:
    team = accounts.found_team(tx, owner)
    return None if team is None else {name: team[name] for name in ("id", "name", "slug")}


def _failure(deployment: Json) -> Json:
    if deployment["error"] is None:
        return {}
    return {"errorCode": deployment["error"]["code"], "errorMessage": deployment["error"]["message"]}


def _git(deployment: Json) -> Json | None:
    return None if deployment["git"] is None else without_nothing(deployment["git"])


def _candidate(tx: Transaction, deployment: Json) -> bool | None:
    """Tell whether production can be led back to a deployment: it was there before."""
    if deployment["target"] != "production":
        return None
    project = tx.get(projects.PROJECTS, deployment["projectId"])
    current = None if project is None else project["targets"].get("production")
    return bool(deployment["substate"] == "PROMOTED" and deployment["id"] != current)


def shown_line(line: Json) -> Json:
    """Show a line of a build log."""
    return {
        "created": line["date"],
        "date": line["date"],
        "deploymentId": line["deploymentId"],
        "id": line["id"],
        "info": line["info"],
        "serial": line["serial"],
        "text": line["text"],
        "type": line["type"],
    }
