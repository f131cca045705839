"""What languages know of words: which mean nothing in a search, singular and plural, and the parts of compounds.

There are words and rules for English, French, German and Spanish; an application's own dictionaries add to them, for
these and all other languages. Words are as they are compared: lower case, without diacritics.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from mocks.algolia.engine.readings import Language

Json = dict[str, Any]

BUILT_IN = ("en", "fr", "de", "es")
DECOMPOUNDED = ("da", "de", "fi", "nl", "no", "sv")
"""Languages whose compounds are cut (Algolia: "Customize word segmentation")."""

_ENDINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (("", "s"), ("s", "ses"), ("x", "xes"), ("z", "zes"), ("ch", "ches"), ("sh", "shes"), ("o", "oes"), ("y", "ies"), ("f", "ves"), ("fe", "ves")),
    "fr": (("", "s"), ("au", "aux"), ("eu", "eux"), ("ou", "oux"), ("al", "aux"), ("ail", "aux")),
    "de": (("", "e"), ("", "n"), ("", "en"), ("", "er"), ("", "s"), ("in", "innen")),
    "es": (("", "s"), ("", "es"), ("z", "ces")),
}  # fmt: skip
"""How plurals end: what of the singular is replaced by what. Forms that no record has do no harm."""

LEAST_STEM = 3


@dataclass(frozen=True, slots=True)
class Dictionaries:
    """An application's own entries by language: stop words added and taken away, plurals, and parts of compounds.

    `off` are standard entries that do not count, as pairs of dictionary and language. Dictionaries of one `edition` are equal.
    """

    stop: Mapping[str, frozenset[str]] = field(default_factory=dict)
    not_stop: Mapping[str, frozenset[str]] = field(default_factory=dict)
    plurals: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    compounds: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    off: frozenset[tuple[str, str]] = frozenset()
    edition: int = 0


NO_DICTIONARIES = Dictionaries()


@cache
def _data() -> dict[str, Json]:
    return tomllib.loads((Path(__file__).parent / "languages.toml").read_text("utf-8"))


@cache
def standard_stop_words(language: str) -> frozenset[str]:
    """Return the stop words of a language that everybody has."""
    return frozenset(_data()[language]["stop"].split()) if language in BUILT_IN else frozenset()


@cache
def _irregular(language: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(each.split()) for each in _data()[language]["irregular"])


@cache
def standard_compounds(language: str) -> Mapping[str, tuple[str, ...]]:
    """Return the compounds of a language that everybody has, with their parts."""
    listed = (tuple(each.split("|")) for each in _data()["compounds"].get(language, "").split())
    return {"".join(parts): parts for parts in listed}


def parts_of(word: str, languages: Iterable[str], dictionaries: Dictionaries) -> tuple[str, ...]:
    """Return the parts of a compound in the first language that knows it as one; none for other words."""
    for language in languages:
        found = dictionaries.compounds.get(language, {}).get(word)
        if found is None and ("compounds", language) not in dictionaries.off:
            found = standard_compounds(language).get(word)
        if found:
            return found
    return ()


def _languages(values: Json, wanted: Any, dictionaries: Dictionaries) -> list[str]:
    """Return the languages of a parameter that is true or a list; true stands for the query's, or else for all."""
    if isinstance(wanted, list):
        return [str(each) for each in wanted]
    own = (dictionaries.stop, dictionaries.not_stop, dictionaries.plurals, dictionaries.compounds)
    every = dict.fromkeys([*BUILT_IN, *(language for each in own for language in each)])
    return list(values.get("queryLanguages") or every)


def stop_words(values: Json, dictionaries: Dictionaries, wanted: Any) -> frozenset[str]:
    """Return the words that mean nothing in the languages wanted: true, or a list of them."""
    found: frozenset[str] = frozenset()
    for language in _languages(values, wanted, dictionaries):
        standard = (
            frozenset() if ("stopwords", language) in dictionaries.off else standard_stop_words(language)
        )
        found |= standard - dictionaries.not_stop.get(language, frozenset())
        found |= dictionaries.stop.get(language, frozenset())
    return found


def of(values: Json, dictionaries: Dictionaries) -> Language:
    """Return what the languages of a query say about its words."""
    wanted = values.get("ignorePlurals")
    languages = _languages(values, wanted, dictionaries) if wanted else []
    spoken = values.get("queryLanguages") or DECOMPOUNDED
    compounds = (
        [each for each in spoken if each in DECOMPOUNDED] if values.get("decompoundQuery", True) else []
    )

    def plurals(word: str) -> frozenset[str]:
        return frozenset(
            each for language in languages for each in other_numbers(word, language, dictionaries)
        )

    return Language(plurals, lambda word: parts_of(word, compounds, dictionaries))


def other_numbers(word: str, language: str, dictionaries: Dictionaries = NO_DICTIONARIES) -> set[str]:
    """Return the forms that may be singular or plural of a word in a language; some of them are no words."""
    groups = dictionaries.plurals.get(language, ())
    standard = language in BUILT_IN and ("plurals", language) not in dictionaries.off
    groups += _irregular(language) if standard else ()
    found = {each for group in groups if word in group for each in group}
    if standard and len(word) >= LEAST_STEM and word.isalpha():
        found |= set(_regular(word, _ENDINGS[language]))
    return found - {word}


def _regular(word: str, endings: Iterable[tuple[str, str]]) -> Iterable[str]:
    for singular, plural in endings:
        if word.endswith(singular) and not (singular == "" and word.endswith("ss")):
            yield word[: len(word) - len(singular)] + plural
        if word.endswith(plural) and not (plural == "s" and word.endswith("ss")):
            stem = word[: len(word) - len(plural)] + singular
            if len(stem) >= LEAST_STEM:
                yield stem
