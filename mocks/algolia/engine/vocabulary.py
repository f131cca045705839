"""The words of an index, searched by edit distance: all of them at once, letter by letter.

Words are columns of a table of letters, which only grows; a word keeps its number. Which letters a word has, and which its
beginning, are bits of a number: most words differ from a query word by more letters than so few edits can change. For the
others the tables of edit distances are worked out in step, in the narrow band that the edits can reach.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

LONGEST = 60
"""Letters of a word up to which typos are looked for; longer words are found as they are, or by their beginning."""

KEPT_ANSWERS = 2048
"""Query words whose similar words are kept, at about a kilobyte each."""
FIRST_ROOM = 1024

NONE = (1 << 32) - 1
"""What is no letter."""

FAR = 50
"""More edits than are ever looked for."""

ONE = np.int8(1)
HEAD = 3
"""Letters of the beginning of a word that are looked at by themselves."""


class Vocabulary:
    """Words by number, and the numbers of those within some edits of a query word."""

    def __init__(self) -> None:
        """Start empty."""
        self.numbers: dict[str, int] = {}
        self.words: list[str] = []
        self._letters = np.zeros((1, 0), np.uint32)
        self._lengths = np.zeros(0, np.int16)
        self._marks = np.zeros((2, 0), np.uint64)
        self._answers: dict[tuple[str, int, bool], tuple[int, Array, Array]] = {}

    def __len__(self) -> int:
        return len(self.numbers)

    def add(self, words: Iterable[str]) -> Array:
        """Return the numbers of words, new ones for those that were not there."""
        numbers, known = self.numbers, len(self.numbers)
        given = np.array([numbers.setdefault(word, len(numbers)) for word in words], np.int64)
        if len(numbers) > known:
            new = list(islice(numbers, known, None))
            self.words += new
            self._write(new, known)
        return given

    def _write(self, words: list[str], first: int) -> None:
        """Write new words into the table, which doubles when it is full."""
        width = max([self._letters.shape[0], *(min(len(word), LONGEST) for word in words)])
        room = self._letters.shape[1]
        needed = first + len(words)
        if width > self._letters.shape[0] or needed > room:
            more = max(FIRST_ROOM, needed, room * 2) if needed > room else room
            grown = np.zeros((width, more), np.uint32)
            grown[: self._letters.shape[0], :room] = self._letters
            lengths = np.zeros(grown.shape[1], np.int16)
            lengths[:room] = self._lengths
            marks = np.zeros((2, grown.shape[1]), np.uint64)
            marks[:, :room] = self._marks
            self._letters, self._lengths, self._marks = grown, lengths, marks
        cut = [word[:LONGEST] for word in words]
        self._lengths[first:needed] = [min(len(word), LONGEST + 1) for word in words]
        text = "".join([word.ljust(width, "\0") for word in cut])
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).reshape(len(words), width)
        self._letters[:, first:needed] = codes.T
        bits = np.where(codes > 0, np.uint64(1) << (codes & 63).astype(np.uint64), np.uint64(0))
        self._marks[0, first:needed] = np.bitwise_or.reduce(bits, axis=1)
        self._marks[1, first:needed] = np.bitwise_or.reduce(bits[:, :HEAD], axis=1)

    def first_letters(self, numbers: Array) -> Array:
        """Return the first letters of words as code points."""
        letters: Array = self._letters[0][numbers]
        return letters

    def similar(self, word: str, limit: int, *, prefix: bool) -> tuple[Array, Array]:
        """Return the numbers of the words within `limit` edits of a wanted one, and their edits.

        Edits are insertion, deletion, substitution and the swap of neighbours (optimal string alignment). With `prefix`
        the best beginning of a word counts. What was worked out is kept; later only newer words are looked at.
        """
        key = word, limit, prefix
        size, found, edits = self._answers.get(key, (0, np.zeros(0, np.int64), np.zeros(0, np.int8)))
        if size < len(self.numbers):
            more, costs = self._similar(word, limit, size, prefix=prefix)
            found, edits = np.concatenate((found, more)), np.concatenate((edits, costs))
            if len(self._answers) >= KEPT_ANSWERS:
                self._answers.clear()
            self._answers[key] = len(self.numbers), found, edits
        return found, edits

    def _similar(self, word: str, limit: int, first: int, *, prefix: bool) -> tuple[Array, Array]:
        lengths = self._lengths[first : len(self.numbers)]
        if len(word) > LONGEST - limit:
            return np.zeros(0, np.int64), np.zeros(0, np.int8)
        fitting = lengths >= len(word) - limit
        if not prefix:
            fitting &= lengths <= len(word) + limit
        fitting &= self._with_letters(word, limit, first, prefix=prefix)
        numbers = np.flatnonzero(fitting) + first
        if not len(numbers):
            return numbers, np.zeros(0, np.int8)
        edits = _edits(self._letters[:, numbers], self._lengths[numbers], word, limit, prefix=prefix)
        near = np.flatnonzero(edits <= limit)
        return numbers[near], edits[near]

    def _with_letters(self, word: str, limit: int, first: int, *, prefix: bool) -> Array:
        """Return which words may be near by the letters that they have: an edit adds one letter and takes one away at most.

        The first letters of a word are among as many of the other's, and `limit` more, as far as they are not edited. With
        `prefix` what follows the beginning that counts may be anything, so that no more is known of it.
        """
        every, heads = self._marks[:, first : len(self.numbers)]
        wanted = _marks(word)
        fitting: Array = np.bitwise_count(~every & wanted) <= limit
        if not prefix:
            fitting &= np.bitwise_count(every & ~wanted) <= limit
        if len(word) - limit >= HEAD:
            fitting &= np.bitwise_count(heads & ~_marks(word[: HEAD + limit])) <= limit
        return fitting


def _marks(word: str) -> np.uint64:
    """Return the letters of a word as bits, of which some letters share one."""
    found = 0
    for letter in word:
        found |= 1 << (ord(letter) & 63)
    return np.uint64(found)


def _edits(letters: Array, lengths: Array, word: str, limit: int, *, prefix: bool) -> Array:
    """Return the edit distances of one word to many; they are right where they are within the limit.

    `letters` are the columns of the many. In the usual table of distances there is a row for each of their letters; of a
    row only the cells count that lie `limit` and less to the left and right of the diagonal.
    """
    size, width = len(word), 2 * limit + 1
    rows = min(size + limit, len(letters))
    padded = np.full(max(rows + width, size + limit + 1), NONE, np.uint32)
    padded[limit + 1 : limit + 1 + size] = [ord(each) for each in word]
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)[: rows + 1, :, None]
    letters = letters[:rows, None, :]
    differs = (letters != windows[1:]).view(np.int8)
    swapped = (letters[1:] == windows[1:-1]) & (letters[:-1] == windows[2:])
    swaps = swapped.any(axis=(1, 2)).tolist()
    steps = np.arange(width, dtype=np.int8)[:, None]
    row = np.repeat(np.where(steps < limit, FAR, steps - limit).astype(np.int8), len(lengths), axis=1)
    before, best = row, np.full(len(lengths), FAR, np.int8)
    for place in range(rows + 1):
        if place:
            last, row = row, row + differs[place - 1]
            np.minimum(row[:-1], last[1:] + ONE, out=row[:-1])
            if place > 1 and swaps[place - 2]:
                row = np.where(swapped[place - 2], np.minimum(row, before + ONE), row)
            row = np.minimum.accumulate(row - steps, axis=0) + steps
            before = last
        if size - limit <= place:  # the whole word, and a word that ends here, or one of its beginnings
            there = lengths >= place if prefix else lengths == place
            best = np.where(there, np.minimum(best, row[size - place + limit]), best)
    return best
