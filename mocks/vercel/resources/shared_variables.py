"""Variables of a team that several projects share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.vercel import errors
from mocks.vercel.dialect import added, milliseconds, without_nothing
from mocks.vercel.resources import accounts, projects, variables

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

SHARED = Collection("vercel.shared_variable", "ownerId", slot=lambda each: f"{each['ownerId']}/{each['key']}")


def create(tx: Transaction, key: str, value: str, settings: Json) -> Json:
    """Add a shared variable; refuse a name that the team has for one of the same environments."""
    owner = accounts.scope(tx)
    target = settings["target"] or ["production", "preview", "development"]
    variables.may_write(tx, target)
    variables.check_name(key)
    for id in settings["projectId"] or ():
        projects.found(tx, id)
    for each in tx.every(SHARED, slot=f"{owner}/{key}"):
        if set(each["target"]) & set(target):
            text = f"A shared variable with the name `{key}` already exists for {','.join(target)}"
            raise errors.refusal(
                400, "ENV_CONFLICT", text, rule="variable_exists", subject="key", key=key, envVarId=each["id"]
            )
    document = {
        "id": f"env_{tx.token('shared_variable.id', 24)}",
        "ownerId": owner,
        "key": key,
        "value": value,
        "type": settings["type"],
        "target": target,
        "projectId": settings["projectId"] or [],
        "comment": settings["comment"],
        "cipher": variables.cipher(tx),
        "updatedAt": milliseconds(tx),
    }
    return added(tx, SHARED, document, ownerId=owner)


def update(tx: Transaction, variable: Json, changes: Json) -> Json:
    """Change a shared variable."""
    variables.may_write(tx, variable["target"])
    variable |= changes | {
        "updatedAt": max(milliseconds(tx), variable["createdAt"]),
        "cipher": variables.cipher(tx),
    }
    return tx.save(SHARED, variable)


def found(tx: Transaction, id: str) -> Json:
    """Return a shared variable of the account asked for; refuse any other."""
    variable = tx.get(SHARED, id)
    if variable is None or variable["ownerId"] != accounts.scope(tx):
        raise errors.not_found("Environment Variable")
    return variable


def values(tx: Transaction, project: Json, target: str) -> dict[str, str]:
    """Return the shared values that a project has in an environment; its own ones win over them."""
    held = tx.every(SHARED, ownerId=project["ownerId"])
    return {
        each["key"]: "" if each["type"] == "sensitive" else each["value"]
        for each in held
        if project["id"] in each["projectId"] and target in each["target"]
    }


def shown(variable: Json, *, readable: bool = False) -> Json:
    """Show a shared variable; `readable` says that the caller may have its value."""
    value = variable["value"] if readable and variable["type"] != "sensitive" else variable["cipher"]
    return without_nothing(
        {
            "id": variable["id"],
            "key": variable["key"],
            "value": "" if variable["type"] == "sensitive" else value,
            "type": variable["type"],
            "target": variable["target"],
            "projectId": variable["projectId"],
            "ownerId": variable["ownerId"],
            "applyToAllCustomEnvironments": False,
            "decrypted": readable and variable["type"] != "sensitive",
            "comment": variable["comment"],
            "createdBy": accounts.USER_ID,
            "updatedBy": accounts.USER_ID,
            "createdAt": variable["createdAt"],
            "updatedAt": variable["updatedAt"],
        }
    )
