"""The search engine on synthetic campaigns, with tantivy and SQLite's FTS5 beside it on the same records and queries.

Times are CPU times of one thread. The queries are of seven kinds in equal parts: the beginning of a word, a word and a
beginning, a word, a word with a typo, that and a word, two words, and none. What the others cannot do (typos in a prefix,
Algolia's order) they are not asked for: they count matches and return twenty by their own relevance.
"""

from __future__ import annotations

import bisect
import gc
import itertools
import random
import resource
import sqlite3
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import tantivy

from benchmarks import indexing
from benchmarks.figures import Bar, Figure
from benchmarks.plan import Plan
from mocks.algolia.engine import question, search
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.shape import Shape
from mocks.algolia.engine.synonyms import Synonyms

Json = dict[str, Any]

VOCABULARY = 30_000
WORDS = 25
ORGANISATIONS = 200
SETTINGS: Json = {
    "searchableAttributes": ["campaignName", "brand", "unordered(description)"],
    "attributesForFaceting": ["filterOnly(orgId)", "status", "platform", "primaryKPI"],
    "customRanking": ["desc(totalBudget)"],
}
FACETS = ["status", "platform", "primaryKPI"]
LARGE = 1_000_000


def words(chance: random.Random) -> list[str]:
    """Invent words of three to twelve letters."""
    parts = [a + b for a, b in itertools.product("bcdfghklmnprstvwz", "aeiou")]
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        word = "".join(chance.choices(parts, k=chance.randint(2, 5))) + chance.choice(
            ["", "", "n", "r", "s", "t"]
        )
        found[word] = None
    return list(found)


class Writer:
    """Writes records whose words are as frequent as in real texts: the n-th word one n-th as frequent as the first."""

    def __init__(self, seed: int = 7) -> None:
        """Begin anew."""
        self.chance = random.Random(seed)  # noqa: S311 - figures need no secrets
        self.words = words(self.chance)
        self.weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(len(self.words))))

    def text(self, count: int) -> list[str]:
        """Return some words."""
        last = self.weights[-1]
        return [self.words[bisect.bisect(self.weights, self.chance.random() * last)] for _ in range(count)]

    def record(self, number: int) -> Json:
        """Return a campaign."""
        written = self.text(WORDS)
        return {
            "objectID": str(number),
            "campaignName": " ".join(written[:4]).title(),
            "brand": written[4].title(),
            "description": " ".join(written[5:]) + ".",
            "orgId": f"org_{self.chance.randrange(ORGANISATIONS)}",
            "status": self.chance.choice(
                ["DRAFT", "SUBMITTED", "IN_REVIEW", "APPROVED", "ACTIVE", "COMPLETED"]
            ),
            "platform": self.chance.choice(["INSTAGRAM", "TIKTOK", "YOUTUBE"]),
            "primaryKPI": self.chance.choice(
                ["AD_RECALL", "BRAND_AWARENESS", "CONSIDERATION", "PURCHASE_INTENT"]
            ),
            "totalBudget": self.chance.randrange(1_000, 500_000),
            "timeZone": "Europe/London",
            "currency": "GBP",
        }

    def queries(self, count: int) -> list[str]:
        """Return queries of the seven kinds, in turn."""
        found = []
        for number in range(count):
            one, other = self.text(2)
            kind = number % 7
            found.append(
                [
                    one[: self.chance.randint(1, 2)],
                    f"{one} {other[:2]}",
                    one,
                    self.typo(one),
                    f"{self.typo(one)} {other}",
                    f"{one} {other}",
                    "",
                ][kind]
            )
        return found

    def typo(self, word: str) -> str:
        """Misspell a word by one letter, not its first."""
        at = self.chance.randrange(1, len(word))
        return word[:at] + self.chance.choice("aeioubdk") + word[at + 1 :]


def measure(plan: Plan) -> Iterator[Figure]:
    """Yield the figures of indexing and searching."""
    small = Writer()
    records = [small.record(number) for number in range(plan.records)]
    queries = small.queries(7 * plan.searches)
    yield from _engine(records, queries, plan.records, Bar(3), Bar(12))
    yield from _tantivy(records, queries, plan.records)
    yield from _fts5(records, queries, plan.records)
    yield from indexing.measure(records, SETTINGS, plan)
    if plan.records >= LARGE // 10:
        yield from _large(small, plan)


def _corpus(records: Any) -> tuple[Corpus, float]:
    gc.collect()
    started = time.process_time()
    corpus = Corpus(Shape.of(SETTINGS))
    corpus.expect(("orgId", *FACETS), ("totalBudget",))
    for record in records:
        corpus.put(record)
    _ = corpus.parts
    return corpus, time.process_time() - started


def _times(queries: list[str], run: Callable[[str], Any]) -> list[float]:
    """Return the milliseconds of CPU of each query, sorted."""
    found = []
    gc.collect()
    gc.freeze()
    for query in queries:
        started = time.process_time_ns()
        run(query)
        found.append((time.process_time_ns() - started) / 1e6)
    gc.unfreeze()
    return sorted(found)


def _asked(corpus: Corpus, given: Json) -> Callable[[str], Any]:
    def run(query: str) -> Any:
        found = search.find(corpus, question.ask(SETTINGS, {"query": query, **given}, [], Synonyms()))
        return found.total, search.hits(found, found.page(0, 20)), search.counted(found)

    return run


