"""Sessions and the clients (browsers) they live in: begun, ended, expired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.clerk import errors
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import events, ids, memberships, organizations, session_activity, users
from mocks.clerk.resources.organizations import ORGANIZATIONS
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ALIVE = ("active", "pending")

SESSIONS = Collection(
    "clerk.session",
    "user_id",
    "client_id",
    "status",
    alive=lambda session: session["user_id"] if session["status"] in ALIVE else None,
    organization=lambda session: session["last_active_organization_id"],
)
CLIENTS = Collection("clerk.client")
STAMPS = Collection("clerk.client_stamp")
"""When a client's sessions last began or ended, in real seconds: browsers compare it with the stamps of tokens."""

EXPIRE = "session.expire"

LIFETIME = 7 * instants.DAY
ABANDONED_AFTER = 30 * instants.DAY


def create(
    tx: Transaction,
    user: Json,
    *,
    organization: str | None = None,
    actor: Json | None = None,
    pending: bool = False,
    client: Json | None = None,
) -> Json:
    """Sign a user in, in a client of its own unless one is given; the active organisation must be one of the user's.

    A `pending` session waits for its user to choose an organisation.
    """
    check_admitted(user)
    if organization is not None:
        organization = organizations.find(tx, organization)["id"]
        memberships.find(tx, organization, user["id"])
    now = milliseconds(tx.now)
    client = new_client(tx) if client is None else client
    session: Json = {
        "object": "session",
        "id": ids.new(tx, "sess"),
        "user_id": user["id"],
        "client_id": client["id"],
        "actor": actor,
        "status": "pending" if pending else "active",
        "last_active_organization_id": organization,
        "last_active_at": now,
        "latest_activity": session_activity.of_request(tx),
        "expire_at": milliseconds(tx.now + LIFETIME),
        "abandon_at": milliseconds(tx.now + ABANDONED_AFTER),
        "created_at": now,
        "updated_at": now,
        "tasks": [{"key": "choose-organization"}] if pending else None,
    }
    tx.insert(SESSIONS, session, fresh=True)
    client |= {"last_active_session_id": session["id"], "updated_at": now}
    tx.save(CLIENTS, client)
    stamp(tx, client["id"])
    tx.schedule(EXPIRE, tx.now + LIFETIME, {"session": session["id"]}, key=f"expire:{session['id']}")
    user |= {"last_sign_in_at": now, "last_active_at": now, "updated_at": now}
    tx.save(USERS, user)
    _announce(tx, "pending" if pending else "created", session, user)
    return session


def check_admitted(user: Json) -> None:
    """Refuse a user who is banned or locked."""
    if user["banned"]:
        told = "You have been banned. If you think this was by mistake, please contact support."
        raise errors.conflict("user_banned", "User banned", told, status=403)
    if user["locked"]:
        told = "Your account is locked. You will be able to try again in 1 hour."
        raise errors.conflict("user_locked", "Account locked", told, status=403)


def new_client(tx: Transaction) -> Json:
    """Make a client: a browser's, or one for a session that the Backend API begins."""
    now = milliseconds(tx.now)
    made = {
        "object": "client",
        "id": ids.new(tx, "client"),
        "sign_in_id": None,
        "sign_up_id": None,
        "last_active_session_id": None,
        "last_authentication_strategy": None,
        "created_at": now,
        "updated_at": now,
    }
    return tx.insert(CLIENTS, made, fresh=True)


def stamp(tx: Transaction, client_id: str) -> None:
    """Note that a client's sessions have changed just now, in real time."""
    kept = tx.get(STAMPS, client_id)
    if kept is None:
        tx.insert(STAMPS, {"id": client_id, "at": tx.real_seconds})
    else:
        kept["at"] = tx.real_seconds
        tx.save(STAMPS, kept)


def stamped(tx: Transaction, client: Json) -> int:
    """Return when a client's sessions last changed, in real seconds."""
    kept = tx.get(STAMPS, client["id"])
    return 0 if kept is None else int(kept["at"])


def find(tx: Transaction, id: str) -> Json:
    """Return a session; refuse an unknown id."""
    session = tx.get(SESSIONS, id)
    if session is None:
        raise errors.not_found(f"No session was found with id {id}", "Session not found")
    return session


