"""Finding users: exact filters by index, partial ones by looking at those that are left."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mocks.clerk import errors
from mocks.clerk.resources import listing, users
from mocks.clerk.resources.memberships import MEMBERSHIPS
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.clerk.parameters import Listing, MemberQuery, UserQuery

Json = dict[str, Any]
Test = Callable[[Json], bool]

ORDERS: dict[str, Callable[[Json], Any]] = {
    "created_at": lambda user: user["created_at"],
    "updated_at": lambda user: user["updated_at"],
    "email_address": users.primary_email,
    "web3wallet": lambda user: next((each["web3_wallet"] for each in user["web3_wallets"]), None),
    "first_name": lambda user: user["first_name"],
    "last_name": lambda user: user["last_name"],
    "phone_number": lambda user: next((each["phone_number"] for each in user["phone_numbers"]), None),
    "username": lambda user: user["username"],
    "last_active_at": lambda user: user["last_active_at"],
    "last_sign_in_at": lambda user: user["last_sign_in_at"],
}
EXACT = ("email_address", "phone_number", "web3_wallet", "username")


def search(
    tx: Transaction, query: UserQuery, params: Listing, order_by: str, starting_after: str | None = None
) -> list[Json]:
    """Return a page of the users that match every filter."""
    field, descending = listing.ordered(order_by, ORDERS)
    if starting_after is not None and field != "created_at":
        told = "starting_after requires ordering by created_at."
        raise errors.invalid("starting_after", told)
    if field == "created_at" and not _filters(query):
        try:
            page = tx.page(
                USERS,
                limit=params.limit,
                offset=params.offset,
                after=starting_after,
                newest_first=descending,
            )
        except KeyError:
            raise errors.missing_resource("starting_after") from None
        return page.items
    found = list(_matching(tx, query))
    if starting_after is not None:
        found = _following(tx, found, starting_after, descending=descending)
    key = ORDERS[field]
    if field == "created_at":
        key = lambda user: (user["created_at"], user["id"])  # noqa: E731 - an order like the others
    return listing.sifted(found, params, key, descending=descending)[0]


def count(tx: Transaction, query: UserQuery) -> int:
    """Count the users that match every filter."""
    return sum(1 for _ in _matching(tx, query)) if _filters(query) else tx.count(USERS)


def _filters(query: UserQuery) -> Json:
    return query.model_dump(exclude_none=True, include=set(type(query).model_fields) - {*_PAGING})


_PAGING = ("limit", "offset", "order_by", "starting_after", "paginated")


def _following(tx: Transaction, found: list[Json], cursor: str, *, descending: bool) -> list[Json]:
    """Return the users behind the cursor in the order of creation."""
    last = tx.get(USERS, cursor)
    if last is None:
        raise errors.missing_resource("starting_after")
    border = last["created_at"], last["id"]
    places = [((user["created_at"], user["id"]), user) for user in found]
    return [user for place, user in places if (place < border if descending else place > border)]


def _matching(tx: Transaction, query: UserQuery) -> list[Json]:
    """Return the users that match: those that exact filters leave, or all, and then every other filter."""
    chosen = _by_index(tx, query)
    tests = [*_identity(tx, query), *partial(query), *_times(query)]
    if query.banned is not None:
        wanted = query.banned
        tests.append(lambda user: user["banned"] == wanted)
    return [user for user in chosen if all(test(user) for test in tests)]


def _by_index(tx: Transaction, query: UserQuery) -> list[Json]:
    for name in EXACT:
        values = getattr(query, name)
        if values is not None:
            return _gathered(tx, name, [_normal(name, value) for value in values])
    for name in ("user_id", "external_id"):
        values = getattr(query, name)
        included = listing.signed(values)[0] if values is not None else set()
        if included and name == "user_id":
            return [user for id in sorted(included) if (user := tx.get(USERS, id)) is not None]
        if included:
            return _gathered(tx, name, sorted(included))
    if query.organization_id is not None:
        organizations = listing.signed(query.organization_id)[0]
        members = {
            each["user_id"]
            for id in sorted(organizations)
            for each in tx.every(MEMBERSHIPS, organization_id=id)
        }
        if organizations:
            return [user for id in sorted(members) if (user := tx.get(USERS, id)) is not None]
    return list(tx.every(USERS))


def _gathered(tx: Transaction, field: str, values: list[str]) -> list[Json]:
    filters: list[Json] = [{field: value} for value in values]
    found = {user["id"]: user for where in filters for user in tx.every(USERS, **where)}
    return list(found.values())


def _normal(name: str, value: str) -> str:
    return value.strip() if name == "phone_number" else value.strip().lower()


def _identity(tx: Transaction, query: UserQuery) -> list[Test]:
    tests: list[Test] = []
    for name in EXACT:
        values = getattr(query, name)
        if values is not None:
            tests.append(has_one(name, values))
    for name, field in (("user_id", "id"), ("external_id", "external_id")):
        values = getattr(query, name)
        if values is not None:
            tests.append(signed_test(field, values))
    if query.organization_id is not None:
        tests.append(_membership_test(tx, query.organization_id))
    if query.provider is not None or query.provider_user_id is not None:
        tests.append(lambda _: False)  # no user has an account at another provider here
    return tests


def has_one(name: str, values: list[str]) -> Test:
    """Return the test whether one of a user's identifiers of a kind is among the values."""
    extract = USERS.indexes[name]
    wanted = {_normal(name, value) for value in values}

    def test(user: Json) -> bool:
        own = extract(user)
        return not wanted.isdisjoint(own if isinstance(own, list) else [own])

    return test


