"""Signing up: what is asked for, what is missing, how addresses are verified, and the user at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from harness.collection import Collection
from mocks.clerk import errors, validation
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import (
    browsers,
    codes,
    external_accounts,
    identifications,
    ids,
    passwords,
    restrictions,
    sessions,
    sign_ins,
    ticket_use,
    users,
)
from mocks.clerk.resources.sessions import CLIENTS

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.clerk.resources.browsers import Browser

Json = dict[str, Any]

SIGN_UPS = Collection("clerk.sign_up", client_id=lambda sign_up: sign_up["internal"]["client_id"])
REQUIRED = ["email_address", "password"]
OPTIONAL = ["first_name", "last_name", "phone_number", "username"]
STRATEGIES = {"email_address": "email_code", "phone_number": "phone_code"}


def create(tx: Transaction, browser: Browser, wanted: Json) -> Json:
    """Begin to sign up, with whatever is given at once."""
    if browsers.living(tx, browser.client):
        raise errors.session_exists()
    client = browser.own_client(tx)
    sign_up = _new(tx, client)
    client |= {"sign_up_id": sign_up["id"], "updated_at": milliseconds(tx.now)}
    tx.save(CLIENTS, client)
    if wanted.get("transfer"):
        found = external_accounts.transferred(tx, client)
        take_identity(tx, sign_up, found["strategy"], found["identity"])
    strategy = wanted.get("strategy")
    if strategy is not None and strategy.startswith("oauth_"):
        begun = external_accounts.begin(tx, strategy, "sign_up", sign_up["id"], wanted)
        sign_up["internal"]["external"] = begun
    if strategy == "ticket" or wanted.get("ticket"):
        _take_ticket(tx, sign_up, wanted.get("ticket"))
    take(tx, sign_up, wanted)
    return sign_up


def _new(tx: Transaction, client: Json) -> Json:
    made = {
        "object": "sign_up_attempt",
        "id": ids.new(tx, "sua"),
        "status": "missing_requirements",
        "username": None,
        "email_address": None,
        "phone_number": None,
        "web3_wallet": None,
        "password_enabled": False,
        "first_name": None,
        "last_name": None,
        "unsafe_metadata": {},
        "public_metadata": {},
        "custom_action": False,
        "external_id": None,
        "created_session_id": None,
        "created_user_id": None,
        "abandon_at": milliseconds(tx.now + sign_ins.ABANDONED_AFTER),
        "legal_accepted_at": None,
        "locale": None,
        "internal": {
            "client_id": client["id"],
            "password": None,
            "verifications": {},
            "codes": {},
            "ticket": None,
            "external": None,
            "identity": None,
        },
    }
    return tx.insert(SIGN_UPS, made, fresh=True)


def find(tx: Transaction, browser: Browser, id: str) -> Json:
    """Return a sign-up of a browser; refuse one that is unknown or another's."""
    sign_up = tx.get(SIGN_UPS, id)
    if browser.client is None or sign_up is None or sign_up["internal"]["client_id"] != browser.client["id"]:
        raise errors.not_found(f"No sign up was found with id {id}", "Sign up not found")
    return sign_up


def current(tx: Transaction, browser: Browser, id: str) -> Json:
    """Return a sign-up that can still be changed."""
    return open_one(find(tx, browser, id))


def open_one(sign_up: Json) -> Json:
    """Return a sign-up; refuse one that has come to its end."""
    if sign_up["status"] != "missing_requirements":
        told = "This sign up has reached a terminal state and cannot be updated"
        raise errors.conflict("sign_up_cannot_be_updated", "Sign up cannot be updated", told, status=403)
    return sign_up


# --- what is given -----------------------------------------------------------------------------------------------


