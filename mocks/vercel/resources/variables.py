"""Environment variables: for whom a value is meant, who may read it back, and which of two wins.

A variable belongs to environments (`target`, `customEnvironmentIds`), for previews also to one git branch. A name may
be given once for each of them. Encrypted values are shown as cipher text unless somebody who may asks for them;
sensitive ones are never shown again.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any, Literal

import orjson
from pydantic import Field

from harness.collection import Collection
from mocks.vercel import errors
from mocks.vercel.dialect import added, milliseconds
from mocks.vercel.parameters import Body
from mocks.vercel.resources import accounts, environments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.errors import Refusal
    from harness.transaction import Transaction

Json = dict[str, Any]
Kind = Literal["plain", "encrypted", "sensitive", "secret", "system"]
Target = Literal["production", "preview", "development"]

VARIABLES = Collection("vercel.variable", "projectId", name=lambda each: f"{each['projectId']}/{each['key']}")

LARGEST = 64 << 10
"""Bytes that all variables of one environment may hold together (Vercel docs: environment variables, limits)."""
_key = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,255}").fullmatch


class NewVariable(Body):
    """A variable to add: `target` is one environment or several."""

    key: str
    value: str
    type: Kind
    target: list[Target] | Target | None = None
    customEnvironmentIds: list[str] | None = None
    gitBranch: str | None = Field(None, max_length=250)
    comment: str | None = Field(None, max_length=500)


class Changes(Body):
    """What can be changed of a variable."""

    key: str | None = None
    value: str | None = None
    type: Kind | None = None
    target: list[Target] | Target | None = None
    customEnvironmentIds: list[str] | None = None
    gitBranch: str | None = Field(None, max_length=250)
    comment: str | None = Field(None, max_length=500)


# --- writing -----------------------------------------------------------------------------------------------------


def create(tx: Transaction, project: Json, wanted: NewVariable, *, upsert: bool) -> Json:
    """Add a variable; with `upsert` one of the same name for exactly the same environments gets the new value."""
    document = {
        "projectId": project["id"],
        "key": wanted.key,
        "value": wanted.value,
        "type": wanted.type,
        "target": _targets(wanted.target),
        "customEnvironmentIds": list(wanted.customEnvironmentIds or []),
        "gitBranch": wanted.gitBranch,
        "comment": wanted.comment,
    }
    if not document["target"] and not document["customEnvironmentIds"]:
        raise errors.bad_request(
            "Invalid request: should have required property `target`.",
            field="target",
            rule="missing_property",
        )
    _check(tx, project, document)
    same = next((each for each in _rivals(tx, document) if _places(each) == _places(document)), None)
    if same is not None and upsert:
        same |= {name: document[name] for name in ("value", "type", "comment")}
        return _save(tx, project, same)
    _refuse_rivals(tx, project, document)
    document |= {
        "id": tx.token("variable.id", 16),
        "cipher": cipher(tx),
        "createdBy": accounts.USER_ID,
        "updatedBy": None,
        "updatedAt": milliseconds(tx),
    }
    added(tx, VARIABLES, document, projectId=project["id"])
    _check_size(tx, project)
    return document


def update(tx: Transaction, project: Json, variable: Json, changes: Changes) -> Json:
    """Change a variable."""
    may_write(tx, variable["target"])
    given = changes.given()
    if "target" in given:
        given["target"] = _targets(changes.target)
    variable |= {name: value for name, value in given.items() if value is not None or name == "gitBranch"}
    _check(tx, project, variable)
    _refuse_rivals(tx, project, variable)
    return _save(tx, project, variable)


def _save(tx: Transaction, project: Json, variable: Json) -> Json:
    variable |= {
        "updatedAt": max(milliseconds(tx), variable["createdAt"]),
        "updatedBy": accounts.USER_ID,
        "cipher": cipher(tx),
    }
    tx.save(VARIABLES, variable)
    _check_size(tx, project)
    return variable


def remove(tx: Transaction, variable: Json) -> None:
    """Delete a variable."""
    may_write(tx, variable["target"])
    tx.delete(VARIABLES, variable["id"])


# --- rules -------------------------------------------------------------------------------------------------------


def may_write(tx: Transaction, target: list[str]) -> None:
    """Refuse somebody whose role does not allow to change variables of these environments."""
    if not accounts.may_edit(tx, target):
        text = "You don't have permission to create, change or remove these Environment Variables."
        raise errors.forbidden(text, rule="role", subject="target")


def check_name(key: str) -> None:
    """Refuse what is no name of a variable."""
    if not _key(key):
        text = (
            f"The name of your Environment Variable contains invalid characters: `{key[:80]}`. Only letters, digits,"
            " and underscores are allowed. Furthermore, the name should not start with a digit."
        )
        raise errors.bad_request(text, field="key", rule="invalid_name")


def _check(tx: Transaction, project: Json, variable: Json) -> None:
    may_write(tx, variable["target"])
    check_name(variable["key"])
    if variable["type"] == "sensitive" and "development" in variable["target"]:
        text = "You cannot set a Sensitive Environment Variable's target to development."
        raise errors.bad_request(text, field="target", rule="sensitive_in_development")
    if variable["gitBranch"] is not None and variable["target"] != ["preview"]:
        text = "A git branch can only be set for Environment Variables whose target is `preview`."
        raise errors.bad_request(text, field="gitBranch", rule="branch_without_preview")
    known = {each["id"] for each in environments.of_project(tx, project)}
    if not known.issuperset(variable["customEnvironmentIds"]):
        raise errors.not_found("Custom environment")


def _refuse_rivals(tx: Transaction, project: Json, variable: Json) -> None:
    for rival in _rivals(tx, variable):
        if rival["id"] != variable.get("id"):
            raise _already(variable, rival, project)


def _already(variable: Json, rival: Json, project: Json) -> Refusal:
    """Return the 400 for a name that these environments have already; its words are the API's, `undefined` included."""
    where, branch = ",".join(variable["target"]), variable["gitBranch"] or "undefined"
    text = f"A variable with the name `{variable['key']}` already exists for the target {where} on branch {branch}"
    more = {
        "key": variable["key"],
        "envVarId": rival["id"],
        "envVarKey": rival["key"],
        "target": variable["target"],
        "project": project["id"],
    }
    if variable["gitBranch"]:
        more["gitBranch"] = variable["gitBranch"]
    return errors.refusal(400, "ENV_CONFLICT", text, rule="variable_exists", subject="key", **more)


