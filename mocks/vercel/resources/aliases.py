"""Aliases: which host name leads to which deployment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.vercel import errors
from mocks.vercel.dialect import MILLISECOND, added, milliseconds

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ALIASES = Collection("vercel.alias", "projectId", "ownerId", "alias", "deploymentId", key="uid")
_host = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}").fullmatch
_local = re.compile(r"(?:[a-z0-9-]{1,63}\.)*localhost(?::\d{1,5})?").fullmatch


def assign(tx: Transaction, deployment: Json, alias: str) -> tuple[Json, str | None]:
    """Let a host name lead to a deployment; return the alias, and the deployment that it led to before."""
    alias = alias.lower().removeprefix("https://").rstrip("/")
    if "." not in alias and "localhost" not in alias:
        alias += ".vercel.app"
    if not _host(alias) and not _local(alias):
        text = f"The alias `{alias[:80]}` is invalid."
        raise errors.bad_request(text, field="alias", rule="invalid_alias", code="invalid_alias")
    held = tx.first(ALIASES, alias=alias)
    if held is None:
        made = {
            "uid": f"als_{tx.token('alias.id', 28)}",
            "alias": alias,
            "projectId": deployment["projectId"],
            "ownerId": deployment["ownerId"],
            "deploymentId": deployment["id"],
            "updatedAt": milliseconds(tx),
        }
        return added(tx, ALIASES, made, ownerId=deployment["ownerId"]), None
    if held["ownerId"] != deployment["ownerId"]:
        raise errors.forbidden(
            f"You don't have access to the alias {alias}.", rule="foreign_alias", subject="alias"
        )
    before = held["deploymentId"]
    held |= {
        "deploymentId": deployment["id"],
        "projectId": deployment["projectId"],
        "updatedAt": milliseconds(tx),
    }
    tx.save(ALIASES, held)
    return held, None if before == deployment["id"] else before


def of_deployment(tx: Transaction, id: str) -> list[Json]:
    """Return the aliases that lead to a deployment, oldest first."""
    return list(tx.every(ALIASES, deploymentId=id))


def of_project(tx: Transaction, project: Json) -> list[Json]:
    """Return a project's domains with where they lead, as its own answer has them."""
    from mocks.vercel.resources import domains

    return [
        {
            "domain": each["name"],
            "target": "PREVIEW" if each["gitBranch"] else "PRODUCTION",
            "environment": "preview" if each["gitBranch"] else "production",
            "configuredBy": None,
            "configuredChangedAt": each["updatedAt"],
            "createdAt": each["createdAt"],
            "deployment": None,
            "gitBranch": each["gitBranch"],
            "redirect": each["redirect"],
        }
        for each in tx.every(domains.DOMAINS, projectId=project["id"])
    ]


def short(alias: Json) -> Json:
    """Show an alias as the answers about one deployment do."""
    return {
        "uid": alias["uid"],
        "alias": alias["alias"],
        "created": instants.iso(alias["createdAt"] * MILLISECOND),
    }


def shown(tx: Transaction, alias: Json) -> Json:
    """Show an alias by itself."""
    from mocks.vercel.resources import deployments

    shown = short(alias) | {
        "createdAt": alias["createdAt"],
        "updatedAt": alias["updatedAt"],
        "deploymentId": alias["deploymentId"],
        "projectId": alias["projectId"],
        "redirect": None,
    }
    deployment = tx.get(deployments.DEPLOYMENTS, alias["deploymentId"])
    if deployment is not None:
        shown["deployment"] = {"id": deployment["id"], "url": deployment["url"]}
    return shown