def take(tx: Transaction, sign_up: Json, given: Json) -> None:
    """Take what was given, and end the sign-up when nothing is missing."""
    for kind, read in (("email_address", validation.email), ("phone_number", validation.phone)):
        text = given.get(kind)
        if kind == "email_address" and not text and "@" in (given.get("email_address_or_phone_number") or ""):
            text = given["email_address_or_phone_number"]
        if text:
            _take_identifier(tx, sign_up, kind, read(text, kind))
    if given.get("username"):
        sign_up["username"] = users.username(tx, sign_up, given["username"])
    if given.get("password"):
        passwords.check(given["password"])
        sign_up["internal"]["password"] = passwords.digest(tx, given["password"])
        sign_up["password_enabled"] = True
    for name in ("first_name", "last_name", "locale"):
        if name in given:
            sign_up[name] = given[name] or None
    if given.get("unsafe_metadata") is not None:
        sign_up["unsafe_metadata"] = metadata_of(given["unsafe_metadata"], "unsafe_metadata")
    if given.get("legal_accepted"):
        sign_up["legal_accepted_at"] = milliseconds(tx.now)
    _settle(tx, sign_up)


def metadata_of(text: str, param: str) -> Json:
    """Return metadata, which browsers send as the text of a JSON object."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise errors.invalid(param, f"{param} must be a valid key-value object.")
    validation.check_metadata({param: found})
    return found


def _take_identifier(tx: Transaction, sign_up: Json, kind: str, value: str) -> None:
    internal = sign_up["internal"]
    if sign_up[kind] == value:
        return
    restrictions.check_sign_up(tx, [value], invited=internal["ticket"] is not None)
    identifications.check_free(tx, kind, value)
    sign_up[kind] = value
    for name in ("verifications", "codes"):
        internal[name].pop(kind, None)


def _take_ticket(tx: Transaction, sign_up: Json, ticket: str | None) -> None:
    kind, invitation = ticket_use.invitation(tx, ticket)
    sign_up["internal"]["ticket"] = {"kind": kind, "id": invitation["id"]}
    _take_identifier(tx, sign_up, "email_address", invitation["email_address"])
    sign_up["internal"]["verifications"]["email_address"] = ticket_use.verification()


def take_identity(tx: Transaction, sign_up: Json, strategy: str, identity: Json) -> None:
    """Take what an identity provider says of somebody: name, and an address that needs no code."""
    internal = sign_up["internal"]
    internal["external"] = external_accounts.verification(tx, strategy, status="verified")
    internal["identity"] = {"strategy": strategy, **identity}
    _take_identifier(tx, sign_up, "email_address", identity["email_address"])
    internal["verifications"]["email_address"] = {
        "object": "verification_from_oauth",
        "status": "verified",
        "strategy": f"from_{strategy}",
        "attempts": None,
        "expire_at": None,
    }
    sign_up |= {name: sign_up[name] or identity[name] or None for name in ("first_name", "last_name")}


# --- verification ------------------------------------------------------------------------------------------------


def prepare(tx: Transaction, sign_up: Json, wanted: Json) -> None:
    """Send the code that verifies an address or number, or the browser to another provider."""
    strategy = wanted["strategy"]
    internal = sign_up["internal"]
    if strategy.startswith("oauth_"):
        internal["external"] = external_accounts.begin(tx, strategy, "sign_up", sign_up["id"], wanted)
    else:
        kind = _kind_of(strategy)
        if not sign_up[kind]:
            raise errors.missing(kind)
        internal["verifications"][kind], internal["codes"][kind] = codes.send(tx, strategy, sign_up[kind])
    tx.save(SIGN_UPS, sign_up)


def attempt(tx: Transaction, sign_up: Json, given: Json) -> None:
    """Check a code; the last that was missing ends the sign-up."""
    kind, internal = _kind_of(given["strategy"]), sign_up["internal"]
    verification, code = internal["verifications"].get(kind), internal["codes"].get(kind)
    right = codes.attempt(tx, verification, given["strategy"], code, given.get("code"))
    tx.save(SIGN_UPS, sign_up)
    if not right:
        raise errors.incorrect_code()
    _settle(tx, sign_up)


def _kind_of(strategy: str) -> str:
    for kind, known in STRATEGIES.items():
        if strategy == known:
            return kind
    told = f"{strategy[:100]} does not match one of the allowed values for parameter strategy"
    raise errors.invalid("strategy", told)


# --- the end -----------------------------------------------------------------------------------------------------


def _settle(tx: Transaction, sign_up: Json) -> None:
    tx.save(SIGN_UPS, sign_up)
    if not missing(sign_up) and not unverified(sign_up):
        _complete(tx, sign_up)


def missing(sign_up: Json) -> list[str]:
    """Return what must still be given; who comes from another provider needs no password."""
    needs = [] if sign_up["email_address"] else ["email_address"]
    return needs if sign_up["password_enabled"] or sign_up["internal"]["identity"] else [*needs, "password"]


def unverified(sign_up: Json) -> list[str]:
    """Return what must still be verified."""
    verifications = sign_up["internal"]["verifications"]
    return [
        kind
        for kind in STRATEGIES
        if sign_up[kind] and verifications.get(kind, {}).get("status") != "verified"
    ]


def _complete(tx: Transaction, sign_up: Json) -> None:
    internal = sign_up["internal"]
    identity = internal["identity"]
    wanted = {
        name: sign_up[name] for name in ("first_name", "last_name", "username", "unsafe_metadata", "locale")
    }
    wanted |= {kind: [sign_up[kind]] for kind in STRATEGIES if sign_up[kind]}
    wanted["external_id"] = sign_up["external_id"]
    if internal["password"]:
        wanted |= {"password_digest": internal["password"], "password_hasher": "pbkdf2_sha256_django"}
    if identity is not None:
        wanted["external_accounts"] = [external_accounts.account(tx, identity["strategy"], identity)]
    user = users.create(tx, wanted, how=internal["verifications"])
    if sign_up["legal_accepted_at"] is not None:
        user["legal_accepted_at"] = sign_up["legal_accepted_at"]
    organization = _accept(tx, internal["ticket"], user)
    client = sessions.find_client(tx, internal["client_id"])
    session = sessions.create(tx, user, organization=organization, client=client)
    sign_up |= {"status": "complete", "created_session_id": session["id"], "created_user_id": user["id"]}
    internal |= {"codes": {}, "password": None}
    strategy = identity["strategy"] if identity else ("ticket" if internal["ticket"] else "password")
    client |= {"sign_in_id": None, "last_authentication_strategy": strategy}
    tx.save(CLIENTS, client)
    tx.save(SIGN_UPS, sign_up)


def _accept(tx: Transaction, ticket: Json | None, user: Json) -> str | None:
    if ticket is None:
        return None
    invitation = tx.get(ticket_use.INVITATIONS[ticket["kind"]], ticket["id"])
    return None if invitation is None else ticket_use.accept(tx, ticket["kind"], invitation, user)


def shown(sign_up: Json) -> Json:
    """Show a sign-up, with what is missing and how it can be verified."""
    answer = {name: value for name, value in sign_up.items() if name != "internal"}
    done = sign_up["status"] == "complete"
    verifications = sign_up["internal"]["verifications"]
    return answer | {
        "required_fields": REQUIRED,
        "optional_fields": OPTIONAL,
        "missing_fields": [] if done else missing(sign_up),
        "unverified_fields": [] if done else unverified(sign_up),
        "verifications": {
            **{kind: _verification(kind, verifications.get(kind)) for kind in STRATEGIES},
            "web3_wallet": None,
            "external_account": sign_up["internal"]["external"],
        },
    }


def _verification(kind: str, begun: Json | None) -> Json | None:
    """Show how an address or number is being verified: null until a code was sent, which is how pages know to ask for one."""
    if begun is None:
        return None
    action = "" if begun["status"] == "verified" else "needs_attempt"
    return begun | {"next_action": action, "supported_strategies": [STRATEGIES[kind]]}
