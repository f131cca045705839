"""What holds only where many records are found: long queries ask for more of their words, and the radius gets smaller."""

from typing import Any

import pytest

from mocks.algolia.engine import parameters, question, search
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.search import Found
from mocks.algolia.engine.shape import Shape
from mocks.algolia.engine.synonyms import Synonyms

Json = Any
COUNT = 3_500
EIGHTEEN = " ".join(f"w{chr(97 + number)}" for number in range(18))
FOUR = " ".join(EIGHTEEN.split()[:4])
SETTINGS = {"customRanking": ["asc(n)"], "ranking": ["custom"], "searchableAttributes": ["text"]}
BY_WORDS = ["words", "custom"]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """Records in the order of `n`: one in three has four of the words, one in five two of them, the others one."""
    made = Corpus(Shape.of(SETTINGS))
    for n in range(COUNT):
        text = " ".join(EIGHTEEN.split()[: words_of(n)])
        made.put({"objectID": str(n), "n": n, "text": text, "_geoloc": {"lat": 48.0, "lng": n / 1000}})
    return made


def found(corpus: Corpus, query: str, **given: Json) -> Found:
    values = parameters.of_search({"query": query, **given})
    return search.find(corpus, question.ask(SETTINGS, values, [], Synonyms()))


def numbers(found: Found) -> list[int]:
    return [number for [number] in found.page(0, COUNT)]


def having(words: int, first: int) -> list[int]:
    """Return the records from one on that have at least so many of the words."""
    return [n for n in range(first, COUNT) if words_of(n) >= words]


def words_of(n: int) -> int:
    return 4 if n % 3 == 0 else 2 if n % 5 == 0 else 1


def test_with_eighteen_optional_words_the_second_thousand_needs_four(corpus: Corpus) -> None:
    """The example of Algolia's documents (optionalWords): eighteen words, so three more for each thousand."""
    wanted = [*range(1000), *having(4, 1000)]
    assert len(wanted) < 2000
    asked = found(corpus, EIGHTEEN, optionalWords=EIGHTEEN, queryType="prefixNone", typoTolerance=False)
    assert (numbers(asked), asked.total) == (wanted, len(wanted))


def test_with_fewer_than_ten_optional_words_each_thousand_needs_one_more(corpus: Corpus) -> None:
    second = having(2, 1000)[:1000]
    third = having(4, second[-1] + 1)
    asked = found(corpus, FOUR, optionalWords=[FOUR], queryType="prefixNone", typoTolerance=False)
    assert numbers(asked) == [*range(1000), *second, *third]
    assert third, "three words are needed, of which those with four are the only ones"


def test_hits_with_most_of_the_words_are_all_found(corpus: Corpus) -> None:
    """Ranked by words, the first hits have four of them; only where those end do more records fall short."""
    asked = found(corpus, FOUR, optionalWords=[FOUR], ranking=BY_WORDS, typoTolerance=False)
    four = having(4, 0)
    two = [n for n in having(2, 0) if n % 3]
    assert numbers(asked) == [*four, *two][: asked.total]
    assert asked.total == len(four) + len(two), "one word is too little in the second thousand"


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ("wa wb wc", {"optionalWords": "wa wb wc"}),
        (FOUR, {"optionalWords": "wb wc wd"}),
        (FOUR, {"optionalWords": []}),
    ],
)
def test_shorter_queries_and_such_with_a_needed_word_ask_for_no_more(
    corpus: Corpus, query: str, given: Json
) -> None:
    wanted = having(4, 0) if not given["optionalWords"] else having(1, 0)
    asked = found(corpus, query, queryType="prefixNone", typoTolerance=False, **given)
    assert numbers(asked) == wanted


def test_the_automatic_radius_holds_the_nearest_thousand(corpus: Corpus) -> None:
    asked = found(corpus, "", aroundLatLng="48.0,0.0")
    assert numbers(asked) == list(range(1000))
    farthest = search.hits(found(corpus, "", aroundLatLng="48.0,0.0", getRankingInfo=True), [[999]])
    assert asked.radius(0) == farthest[0]["_rankingInfo"]["matchedGeoLocation"]["distance"]


def test_the_least_radius_widens_the_automatic_one_and_no_other(corpus: Corpus) -> None:
    narrow = found(corpus, "", aroundLatLng="48.0,0.0").radius(0)
    wide = found(corpus, "", aroundLatLng="48.0,0.0", minimumAroundRadius=narrow + 50_000)
    assert 1000 < wide.total < COUNT
    assert narrow < wide.radius(0) <= narrow + 50_000
    assert found(corpus, "", aroundLatLng="48.0,0.0", minimumAroundRadius=5).total == 1000
    fixed = found(corpus, "", aroundLatLng="48.0,0.0", aroundRadius=100, minimumAroundRadius=50_000)
    assert numbers(fixed) == [0, 1]
    assert found(corpus, "", aroundLatLng="48.0,0.0", aroundRadius="all").total == COUNT


def test_where_few_are_found_the_radius_leaves_nothing_out(corpus: Corpus) -> None:
    asked = found(corpus, "", aroundLatLng="48.0,0.0", numericFilters=["n>=3000"])
    assert asked.total == COUNT - 3000
