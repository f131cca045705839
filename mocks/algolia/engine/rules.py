"""Rules: which of an index's rules a search brings into play, and what they make of it.

Precedence (Algolia: "Rule matching algorithm"): the match nearest to the query's beginning, the longest, the strictest
anchoring, rules with a context, rules with filters, words before placeholders; then the objectID. Where rules are at
odds, the first of them is followed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mocks.algolia.engine import filter_lists, filters
from mocks.algolia.engine.language import BUILT_IN, other_numbers
from mocks.algolia.engine.parameters import Wrong, checked, known
from mocks.algolia.engine.text import Word, apart

Json = dict[str, Any]
FacetValues = Callable[[str], Mapping[str, Any]]
"""The values of a facet, by name of the attribute."""

ANCHORS = ("is", "startsWith", "endsWith", "contains")
ANDED = ("filters", "facetFilters", "numericFilters", "tagFilters")
_PLACEHOLDER = re.compile(r"\{facet:([^{}]+)\}")
LONGEST_VALUE = 8
"""Words of a facet's value that a placeholder stands for."""


@dataclass(slots=True)
class Applied:
    """What rules make of a search, besides its parameters; `promoted` are objectIDs by position."""

    rules: list[str] = field(default_factory=list)
    promoted: dict[int, list[str]] = field(default_factory=dict)
    only_filtered: bool = False
    hidden: set[str] = field(default_factory=set)
    user_data: list[Any] = field(default_factory=list)
    forced: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that a search brings into play: the stretch of the query's words it matched, and facet values in it."""

    rule: Json
    condition: Json
    start: int = 0
    end: int = 0
    captured: tuple[tuple[str, str], ...] = ()

    def precedence(self) -> tuple[Any, ...]:
        """Return what rules are sorted by."""
        anchoring = self.condition.get("anchoring")
        return (
            self.start,
            self.start - self.end,
            ANCHORS.index(anchoring) if anchoring in ANCHORS else len(ANCHORS),
            not self.condition.get("context"),
            not self.condition.get("filters"),
            bool(self.captured),
            self.rule["objectID"],
        )


def apply(rules: list[Json], values: Json, *, now: int, facet_values: FacetValues) -> tuple[Json, Applied]:
    """Return the parameters that rules change in a search, and what else they do; `now` in seconds."""
    hits = sorted(_hits(rules, values, now, facet_values), key=Hit.precedence)
    applied = Applied()
    changes: Json = {}
    for hit in hits:
        consequence = hit.rule["consequence"]
        params = consequence.get("params") or {}
        applied.rules.append(hit.rule["objectID"])
        _change(changes, params, values)
        if params.get("query") is not None and "query" not in changes:
            changes["query"] = _edited(params["query"], values.get("query", ""))
        applied.forced += [{name: params[name]} for name in ANDED if params.get(name)]
        _automatic(applied, changes, values, params, hit)
        _place(applied, consequence)
        if "userData" in consequence:
            applied.user_data.append(consequence["userData"])
    return changes, applied


def _hits(rules: list[Json], values: Json, now: int, facet_values: FacetValues) -> Iterator[Hit]:
    words = apart(values.get("query", ""))
    for rule in rules:
        periods = rule.get("validity")
        if not rule.get("enabled", True) or (
            periods and not any(each["from"] <= now <= each["until"] for each in periods)
        ):
            continue
        conditions = rule.get("conditions") or ([rule["condition"]] if "condition" in rule else [{}])
        found = [hit for each in conditions if (hit := _met(rule, each, words, values, facet_values))]
        if found:
            yield min(found, key=Hit.precedence)


def _met(
    rule: Json, condition: Json, words: list[Word], values: Json, facet_values: FacetValues
) -> Hit | None:
    """Return how a condition is met; all that it says must hold."""
    context = condition.get("context")
    if context and context not in (values.get("ruleContexts") or ()):
        return None
    if condition.get("filters") and not _filtered(condition["filters"], values):
        return None
    if "pattern" not in condition:
        return Hit(rule, condition)
    return _matched(rule, condition, [word.text for word in words], facet_values)


def _filtered(wanted: str, values: Json) -> bool:
    """Tell whether a search filters by what a condition names."""
    try:
        asked = filters.parse(values.get("filters") or "")
        asked += filter_lists.facets(values.get("facetFilters") or [], ())
        needed = filters.parse(wanted)
    except Wrong:
        return False
    shown = [{_folded(each) for each in group} for group in asked]
    return all({_folded(each) for each in group} in shown for group in needed)


def _folded(condition: Any) -> tuple[Any, ...]:
    return condition.attribute, condition.operator, str(condition.operand).lower(), condition.negated


# --- patterns ----------------------------------------------------------------------------------------------------


def _matched(rule: Json, condition: Json, words: list[str], facet_values: FacetValues) -> Hit | None:
    steps = _steps(condition["pattern"])
    anchoring = condition.get("anchoring", "is")
    if not steps:
        return Hit(rule, condition) if not words else None
    starts = range(len(words)) if anchoring in ("contains", "endsWith") else range(1)
    for start in starts:
        found = _follow(steps, words, start, facet_values, alternatives=bool(condition.get("alternatives")))
        for end, captured in found:
            if anchoring in ("is", "endsWith") and end != len(words):
                continue
            return Hit(rule, condition, start, end, captured)
    return None


