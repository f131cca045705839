"""Finding the members of an organisation: by what their users are called, their roles and instants."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mocks.clerk.resources import listing, user_search
from mocks.clerk.resources.memberships import MEMBERSHIPS
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.clerk.parameters import MemberQuery, Window

Json = dict[str, Any]
Pair = tuple[Json, Json]

OF_USER = ("email_address", "phone_number", "first_name", "last_name", "username")
ORDERS = ("created_at", *OF_USER)


def search(
    tx: Transaction, organization: Json, query: MemberQuery, params: Window, order_by: str
) -> tuple[list[Json], int]:
    """Return a page of an organisation's memberships that match every filter, and how many do."""
    field, descending = listing.ordered(order_by, ORDERS)
    id = organization["id"]
    if field == "created_at" and not query.model_dump(
        exclude_none=True, exclude={"limit", "offset", "order_by"}
    ):
        return listing.window(tx, MEMBERSHIPS, params, newest_first=descending, organization_id=id)
    pairs = [
        (membership, user)
        for membership in tx.every(MEMBERSHIPS, organization_id=id)
        if (user := tx.get(USERS, membership["user_id"])) is not None
    ]
    tests = _tests(query)
    found = [membership for membership, user in pairs if all(test(membership, user) for test in tests)]
    people = {membership["id"]: user for membership, user in pairs}

    def key(membership: Json) -> Any:
        if field in OF_USER:
            return user_search.ORDERS[field](people[membership["id"]])
        return membership["created_at"], membership["id"]

    return listing.sifted(found, params, key, descending=descending)


def _tests(query: MemberQuery) -> list[Callable[[Json, Json], bool]]:
    tests: list[Callable[[Json, Json], bool]] = []
    for name in user_search.EXACT:
        values = getattr(query, name)
        if values is not None:
            tests.append(_on_user(user_search.has_one(name, values)))
    if query.user_id is not None:
        tests.append(_on_user(user_search.signed_test("id", query.user_id)))
    if query.role is not None:
        wanted = {value.strip() for value in query.role}
        tests.append(lambda membership, _: membership["role"] in wanted)
    tests.extend(_on_user(test) for test in user_search.partial(query))
    active = user_search.bounds("last_active_at", query.last_active_at_before, query.last_active_at_after)
    tests.extend(_on_user(test) for test in active)
    made = user_search.bounds("created_at", query.created_at_before, query.created_at_after)
    tests.extend(_on_membership(test) for test in made)
    return tests


def _on_user(test: Callable[[Json], bool]) -> Callable[[Json, Json], bool]:
    return lambda _, user: test(user)


def _on_membership(test: Callable[[Json], bool]) -> Callable[[Json, Json], bool]:
    return lambda membership, _: test(membership)
