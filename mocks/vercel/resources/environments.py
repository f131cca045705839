"""Environments of a project: production, preview and development, and those that it adds (`staging`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.vercel import errors
from mocks.vercel.dialect import added, milliseconds, without_nothing

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

STANDARD = ("production", "preview", "development")
ENVIRONMENTS = Collection("vercel.environment", "projectId")
_slug = re.compile(r"[a-z0-9][a-z0-9-]{0,31}").fullmatch


def create(tx: Transaction, project: Json, slug: str, description: str | None, matcher: Json | None) -> Json:
    """Add an environment to a project; refuse a slug that is none or that is taken."""
    if not _slug(slug):
        text = "Invalid request: `slug` should be lowercase letters, digits and dashes."
        raise errors.bad_request(text, field="slug", rule="invalid_slug")
    if slug in STANDARD or any(each["slug"] == slug for each in of_project(tx, project)):
        text = f"A custom environment with the slug `{slug}` already exists."
        raise errors.bad_request(text, field="slug", rule="environment_exists")
    environment = {
        "id": f"env_{tx.token('environment.id', 28)}",
        "projectId": project["id"],
        "slug": slug,
        "description": description,
        "branchMatcher": matcher,
        "updatedAt": milliseconds(tx),
    }
    return added(tx, ENVIRONMENTS, environment, projectId=project["id"])


def of_project(tx: Transaction, project: Json) -> list[Json]:
    """Return what a project has added, oldest first."""
    return list(tx.every(ENVIRONMENTS, projectId=project["id"]))


def found(tx: Transaction, project: Json, id_or_slug: str) -> Json:
    """Return an environment of a project by id or slug; refuse any other."""
    for each in of_project(tx, project):
        if id_or_slug in (each["id"], each["slug"]):
            return each
    raise errors.not_found("Custom environment")


def shown(environment: Json) -> Json:
    """Show an environment."""
    return without_nothing(
        {
            "id": environment["id"],
            "slug": environment["slug"],
            "type": "preview",
            "description": environment["description"],
            "branchMatcher": environment["branchMatcher"],
            "createdAt": environment["createdAt"],
            "updatedAt": environment["updatedAt"],
        }
    )