def find_client(tx: Transaction, id: str) -> Json:
    """Return a client; refuse an unknown id."""
    client = tx.get(CLIENTS, id)
    if client is None:
        raise errors.not_found(f"No client was found with id {id}", "Client not found")
    return client


def revoke(tx: Transaction, session: Json) -> None:
    """End a session that lives, from outside."""
    if session["status"] not in ALIVE:
        told = f"This action is not allowed for a session in status {session['status']}."
        raise errors.conflict("invalid_action_for_session", "invalid action for session", told)
    end(tx, session, "revoked")


def end(tx: Transaction, session: Json, status: str) -> None:
    """End a session; `status` says how, and names the event (time alone, `expired`, announces nothing)."""
    tx.unschedule(f"expire:{session['id']}")
    session |= {"status": status, "updated_at": milliseconds(tx.now)}
    tx.save(SESSIONS, session)
    client = tx.get(CLIENTS, session["client_id"])
    if client is not None and client["last_active_session_id"] == session["id"]:
        client |= {"last_active_session_id": None, "updated_at": milliseconds(tx.now)}
        tx.save(CLIENTS, client)
        stamp(tx, client["id"])
    if status != "expired":
        _announce(tx, status, session, users.find(tx, session["user_id"]))


def own_organization(tx: Transaction, user: Json, id_or_slug: str | None) -> str | None:
    """Return the id of an organisation of a user's, None for the user's own account; refuse another's."""
    if not id_or_slug:
        return None
    found = tx.get(ORGANIZATIONS, id_or_slug) or tx.first(ORGANIZATIONS, slug=id_or_slug)
    if found is None or memberships.of(tx, found["id"], user["id"]) is None:
        raise errors.organization_out_of_reach()
    return str(found["id"])


def activate(tx: Transaction, session: Json, user: Json, id_or_slug: str | None) -> None:
    """Set the active organisation of a session; with one, a session that waited for that is pending no more."""
    session["last_active_organization_id"] = own_organization(tx, user, id_or_slug)
    if session["status"] == "pending" and session["last_active_organization_id"] is not None:
        session |= {"status": "active", "tasks": None}
        _announce(tx, "created", session, user)


def touch(tx: Transaction, session: Json, user: Json) -> None:
    """Note that a session is in use: it is its client's last active one from now on."""
    now = milliseconds(tx.now)
    session |= {"last_active_at": now, "updated_at": now}
    session["latest_activity"] = session_activity.of_request(tx) or session["latest_activity"]
    tx.save(SESSIONS, session)
    user["last_active_at"] = now
    tx.save(USERS, user)
    client = tx.get(CLIENTS, session["client_id"])
    if client is not None:
        client |= {"last_active_session_id": session["id"], "sign_up_id": None, "updated_at": now}
        tx.save(CLIENTS, client)


def end_all(tx: Transaction, user_id: str, status: str) -> None:
    """End every session of a user that lives."""
    for session in list(tx.every(SESSIONS, alive=user_id)):
        end(tx, session, status)


def end_others(tx: Transaction, session: Json) -> None:
    """End every session of a user that lives but one."""
    for each in list(tx.every(SESSIONS, alive=session["user_id"])):
        if each["id"] != session["id"]:
            end(tx, each, "revoked")


def leave_organization(tx: Transaction, organization_id: str, user_id: str | None = None) -> None:
    """Let no session (of a user) have an organisation as its active one any more."""
    for session in list(tx.every(SESSIONS, organization=organization_id)):
        if user_id in (None, session["user_id"]):
            session |= {"last_active_organization_id": None, "updated_at": milliseconds(tx.now)}
            tx.save(SESSIONS, session)


def _announce(tx: Transaction, what: str, session: Json, user: Json) -> None:
    payload = {name: value for name, value in session.items() if name != "tasks"}
    events.emit(tx, f"session.{what}", payload | {"user": users.shown(tx, user)})


def shown_client(tx: Transaction, client: Json) -> Json:
    """Show a client with its sessions that live."""
    living = [each for each in tx.every(SESSIONS, client_id=client["id"]) if each["status"] in ALIVE]
    return client | {"session_ids": [each["id"] for each in living], "sessions": living}
