"""Analytics: what was searched, found, clicked and bought, counted from the searches themselves and from events.

Each search that does not say `analytics: false` leaves a short note. With `clickAnalytics` it is tracked: events that
name its queryID tell what its user did with what was shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.algolia import errors
from mocks.algolia.resources.insights import EVENTS

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.algolia.resources.searching import Asked

Json = dict[str, Any]

SEARCHES = Collection("algolia.search", "index")
"""{id, index, query, hits, shown, filters, user, tags, day, tracked}: `id` is the queryID of a tracked search, `shown`
are the objectIDs of the page, `filters` the attributes filtered by."""

USUAL_DAYS = 8
"""Days that are looked at when a request names none, the present one included."""

MOST_SHOWN = 20


def note(tx: Transaction, asked: Asked, answered: Json) -> None:
    """Keep that a search was made."""
    values = asked.question.values
    if values.get("analytics") is False:
        return
    tracked = "queryID" in answered
    document = {
        "id": answered.get("queryID") or tx.token("search.id", 32, "0123456789abcdef"),
        "index": asked.index["name"],
        "query": values.get("query", "").lower().strip(),
        "hits": answered.get("nbHits", 0),
        "shown": [hit["objectID"] for hit in answered["hits"][:MOST_SHOWN]],
        "filters": sorted(
            {each.attribute for filter in asked.question.filters for group in filter for each in group}
        ),
        "user": values.get("userToken") or "anonymous",
        "tags": values.get("analyticsTags") or [],
        "day": day_of(tx.now),
        "tracked": tracked,
    }
    tx.insert(SEARCHES, document, fresh=True)


def day_of(instant: int) -> str:
    """Return the day of an instant, as in `2026-01-31`."""
    return instants.iso(instant)[:10]


@dataclass(frozen=True, slots=True)
class Period:
    """The index, days and tags that are looked at."""

    index: str
    first: str
    last: str
    tags: frozenset[str] = frozenset()

    @classmethod
    def of(cls, tx: Transaction, index: str, start: str | None, end: str | None, tags: str | None) -> Period:
        """Read what a request asks for; refuse what are no days."""
        today = date.fromisoformat(day_of(tx.now))
        try:
            last = date.fromisoformat(end) if end else today
            first = date.fromisoformat(start) if start else last - timedelta(days=USUAL_DAYS - 1)
        except ValueError:
            raise errors.bad_request("Invalid date, expected YYYY-MM-DD", subject="startDate") from None
        if first > last:
            raise errors.bad_request("startDate is after endDate", subject="startDate")
        wanted = frozenset(
            each.strip() for each in (tags or "").replace(" OR ", ",").split(",") if each.strip()
        )
        return cls(index, first.isoformat(), last.isoformat(), wanted)

    def days(self) -> list[str]:
        """Return all days, of a year at most."""
        first, last = date.fromisoformat(self.first), date.fromisoformat(self.last)
        return [
            (first + timedelta(days=each)).isoformat() for each in range(min((last - first).days, 366) + 1)
        ]


@dataclass(slots=True)
class Search:
    """A search with what followed: positions clicked, records clicked, and conversions by kind."""

    kept: Json
    positions: list[int] = field(default_factory=list)
    clicked: list[str] = field(default_factory=list)
    converted: Counter[str] = field(default_factory=Counter)


def searches(tx: Transaction, period: Period) -> list[Search]:
    """Return the searches of a period with their events."""
    found = {
        each["id"]: Search(each)
        for each in tx.every(SEARCHES, index=period.index)
        if period.first <= each["day"] <= period.last and (not period.tags or period.tags & set(each["tags"]))
    }
    for document in tx.every(EVENTS) if found else ():
        event = document["event"]
        search = found.get(event.get("queryID", ""))
        if search is None:
            continue
        if event["eventType"] == "click":
            search.positions += event.get("positions") or []
            search.clicked += event.get("objectIDs") or []
        elif event["eventType"] == "conversion":
            search.converted[event.get("eventSubtype") or "conversion"] += 1
            search.converted["all"] += 1
    return list(found.values())


# --- what is told of them ----------------------------------------------------------------------------------------


def rate(count: int, of: int) -> float | None:
    """Return a share, None where there is nothing to have a share of."""
    return round(count / of, 4) if of else None


def by_query(found: Iterable[Search]) -> dict[str, list[Search]]:
    """Put searches of one text together."""
    groups: dict[str, list[Search]] = {}
    for each in found:
        groups.setdefault(each.kept["query"], []).append(each)
    return groups


def per_day(period: Period, found: list[Search], tell: Callable[[list[Search]], Json]) -> Json:
    """Tell of all searches, and of those of each day."""
    days: dict[str, list[Search]] = {day: [] for day in period.days()}
    for each in found:
        if each.kept["day"] in days:
            days[each.kept["day"]].append(each)
    return tell(found) | {"dates": [{"date": day} | tell(of_day) for day, of_day in days.items()]}


def clicks(found: Iterable[Search]) -> list[Json]:
    """Count clicks by position: the first ones alone, later ones together."""
    counted = Counter(position for each in found for position in each.positions)
    ranges = [*((place, place) for place in range(1, 11)), (11, 20), (21, -1)]
    return [
        {
            "position": [first, last],
            "clickCount": sum(n for at, n in counted.items() if first <= at and (last < 0 or at <= last)),
        }
        for first, last in ranges
    ]


def with_clicks(found: list[Search]) -> Json:
    """Tell what users did with searches of one text."""
    tracked = [each for each in found if each.kept["tracked"]]
    positions = [position for each in tracked for position in each.positions]
    clicked = sum(bool(each.positions) for each in tracked)
    converted = sum(bool(each.converted) for each in tracked)
    return {
        "clickThroughRate": rate(clicked, len(tracked)),
        "averageClickPosition": round(sum(positions) / len(positions), 2) if positions else None,
        "clickPositions": clicks(found),
        "conversionRate": rate(converted, len(tracked)),
        "trackedSearchCount": len(tracked),
        "clickCount": len(positions),
        "conversionCount": sum(each.converted["all"] for each in tracked),
    }


def with_revenue(found: list[Search]) -> Json:
    """Tell what users bought after searches of one text; amounts of money are not added up."""
    tracked = [each for each in found if each.kept["tracked"]]
    told: Json = {"currencies": {}}
    for name, kind in (("addToCart", "addToCart"), ("purchase", "purchase")):
        told[f"{name}Rate"] = rate(sum(bool(each.converted[kind]) for each in tracked), len(tracked))
        told[f"{name}Count"] = sum(each.converted[kind] for each in tracked)
    return told


def followed(name: str, happened: Callable[[Search], int]) -> Callable[[list[Search]], Json]:
    """Return what tells the share of tracked searches that something followed, and how often it did."""

    def tell(found: list[Search]) -> Json:
        tracked = [each for each in found if each.kept["tracked"]]
        count = sum(happened(each) for each in tracked)
        share = sum(happened(each) > 0 for each in tracked)
        return {"rate": rate(share, len(tracked)), name: count, "trackedSearchCount": len(tracked)}

    return tell
