"""Domains of an account, and their certificates: what follows from the domains of its projects.

Nothing is bought or moved here: an account has the apex of every domain that one of its projects brings along, and for
each that is verified a certificate of ninety days, made anew every sixty (as Let's Encrypt's are).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import chance, instants
from mocks.vercel import errors
from mocks.vercel.dialect import MILLISECOND, milliseconds, pagination
from mocks.vercel.resources import accounts, domains, projects
from mocks.vercel.resources.domains import DOMAINS

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.vercel.parameters import Listing

Json = dict[str, Any]

NAMESERVERS = ["ns1.vercel-dns.test", "ns2.vercel-dns.test"]
DAY = 86_400 * instants.SECOND // MILLISECOND
VALID, RENEWED = 90 * DAY, 60 * DAY
ID_LENGTH = 44


def page(items: list[Json], params: Listing, things: str) -> Json:
    """Answer a part of a list, newest first, by the instants of its items."""
    items = sorted(items, key=lambda each: -each["createdAt"])
    until = params.until if params.until is not None else params.from_
    wanted = [
        each
        for each in items
        if (until is None or each["createdAt"] < until)
        and (params.since is None or each["createdAt"] >= params.since)
    ]
    shown = wanted[: params.limit]
    told = pagination([each["createdAt"] for each in shown], more=len(wanted) > len(shown))
    return {things: shown, "pagination": told}


def every(tx: Transaction) -> list[Json]:
    """Return the domains of the account that is asked for."""
    owner, found = accounts.scope(tx), dict[str, list[Json]]()
    for each in _brought(tx, owner):
        found.setdefault(domains.apex(each["name"]), []).append(each)
    return [_shown(tx, owner, name, held) for name, held in found.items()]


def named(tx: Transaction, name: str) -> Json:
    """Return a domain of the account; refuse any other."""
    for each in every(tx):
        if each["name"] == name.lower():
            return each | {"suffix": False}
    raise errors.not_found("Domain")


def remove(tx: Transaction, name: str) -> Json:
    """Take a domain from the account, and all names below it from its projects."""
    domain = named(tx, name)
    for each in _brought(tx, accounts.scope(tx)):
        if domains.apex(each["name"]) == domain["name"]:
            domains.remove(tx, projects.found(tx, each["projectId"]), each)
    return domain


def certificates(tx: Transaction) -> list[Json]:
    """Return the certificates of the account, as the command line reads them."""
    found = []
    for each in _brought(tx, accounts.scope(tx)):
        if each["verified"]:
            made = each["updatedAt"] + (milliseconds(tx) - each["updatedAt"]) // RENEWED * RENEWED
            found.append(
                {
                    "uid": f"cert_{_id(tx, 'certificate', each['name'])[:24]}",
                    "cns": [each["name"]],
                    "created": instants.iso(made * MILLISECOND),
                    "createdAt": made,
                    "expiration": instants.iso((made + VALID) * MILLISECOND),
                    "autoRenew": True,
                }
            )
    return found


def _brought(tx: Transaction, owner: str) -> list[Json]:
    held = [
        each
        for project in tx.every(projects.PROJECTS, ownerId=owner)
        for each in tx.every(DOMAINS, projectId=project["id"])
    ]
    return [each for each in held if not domains.is_local(each["name"]) and not domains.is_own(each["name"])]


def _id(tx: Transaction, kind: str, name: str) -> str:
    drawn = chance.draw(tx.world.seed, f"vercel.{kind}.{name}", 0, ID_LENGTH)
    return chance.spell(drawn, chance.ALPHANUMERIC)


def _shown(tx: Transaction, owner: str, name: str, held: list[Json]) -> Json:
    return {
        "id": _id(tx, "domain", name),
        "name": name,
        "verified": any(each["verified"] for each in held),
        "nameservers": [],
        "intendedNameservers": NAMESERVERS,
        "serviceType": "external",
        "echMode": "auto",
        "createdAt": min(each["createdAt"] for each in held),
        "boughtAt": None,
        "expiresAt": None,
        "creator": {"id": accounts.USER_ID, "username": accounts.USERNAME, "email": accounts.EMAIL},
        "userId": accounts.USER_ID,
        "teamId": None if owner == accounts.USER_ID else owner,
    }
