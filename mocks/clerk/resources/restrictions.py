"""Who may sign up and sign in: the allowlist, the blocklist, and the instance's mode of sign-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.clerk import errors
from mocks.clerk.resources import instance, mails
from mocks.clerk.resources.identifiers import ALLOWED, BLOCKED

if TYPE_CHECKING:
    from harness.collection import Collection
    from harness.transaction import Transaction

Json = dict[str, Any]


def check_sign_up(tx: Transaction, identifiers: list[str], *, invited: bool) -> None:
    """Refuse identifiers that may not sign up; an invitation opens a restricted instance, and the allowlist."""
    settings = instance.settings(tx)
    mode = settings["sign_up"]["mode"]
    if mode != "public" and not invited:
        told = (
            "Sign ups are currently disabled." if mode == "restricted" else "Join the waitlist to get access."
        )
        code = "sign_up_mode_restricted" if mode == "restricted" else "sign_up_restricted_waitlist"
        raise errors.conflict(code, "Access restricted.", told, status=403)
    _check_lists(tx, identifiers, settings["restrictions"], invited=invited)
    if settings["restrictions"]["block_email_subaddresses"]:
        _check_subaddresses(identifiers)


def check_sign_in(tx: Transaction, identifiers: list[str]) -> None:
    """Refuse identifiers that may not sign in."""
    restrictions = instance.settings(tx)["restrictions"]
    if not restrictions["allowlist_blocklist_disabled_on_sign_in"]:
        _check_lists(tx, identifiers, restrictions, invited=False)


def _check_lists(tx: Transaction, identifiers: list[str], restrictions: Json, *, invited: bool) -> None:
    blocked = [each for each in identifiers if restrictions["blocklist"] and _listed(tx, BLOCKED, each)]
    missing = [
        each
        for each in identifiers
        if restrictions["allowlist"] and not invited and not _listed(tx, ALLOWED, each)
    ]
    if blocked or missing:
        raise errors.not_allowed(blocked or missing)


def _listed(tx: Transaction, collection: Collection, identifier: str) -> bool:
    domain = identifier.partition("@")[2]
    names = [identifier, *([f"*@{domain}"] if domain else [])]
    return any(tx.first(collection, identifier=name) is not None for name in names)


def _check_subaddresses(identifiers: list[str]) -> None:
    for each in identifiers:
        local = each.partition("@")[0]
        if "@" in each and mails.TEST_LABEL not in each and any(mark in local for mark in "+=#"):
            told = "Email address must not contain the characters '+', '=', or '#'."
            found = errors.item(
                "not_allowed_access", "Email subaddress not allowed.", told, param="email_address"
            )
            raise errors.refusal(403, [found])