def _steps(pattern: str) -> list[tuple[str, str]]:
    """Divide a pattern into words and placeholders."""
    steps: list[tuple[str, str]] = []
    done = 0
    for match in _PLACEHOLDER.finditer(pattern):
        steps += [("word", word.text) for word in apart(pattern[done : match.start()])]
        steps.append(("facet", match[1]))
        done = match.end()
    return steps + [("word", word.text) for word in apart(pattern[done:])]


def _follow(
    steps: list[tuple[str, str]], words: list[str], at: int, facet_values: FacetValues, *, alternatives: bool
) -> list[tuple[int, tuple[tuple[str, str], ...]]]:
    """Return where a pattern that begins at a word may end, with the facet values in it."""
    reached: list[tuple[int, tuple[tuple[str, str], ...]]] = [(at, ())]
    for kind, text in steps:
        following = []
        for place, captured in reached:
            if kind == "word":
                if place < len(words) and _same(words[place], text, alternatives=alternatives):
                    following.append((place + 1, captured))
                continue
            for end, value in _values_at(words, place, facet_values(text)):
                following.append((end, (*captured, (text, value))))
        reached = following
    return reached


def _values_at(words: list[str], place: int, values: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Return the values of a facet that the query spells from a word on, the longest first."""
    spelled: dict[tuple[str, ...], str] = {}
    for value in values:
        spelled.setdefault(tuple(word.text for word in apart(value)), value)
    for end in range(min(len(words), place + LONGEST_VALUE), place, -1):
        if (spelt := spelled.get(tuple(words[place:end]))) is not None:
            yield end, spelt


def _same(word: str, wanted: str, *, alternatives: bool) -> bool:
    if word == wanted:
        return True
    if not alternatives:
        return False
    if any(word in other_numbers(wanted, language) for language in BUILT_IN):
        return True
    return len(wanted) >= 4 and _one_edit(word, wanted)


def _one_edit(one: str, other: str) -> bool:
    """Tell whether two words differ by one insertion, deletion, substitution, or swap of neighbours."""
    if abs(len(one) - len(other)) > 1:
        return False
    at = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    a, b = one[at:], other[at:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])


# --- consequences ------------------------------------------------------------------------------------------------


def _change(changes: Json, params: Json, values: Json) -> None:
    """Take over a rule's parameters where no earlier rule has set them."""
    for name, value in params.items():
        parameter = known().get(name)
        if name == "query" or name in ANDED or name in changes or value is None or parameter is None:
            continue
        if name == "renderingContent" and isinstance(values.get(name), dict):
            changes[name] = values[name] | value
        else:
            changes[name] = checked(parameter, value)


def _edited(wanted: Any, query: str) -> str:
    """Return a query after a rule's edits: replaced by a text, or with words removed and replaced."""
    if isinstance(wanted, str):
        return wanted
    edits = [{"type": "remove", "delete": each} for each in wanted.get("remove") or ()]
    for edit in [*edits, *(wanted.get("edits") or ())]:
        insert = edit.get("insert") or "" if edit.get("type") == "replace" else ""
        query = _replaced(query, edit.get("delete", ""), insert)
    return query


def _replaced(query: str, old: str, new: str) -> str:
    """Replace words of a query, compared as they are indexed."""
    wanted, words = [word.text for word in apart(old)], apart(query)
    for at in range(len(words) - len(wanted) + 1) if wanted else ():
        if [word.text for word in words[at : at + len(wanted)]] == wanted:
            before, after = query[: words[at].start], query[words[at + len(wanted) - 1].end :]
            return " ".join(f"{before}{new}{after}".split())
    return query


def _automatic(applied: Applied, changes: Json, values: Json, params: Json, hit: Hit) -> None:
    """Filter by the facet values that the query spelled."""
    for name, optional in (("automaticFacetFilters", False), ("automaticOptionalFacetFilters", True)):
        groups: list[list[str]] = []
        for entry in params.get(name) or ():
            wanted = {"facet": entry} if isinstance(entry, str) else entry
            sign = "-" if wanted.get("negative") else ""
            score = f"<score={wanted['score']}>" if optional and wanted.get("score") else ""
            found = [
                f"{facet}:{sign}{value}{score}" for facet, value in hit.captured if facet == wanted["facet"]
            ]
            groups += [found] if wanted.get("disjunctive") and found else [[each] for each in found]
        if groups and optional:
            given: Any = changes.get("optionalFilters", values.get("optionalFilters") or [])
            changes["optionalFilters"] = [*([given] if isinstance(given, str) else given), *groups]
        elif groups:
            applied.forced.append({"facetFilters": groups})


def _place(applied: Applied, consequence: Json) -> None:
    """Note what is promoted and hidden; who was promoted first stays."""
    taken = {id for ids in applied.promoted.values() for id in ids}
    for each in consequence.get("promote") or ():
        ids = [id for id in each.get("objectIDs") or [each.get("objectID")] if id and id not in taken]
        applied.promoted.setdefault(each["position"], []).extend(ids)
        taken |= set(ids)
    if consequence.get("promote") and consequence.get("filterPromotes"):
        applied.only_filtered = True
    applied.hidden |= {each["objectID"] for each in consequence.get("hide") or ()}
