"""Projects."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.cint import listing
from mocks.cint.dialect import check_version, etag
from mocks.cint.parameters import Body, Listing
from mocks.cint.provider import cint
from mocks.cint.resources import accounts, projects
from mocks.cint.resources.projects import PROJECTS

PATH = "/v1/demand/accounts/{account_id}/projects"


class ProjectInfo(Body):
    """What a project is made of."""

    name: str = Field(min_length=1, max_length=10_000)
    project_manager_id: str = Field(max_length=200)
    purchase_order_number: str | None = Field(None, min_length=3, max_length=128)


class ProjectListing(Listing):
    """The query of the list of projects."""

    status: list[Literal["active", "inactive"]] | None = None
    name: str | None = None
    search_string: str | None = None
    project_manager_id: str | None = None


def _echoed(tx: Transaction) -> list[tuple[str, str]]:
    key = tx.idempotency_key
    return [("idempotency-key", key)] if key and key.isascii() and key.isprintable() else []


@cint.post(PATH, id="create_project", tier="P0", status=202)
def create_project(tx: Transaction, params: ProjectInfo, account_id: str) -> Reply:
    """Create a project."""
    account = accounts.find(tx, account_id)
    project = projects.create(tx, account, params.model_dump())
    return Reply({"id": project["id"]}, headers=[("ETag", etag(1)), *_echoed(tx)])


@cint.get(PATH, id="list_account_projects", tier="P1")
def list_account_projects(tx: Transaction, params: ProjectListing, account_id: str) -> Json:
    """List the projects, the newest first."""
    account = accounts.find(tx, account_id)
    text = params.search_string or params.name

    def wanted(project: Json) -> bool:
        if params.project_manager_id not in (None, project["project_manager_id"]):
            return False
        if params.status and projects.overview(tx, project)["status"] not in params.status:
            return False
        return not text or projects.matches(tx, project, text)

    found, more = listing.filtered(tx, PROJECTS, params, wanted, account=account["id"])
    shown = [projects.listed(tx, each) for each in found]
    return listing.shown(tx, "projects", shown, has_more=more)


@cint.get(f"{PATH}/{{project_id}}", id="get_project_by_id", tier="P1")
def get_project_by_id(tx: Transaction, account_id: str, project_id: str) -> Reply:
    """Retrieve a project."""
    project = projects.find(tx, accounts.find(tx, account_id), project_id)
    return Reply(projects.full(project), headers=[("etag", etag(project["version"]))])


@cint.put(f"{PATH}/{{project_id}}", id="update_project", tier="P1")
def update_project(tx: Transaction, params: ProjectInfo, account_id: str, project_id: str) -> Reply:
    """Change a project, if it is of the version that `If-Match` names."""
    project = projects.find(tx, accounts.find(tx, account_id), project_id)
    check_version(tx, project["version"])
    projects.update(tx, project, params.model_dump())
    return Reply({"id": project["id"]}, headers=[("etag", etag(project["version"])), *_echoed(tx)])


@cint.get(f"{PATH}/{{project_id}}/overview", id="project_overview", tier="P1")
def project_overview(tx: Transaction, account_id: str, project_id: str) -> Json:
    """Show a project with its statistics."""
    return projects.overview(tx, projects.find(tx, accounts.find(tx, account_id), project_id))
