"""What comes of an attempt with another identity provider, once that has told who somebody is."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from mocks.clerk import errors, validation
from mocks.clerk.resources import external_accounts, handshakes, sign_ins, sign_ups, users
from mocks.clerk.resources.browsers import DEV_BROWSERS
from mocks.clerk.resources.external_accounts import STATES
from mocks.clerk.resources.sign_ins import SIGN_INS
from mocks.clerk.resources.sign_ups import SIGN_UPS
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def identify(tx: Transaction, state: Json, address: str, first_name: str, last_name: str) -> str:
    """Keep who somebody says to be; return the code that stands for it."""
    state["identity"] = identity(address, first_name, last_name) | {"code": tx.token("oauth.code", 32)}
    tx.save(STATES, state)
    return str(state["identity"]["code"])


def identity(address: str, first_name: str, last_name: str) -> Json:
    """Return who an identity provider says somebody is. The same address is the same account."""
    address = validation.email(address)
    return {
        "id": str(int(sha256(address.encode()).hexdigest()[:16], 16)),
        "email_address": address,
        "first_name": first_name,
        "last_name": last_name,
    }


def settle(tx: Transaction, state: Json, code: str | None) -> str:
    """Finish an attempt; return where the browser goes: where it began when there is more to do, else to the end."""
    told_of = state["identity"]
    tx.delete(STATES, state["id"])
    if code is not None and (told_of is None or code != told_of["code"]):
        told = "You are not authorized to perform this request"
        raise errors.conflict("authorization_invalid", "Unauthorized request", told, status=403)
    denied = code is None
    done = _OF_KIND[state["kind"]](tx, state, None if denied else told_of)
    url = state["action_complete_redirect_url" if done else "redirect_url"]
    dev = _dev_browser(tx, state)
    return url if dev is None else handshakes.with_query(url, __clerk_db_jwt=dev["id"])


def _dev_browser(tx: Transaction, state: Json) -> Json | None:
    collection = {"sign_in": SIGN_INS, "sign_up": SIGN_UPS}.get(state["kind"])
    attempt = None if collection is None else tx.get(collection, state["of"])
    return None if attempt is None else tx.first(DEV_BROWSERS, client_id=attempt["internal"]["client_id"])


def _failed(tx: Transaction, strategy: str, code: str, message: str, status: str = "unverified") -> Json:
    found = external_accounts.verification(tx, strategy, status=status)
    return found | {"error": {"code": code, "message": message, "long_message": message}}


def _denied(tx: Transaction, strategy: str) -> Json:
    return _failed(tx, strategy, "oauth_access_denied", "You did not grant access to your account")


def _sign_in(tx: Transaction, state: Json, identity: Json | None) -> bool:
    sign_in = tx.get(SIGN_INS, state["of"])
    if sign_in is None or sign_in["status"] == "complete":
        return False
    strategy = state["strategy"]
    if identity is None:
        sign_in["first_factor_verification"] = _denied(tx, strategy)
        sign_ins.save(tx, sign_in)
        return False
    user = external_accounts.owner(tx, strategy, identity)
    if user is None:
        told = "The External Account was not found."
        failed = _failed(tx, strategy, "external_account_not_found", told, "transferable")
        sign_in["first_factor_verification"] = failed
        external_accounts.keep_transfer(tx, sign_in["internal"]["client_id"], strategy, identity)
        sign_ins.save(tx, sign_in)
        return False
    external_accounts.connect(tx, user, strategy, identity)
    sign_in["internal"]["user_id"] = user["id"]
    sign_in["identifier"] = users.identifier(user)
    sign_in["first_factor_verification"] = external_accounts.verification(tx, strategy, status="verified")
    sign_ins.complete(tx, sign_in, strategy=strategy)
    return True


def _sign_up(tx: Transaction, state: Json, identity: Json | None) -> bool:
    sign_up = tx.get(SIGN_UPS, state["of"])
    if sign_up is None or sign_up["status"] == "complete":
        return False
    strategy = state["strategy"]
    if identity is None or external_accounts.owner(tx, strategy, identity) is not None:
        failed = _denied(tx, strategy)
        if identity is not None:
            told = "The external account already exists."
            failed = _failed(tx, strategy, "external_account_exists", told, "transferable")
            external_accounts.keep_transfer(tx, sign_up["internal"]["client_id"], strategy, identity)
        sign_up["internal"]["external"] = failed
        tx.save(SIGN_UPS, sign_up)
        return False
    sign_ups.take_identity(tx, sign_up, strategy, identity)
    sign_ups.take(tx, sign_up, {})
    return bool(sign_up["status"] == "complete")


def _connect(tx: Transaction, state: Json, identity: Json | None) -> bool:
    user = tx.get(USERS, state["of"])
    if user is None or identity is None:
        return False
    holder = tx.first(USERS, external_account=f"{state['strategy']}/{identity['id']}")
    if holder is not None and holder["id"] != user["id"]:
        return False
    external_accounts.connect(tx, user, state["strategy"], identity)
    return True


_OF_KIND = {"sign_in": _sign_in, "sign_up": _sign_up, "user": _connect}
