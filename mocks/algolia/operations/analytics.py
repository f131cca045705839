"""Analytics: the most frequent searches, those that found nothing, and what users clicked and bought."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

from pydantic import Field

from harness import instants
from harness.transaction import Transaction
from mocks.algolia.parameters import Flag, Query
from mocks.algolia.provider import algolia
from mocks.algolia.resources import access, analytics
from mocks.algolia.resources.analytics import Period, Search

Json = dict[str, Any]


class Asked(Query):
    """Which searches are looked at."""

    index: str
    startDate: str | None = None
    endDate: str | None = None
    tags: str | None = None


class Listed(Asked):
    """Which of what was counted, the most frequent first."""

    limit: int = Field(10, ge=1, le=1000)
    offset: int = Field(0, ge=0)


class TopSearches(Listed):
    """Whether clicks are told, and the order."""

    clickAnalytics: Flag = False
    revenueAnalytics: Flag = False
    orderBy: Literal["searchCount", "clickThroughRate", "conversionRate", "averageClickPosition"] = (
        "searchCount"
    )
    direction: Literal["asc", "desc"] = "desc"


class TopHits(Listed):
    """Of which searches, and whether clicks are told."""

    search: str | None = None
    clickAnalytics: Flag = False
    revenueAnalytics: Flag = False


class TopFilters(Listed):
    """Of which searches."""

    search: str | None = None


class Status(Query):
    """Which index."""

    index: str


def _found(tx: Transaction, params: Asked) -> tuple[Period, list[Search]]:
    access.to_index(tx, params.index)
    period = Period.of(tx, params.index, params.startDate, params.endDate, params.tags)
    return period, analytics.searches(tx, period)


def _part(params: Listed, found: list[Json]) -> list[Json]:
    return found[params.offset : params.offset + params.limit]


def _most_frequent(found: list[Search]) -> list[tuple[str, list[Search]]]:
    groups = analytics.by_query(found)
    return sorted(groups.items(), key=lambda each: (-len(each[1]), each[0]))


@algolia.get("/2/searches", id="getTopSearches", tier="P2")
def get_top_searches(tx: Transaction, params: TopSearches) -> Json:
    """List the searches that were made most often."""
    _, found = _found(tx, params)
    told = []
    for query, group in _most_frequent(found):
        entry: Json = {"search": query, "count": len(group), "nbHits": group[-1].kept["hits"]}
        if params.clickAnalytics or params.revenueAnalytics:
            entry |= analytics.with_clicks(group)
        if params.revenueAnalytics:
            entry |= analytics.with_revenue(group)
        told.append(entry)
    if params.orderBy != "searchCount":
        told.sort(key=lambda each: each.get(params.orderBy) or 0, reverse=params.direction == "desc")
    elif params.direction == "asc":
        told.reverse()
    return {"searches": _part(params, told)}


@algolia.get("/2/searches/count", id="getSearchesCount", tier="P2")
def get_searches_count(tx: Transaction, params: Asked) -> Json:
    """Count the searches by day."""
    return analytics.per_day(*_found(tx, params), lambda found: {"count": len(found)})


@algolia.get("/2/searches/noResults", id="getSearchesNoResults", tier="P2")
def get_searches_no_results(tx: Transaction, params: Listed) -> Json:
    """List the searches that found nothing."""
    _, found = _found(tx, params)
    empty = _most_frequent([each for each in found if not each.kept["hits"]])
    told = [
        {
            "search": query,
            "count": len(group),
            "withFilterCount": sum(bool(each.kept["filters"]) for each in group),
        }
        for query, group in empty
    ]
    return {"searches": _part(params, told)}


@algolia.get("/2/searches/noResultRate", id="getNoResultsRate", tier="P2")
def get_no_results_rate(tx: Transaction, params: Asked) -> Json:
    """Tell how many searches found nothing."""

    def tell(found: list[Search]) -> Json:
        empty = sum(not each.kept["hits"] for each in found)
        return {"rate": analytics.rate(empty, len(found)) or 0, "count": len(found), "noResultCount": empty}

    return analytics.per_day(*_found(tx, params), tell)


@algolia.get("/2/searches/noClicks", id="getSearchesNoClicks", tier="P2")
def get_searches_no_clicks(tx: Transaction, params: Listed) -> Json:
    """List the tracked searches after which nothing was clicked."""
    _, found = _found(tx, params)
    idle = _most_frequent([each for each in found if each.kept["tracked"] and not each.positions])
    told = [{"search": query, "count": len(group), "nbHits": group[-1].kept["hits"]} for query, group in idle]
    return {"searches": _part(params, told)}


@algolia.get("/2/searches/noClickRate", id="getNoClickRate", tier="P2")
def get_no_click_rate(tx: Transaction, params: Asked) -> Json:
    """Tell after how many tracked searches nothing was clicked."""

    def tell(found: list[Search]) -> Json:
        tracked = [each for each in found if each.kept["tracked"]]
        idle = sum(not each.positions for each in tracked)
        return {"rate": analytics.rate(idle, len(tracked)) or 0, "count": len(tracked), "noClickCount": idle}

    answer = analytics.per_day(*_found(tx, params), tell)
    # The document has no days without such searches.
    return answer | {"dates": [each for each in answer["dates"] if each["noClickCount"]]}


@algolia.get("/2/hits", id="getTopHits", tier="P2")
def get_top_hits(tx: Transaction, params: TopHits) -> Json:
    """List the records that were shown most often."""
    _, found = _found(tx, params)
    wanted = [each for each in found if params.search in (None, each.kept["query"])]
    counts = Counter(id for each in wanted for id in each.kept["shown"])
    told = []
    for id, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        entry: Json = {"hit": id, "count": count}
        if params.clickAnalytics or params.revenueAnalytics:
            entry |= _clicked(id, [each for each in wanted if id in each.kept["shown"]])
        if params.revenueAnalytics:
            entry |= analytics.with_revenue([each for each in wanted if id in each.kept["shown"]])
        told.append(entry)
    return {"hits": _part(params, told)}


def _clicked(id: str, shown: list[Search]) -> Json:
    tracked = [each for each in shown if each.kept["tracked"]]
    clicks = sum(each.clicked.count(id) for each in tracked)
    conversions = sum(each.converted["all"] for each in tracked if id in each.clicked)
    return {
        "clickThroughRate": analytics.rate(sum(id in each.clicked for each in tracked), len(tracked)),
        "conversionRate": analytics.rate(conversions, len(tracked)),
        "trackedHitCount": len(tracked),
        "clickCount": clicks,
        "conversionCount": conversions,
    }


@algolia.get("/2/users/count", id="getUsersCount", tier="P2")
def get_users_count(tx: Transaction, params: Asked) -> Json:
    """Count the users by day."""
    return analytics.per_day(
        *_found(tx, params), lambda found: {"count": len({each.kept["user"] for each in found})}
    )


@algolia.get("/2/filters", id="getTopFilterAttributes", tier="P2")
def get_top_filter_attributes(tx: Transaction, params: TopFilters) -> Json:
    """List the attributes that were filtered by most often."""
    _, found = _found(tx, params)
    wanted = [each for each in found if params.search in (None, each.kept["query"])]
    counts = Counter(name for each in wanted for name in each.kept["filters"])
    told = [
        {"attribute": name, "count": count}
        for name, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]
    return {"attributes": _part(params, told)}


@algolia.get("/2/clicks/averageClickPosition", id="getAverageClickPosition", tier="P2")
def get_average_click_position(tx: Transaction, params: Asked) -> Json:
    """Tell at which position users clicked on average."""

    def tell(found: list[Search]) -> Json:
        positions = [position for each in found for position in each.positions]
        average = round(sum(positions) / len(positions), 2) if positions else None
        return {"average": average, "clickCount": len(positions)}

    return analytics.per_day(*_found(tx, params), tell)


@algolia.get("/2/clicks/positions", id="getClickPositions", tier="P2")
def get_click_positions(tx: Transaction, params: Asked) -> Json:
    """Count the clicks by position."""
    return {"positions": analytics.clicks(_found(tx, params)[1])}


@algolia.get("/2/clicks/clickThroughRate", id="getClickThroughRate", tier="P2")
def get_click_through_rate(tx: Transaction, params: Asked) -> Json:
    """Tell after how many tracked searches something was clicked."""
    tell = analytics.followed("clickCount", lambda search: len(search.positions))
    return analytics.per_day(*_found(tx, params), tell)


@algolia.get("/2/conversions/conversionRate", id="getConversionRate", tier="P2")
def get_conversion_rate(tx: Transaction, params: Asked) -> Json:
    """Tell after how many tracked searches users did what they were wanted to."""
    tell = analytics.followed("conversionCount", lambda search: search.converted["all"])
    return analytics.per_day(*_found(tx, params), tell)


@algolia.get("/2/conversions/addToCartRate", id="getAddToCartRate", tier="P2")
def get_add_to_cart_rate(tx: Transaction, params: Asked) -> Json:
    """Tell after how many tracked searches something was put into a cart."""
    tell = analytics.followed("addToCartCount", lambda search: search.converted["addToCart"])
    return analytics.per_day(*_found(tx, params), tell)


@algolia.get("/2/conversions/purchaseRate", id="getPurchaseRate", tier="P2")
def get_purchase_rate(tx: Transaction, params: Asked) -> Json:
    """Tell after how many tracked searches something was bought."""
    tell = analytics.followed("purchaseCount", lambda search: search.converted["purchase"])
    return analytics.per_day(*_found(tx, params), tell)


@algolia.get("/2/status", id="getStatus", tier="P2")
def get_status(tx: Transaction, params: Status) -> Json:
    """Tell when the figures of an index were counted last: they always are up to date."""
    access.to_index(tx, params.index)
    known = tx.first(analytics.SEARCHES, index=params.index)
    return {"updatedAt": None if known is None else instants.iso(tx.now)}