def _rivals(tx: Transaction, variable: Json) -> Iterator[Json]:
    """Yield the variables of the same name that share an environment (and the branch) with one."""
    targets, others = set(variable["target"]), set(variable["customEnvironmentIds"])
    for each in tx.every(VARIABLES, name=f"{variable['projectId']}/{variable['key']}"):
        if each["gitBranch"] == variable["gitBranch"] and (
            targets.intersection(each["target"]) or others.intersection(each["customEnvironmentIds"])
        ):
            yield each


def _places(variable: Json) -> tuple[list[str], list[str], str | None]:
    return sorted(variable["target"]), sorted(variable["customEnvironmentIds"]), variable["gitBranch"]


def _check_size(tx: Transaction, project: Json) -> None:
    """Refuse more than a deployment can carry."""
    variables = of_project(tx, project["id"])
    for target in environments.STANDARD:
        held = [each for each in variables if target in each["target"]]
        if sum(len(each["key"]) + len(each["value"].encode()) for each in held) > LARGEST:
            text = "The total size of your Environment Variables exceeds the limit of 64KB."
            raise errors.bad_request(text, field="value", rule="too_large")


def _targets(wanted: list[Target] | Target | None) -> list[str]:
    if wanted is None:
        return []
    return [wanted] if isinstance(wanted, str) else list(dict.fromkeys(wanted))


def cipher(tx: Transaction) -> str:
    """Return what stands for an encrypted value where it is not to be read."""
    return b64encode(orjson.dumps({"v": "v2", "c": tx.token("variable.cipher", 48)})).decode()


# --- reading -----------------------------------------------------------------------------------------------------


def of_project(tx: Transaction, project: str) -> list[Json]:
    """Return a project's variables, the newest first."""
    return list(tx.every(VARIABLES, newest_first=True, projectId=project))


def found(tx: Transaction, project: Json, id: str) -> Json:
    """Return a variable of a project; refuse any other."""
    variable = tx.get(VARIABLES, id)
    if variable is None or variable["projectId"] != project["id"]:
        raise errors.not_found("Environment Variable")
    return variable


def values(
    tx: Transaction,
    project: str,
    target: str,
    branch: str | None = None,
    *,
    environment: str | None = None,
    sensitive: bool = False,
) -> dict[str, str]:
    """Return the values of an environment; a branch's own value wins over the preview's.

    Builds and functions get all of them (`sensitive`), `vercel env pull` gets empty texts for sensitive ones.
    """
    held: dict[str, str] = {}
    for each in sorted(
        tx.every(VARIABLES, projectId=project), key=lambda each: each["gitBranch"] is not None
    ):
        meant = environment in each["customEnvironmentIds"] if environment else target in each["target"]
        hidden = each["type"] == "sensitive" and not sensitive
        if meant and each["gitBranch"] in (None, branch):
            held[each["key"]] = "" if hidden else each["value"]
    return dict(sorted(held.items()))


def shown(variable: Json, *, readable: bool = False) -> Json:
    """Show a variable; `readable` says that the caller asked for its value and may have it."""
    kind = variable["type"]
    decrypted = kind in ("plain", "system") or (readable and kind != "sensitive")
    value = variable["value"] if decrypted else "" if kind == "sensitive" else variable["cipher"]
    shown = {
        "id": variable["id"],
        "key": variable["key"],
        "value": value,
        "type": kind,
        "target": variable["target"],
        "configurationId": None,
        "createdAt": variable["createdAt"],
        "updatedAt": variable["updatedAt"],
        "createdBy": variable["createdBy"],
        "updatedBy": variable["updatedBy"],
        "customEnvironmentIds": variable["customEnvironmentIds"],
        "decrypted": decrypted,
    }
    for name in ("gitBranch", "comment"):
        if variable[name] is not None:
            shown[name] = variable[name]
    return shown


def listed(tx: Transaction, variable: Json, *, decrypt: bool) -> Json:
    """Show a variable in a list."""
    readable = decrypt and accounts.may_edit(tx, variable["target"])
    return shown(variable, readable=readable) | {"system": variable["type"] == "system", "securityIssues": []}


def leave(tx: Transaction, project: Json, environment: str) -> None:
    """Take an environment from all variables of a project; those that were for it alone are deleted."""
    for each in of_project(tx, project["id"]):
        if environment not in each["customEnvironmentIds"]:
            continue
        each["customEnvironmentIds"].remove(environment)
        if each["target"] or each["customEnvironmentIds"]:
            tx.save(VARIABLES, each)
        else:
            tx.delete(VARIABLES, each["id"])
