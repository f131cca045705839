"""Text as the index sees it: normalised (case and diacritics do not matter) and cut into words.

Words are the longest runs of letters and digits; each character of Chinese, Japanese and Korean scripts is a word of
its own (Algolia: "Tokenization", "Normalization").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
RUN = re.compile(r"[a-z0-9]+")
JOINED = re.compile(r"[A-Za-z0-9][.'][A-Za-z0-9]")
_IDEOGRAPH = re.compile(
    r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]|[^\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LIGATURES = str.maketrans({"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})

JOINERS = frozenset(".'®©")
"""Signs around which words are indexed joined as well as apart (Algolia: "Tokenization")."""

LEAST_PART = 3
"""Letters of a part of a joined word that is indexed on its own."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """What of an index's settings decides how text is read.

    `separators` are characters that are words of their own, those of `keep` keep their diacritics, and `custom` are
    replacements of characters that come before all normalisation.
    """

    separators: str = ""
    keep: str = ""
    custom: tuple[tuple[str, str], ...] = ()


PLAIN = Spelling()


class Word(NamedTuple):
    """A word of a text: as it is compared, where it stands in the original, and how many words precede it."""

    text: str
    start: int
    end: int
    position: int


@lru_cache(maxsize=65536)
def normalise(text: str, spelling: Spelling = PLAIN) -> str:
    """Return lower case without diacritics."""
    if spelling.custom:
        table = dict(spelling.custom)
        text = "".join([table.get(each, table.get(each.lower(), each)) for each in text])
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFC", text).lower()
    return "".join([each if each in spelling.keep else _bare(each) for each in plain])


def _bare(character: str) -> str:
    apart = unicodedata.normalize("NFD", character)
    return "".join([each for each in apart if not unicodedata.combining(each)]).translate(_LIGATURES)


def simple(text: str, spelling: Spelling) -> list[str] | None:
    """Return the words of a text without anything out of the ordinary, which is most texts; None for others."""
    if not text.isascii() or (spelling is not PLAIN and spelling != PLAIN):
        return None
    if joined(text):
        return None
    return RUN.findall(text.lower())


def joined(text: str) -> bool:
    """Tell whether words of a text are joined by a sign that makes them one word as well; its end joins nothing."""
    return ("." in text[:-1] or "'" in text) and JOINED.search(text) is not None


def apart(text: str, spelling: Spelling = PLAIN) -> list[Word]:
    """Cut a text into its words and nothing else, as queries are cut."""
    pieces = _pieces(text, spelling)
    return [Word(piece.text, piece.start, piece.end, at) for at, piece in enumerate(pieces)]


def words(
    text: str,
    spelling: Spelling = PLAIN,
    *,
    camel: bool = False,
    parts: Callable[[str], tuple[str, ...]] | None = None,
) -> list[Word]:
    """Cut a text into the words that are indexed.

    Around a full stop or an apostrophe the joined word is indexed at the place of its first part, and a part of one or
    two letters is not indexed on its own. With `camel`, capitals within a word divide it in the same way. `parts` returns
    those of a compound, which are indexed one after the other from its place on.
    """
    found: list[Word] = []
    further = 0
    for group, before in _groups(text, _pieces(text, spelling, camel=camel), spelling):
        position = before + further
        if len(group) == 1:
            found.append(group[0]._replace(position=position))
            if parts is not None and not decomposed(text[group[0].start : group[0].end]):
                cut = _cut(found[-1], parts(group[0].text), text, spelling)
                found += cut
                further += max(0, len(cut) - 1)
            continue
        for at, part in enumerate(group):
            if len(part.text) >= LEAST_PART:
                found.append(part._replace(position=position + at))
        whole = "".join([part.text for part in group])
        found.append(Word(whole, group[0].start, group[-1].end, position))
    return found


def decomposed(text: str) -> bool:
    """Tell whether a text has signs apart from their letters, so that its compounds are not cut."""
    return not text.isascii() and any(unicodedata.combining(each) for each in text)


def _cut(word: Word, parts: tuple[str, ...], text: str, spelling: Spelling) -> list[Word]:
    """Return the parts of a compound where they stand in it; of a part that is spelled otherwise there, all of it."""
    found, done = [], 0
    original = text[word.start : word.end]
    for at, part in enumerate(parts):
        start, end = word.start, word.end
        begin = word.text.find(part, done)
        if begin >= 0:
            done = begin + len(part)
            start = word.start + original_length(original, begin, spelling)
            end = word.start + original_length(original, done, spelling)
        found.append(Word(part, start, end, word.position + at))
    return found


def _groups(text: str, pieces: list[Word], spelling: Spelling) -> Iterator[tuple[list[Word], int]]:
    """Return words that are joined by a sign or by nothing, with the number of words before them."""
    group: list[Word] = []
    position = 0
    for piece in pieces:
        if group and not _joined(text[group[-1].end : piece.start], group[-1], piece, spelling):
            yield group, position
            position += len(group)
            group = []
        group.append(piece)
    if group:
        yield group, position


def _joined(between: str, before: Word, after: Word, spelling: Spelling) -> bool:
    if between == "":
        return (
            before.text.isascii() and after.text.isascii() and before.text.isalnum() and after.text.isalnum()
        )
    return between in JOINERS and between not in spelling.separators


def _pieces(text: str, spelling: Spelling, *, camel: bool = False) -> list[Word]:
    found = []
    for piece, start in _runs(text):
        for part, at in _humps(piece, start) if camel else ((piece, start),):
            if plain := normalise(part, spelling):
                found.append(Word(plain, at, at + len(part), 0))
    if spelling.separators:
        found += [Word(each, at, at + 1, 0) for at, each in enumerate(text) if each in spelling.separators]
        found.sort(key=lambda word: word.start)
    return found


def _humps(piece: str, start: int) -> Iterator[tuple[str, int]]:
    for part in _CAMEL.split(piece):
        yield part, start
        start += len(part)


def _runs(text: str) -> Iterator[tuple[str, int]]:
    for match in _WORD.finditer(text):
        run = match.group()
        if run.isascii():
            yield run, match.start()
            continue
        for part in _IDEOGRAPH.finditer(run):
            yield part.group(), match.start() + part.start()


def original_length(text: str, length: int, spelling: Spelling = PLAIN) -> int:
    """Return how many characters of an original word make up `length` characters of its normalised form."""
    done = 0
    for count, character in enumerate(text):
        if done >= length and not unicodedata.combining(character):
            return count
        done += len(normalise(character, spelling))
    return len(text)
