"""What identifies a user: mail addresses, phone numbers and wallets, kept inside the user that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.clerk import errors
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import ids, second_steps, users
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

EMAIL, PHONE, WALLET = "email_address", "phone_number", "web3_wallet"
LISTS = {EMAIL: "email_addresses", PHONE: "phone_numbers", WALLET: "web3_wallets"}
WORDS = {EMAIL: "email address", PHONE: "phone number", WALLET: "web3 wallet"}


def new(tx: Transaction, kind: str, value: str, *, verified: bool, reserved: bool = False) -> Json:
    """Return a new identification; what the Backend API adds is verified by the strategy `admin`, or not at all."""
    made: Json = {
        "id": ids.new(tx, "idn"),
        "object": kind,
        kind: value,
        "reserved": reserved,
        "verification": by_admin() if verified else None,
        "linked_to": [],
        "created_at": milliseconds(tx.now),
        "updated_at": milliseconds(tx.now),
    }
    if kind == EMAIL:
        made["matches_sso_connection"] = False
    elif kind == PHONE:
        made |= {"reserved_for_second_factor": False, "default_second_factor": False, "backup_codes": None}
    else:
        del made["reserved"], made["linked_to"]
    return made


def by_admin() -> Json:
    """Return the verification of what an administrator vouches for."""
    return {
        "object": "verification_admin",
        "status": "verified",
        "strategy": "admin",
        "attempts": None,
        "expire_at": None,
        "verified_at_client": None,
    }


def by_ticket() -> Json:
    """Return the verification of an address whose owner followed the link of an invitation."""
    return by_admin() | {"object": "verification_ticket", "strategy": "ticket"}


def is_verified(identification: Json) -> bool:
    """Tell whether an identification is verified."""
    verification = identification["verification"]
    return verification is not None and verification["status"] == "verified"


def check_free(tx: Transaction, kind: str, value: str) -> None:
    """Refuse an identifier that a user of the instance has already."""
    where: Json = {kind: value}
    if tx.first(USERS, **where) is not None:
        raise errors.identifier_exists(kind, WORDS[kind])


def find(tx: Transaction, kind: str, id: str) -> tuple[Json, Json]:
    """Return the user and the identification of an id; refuse unknown ones."""
    user = tx.first(USERS, identification=id)
    for each in () if user is None else user[LISTS[kind]]:
        if each["id"] == id:
            assert user is not None  # noqa: S101 - it has this identification
            return user, each
    raise errors.not_found("Resource not found", "Resource not found")


def own(user: Json, kind: str, id: str) -> Json:
    """Return an identification of a user; refuse one that is not the user's."""
    for each in user[LISTS[kind]]:
        if each["id"] == id:
            found: Json = each
            return found
    raise errors.not_found("Resource not found", "Resource not found")


def add(
    tx: Transaction,
    user: Json,
    kind: str,
    value: str,
    *,
    verified: bool,
    primary: bool,
    reserved: bool | None = None,
) -> Json:
    """Add an identification to a user; the first that is verified becomes the primary one by itself.

    `reserved` is a phone number's: whether it is for the second factor.
    """
    check_free(tx, kind, value)
    made = new(tx, kind, value, verified=verified)
    user[LISTS[kind]].append(made)
    settle_primary(user, kind)
    if primary:
        make_primary(user, kind, made)
    _reserve(made, reserved=reserved)
    _keep(tx, user)
    return made


def change(
    tx: Transaction,
    user: Json,
    kind: str,
    identification: Json,
    *,
    verified: bool | None,
    primary: bool,
    reserved: bool | None = None,
) -> None:
    """Verify an identification or take that back, make it the primary one, or a phone number the second factor's."""
    if verified is not None and verified != is_verified(identification):
        identification["verification"] = by_admin() if verified else None
    identification["updated_at"] = milliseconds(tx.now)
    settle_primary(user, kind)
    if primary:
        make_primary(user, kind, identification)
    _reserve(identification, reserved=reserved)
    _keep(tx, user)


def remove(tx: Transaction, user: Json, kind: str, identification: Json) -> None:
    """Take an identification from a user, who must keep one."""
    others = sum(len(user[name]) for name in LISTS.values()) + (user["username"] is not None)
    if others <= 1:
        told = "You cannot delete your last identification."
        raise errors.conflict("last_identification_deletion_failed", "Deletion failed", told)
    user[LISTS[kind]].remove(identification)
    settle_primary(user, kind)
    _keep(tx, user)


def _reserve(phone: Json, *, reserved: bool | None) -> None:
    """Reserve a verified phone number for the second factor, or take that back; None leaves it."""
    if reserved is None or reserved == phone["reserved_for_second_factor"]:
        return
    if reserved and not is_verified(phone):
        told = "Unverified identifications cannot be a second factor"
        raise errors.conflict("identification_create_second_factor_unverified", "Create failed", told)
    phone["reserved_for_second_factor"] = reserved


def _keep(tx: Transaction, user: Json) -> None:
    """Keep a user whose identifications have changed: with a phone number a second factor may have come or gone."""
    second_steps.settle(tx, user)
    users.save(tx, user)


def for_second_factor(
    tx: Transaction, user: Json, phone: Json, *, reserved: bool | None, default: bool | None
) -> None:
    """Use a verified phone number for the second factor, as the default one if that is asked; None leaves things."""
    _reserve(phone, reserved=reserved)
    if default is not None:
        for each in user["phone_numbers"]:
            each["default_second_factor"] = default and each is phone
    _keep(tx, user)


def replace(tx: Transaction, user: Json, kind: str, value: str, status: str) -> Json:
    """Put one identification in the place of all of its kind that a user has."""
    kept = [each for each in user[LISTS[kind]] if each[kind] == value]
    if not kept:
        check_free(tx, kind, value)
    made = kept[0] if kept else new(tx, kind, value, verified=False)
    made |= {
        "verification": None if status == "unverified" else by_admin(),
        "reserved": status == "reserved",
        "updated_at": milliseconds(tx.now),
    }
    user[LISTS[kind]] = [made]
    settle_primary(user, kind)
    _keep(tx, user)
    return made


def make_primary(user: Json, kind: str, identification: Json) -> None:
    """Make an identification the primary one of its kind; refuse one that is not verified."""
    if not is_verified(identification):
        raise errors.unverified("primary")
    user[f"primary_{kind}_id"] = identification["id"]


def settle_primary(user: Json, kind: str) -> None:
    """Keep the primary identification where it is still there and verified, else take the first that is verified."""
    verified = [each["id"] for each in user[LISTS[kind]] if is_verified(each)]
    if user[f"primary_{kind}_id"] not in verified:
        user[f"primary_{kind}_id"] = verified[0] if verified else None
