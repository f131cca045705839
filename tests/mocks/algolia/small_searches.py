"""Small indexes with searches of all kinds, made of a number each, and what each of them tries."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.mocks.algolia.reference import Asked, words
from tests.mocks.algolia.reference_search import RANKING, Groups, Rule

Json = Any

VOCABULARY = [
    *("red", "car", "carpet", "pet", "redcar", "cat", "card", "house", "houses", "mouse", "blue", "bleu"),
    *("summer", "summertime", "time", "sumer", "so", "a", "crème", "brûlée", "autumnal", "autumn", "5"),
]
BRANDS = ["Acme", "Bolt", "Coil", "coil"]
PLACES = [(48.8566, 2.3522), (48.8049, 2.1204), (45.764, 4.8357), (52.52, 13.405), (-33.87, 151.21)]
KINDS = ("synonym", "onewaysynonym", "altcorrection1", "altcorrection2", "placeholder")
SEARCHABLE: tuple[list[str], ...] = (
    [],
    ["title", "unordered(text)"],
    ["title", "text", "tags"],
    ["unordered(tags)", "title"],
    ["title,tags", "text"],
    ["text", "title,tags"],
    ["tags"],
)


@dataclass(frozen=True)
class Case:
    """A search: what was written (None takes a record out), the query and all that goes with it.

    `seen` says how often the index is looked at while it is written, `large` whether it is treated as a large one.
    """

    written: list[Json]
    asked: Asked
    query: str
    given: dict[str, Json]
    settings: dict[str, Json]
    synonyms: list[Json]
    filters: Groups
    optional: Groups
    rule: Rule | None
    seen: int
    large: bool


class Maker:
    """Makes one search of a number."""

    def __init__(self, number: int) -> None:
        """The same number makes the same search."""
        self.chance = random.Random(number)

    def case(self) -> Case:
        """Make the search."""
        pair = self.chance.choices(VOCABULARY, k=2) if self.often(0.15) else []
        most = 9 if pair else self.chance.randint(0, 9)
        written = [self.record(pair) if self.often(0.9) else None for _ in range(most)]
        texts = [text for record in written if record for text in _texts(record)]
        synonyms = [self.synonym() for _ in range(self.chance.randint(1, 2))] if self.often(0.4) else []
        given = self.given() | (self.around() if self.often(0.2) else {})
        rule = None
        if self.often(0.2):
            query, asked = self.quoting(texts)
            given |= {"advancedSyntax": True}
        else:
            query = " ".join(pair) if pair and not synonyms else self.query(texts, synonyms)
            asked = Asked(words(query))
            if not pair and not synonyms and self.often(0.15):
                query, given = self.long_query(given)
                asked = Asked(words(query))
            if asked.words and self.often(0.25):
                rule = self.rule(asked.words)
        return Case(
            written=written,
            asked=asked,
            query=query,
            given=given,
            settings=self.settings(),
            synonyms=synonyms,
            filters=self.filters() if self.often(0.25) else [],
            optional=[self.facets() for _ in range(self.chance.randint(1, 2))] if self.often(0.25) else [],
            rule=rule,
            seen=self.chance.randint(0, 3),
            large=self.often(0.5),
        )

    def often(self, share: float) -> bool:
        """Decide something."""
        return self.chance.random() < share

    def text(self, most: int = 5) -> str:
        """Write some words."""
        return " ".join(self.chance.choices(VOCABULARY, k=self.chance.randint(1, most)))

    def record(self, pair: list[str]) -> Json:
        """Make a record; most have the two words of a pair in their title, if there is one."""
        chance = self.chance
        record: dict[str, Json] = {"objectID": str(chance.randint(0, 9))}
        made: dict[str, Callable[[], Json]] = {
            "title": lambda: " ".join(
                [*(pair if self.often(0.8) else pair[::-1]), self.text(2 if pair else 5)]
            ),
            "text": lambda: self.text(9),
            "tags": lambda: [self.text(2) for _ in range(chance.randint(0, 3))],
            "brand": lambda: (
                chance.choice(BRANDS) if self.often(0.7) else chance.sample(BRANDS, chance.randint(0, 2))
            ),
            "price": lambda: chance.randint(0, 5),
            "group": lambda: chance.choice("xy"),
            "_geoloc": lambda: [
                {"lat": lat, "lng": lng} for lat, lng in chance.sample(PLACES, chance.randint(1, 2))
            ],
        }
        return record | {name: make() for name, make in made.items() if self.often(0.7)}

    # --- queries ---------------------------------------------------------------------------------------------------

    def query(self, texts: list[str], synonyms: list[Json]) -> str:
        """Ask as a visitor does who wants one of the texts."""
        wanted = self.wanted(texts, 4)
        if synonyms and self.often(0.7):
            wanted.insert(
                self.chance.randint(0, len(wanted)), self.chance.choice([each[0] for each in _read(synonyms)])
            )
        return " ".join(wanted[:5]) if self.often(0.95) else ""

    def wanted(self, texts: list[str], most: int) -> list[str]:
        """Return some words of a text as they may be asked for: mistaken, joined, cut, turned round, or others."""
        listed = self.chance.choice(texts or [self.text()]).split()
        start = self.chance.randrange(len(listed))
        found = listed[start : start + self.chance.randint(1, most)]
        change = self.chance.randint(0, 9)
        if change == 0:
            found.reverse()
        elif change == 1:
            found[:2] = ["".join(found[:2])]
        elif change == 2:
            longest = max(range(len(found)), key=lambda at: len(found[at]))
            at = self.chance.randint(1, max(1, len(found[longest]) - 1))
            found[longest : longest + 1] = [found[longest][:at], found[longest][at:]]
        elif change == 3:
            found.insert(self.chance.randint(0, len(found)), self.chance.choice(VOCABULARY))
        return [self.mistaken(each) for each in found if each]

    def mistaken(self, word: str) -> str:
        """Return a word with a letter more, one less, none after it, or two of them swapped; mostly as it is."""
        at, change = self.chance.randint(0, len(word)), self.chance.randint(0, 11)
        if change == 0:
            return word[:at] + self.chance.choice("abceimrst") + word[at:]
        if change == 1:
            return word[:at] + word[at + 1 :]
        if change == 2:
            return word[: max(1, at)]
        if change == 3 and 0 < at < len(word):
            return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
        return self.mistaken(self.mistaken(word)) if change == 4 else word

    def long_query(self, given: dict[str, Json]) -> tuple[str, dict[str, Json]]:
        """Ask for many words that are all optional."""
        asked = self.chance.choices(VOCABULARY, k=self.chance.randint(4, 6))
        others = self.chance.choices(VOCABULARY, k=self.chance.choice([0, 1, 4, 9]))
        return " ".join(asked), given | {"optionalWords": " ".join([*asked, *others])}

    def quoting(self, texts: list[str]) -> tuple[str, Asked]:
        """Ask in the advanced syntax: words, words in quotes, and words that must not be there."""
        kept: list[str] = []
        quoted: list[range] = []
        without: list[list[str]] = []
        shown: list[str] = []
        for _ in range(self.chance.randint(1, 3)):
            phrase = (
                self.wanted(texts, 2) if self.often(0.3) else self.chance.choice(texts or ["a"]).split()[:2]
            )
            plain = [each for one in phrase for each in words(one)]
            kind = self.chance.randint(0, 2)
            if kind == 0:
                shown += phrase
                kept += plain
            elif kind == 1 and plain:
                shown.append(f'"{" ".join(phrase)}"')
                quoted.append(range(len(kept), len(kept) + len(plain)))
                kept += plain
            elif plain:
                left_out = self.chance.choices(VOCABULARY, k=self.chance.randint(1, 2))
                shown.append("-" + (left_out[0] if len(left_out) == 1 else f'"{" ".join(left_out)}"'))
                without.append([each for one in left_out for each in words(one)])
        return " ".join(shown), Asked(kept, quoted, without)

    # --- all that goes with them -----------------------------------------------------------------------------------

    def given(self) -> dict[str, Json]:
        """Choose a few parameters."""
        chance = self.chance
        values: dict[str, Callable[[], Json]] = {
            "queryType": lambda: chance.choice(["prefixLast", "prefixAll", "prefixNone"]),
            "typoTolerance": lambda: chance.choice([True, False, "min", "strict"]),
            "optionalWords": self.text,
            "removeWordsIfNoResults": lambda: chance.choice(["lastWords", "firstWords", "allOptional"]),
            "restrictSearchableAttributes": lambda: chance.sample(
                ["title", "text", "tags"], chance.randint(1, 2)
            ),
            "minProximity": lambda: chance.randint(1, 7),
            "minWordSizefor1Typo": lambda: chance.randint(3, 5),
            "minWordSizefor2Typos": lambda: chance.randint(6, 8),
            "exactOnSingleWordQuery": lambda: chance.choice(["attribute", "word", "none"]),
            "attributeCriteriaComputedBy": lambda: chance.choice(["best", "minProximity", "sum"]),
            "attributeCriteriaComputedByMinProximity": lambda: True,
            "sumOrFiltersScores": lambda: True,
            "distinct": lambda: chance.randint(0, 3),
            "ranking": lambda: chance.sample(RANKING, chance.choice([8, 8, 8, 4])),
        }
        return {name: values[name]() for name in chance.sample(sorted(values), chance.randint(0, 5))}

    def around(self) -> dict[str, Json]:
        """Choose a place to search around."""
        found: dict[str, Json] = {"aroundLatLng": "48.8566,2.3522"}
        if self.often(0.7):
            found["aroundRadius"] = self.chance.choice([30_000, 500_000, "all"])
        elif self.often(0.5):
            found["minimumAroundRadius"] = self.chance.choice([30_000, 500_000])
        if self.often(0.5):
            found["aroundPrecision"] = self.chance.choice([1, 20_000])
        return found

    def settings(self) -> dict[str, Json]:
        """Choose the settings of the index."""
        found: dict[str, Json] = {"attributesForFaceting": ["brand"], "attributeForDistinct": "group"}
        if listed := self.chance.choice(SEARCHABLE):
            found["searchableAttributes"] = listed
        if self.often(0.5):
            found["customRanking"] = self.chance.sample(["desc(price)", "asc(price)", "desc(group)"], 2)
        return found

    def synonym(self) -> Json:
        """Make a synonym as the API has it."""
        kind, some = self.chance.choice(KINDS), [self.text(2) for _ in range(self.chance.randint(1, 2))]
        if kind == "synonym":
            return {"type": kind, "synonyms": [self.text(2), *some]}
        if kind == "onewaysynonym":
            return {"type": kind, "input": self.text(2), "synonyms": some}
        if kind == "placeholder":
            return {"type": kind, "placeholder": f"<{self.chance.choice(VOCABULARY)}>", "replacements": some}
        return {"type": kind, "word": self.chance.choice(VOCABULARY), "corrections": some}

    def filters(self) -> Groups:
        """Make a filter."""
        return [
            self.facets() if self.often(0.6) else self.numbers() for _ in range(self.chance.randint(1, 2))
        ]

    def facets(self) -> list[tuple[str, str, Json, bool, int]]:
        """Make conditions on a facet."""
        brands = self.chance.sample(BRANDS, self.chance.randint(1, 2))
        return [("brand", ":", each, self.often(0.3), self.chance.choice([1, 1, 3])) for each in brands]

    def numbers(self) -> list[tuple[str, str, Json, bool, int]]:
        """Make conditions on a number."""
        signs = self.chance.choices(["<", ">="], k=self.chance.randint(1, 2))
        return [("price", sign, self.chance.randint(0, 5), self.often(0.3), 1) for sign in signs]

    def rule(self, asked: list[str]) -> Rule:
        """Make a rule that the query may bring into play."""
        chance, at = self.chance, self.chance.randrange(len(asked))
        ids = [str(each) for each in chance.sample(range(10), 4)]
        return Rule(
            pattern=asked[at : at + chance.randint(1, 2)],
            anchoring=chance.choice(["is", "startsWith", "endsWith", "contains", "contains"]),
            promote=tuple(zip(ids[:2], chance.sample(range(5), 2), strict=True))[: chance.randint(0, 2)],
            hide=tuple(ids[2 : 2 + chance.randint(0, 2)]),
            only_filtered=self.often(0.3),
            remove=chance.choice(asked) if self.often(0.3) else None,
            query=self.text(2) if self.often(0.2) else None,
            brand=chance.choice(BRANDS) if self.often(0.2) else None,
        )


def _texts(record: Json) -> list[str]:
    """Return the texts of a record."""
    return [*(record[name] for name in ("title", "text") if name in record), *record.get("tags", ())]


def read(synonyms: list[Json]) -> Iterator[tuple[str, list[str], int]]:
    """Return synonyms as words of a query, what may stand for them, and at what cost of typos."""
    for source, targets, typos in _read(synonyms):
        yield source, [each for each in targets if words(each) != words(source)], typos


def _read(synonyms: list[Json]) -> Iterator[tuple[str, list[str], int]]:
    for each in synonyms:
        if each["type"] == "synonym":
            listed = each["synonyms"]
            for one in listed:
                yield one, [other for other in listed if other != one], 0
        elif each["type"] == "onewaysynonym":
            yield each["input"], each["synonyms"], 0
        elif each["type"] == "placeholder":
            for one in each["replacements"]:
                yield one, [each["placeholder"]], 0
        else:
            yield each["word"], each["corrections"], int(each["type"][-1])
