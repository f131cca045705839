"""The words of an index, searched by edit distance: all of them at once, letter by letter.

Words are columns of a table of letters, which only grows; a word keeps its number. For a query word the table of edit
distances is worked out for all words in step, in the narrow band that so few edits can reach, and words that are too
far off after some letters are left out of the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

LONGEST = 60
"""Letters of a word up to which typos are looked for; longer words are found as they are, or by their beginning."""

KEPT_ANSWERS = 256
FIRST_ROOM = 1024


class Vocabulary:
    """Words by number, and the numbers of those within some edits of a query word."""

    def __init__(self) -> None:
        """Start empty."""
        self.numbers: dict[str, int] = {}
        self._letters = np.zeros((1, 0), np.uint32)
        self._lengths = np.zeros(0, np.int16)
        self._answers: dict[tuple[str, int, bool], tuple[int, Array, Array]] = {}

    def __len__(self) -> int:
        return len(self.numbers)

    def add(self, words: Iterable[str]) -> Array:
        """Return the numbers of words, new ones for those that were not there."""
        numbers, known = self.numbers, len(self.numbers)
        given = np.array([numbers.setdefault(word, len(numbers)) for word in words], np.int64)
        if len(numbers) > known:
            self._write(list(numbers)[known:], known)
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
            self._letters, self._lengths = grown, lengths
        cut = [word[:LONGEST] for word in words]
        self._lengths[first:needed] = [min(len(word), LONGEST + 1) for word in words]
        text = "".join([word.ljust(width, "\0") for word in cut])
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        self._letters[:, first:needed] = codes.reshape(len(words), width).T

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
        numbers = np.flatnonzero(fitting) + first
        return _Distances(self._letters, self._lengths, word, limit, prefix=prefix).of(numbers)


class _Distances:
    """Edit distances of one word to many, by the rows of the usual table: one row for each letter of the many."""

    def __init__(self, letters: Array, lengths: Array, word: str, limit: int, *, prefix: bool) -> None:
        self.letters, self.lengths = letters, lengths
        self.word = [ord(each) for each in word]
        self.limit, self.prefix = limit, prefix
        self.far = limit + 1

    def of(self, numbers: Array) -> tuple[Array, Array]:
        """Return those of the words that are within the limit, and how far they are."""
        size, limit = len(self.word), self.limit
        best = np.full(len(numbers), self.far, np.int8)
        kept, ends = np.arange(len(numbers)), self.lengths[numbers]
        before: dict[int, Array] = {}
        row = {at: np.full(len(numbers), at, np.int8) for at in range(min(limit, size) + 1)}
        self._note(best, kept, row.get(size), ends, 0)
        column: Array | None = None
        for place in range(1, min(size + limit, self.letters.shape[0]) + 1):
            last, column = column, self.letters[place - 1][numbers[kept]]
            before, row = row, self._row(row, before, place, column, last)
            self._note(best, kept, row.get(size), ends, place)
            near = np.zeros(len(kept), bool)
            for cells in (*row.values(), *before.values()):
                near |= cells <= limit
            if np.count_nonzero(near) * 4 < len(kept) * 3:
                kept, ends, column = kept[near], ends[near], column[near]
                row = {at: cells[near] for at, cells in row.items()}
                before = {at: cells[near] for at, cells in before.items()}
            if not len(kept):
                break
        found = np.flatnonzero(best <= limit)
        return numbers[found], best[found]

    def _note(self, best: Array, kept: Array, cells: Array | None, ends: Array, place: int) -> None:
        """Take the distance to the whole word where the many's words end here, or to any of their beginnings."""
        if cells is None:
            return
        there = ends >= place if self.prefix else ends == place
        best[kept] = np.where(there, np.minimum(best[kept], cells), best[kept])

    def _row(
        self,
        above: dict[int, Array],
        above_it: dict[int, Array],
        place: int,
        column: Array,
        last: Array | None,
    ) -> dict[int, Array]:
        """Return the cells of the row of the letter at `place`; outside the band all is too far."""
        row: dict[int, Array] = {}
        same = {}
        for at in range(max(0, place - self.limit), min(len(self.word), place + self.limit) + 1):
            if at == 0:
                row[0] = np.full(len(column), min(place, 100), np.int8)
                continue
            same[at] = column == self.word[at - 1]
            cell = above[at - 1] + ~same[at] if at - 1 in above else np.full(len(column), 100, np.int8)
            if at in above:
                cell = np.minimum(cell, above[at] + 1)
            if at - 1 in row:
                cell = np.minimum(cell, row[at - 1] + 1)
            if at > 1 and last is not None and at - 2 in above_it:
                swapped = (column == self.word[at - 2]) & (last == self.word[at - 1])
                cell = np.where(swapped, np.minimum(cell, above_it[at - 2] + 1), cell)
            row[at] = cell.astype(np.int8)
        return row
