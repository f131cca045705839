"""Insights: events about what users did with search results. They are checked and kept, and counted by `analytics`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.algolia import errors

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

EVENTS = Collection("algolia.insights", "userToken")
"""{id, userToken, event}: events as they were sent, with the time at which they happened."""

TYPES = ("click", "conversion", "view", "instantsearch")
SUBTYPES = ("addToCart", "purchase")
MOST_EVENTS, MOST_OBJECTS, MOST_FILTERS = 1000, 20, 10
OLDEST = 30 * instants.DAY
"""Events that happened earlier are refused; so are those more than an hour ahead."""

_NAME = re.compile(r"[\x20-\x7e]{1,64}")
_TOKEN = re.compile(r"[a-zA-Z0-9_=/+-]{1,129}")
_QUERY_ID = re.compile(r"[0-9a-f]{32}|message_[!-~]+")
_FILTER = re.compile(r"[^:\s]+:\S+")


def push(tx: Transaction, events: Any) -> None:
    """Check events and keep them, all or none."""
    if not isinstance(events, list) or not 0 < len(events) <= MOST_EVENTS:
        raise _wrong(f"events must be an array of 1 to {MOST_EVENTS} events")
    for event in events:
        if not isinstance(event, dict):
            raise _wrong("each event must be an object")
        _check(tx, event)
        kept = event | {"timestamp": event.get("timestamp", tx.now // 1000)}
        document = {"id": tx.uuid("insights.id"), "userToken": event["userToken"], "event": kept}
        tx.insert(EVENTS, document, fresh=True)


def forget(tx: Transaction, token: str) -> None:
    """Remove all events of a user."""
    if not _TOKEN.fullmatch(token):
        raise _wrong("userToken is invalid")
    for document in list(tx.every(EVENTS, userToken=token)):
        tx.delete(EVENTS, document["id"])


def _check(tx: Transaction, event: Json) -> None:
    if event.get("eventType") not in TYPES:
        raise _wrong("eventType must be click, conversion or view")
    if event.get("eventSubtype") not in (None, *SUBTYPES):
        raise _wrong("eventSubtype must be addToCart or purchase")
    _matches(event, "eventName", _NAME, needed=True)
    _matches(event, "userToken", _TOKEN, needed=True)
    _matches(event, "authenticatedUserToken", _TOKEN)
    _matches(event, "queryID", _QUERY_ID)
    _check_time(tx, event.get("timestamp"))
    if event["eventType"] == "instantsearch":
        return
    if not isinstance(event.get("index"), str) or not event["index"]:
        raise _wrong("index is required")
    _check_subjects(event)


def _check_subjects(event: Json) -> None:
    """An event is about records or about filters; clicks after a search tell the positions of the records."""
    objects, filters = event.get("objectIDs"), event.get("filters")
    if (objects is None) is (filters is None):
        raise _wrong("an event needs either objectIDs or filters")
    if objects is not None and not (_texts(objects) and 0 < len(objects) <= MOST_OBJECTS):
        raise _wrong(f"objectIDs must be an array of 1 to {MOST_OBJECTS} strings")
    if filters is not None:
        if not (_texts(filters) and 0 < len(filters) <= MOST_FILTERS):
            raise _wrong(f"filters must be an array of 1 to {MOST_FILTERS} strings")
        if not all(_FILTER.fullmatch(each) for each in filters):
            raise _wrong("filters must be of the form attribute:value, URL-encoded")
    positions = event.get("positions")
    if positions is not None:
        proper = isinstance(positions, list) and all(type(each) is int and each >= 1 for each in positions)
        if not proper or objects is None or len(positions) != len(objects):
            raise _wrong("positions must be as many positive integers as there are objectIDs")
    if (
        event["eventType"] == "click"
        and objects is not None
        and ("queryID" in event) is not (positions is not None)
    ):
        raise _wrong("clicks need queryID and positions together")


def _matches(event: Json, name: str, pattern: re.Pattern[str], *, needed: bool = False) -> None:
    value = event.get(name)
    if value is None and not needed:
        return
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _wrong(f"{name} is invalid")


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _check_time(tx: Transaction, stamp: Any) -> None:
    if stamp is None:
        return
    if type(stamp) is not int:
        raise _wrong("timestamp must be an integer of milliseconds")
    if not tx.now - OLDEST <= stamp * 1000 <= tx.now + instants.HOUR:
        raise _wrong("timestamp must lie within the last 30 days")


def _wrong(message: str) -> Any:
    return errors.refusal(422, message, rule="invalid_event")
