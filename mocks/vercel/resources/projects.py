"""Projects: what is deployed, with its settings, domains and environments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.vercel import errors
from mocks.vercel.dialect import added, milliseconds
from mocks.vercel.resources import accounts, events

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.transaction import Transaction

Json = dict[str, Any]

PROJECTS = Collection(
    "vercel.project", "ownerId", slot=lambda project: f"{project['ownerId']}/{project['name']}"
)

_name = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}").fullmatch

SETTINGS: Mapping[str, Any] = {
    "framework": None,
    "buildCommand": None,
    "devCommand": None,
    "installCommand": None,
    "outputDirectory": None,
    "rootDirectory": None,
    "commandForIgnoringBuildStep": None,
    "publicSource": None,
    "nodeVersion": "22.x",
    "serverlessFunctionRegion": "iad1",
    "directoryListing": False,
    "autoExposeSystemEnvs": True,
    "autoAssignCustomDomains": True,
    "gitForkProtection": True,
    "gitLFS": False,
    "sourceFilesOutsideRootDirectory": True,
    "enablePreviewFeedback": None,
    "enableProductionFeedback": None,
    "ssoProtection": {"deploymentType": "all_except_custom_domains"},
    "passwordProtection": None,
}
"""A new project's settings, as Vercel sets them where nothing else is said."""

EXPIRATION = {
    "expirationDays": 30,
    "expirationDaysProduction": 365,
    "expirationDaysCanceled": 30,
    "expirationDaysErrored": 90,
    "deploymentsToKeep": 10,
}
UNLESS_SET = ("publicSource", "enablePreviewFeedback", "enableProductionFeedback")
"""Settings that answers leave out where they are not set: the SDK takes no null there."""


def create(tx: Transaction, name: str, settings: Json, repository: Json | None = None) -> Json:
    """Add a project with its own address below vercel.app; refuse a name that is taken."""
    owner = accounts.scope(tx)
    check_name(tx, owner, name)
    project = {
        "id": f"prj_{tx.token('project.id', 28)}",
        "ownerId": owner,
        "name": name,
        **SETTINGS,
        **settings,
        "link": None if repository is None else _link(tx, repository),
        "targets": {},
        "crons": None,
        "updatedAt": milliseconds(tx),
    }
    added(tx, PROJECTS, project, ownerId=owner)
    from mocks.vercel.resources import domains

    domains.own(tx, project)
    announce(tx, "project.created", project)
    return project


def update(tx: Transaction, project: Json, changes: Json) -> None:
    """Change a project's settings, its name included."""
    if "name" in changes and changes["name"] != project["name"]:
        check_name(tx, project["ownerId"], changes["name"])
    project |= changes
    keep(tx, project)


def keep(tx: Transaction, project: Json) -> None:
    """Save a project that has changed."""
    project["updatedAt"] = milliseconds(tx)
    tx.save(PROJECTS, project)


def remove(tx: Transaction, project: Json) -> None:
    """Delete a project with all that belongs to it."""
    from mocks.vercel.resources import aliases, crons, deployments, domains, variables

    for each in list(tx.every(deployments.DEPLOYMENTS, projectId=project["id"])):
        deployments.forget(tx, each)
    for collection in (variables.VARIABLES, domains.DOMAINS, aliases.ALIASES):
        for each in list(tx.every(collection, projectId=project["id"])):
            tx.delete(collection, each[collection.key])
    crons.stop(tx, project)
    tx.delete(PROJECTS, project["id"])
    announce(tx, "project.removed", project)


def found(tx: Transaction, id_or_name: str) -> Json:
    """Return a project of the account asked for, by id or name; refuse any other."""
    owner = accounts.scope(tx)
    project = tx.get(PROJECTS, id_or_name) or tx.first(PROJECTS, slot=f"{owner}/{id_or_name}")
    if project is None or project["ownerId"] != owner:
        raise errors.not_found("Project")
    return project


def check_name(tx: Transaction, owner: str, name: str) -> None:
    """Refuse a name that is none or that another project of the account has."""
    if not _name(name) or "---" in name:
        text = (
            "Project names can be up to 100 characters long and must be lowercase. They can include letters, digits,"
            " and the following characters: '.', '_', '-'. However, they cannot contain the sequence '---'."
        )
        raise errors.bad_request(text, field="name", rule="invalid_project_name")
    if tx.first(PROJECTS, slot=f"{owner}/{name}") is not None:
        text = f'Project "{name}" already exists, please use a new name.'
        raise errors.conflict(text, rule="project_exists")


def _link(tx: Transaction, repository: Json) -> Json:
    org, _, repo = repository["repo"].partition("/")
    return {
        "type": repository["type"],
        "org": org,
        "repo": repo or org,
        "repoId": int.from_bytes(tx.draw("repository.id", 4), "big"),
        "createdAt": milliseconds(tx),
        "updatedAt": milliseconds(tx),
        "deployHooks": [],
        "gitCredentialId": "",
        "productionBranch": "main",
        "sourceless": True,
    }


def announce(tx: Transaction, type: str, project: Json, **more: Any) -> None:
    """Announce what happened to a project."""
    payload = {"project": {"id": project["id"], "name": project["name"]}, **more}
    events.emit(tx, type, project["ownerId"], project["id"], payload)


# --- how a project is shown --------------------------------------------------------------------------------------


def shown(tx: Transaction, project: Json) -> Json:
    """Show a project whole: settings, variables (as a list shows them), latest deployments."""
    from mocks.vercel.resources import aliases, deployments, environments, variables

    latest = tx.page(deployments.DEPLOYMENTS, where={"projectId": project["id"]}, limit=4).items
    kept = {name: project[name] for name in SETTINGS if name not in UNLESS_SET or project[name] is not None}
    targets = {
        name: deployments.brief(tx, found)
        for name, id in project["targets"].items()
        if (found := tx.get(deployments.DEPLOYMENTS, id)) is not None
    }
    shown = {
        "accountId": project["ownerId"],
        "id": project["id"],
        "name": project["name"],
        **kept,
        "createdAt": project["createdAt"],
        "updatedAt": project["updatedAt"],
        "live": False,
        "hasActiveBranches": False,
        "skipGitConnectDuringLink": False,
        "alias": aliases.of_project(tx, project),
        "env": [variables.shown(each) for each in variables.of_project(tx, project["id"])],
        "customEnvironments": [environments.shown(each) for each in environments.of_project(tx, project)],
        "targets": targets,
        "latestDeployments": [deployments.brief(tx, each) for each in latest],
        "resourceConfig": {"functionDefaultRegions": [project["serverlessFunctionRegion"]]},
        "defaultResourceConfig": {"functionDefaultRegions": [project["serverlessFunctionRegion"]]},
        "deploymentExpiration": dict(EXPIRATION),
    }
    for name in ("link", "crons", "lastAliasRequest"):
        if project.get(name) is not None:
            shown[name] = project[name]
    return shown
