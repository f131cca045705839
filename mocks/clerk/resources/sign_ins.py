"""Signing in: who it is, how that is proved, and the session at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.clerk import errors, validation
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import (
    browsers,
    codes,
    external_accounts,
    factor_ages,
    factors,
    ids,
    notices,
    passwords,
    restrictions,
    sessions,
    ticket_use,
    user_standing,
    users,
)
from mocks.clerk.resources.sessions import CLIENTS
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.errors import Refusal
    from harness.transaction import Transaction
    from mocks.clerk.resources.browsers import Browser

Json = dict[str, Any]

SIGN_INS = Collection("clerk.sign_in", client_id=lambda sign_in: sign_in["internal"]["client_id"])
ABANDONED_AFTER = instants.DAY
IDENTIFIERS = ["email_address", "phone_number", "username"]


def create(tx: Transaction, browser: Browser, wanted: Json) -> Json:
    """Begin to sign in, as far as the parameters carry: an identifier, a password, a ticket, another provider."""
    if browsers.living(tx, browser.client):
        raise errors.session_exists()
    client = browser.own_client(tx)
    sign_in = _new(tx, client)
    client |= {"sign_in_id": sign_in["id"], "updated_at": milliseconds(tx.now)}
    tx.save(CLIENTS, client)
    strategy = wanted.get("strategy")
    if wanted.get("transfer"):
        _become(tx, sign_in, external_accounts.transferred_user(tx, client))
        complete(tx, sign_in, strategy="oauth")
    elif strategy == "ticket" or wanted.get("ticket"):
        _use_ticket(tx, sign_in, wanted.get("ticket"))
    elif strategy is not None and strategy.startswith("oauth_"):
        sign_in["first_factor_verification"] = external_accounts.begin(
            tx, strategy, "sign_in", sign_in["id"], wanted
        )
        save(tx, sign_in)
    elif wanted.get("identifier") or strategy is not None:
        _identify(tx, sign_in, wanted)
    return sign_in


def _new(tx: Transaction, client: Json) -> Json:
    made = {
        "object": "sign_in_attempt",
        "id": ids.new(tx, "sia"),
        "status": "needs_identifier",
        "first_factor_verification": None,
        "second_factor_verification": None,
        "identifier": None,
        "created_session_id": None,
        "abandon_at": milliseconds(tx.now + ABANDONED_AFTER),
        "internal": {
            "client_id": client["id"],
            "user_id": None,
            "code": None,
            "second_code": None,
            "actor": None,
        },
    }
    return tx.insert(SIGN_INS, made, fresh=True)


def save(tx: Transaction, sign_in: Json) -> None:
    """Keep a sign-in."""
    tx.save(SIGN_INS, sign_in)


def find(tx: Transaction, browser: Browser, id: str) -> Json:
    """Return a sign-in of a browser; refuse one that is unknown or another's."""
    sign_in = tx.get(SIGN_INS, id)
    if browser.client is None or sign_in is None or sign_in["internal"]["client_id"] != browser.client["id"]:
        raise errors.not_found(f"No sign in was found with id {id}")
    return sign_in


def current(tx: Transaction, browser: Browser, id: str) -> Json:
    """Return the sign-in that a browser is at; refuse an older one."""
    sign_in = find(tx, browser, id)
    if browser.client is None or browser.client["sign_in_id"] != id:
        told = "Update operations are not allowed on older sign ins"
        raise errors.conflict("resource_forbidden", told, status=403)
    return sign_in


def user_of(tx: Transaction, sign_in: Json) -> Json:
    """Return who signs in; refuse a sign-in that does not know yet."""
    user = tx.get(USERS, sign_in["internal"]["user_id"] or "")
    if user is None:
        raise wrong_state("this sign in has no identifier yet.")
    return user


def wrong_state(why: str) -> Refusal:
    """Return the 400 for a step that is not due."""
    told = f"We were unable to complete the action for this Client. {why[:1].upper()}{why[1:]}"
    return errors.conflict("client_state_invalid", "Invalid action", told)


