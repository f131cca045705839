"""Text as the index sees it: normalised (case and diacritics do not matter) and cut into words.

Words are the longest runs of letters and digits; each character of Chinese, Japanese and Korean scripts is a word of
its own (Algolia: "Tokenization", "Normalization").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
_PLAIN = re.compile(r"[a-z0-9]+")
_IDEOGRAPH = re.compile(
    r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]|[^\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+"
)
_LIGATURES = str.maketrans({"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})


class Word(NamedTuple):
    """A word of a text: as it is compared, and where it stands in the original."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=65536)
def normalise(text: str, keep: str = "") -> str:
    """Return lower case without diacritics; the characters of `keep` keep theirs."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFC", text).lower()
    return "".join([each if each in keep else _bare(each) for each in plain])


def _bare(character: str) -> str:
    apart = unicodedata.normalize("NFD", character)
    return "".join([each for each in apart if not unicodedata.combining(each)]).translate(_LIGATURES)


def words(text: str, *, separators: str = "", keep: str = "") -> list[Word]:
    """Cut a text into its words; the characters of `separators` are indexed, each as a word."""
    found = [
        Word(plain, start, start + len(piece))
        for piece, start in _pieces(text)
        if (plain := normalise(piece, keep))
    ]
    if separators:
        found += [Word(each, at, at + 1) for at, each in enumerate(text) if each in separators]
        found.sort(key=lambda word: word.start)
    return found


def forms(text: str, *, separators: str = "", keep: str = "") -> list[str]:
    """Return the words of a text as they are compared, without their places."""
    if text.isascii() and not separators:
        return _PLAIN.findall(text.lower())
    return [word.text for word in words(text, separators=separators, keep=keep)]


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    for match in _WORD.finditer(text):
        run = match.group()
        if run.isascii():
            yield run, match.start()
            continue
        for part in _IDEOGRAPH.finditer(run):
            yield part.group(), match.start() + part.start()


def original_length(text: str, length: int, keep: str = "") -> int:
    """Return how many characters of an original word make up `length` characters of its normalised form."""
    done = 0
    for count, character in enumerate(text):
        if done >= length and not unicodedata.combining(character):
            return count
        done += len(normalise(character, keep))
    return len(text)
