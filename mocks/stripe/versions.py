"""API versions: which exist, and how an object of today's shape is shown to an older or newer one.

State is kept in one canonical shape, that of `CANONICAL`. A change declares what it did to an object at a version:
`@before` undoes it for requests with an older version, `@since` adds it for requests with that version or a newer one.
(Sources: Stripe's API changelog; the changelogs of stripe-node and stripe-python.)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

Json = dict[str, Any]
Change = Callable[[Json], None]

CANONICAL = "2026-05-27.dahlia"
"""The version of the published specification that answers are checked against."""

ACCOUNT_DEFAULT = CANONICAL
"""What an account answers without a `Stripe-Version` header, and the version of events for endpoints without one."""

_BEFORE: dict[str, list[tuple[str, Change]]] = {}
_SINCE: dict[str, list[tuple[str, Change]]] = {}


def before(version: str, *objects: str) -> Callable[[Change], Change]:
    """Register how objects looked before `version`: the function changes a canonical object in place.

    The object may have expanded children, and is one level only: children are transformed by their own changes.
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


def changes(object: str, version: str) -> bool:
    """Tell whether an object looks different at a version."""
    return version != CANONICAL and bool(_chain(object, version))


@cache
def _chain(object: str, version: str) -> tuple[Change, ...]:
    if version < CANONICAL:
        older = sorted((each for each in _BEFORE.get(object, ()) if each[0] > version), key=lambda each: each[0])
        return tuple(change for _, change in reversed(older))
    newer = sorted((each for each in _SINCE.get(object, ()) if each[0] <= version), key=lambda each: each[0])
    return tuple(change for _, change in newer)


KNOWN = frozenset({"2025-03-31.basil", "2025-04-30.basil", "2025-09-30.clover", CANONICAL, "2026-10-28.endive"})


def check(version: str) -> None:
    """Raise Stripe's refusal of a version that does not exist."""
    if version not in KNOWN:
        from mocks.stripe.errors import invalid

        raise invalid(
            f"Invalid Stripe API version: {version}", rule="unknown_api_version"
        )
