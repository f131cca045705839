"""API versions: which exist, and how an object of today's shape is shown to an older or newer one.

State is kept in one canonical shape, that of `CANONICAL`. A change declares what a version did to an object: `@before`
shows how it was for requests of older versions, `@since` adds what is newer than the canonical shape.
(Sources: Stripe's API changelog, and the changelogs of stripe-node and stripe-python.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from mocks.stripe import errors

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]
Change = Callable[[Json], None]

CANONICAL = "2026-05-27.dahlia"
"""The version of the published specification that answers are checked against."""

ACCOUNT_DEFAULT = CANONICAL
"""What an account answers without a `Stripe-Version` header, and the version of events for endpoints without one."""

SERVED = (
    "2025-03-31.basil",
    "2025-04-30.basil",
    "2025-05-28.basil",
    "2025-06-30.basil",
    "2025-07-30.basil",
    "2025-08-27.basil",
    "2025-09-30.clover",
    "2025-10-29.clover",
    "2025-11-17.clover",
    "2025-12-15.clover",
    "2026-01-28.clover",
    "2026-02-25.clover",
    "2026-03-25.dahlia",
    "2026-04-22.dahlia",
    CANONICAL,
    "2026-06-24.dahlia",
    "2026-07-29.dahlia",
    "2026-08-26.dahlia",
    "2026-09-30.endive",
    "2026-10-28.endive",
)
"""Every release since basil."""

NOT_SERVED = (
    "2019-12-03",
    "2020-03-02",
    "2020-08-27",
    "2022-08-01",
    "2022-11-15",
    "2023-08-16",
    "2023-10-16",
    "2024-04-10",
    "2024-06-20",
    "2024-09-30.acacia",
    "2024-10-28.acacia",
    "2024-11-20.acacia",
    "2024-12-18.acacia",
    "2025-01-27.acacia",
    "2025-02-24.acacia",
)
"""Releases that exist and whose shapes this mock does not know: refused by name, not answered in another shape."""

_KNOWN = frozenset(SERVED)
_BEFORE: dict[str, list[tuple[str, Change]]] = {}
_SINCE: dict[str, list[tuple[str, Change]]] = {}


def served() -> tuple[str, ...]:
    """Return every release that is served, the oldest first."""
    return SERVED


def check(version: str, *, param: str | None = None) -> None:
    """Raise Stripe's refusal of a version that does not exist, or ours of one older than basil."""
    if version in _KNOWN:
        return
    if version in NOT_SERVED:
        raise errors.invalid(
            f"Greenroom's Stripe does not serve API versions before {SERVED[0]}, and {version} was asked for.",
            param=param,
            rule="unsupported_version",
        )
    raise errors.invalid(f"Invalid Stripe API version: {version}", param=param, rule="unknown_version")


def shown(version: str | None) -> str:
    """Return the version that an answer names: the one asked for if it is served, else the account's default."""
    return version if version is not None and version in _KNOWN else ACCOUNT_DEFAULT


def of(tx: Transaction) -> str:
    """Return the API version that the request asks for; the account's default without one."""
    request = tx.request
    return (request.header("stripe-version") if request is not None else None) or ACCOUNT_DEFAULT


def before(version: str, *objects: str) -> Callable[[Change], Change]:
    """Register how objects looked before `version`: the function changes a canonical object in place.

    The object may hold expanded children, which their own changes handle. What is embedded in it (the items of a
    subscription) belongs to its own change.
    """

    def register(change: Change) -> Change:
        for object in objects:
            _BEFORE.setdefault(object, []).append((version, change))
        _chain.cache_clear()
        return change

    return register


def since(version: str, *objects: str) -> Callable[[Change], Change]:
    """Register what `version`, newer than the canonical one, added: the function changes an object in place."""

    def register(change: Change) -> Change:
        for object in objects:
            _SINCE.setdefault(object, []).append((version, change))
        _chain.cache_clear()
        return change

    return register


def show(document: Json, version: str) -> Json:
    """Give a canonical object the shape it has at a version, in place."""
    if version != CANONICAL:
        for change in _chain(document["object"], version):
            change(document)
    return document


@dataclass(frozen=True, slots=True)
class _Without:
    """A change that takes fields away, which a version brought."""

    fields: tuple[str, ...]

    def __call__(self, document: Json) -> None:
        for field in self.fields:
            document.pop(field, None)


def without(*fields: str) -> Change:
    """Return the change that takes fields away which a version brought."""
    return _Without(fields)


def differs(object: str, version: str) -> bool:
    """Tell whether an object looks different at a version."""
    return version != CANONICAL and bool(_chain(object, version))


def left_out(object: str, version: str) -> tuple[str, ...] | None:
    """Return the fields that an object lacks at a version, None if that is not all that it differs by."""
    chain = () if version == CANONICAL else _chain(object, version)
    fields: tuple[str, ...] = ()
    for change in chain:
        if not isinstance(change, _Without):
            return None
        fields += change.fields
    return fields


@cache
def _chain(object: str, version: str) -> tuple[Change, ...]:
    if version < CANONICAL:
        older = sorted(
            (each for each in _BEFORE.get(object, ()) if each[0] > version), key=lambda each: each[0]
        )
        return tuple(change for _, change in reversed(older))
    newer = sorted((each for each in _SINCE.get(object, ()) if each[0] <= version), key=lambda each: each[0])
    return tuple(change for _, change in newer)


# --- what versions did to several objects; the rest stands beside the object it concerns ----------------------------

before(
    "2025-09-30.clover",
    "billing_portal.session",
    "customer",
    "customer_session",
    "payment_intent",
    "payment_method",
    "setup_attempt",
    "setup_intent",
    "tax_id",
)(without("customer_account"))