def signed_test(field: str, values: list[str]) -> Test:
    """Return the test of a filter whose values may be led by a minus, which leaves them out."""
    included, excluded = listing.signed(values)
    return lambda user: user[field] not in excluded and (not included or user[field] in included)


def _membership_test(tx: Transaction, values: list[str]) -> Test:
    included, excluded = listing.signed(values)

    def test(user: Json) -> bool:
        own = {each["organization_id"] for each in tx.every(MEMBERSHIPS, user_id=user["id"])}
        return own.isdisjoint(excluded) and (not included or not own.isdisjoint(included))

    return test


def partial(query: UserQuery | MemberQuery) -> list[Test]:
    """Return the tests of the filters that look for parts of texts."""
    tests: list[Test] = []
    for filter, texts in _TEXTS.items():
        wanted = getattr(query, filter)
        if wanted:
            tests.append(_part_test(texts, wanted))
    return tests


def _part_test(texts: Callable[[Json], list[str | None]], wanted: str) -> Test:
    return lambda user: any(listing.contains(text, wanted) for text in texts(user))


def _emails(user: Json) -> list[str | None]:
    return [each["email_address"] for each in user["email_addresses"]]


def _phones(user: Json) -> list[str | None]:
    return [each["phone_number"] for each in user["phone_numbers"]]


def _names(user: Json) -> list[str | None]:
    whole = " ".join(filter(None, (user["first_name"], user["last_name"])))
    return [user["first_name"], user["last_name"], whole]


def _anything(user: Json) -> list[str | None]:
    wallets = [each["web3_wallet"] for each in user["web3_wallets"]]
    return [*_emails(user), *_phones(user), *_names(user), *wallets, user["username"], user["id"]]


_TEXTS: dict[str, Callable[[Json], list[str | None]]] = {
    "query": _anything,
    "email_address_query": _emails,
    "phone_number_query": _phones,
    "username_query": lambda user: [user["username"]],
    "name_query": _names,
}


def _times(query: UserQuery) -> list[Test]:
    tests: list[Test] = []
    for field in ("last_active_at", "created_at", "last_sign_in_at"):
        before, after = getattr(query, f"{field}_before"), getattr(query, f"{field}_after")
        tests.extend(bounds(field, before, after))
    if query.last_active_at_since is not None:
        since = query.last_active_at_since
        tests.append(lambda user: user["last_active_at"] is not None and user["last_active_at"] >= since)
    return tests


def bounds(field: str, before: int | None, after: int | None) -> list[Test]:
    """Return the tests of an instant's two bounds (milliseconds, both exclusive); what never happened fits neither."""
    tests: list[Test] = []
    if before is not None:
        tests.append(lambda thing: thing[field] is not None and thing[field] < before)
    if after is not None:
        tests.append(lambda thing: thing[field] is not None and thing[field] > after)
    return tests
