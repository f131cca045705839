"""Finding organisations: by text, members and ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.clerk.resources import listing
from mocks.clerk.resources.memberships import MEMBERSHIPS
from mocks.clerk.resources.organizations import ORGANIZATIONS

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.clerk.parameters import Listing

Json = dict[str, Any]

ORDERS = ("created_at", "name", "members_count")


def search(
    tx: Transaction,
    params: Listing,
    order_by: str,
    query: str | None,
    user_ids: list[str] | None,
    organization_ids: list[str] | None,
) -> tuple[list[Json], int]:
    """Return a page of the organisations that match every filter, and how many do."""
    field, descending = listing.ordered(order_by, ORDERS)
    if field == "created_at" and not query and user_ids is None and organization_ids is None:
        return listing.window(tx, ORGANIZATIONS, params, newest_first=descending)
    found = list(tx.every(ORGANIZATIONS))
    for filter, values in (("id", organization_ids), ("member", user_ids)):
        if values is not None:
            included, excluded = listing.signed(values)
            if filter == "member":
                included, excluded = _joined(tx, included), _joined(tx, excluded)
            given = any(not value.strip().startswith("-") for value in values)
            found = [
                each for each in found if each["id"] not in excluded and (not given or each["id"] in included)
            ]
    if query:
        found = [each for each in found if _matches(each, query)]

    def key(organization: Json) -> Any:
        if field == "members_count":
            return tx.count(MEMBERSHIPS, organization_id=organization["id"]), organization["id"]
        return organization[field], organization["id"]

    return listing.sifted(found, params, key, descending=descending)


def _joined(tx: Transaction, user_ids: set[str]) -> set[str]:
    """Return the ids of the organisations that some users belong to."""
    return {each["organization_id"] for id in sorted(user_ids) for each in tx.every(MEMBERSHIPS, user_id=id)}


def _matches(organization: Json, query: str) -> bool:
    return any(listing.contains(organization[name], query) for name in ("id", "name", "slug"))
