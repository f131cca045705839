"""Machines: services that speak to each other, each with a secret key, and the machines it may speak to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.clerk import errors
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import ids, instance

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

MACHINES = Collection("clerk.machine", secret=lambda machine: machine["internal"]["secret"])
TOKEN_SECONDS = 3600
"""How long tokens of a machine live unless it says otherwise."""

MOST_SCOPES = 25


def create(tx: Transaction, wanted: Json) -> Json:
    """Add a machine."""
    scopes = list(dict.fromkeys(wanted.get("scoped_machines") or ()))
    for id in scopes:
        find(tx, id)
    machine: Json = {
        "object": "machine",
        "id": ids.new(tx, "mch"),
        "name": _name(wanted["name"]),
        "instance_id": instance.id_of(tx),
        "default_token_ttl": wanted.get("default_token_ttl") or TOKEN_SECONDS,
        "created_at": milliseconds(tx.now),
        "updated_at": milliseconds(tx.now),
        "internal": {"secret": _secret(tx), "scopes": scopes},
    }
    tx.insert(MACHINES, machine, fresh=True)
    return machine


def _name(text: str) -> str:
    if not text.strip():
        raise errors.invalid("name", "name is invalid. Must be not empty")
    return text.strip()


def _secret(tx: Transaction) -> str:
    secret = f"ak_{tx.token('machine.secret', 40)}"
    tx.grant(secret, "machine_secret_key", {})
    return secret


def find(tx: Transaction, id: str) -> Json:
    """Return a machine; refuse an unknown id."""
    machine = tx.get(MACHINES, id)
    if machine is None:
        raise errors.not_found(f"No machine was found with id {id}", "Machine not found")
    return machine


def update(tx: Transaction, machine: Json, given: Json) -> None:
    """Change a machine."""
    if given.get("name") is not None:
        machine["name"] = _name(given["name"])
    if given.get("default_token_ttl") is not None:
        machine["default_token_ttl"] = given["default_token_ttl"]
    machine["updated_at"] = milliseconds(tx.now)
    tx.save(MACHINES, machine)


def delete(tx: Transaction, machine: Json) -> Json:
    """Remove a machine, from the scopes of others too; return the deleted object."""
    tx.delete(MACHINES, machine["id"])
    for other in list(tx.every(MACHINES)):
        if machine["id"] in other["internal"]["scopes"]:
            other["internal"]["scopes"].remove(machine["id"])
            tx.save(MACHINES, other)
    return {"object": "machine", "id": machine["id"], "deleted": True}


def rotate(tx: Transaction, machine: Json) -> str:
    """Give a machine a new secret key; the old one is good for nothing any more."""
    machine["internal"]["secret"] = _secret(tx)
    machine["updated_at"] = milliseconds(tx.now)
    tx.save(MACHINES, machine)
    return str(machine["internal"]["secret"])


def allow(tx: Transaction, machine: Json, other_id: str) -> Json:
    """Let a machine speak to another."""
    other = find(tx, other_id)
    scopes = machine["internal"]["scopes"]
    if other["id"] == machine["id"] or other["id"] in scopes:
        told = "The machine scope already exists, or is the machine itself."
        raise errors.conflict(
            "machine_scope_already_exists", "machine scope already exists", told, status=409
        )
    if len(scopes) >= MOST_SCOPES:
        told = f"A machine can have at most {MOST_SCOPES} scopes."
        raise errors.conflict("machine_scope_limit_exceeded", "limit exceeded", told)
    scopes.append(other["id"])
    tx.save(MACHINES, machine)
    return _scope(machine, other_id) | {"created_at": milliseconds(tx.now)}


def _scope(machine: Json, other_id: str) -> Json:
    return {"object": "machine_scope", "from_machine_id": machine["id"], "to_machine_id": other_id}


def forbid(tx: Transaction, machine: Json, other_id: str) -> Json:
    """Let a machine speak to another no more; return the deleted scope."""
    if other_id not in machine["internal"]["scopes"]:
        raise errors.not_found("Machine scope not found", "Machine scope not found")
    machine["internal"]["scopes"].remove(other_id)
    tx.save(MACHINES, machine)
    return _scope(machine, other_id) | {"deleted": True}


def of_secret(tx: Transaction, secret: str) -> Json | None:
    """Return the machine whose secret key is shown."""
    return tx.first(MACHINES, secret=secret)


def shown(tx: Transaction, machine: Json, *, secret: bool = False) -> Json:
    """Show a machine with those it may speak to; its secret key only once, when it is made."""
    answer = bare(machine)
    others = [tx.get(MACHINES, id) for id in machine["internal"]["scopes"]]
    answer["scoped_machines"] = [bare(each) for each in others if each is not None]
    return answer | ({"secret_key": machine["internal"]["secret"]} if secret else {})


def bare(machine: Json) -> Json:
    """Show a machine by itself."""
    return {name: value for name, value in machine.items() if name != "internal"}
