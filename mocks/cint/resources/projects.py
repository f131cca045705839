"""Projects: what holds target groups together. A project's statistics are those of its target groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.cint import errors, ids
from mocks.cint.resources import statistics, target_groups
from mocks.cint.resources.target_groups import TARGET_GROUPS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

PROJECTS = Collection("cint.project", "account")
SHORTEST, LONGEST = 5, 128
ACTIVE = frozenset({"draft", "scheduled", "live", "paused"})


def create(tx: Transaction, account: Json, wanted: Json) -> Json:
    """Add a project; `wanted` holds name, project_manager_id and perhaps purchase_order_number."""
    check(tx, wanted)
    project = {
        "id": ids.ulid(tx, "project.id"),
        "human_readable_id": ids.readable(tx, "project.readable", 6),
        "account": account["id"],
        "name": wanted["name"],
        "project_manager_id": wanted["project_manager_id"],
        "purchase_order_number": wanted.get("purchase_order_number"),
        "created": tx.now,
        "version": 1,
    }
    return tx.insert(PROJECTS, project, fresh=True)


def update(tx: Transaction, project: Json, wanted: Json) -> None:
    """Change a project."""
    check(tx, wanted)
    for name in ("name", "project_manager_id", "purchase_order_number"):
        project[name] = wanted.get(name)
    project["version"] += 1
    tx.save(PROJECTS, project)


def check(tx: Transaction, wanted: Json) -> None:
    """Refuse a name of other than 5 to 128 characters, and a manager that is no UUID."""
    if not SHORTEST <= len(wanted["name"]) <= LONGEST:
        detail = f"name must have {SHORTEST} to {LONGEST} characters."
        tx.deviation(errors.bad_request(detail, "name", rule="project_name_length"))
    check_manager(tx, wanted["project_manager_id"])


def check_manager(tx: Transaction, id: str) -> None:
    """Refuse a project manager that is no UUID."""
    if not ids.is_uuid(id):
        detail = "project_manager_id must be a UUID."
        tx.deviation(errors.bad_request(detail, "project_manager_id", rule="project_manager_not_uuid"))


def find(tx: Transaction, account: Json, id: str) -> Json:
    """Return a project of the account by the id in a path."""
    project = tx.get(PROJECTS, id)
    if project is None or project["account"] != account["id"]:
        raise errors.not_found()
    return project


# --- showing -----------------------------------------------------------------------------------------------------


def _order(project: Json) -> Json:
    """Return the purchase order number, which answers leave out where there is none."""
    number = project["purchase_order_number"]
    return {} if number is None else {"purchase_order_number": number}


def full(project: Json) -> Json:
    """Show a project by itself; its readable id is spelled with hyphens here, as the document has it."""
    return {
        "id": project["id"],
        "human-readable-id": project["human_readable_id"],
        "name": project["name"],
        "project_manager_id": project["project_manager_id"],
        "account_id": int(project["account"]),
        **_order(project),
    }


def overview(tx: Transaction, project: Json) -> Json:
    """Show a project with its status and statistics."""
    groups = list(tx.every(TARGET_GROUPS, project=project["id"]))
    return {
        "id": project["id"],
        "human_readable_id": project["human_readable_id"],
        "name": project["name"],
        "account_id": int(project["account"]),
        "status": status(groups),
        "statistics": statistics.of_project(tx, groups),
        "project_manager_id": project["project_manager_id"],
        **_order(project),
        "created_at": instants.iso(project["created"]),
    }


def listed(tx: Transaction, project: Json) -> Json:
    """Show a project in a list."""
    groups = list(tx.every(TARGET_GROUPS, project=project["id"]))
    latest = max([project["created"], *(group["updated"] for group in groups)])
    return {
        "id": project["id"],
        "human_readable_id": project["human_readable_id"],
        "account_id": int(project["account"]),
        **_order(project),
        "name": project["name"],
        "target_group_human_readable_ids": [group["human_readable_id"] for group in groups],
        "target_group_count": min(len(groups), 1000),
        "status": status(groups),
        "last_activity_at": instants.iso(latest),
        "statistics": statistics.of_project(tx, groups),
    }


def status(groups: list[Json]) -> str:
    """Return `active` while a target group may still field, and for a project without any."""
    fielding = not groups or any(group["status"] in ACTIVE for group in groups)
    return "active" if fielding else "inactive"


def matches(tx: Transaction, project: Json, text: str) -> bool:
    """Tell whether a search text is in the name or a readable id of a project or its target groups."""
    names = [project["name"], project["human_readable_id"]]
    names += [each["human_readable_id"] for each in target_groups.of_project(tx, project["id"])]
    return any(text.lower() in name.lower() for name in names)
