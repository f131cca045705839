"""What a small search tries: by what was found, and by what is asked."""

from __future__ import annotations

from collections.abc import Iterator

from tests.mocks.algolia.reference import words
from tests.mocks.algolia.reference_search import Hit
from tests.mocks.algolia.small_searches import KINDS, Case, read

FEATURES = (
    *("typo", "two typos", "first letter", "prefix", "cut", "joined", "synonym", "optional word left out"),
    *(
        "words removed",
        "quoted",
        "left out",
        "geo",
        "geo decides",
        "filter",
        "optional filter",
        "scores differ",
    ),
    *("more words demanded", "automatic radius"),
    *("distinct", "several of a group", "promoted", "hidden", "query changed", "filtered by a rule"),
    *(
        "proximity",
        "attribute by proximity",
        "attribute summed",
        "custom",
        "exact",
        "one of several synonyms",
    ),
    *KINDS,
)
"""What searches must try: the first ones are seen in what was found, the last ones are types of synonyms in use."""


def tried(case: Case, hits: list[Hit]) -> Iterator[str]:
    """Return what a search tries, by what the reference found."""
    given, asked = case.given, case.asked
    told = {name: {hit.criteria[name] for hit in hits} for name in hits[0].criteria} if hits else {}
    kinds = {hit.kind for hit in hits}
    yield from kinds & {"cut", "joined", "synonym"}
    if not told:
        return
    yield from (
        name for name, typos in (("typo", 1), ("two typos", 2), ("first letter", 3)) if typos in told["typo"]
    )
    yield from (
        name
        for name, key in (
            ("proximity", "proximity"),
            ("exact", "exact"),
            ("geo decides", "geo"),
            ("scores differ", "filters"),
        )
        if len(told[key]) > 1
    )
    if (
        "plain" in kinds
        and asked.words
        and given.get("queryType") != "prefixNone"
        and 0 in told["exact"]
        and 0 in told["typo"]
    ):
        yield "prefix"
    if len(told["words"]) > 1:
        yield "optional word left out"
    if (
        given.get("removeWordsIfNoResults", "none") != "none"
        and kinds != {"empty"}
        and min(told["words"]) > -len(asked.words)
    ):
        yield "words removed"
    yield from (name for name, there in (("quoted", asked.quoted), ("left out", asked.without)) if there)
    yield from (
        name
        for name, there in (
            ("geo", "aroundLatLng" in given),
            ("filter", case.filters),
            ("optional filter", case.optional),
            ("distinct", given.get("distinct")),
            ("custom", case.settings.get("customRanking")),
        )
        if there
    )
    if given.get("distinct", 0) > 1 and len(hits) > len({str(hit.record.get("group")) for hit in hits}):
        yield "several of a group"
    if len(asked.words) > 1:
        if given.get("attributeCriteriaComputedBy") == "sum":
            yield "attribute summed"
        elif len(told["attribute"]) > 1 and max(told["attribute"]) >= 1000:
            yield "attribute by proximity"
    if len(case.synonyms) > 1 and "synonym" in kinds:
        yield "one of several synonyms"
    for each in case.synonyms:
        sources = [source for source, _, _ in read([each])]
        if any(set(words(source)) <= set(asked.words) for source in sources):
            yield each["type"]
    yield from _ruled(case)


def narrowed(case: Case, hits: list[Hit], untreated: list[Hit]) -> Iterator[str]:
    """Return what left hits out because there are many, by what there would be of few."""
    if len(hits) < len(untreated):
        yield "automatic radius" if "aroundLatLng" in case.given else "more words demanded"


def _ruled(case: Case) -> Iterator[str]:
    if case.rule is None or not case.rule.applies(case.asked.words):
        return
    yield from (
        name
        for name, there in (
            ("promoted", case.rule.promote),
            ("hidden", case.rule.hide),
            ("query changed", case.rule.query_of(case.asked.words) != case.asked.words),
            ("filtered by a rule", case.rule.brand),
        )
        if there
    )