def of_identifier(tx: Transaction, text: str) -> Json | None:
    """Return the user whom a mail address, phone number or user name belongs to."""
    value = text.strip()
    if "@" in value:
        return tx.first(USERS, email_address=value.lower())
    return tx.first(USERS, phone_number=value) or tx.first(USERS, username=value.lower())


def _identify(tx: Transaction, sign_in: Json, wanted: Json) -> None:
    text = wanted.get("identifier")
    if not text:
        raise errors.missing("identifier")
    if "@" in text:
        validation.email(text, "identifier")
    user = of_identifier(tx, text)
    if user is None:
        told = "Couldn't find your account."
        raise errors.refusal(422, [errors.item("form_identifier_not_found", told, param="identifier")])
    restrictions.check_sign_in(tx, [text.strip().lower()])
    sessions.check_admitted(user)
    _become(tx, sign_in, user)
    sign_in |= {"status": "needs_first_factor", "identifier": text.strip()}
    save(tx, sign_in)
    strategy = wanted.get("strategy") or ("password" if wanted.get("password") is not None else None)
    if strategy == "password":
        attempt_first(tx, sign_in, wanted | {"strategy": "password"})
    elif strategy is not None:
        prepare_first(tx, sign_in, wanted)


def _become(tx: Transaction, sign_in: Json, user: Json) -> None:
    sign_in["internal"]["user_id"] = user["id"]
    sign_in["identifier"] = sign_in["identifier"] or users.identifier(user)


# --- proofs ------------------------------------------------------------------------------------------------------


def prepare_first(tx: Transaction, sign_in: Json, wanted: Json) -> None:
    """Send the code of a first factor, or the browser to another provider."""
    strategy = wanted["strategy"]
    if strategy.startswith("oauth_"):
        sign_in["first_factor_verification"] = external_accounts.begin(
            tx, strategy, "sign_in", sign_in["id"], wanted
        )
        return save(tx, sign_in)
    user = user_of(tx, sign_in)
    factor = factors.find(user, strategy, wanted.get("email_address_id") or wanted.get("phone_number_id"))
    if strategy not in (*factors.EMAIL_STRATEGIES, *factors.PHONE_STRATEGIES):
        raise errors.invalid(
            "strategy", f"{strategy} does not match one of the allowed values for parameter strategy"
        )
    verification, code = factors.prepare(tx, user, factor)
    sign_in["first_factor_verification"] = verification
    sign_in["internal"]["code"] = code
    return save(tx, sign_in)


def attempt_first(tx: Transaction, sign_in: Json, given: Json) -> None:
    """Check a first factor; a right one leads on, to the second factor, a new password, or the session."""
    strategy = given["strategy"]
    if strategy == "ticket":
        return _use_ticket(tx, sign_in, given.get("ticket"))
    user = user_of(tx, sign_in)
    if sign_in["status"] != "needs_first_factor":
        raise wrong_state(f"the sign in's status is {sign_in['status']}.")
    sessions.check_admitted(user)
    if strategy == "password":
        sign_in["first_factor_verification"] = factors.check_password(tx, user, given.get("password"))
    else:
        _check_code(tx, sign_in, user, given, "first")
    if strategy == "password" and user["internal"].get("compromised"):
        raise _compromised()
    if strategy in factors.RESETS:
        sign_in["status"] = "needs_new_password"
        return save(tx, sign_in)
    return _go_on(tx, sign_in, user, strategy)


def _compromised() -> Refusal:
    """Return the 422 for a right password that others know: pages go on to a code that resets it."""
    told = "Your password may be compromised. To protect your account, please continue with an alternative sign-in method."
    found = errors.password("compromised", told)
    found.rule = None
    return found


def _check_code(tx: Transaction, sign_in: Json, user: Json, given: Json, which: str) -> None:
    verification, strategy = sign_in[f"{which}_factor_verification"], given["strategy"]
    code = sign_in["internal"]["code" if which == "first" else "second_code"]
    right = codes.attempt(tx, verification, strategy, code, given.get("code"))
    save(tx, sign_in)
    if not right:
        user_standing.count_failure(tx, user)
        raise errors.incorrect_code()


