"""The dependency map: who calls which provider, and to whom providers deliver, laid out as a drawing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.dashboard.traffic import Tally, Traffic

WIDTH, ROW, BOX, TOP = 960, 58, 44, 34
COLUMNS = ((10, 250), (365, 230), (710, 240))
"""Where each column begins, and how wide its boxes are: consumers, providers, receivers."""
MOST = 12
"""Consumers and receivers that are drawn; the rest are drawn as one."""
OTHERS = "others"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Posts:
    """Deliveries of a provider to a receiver: how many, and how many of them failed."""

    count: int
    failed: int


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the drawing; `tone` says how it does: `quiet`, `good`, `warn`, `bad`."""

    name: str
    title: str
    told: str
    x: int
    y: int
    width: int
    tone: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line from box to box; `path` is SVG's, `width` in pixels grows with the logarithm of what passes."""

    path: str
    width: float
    tone: str
    told: str


@dataclass(frozen=True, slots=True)
class End:
    """Who is at the other end of a provider's line, what passes, and how that does."""

    title: str
    told: str
    tone: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A provider with all lines that end there: what a narrow screen shows in place of the drawing."""

    box: Box
    callers: list[End]
    receivers: list[End]


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that is drawn."""

    width: int
    height: int
    boxes: list[Box]
    lines: list[Line]
    stops: list[Stop]


def drawn(
    traffic: Traffic,
    titles: Mapping[str, str],
    posts: Mapping[tuple[str, str], Posts],
    base: str,
    uncalled: str = "not called yet",
) -> Drawing:
    """Lay the map out; `titles` names all providers, `posts` counts deliveries by provider and receiver.

    `uncalled` is said of a provider without traffic.
    """
    edges = {key: tally for key, tally in _folded(traffic).items() if key[1] in titles}
    receivers = list(dict.fromkeys(name for _, name in posts))[:MOST]
    posts = {key: each for key, each in posts.items() if key[0] in titles and key[1] in receivers}
    consumers = list(dict.fromkeys(name for name, _ in edges))
    rows = max(len(consumers), len(titles), len(receivers), 1)
    places = [_middles(names, rows) for names in (consumers, list(titles), receivers)]
    boxes = [_box(0, who, who, _calls(edges, who), places[0], _worst(edges, who)) for who in consumers]
    providers = {
        name: _provider(traffic, name, title, places[1], base, uncalled) for name, title in titles.items()
    }
    boxes += providers.values()
    boxes += [_receiver(posts, name, places[2], base) for name in receivers]
    lines = [
        _line(
            0,
            places[0][who],
            places[1][name],
            tally.count,
            _tone(tally),
            f"{who} → {titles[name]}",
        )
        for (who, name), tally in edges.items()
    ]
    lines += [
        _line(
            1,
            places[1][name],
            places[2][to],
            each.count,
            _state(each),
            f"{titles[name]} → {to}",
        )
        for (name, to), each in posts.items()
    ]
    stops = [Stop(box, *_ends(name, edges, posts)) for name, box in providers.items()]
    return Drawing(WIDTH, TOP + rows * ROW, boxes, lines, stops)


def _provider(
    traffic: Traffic, name: str, title: str, places: dict[str, int], base: str, uncalled: str
) -> Box:
    tally = traffic.providers.get(name)
    told = uncalled if tally is None else _told(traffic, tally)
    return _box(1, name, title, told, places, _tone(tally), f"{base}/requests?provider={name}")


def _receiver(posts: Mapping[tuple[str, str], Posts], name: str, places: dict[str, int], base: str) -> Box:
    found = [each for (_, receiver), each in posts.items() if receiver == name]
    whole = Posts(sum(each.count for each in found), sum(each.failed for each in found))
    return _box(2, name, name, _posted(whole), places, _state(whole), f"{base}/webhooks")


def _ends(
    provider: str, edges: dict[tuple[str, str], Tally], posts: Mapping[tuple[str, str], Posts]
) -> tuple[list[End], list[End]]:
    """Return who calls a provider, and to whom it posts."""
    callers = [
        End(who, f"{_count(tally.count, 'call')}, {tally.errors:.0%} errors", _tone(tally))
        for (who, name), tally in edges.items()
        if name == provider
    ]
    receivers = [
        End(to, _posted(each), _state(each)) for (name, to), each in posts.items() if name == provider
    ]
    return callers, receivers


def _folded(traffic: Traffic) -> dict[tuple[str, str], Tally]:
    """Return the edges with the rarest consumers as one, when there are many."""
    sums: dict[str, int] = {}
    for (who, _), tally in traffic.edges.items():
        sums[who] = sums.get(who, 0) + tally.count
    ranked = sorted(sums, key=lambda who: -sums[who])
    kept = set(ranked if len(ranked) <= MOST else ranked[: MOST - 1])
    folded: dict[tuple[str, str], Tally] = {}
    for who in [*(each for each in ranked if each in kept), *(each for each in ranked if each not in kept)]:
        for (name, provider), tally in traffic.edges.items():
            if name != who:
                continue
            total = folded.setdefault((who if who in kept else OTHERS, provider), Tally())
            total.count += tally.count
            total.refused += tally.refused
            total.failed += tally.failed
            total.times += tally.times
    return folded


def _middles(names: list[str], rows: int) -> dict[str, int]:
    """Return the height of each box's middle, the column centred."""
    top = TOP + (rows - len(names)) * ROW // 2
    return {name: top + number * ROW + ROW // 2 for number, name in enumerate(names)}


def _box(
    column: int, name: str, title: str, told: str, middles: dict[str, int], tone: str, link: str | None = None
) -> Box:
    x, width = COLUMNS[column]
    return Box(name, _short(title), told, x, middles[name] - BOX // 2, width, tone, link)


def _line(gap: int, start: int, end: int, count: int, tone: str, between: str) -> Line:
    left, right = COLUMNS[gap][0] + COLUMNS[gap][1], COLUMNS[gap + 1][0]
    middle = (left + right) // 2
    path = f"M{left},{start} C{middle},{start} {middle},{end} {right},{end}"
    return Line(path, round(1.2 + math.log10(1 + count) * 1.3, 1), tone, f"{between}: {count:,}")


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:29]}…"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _calls(edges: dict[tuple[str, str], Tally], who: str) -> str:
    found = [tally.count for (name, _), tally in edges.items() if name == who]
    return f"{_count(sum(found), 'call')} to {_count(len(found), 'provider')}"


def _posted(posts: Posts) -> str:
    return f"{posts.count:,} deliver{'y' if posts.count == 1 else 'ies'}, {posts.failed:,} failed"


def _state(posts: Posts) -> str:
    return "bad" if posts.failed else "good"


def _worst(edges: dict[tuple[str, str], Tally], who: str) -> str:
    tones = {_tone(tally) for (name, _), tally in edges.items() if name == who}
    return next((tone for tone in ("bad", "warn", "good") if tone in tones), "quiet")


def _tone(tally: Tally | None) -> str:
    if tally is None or not tally.count:
        return "quiet"
    return "bad" if tally.failed else "warn" if tally.refused else "good"


def _told(traffic: Traffic, tally: Tally) -> str:
    p95 = tally.percentiles()["p95"]
    return f"{traffic.rate(tally):,.0f}/min · {tally.errors:.0%} errors · p95 {p95:,.1f} ms"