def _percentiles(name: str, times: list[float], p50: Bar | None, p99: Bar | None) -> Iterator[Figure]:
    data = {"mean": statistics.fmean(times), "samples": len(times)}
    yield Figure(f"{name}, p50", statistics.median(times), "ms", p50, data=data)
    yield Figure(f"{name}, p99", times[int(len(times) * 0.99)], "ms", p99)


def _engine(records: list[Json], queries: list[str], size: int, p50: Bar, p99: Bar) -> Iterator[Figure]:
    corpus, seconds = _corpus(records)
    yield Figure(f"index {size:,} records", size / seconds, "records/s", Bar(20_000, "at least"))
    yield Figure(f"memory of the index, per 100,000 of {size:,}", _memory(records), "MB", Bar(120))
    run = _asked(corpus, {"facets": FACETS})
    _times(queries[:70], run)
    yield from _percentiles(f"search {size:,}, 3 facets", _times(queries, run), p50, p99)
    yield from _percentiles(f"search {size:,}, plain", _times(queries, _asked(corpus, {})), None, None)
    yield Figure(f"one record visible among {size:,}", _visible(corpus, records), "ms", Bar(50))


def _memory(records: list[Json]) -> float:
    """Return the megabytes that an index takes, for 100,000 records."""
    sample = records[: min(len(records), 100_000)]
    tracemalloc.start()
    corpus, _ = _corpus(sample)
    gc.collect()
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return taken / 1e6 * 100_000 / len(corpus)


def _visible(corpus: Corpus, records: list[Json]) -> float:
    """Return the median milliseconds of CPU until a changed record is found by a search."""
    run, found = _asked(corpus, {}), []
    for number in range(60):
        changed = records[number] | {"campaignName": f"visible{number} at last"}
        started = time.process_time_ns()
        corpus.put(changed)
        total, _, _ = run(f"visible{number}")
        found.append((time.process_time_ns() - started) / 1e6)
        assert total
    return statistics.median(found)


def _large(writer: Writer, plan: Plan) -> Iterator[Figure]:
    corpus, _ = _corpus(writer.record(number) for number in range(LARGE))
    queries = writer.queries(7 * max(1, plan.searches // 3))
    _times(queries[:35], _asked(corpus, {"facets": FACETS}))
    for name, given, bar in (
        ("plain", {}, Bar(10)),
        ("one organisation", {"filters": "orgId:org_7"}, Bar(10)),
        ("3 facets", {"facets": FACETS}, Bar(14)),
    ):
        times = _times(queries, _asked(corpus, given))
        yield from _percentiles(f"search {LARGE:,}, {name}", times, bar, Bar(100))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Figure(f"greatest memory of the process with {LARGE:,} records", peak, "MB")


# --- beside it ---------------------------------------------------------------------------------------------------


def _tantivy(records: list[Json], queries: list[str], size: int) -> Iterator[Figure]:
    builder = tantivy.SchemaBuilder()
    for name in ("campaignName", "brand", "description"):
        builder.add_text_field(name, stored=name == "campaignName")
    index = tantivy.Index(builder.build())
    started = time.process_time()
    writer = index.writer(50_000_000, 1)
    for record in records:
        writer.add_document(
            tantivy.Document(**{name: record[name] for name in ("campaignName", "brand", "description")})
        )
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    yield Figure(f"tantivy: index {size:,} records", size / (time.process_time() - started), "records/s")
    searcher, schema = index.searcher(), index.schema
    names = ("campaignName", "brand", "description")

    def term(word: str, *, last: bool) -> Any:
        any_of = [
            tantivy.Query.fuzzy_term_query(schema, name, word, 1 if len(word) >= 4 else 0, True, last)
            for name in names
        ]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, each) for each in any_of])

    def run(query: str) -> Any:
        parts = query.split()
        must = [(tantivy.Occur.Must, term(word, last=at == len(parts) - 1)) for at, word in enumerate(parts)]
        wanted = tantivy.Query.boolean_query(must) if must else tantivy.Query.all_query()
        found = searcher.search(wanted, limit=20, count=True)
        return found.count  # type: ignore[attr-defined]  # the published types lack it

    yield from _percentiles(f"tantivy: search {size:,}", _times(queries, run), None, None)


def _fts5(records: list[Json], queries: list[str], size: int) -> Iterator[Figure]:
    store = sqlite3.connect(":memory:")
    store.execute("CREATE VIRTUAL TABLE campaigns USING fts5(campaignName, brand, description, prefix='1 2')")
    started = time.process_time()
    rows = ((each["campaignName"], each["brand"], each["description"]) for each in records)
    store.executemany("INSERT INTO campaigns VALUES (?, ?, ?)", rows)
    store.execute("INSERT INTO campaigns(campaigns) VALUES ('optimize')")
    yield Figure(f"SQLite FTS5: index {size:,} records", size / (time.process_time() - started), "records/s")

    def run(query: str) -> Any:
        if not query:
            store.execute("SELECT count(*) FROM campaigns").fetchone()
            return store.execute("SELECT * FROM campaigns LIMIT 20").fetchall()
        wanted = " AND ".join(f'"{word}"' for word in query.split()) + "*"
        store.execute("SELECT count(*) FROM campaigns WHERE campaigns MATCH ?", (wanted,)).fetchone()
        ranked = "SELECT * FROM campaigns WHERE campaigns MATCH ? ORDER BY rank LIMIT 20"
        return store.execute(ranked, (wanted,)).fetchall()

    yield from _percentiles(f"SQLite FTS5, no typos: search {size:,}", _times(queries, run), None, None)
    store.close()