def _go_on(tx: Transaction, sign_in: Json, user: Json, strategy: str) -> None:
    if user["two_factor_enabled"] and factors.second_factors(user):
        sign_in["status"] = "needs_second_factor"
        save(tx, sign_in)
    else:
        complete(tx, sign_in, strategy=strategy)


def prepare_second(tx: Transaction, sign_in: Json, wanted: Json) -> None:
    """Send the code of a second factor."""
    user = user_of(tx, sign_in)
    factor = factors.find(user, wanted["strategy"], wanted.get("phone_number_id"), second=True)
    if wanted["strategy"] != "phone_code":
        raise errors.invalid("strategy", f"{wanted['strategy']} needs no preparation")
    sign_in["second_factor_verification"], sign_in["internal"]["second_code"] = factors.prepare(
        tx, user, factor
    )
    save(tx, sign_in)


def attempt_second(tx: Transaction, sign_in: Json, given: Json) -> None:
    """Check a second factor, which ends the sign-in."""
    user = user_of(tx, sign_in)
    if sign_in["status"] != "needs_second_factor":
        raise wrong_state(f"the sign in's status is {sign_in['status']}.")
    if given["strategy"] == "phone_code":
        _check_code(tx, sign_in, user, given, "second")
    else:
        found = factors.check_second(tx, user, given["strategy"], given.get("code"))
        sign_in["second_factor_verification"] = found
    complete(tx, sign_in, strategy=given["strategy"])


def reset_password(tx: Transaction, sign_in: Json, password: str, *, sign_out: bool) -> None:
    """Set the new password of somebody who proved to be the user by a code."""
    if sign_in["status"] != "needs_new_password":
        raise wrong_state(f"the sign in's status is {sign_in['status']}.")
    user = user_of(tx, sign_in)
    passwords.check(password)
    users.update(tx, user, {"password": password})
    notices.password_changed(tx, user)
    if sign_out:
        sessions.end_all(tx, user["id"], "revoked")
    _go_on(tx, sign_in, user, "reset_password")


def _use_ticket(tx: Transaction, sign_in: Json, ticket: str | None) -> None:
    used = ticket_use.sign_in(tx, ticket)
    _become(tx, sign_in, used.user)
    sign_in["first_factor_verification"] = ticket_use.verification()
    sign_in["internal"]["actor"] = used.actor
    complete(tx, sign_in, strategy="ticket", organization=used.organization)


def complete(tx: Transaction, sign_in: Json, *, strategy: str, organization: str | None = None) -> None:
    """Begin the session, in the browser's client."""
    user = user_of(tx, sign_in)
    client = sessions.find_client(tx, sign_in["internal"]["client_id"])
    actor = sign_in["internal"]["actor"]
    notices.signed_in(tx, user, client)
    session = sessions.create(tx, user, organization=organization, actor=actor, client=client)
    if sign_in["second_factor_verification"] is not None:
        factor_ages.note(tx, session, second=True)
    sign_in |= {"status": "complete", "created_session_id": session["id"]}
    sign_in["internal"] |= {"code": None, "second_code": None}
    client |= {"sign_in_id": None, "sign_up_id": None, "last_authentication_strategy": strategy}
    tx.save(CLIENTS, client)
    save(tx, sign_in)


def shown(tx: Transaction, sign_in: Json) -> Json:
    """Show a sign-in, with what its user may prove itself by."""
    answer = {name: value for name, value in sign_in.items() if name != "internal"}
    user = tx.get(USERS, sign_in["internal"]["user_id"] or "")
    known = (
        None
        if user is None
        else {name: user[name] for name in ("first_name", "last_name", "image_url", "has_image")}
    )
    return answer | {
        "supported_identifiers": IDENTIFIERS,
        "supported_first_factors": None if user is None else factors.first_factors(user),
        "supported_second_factors": None if user is None else factors.second_factors(user),
        "user_data": known,
    }
