"""The sorted words of an index, searched by prefix and by edit distance without looking at every word."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

LAST = "\U0010ffff"


def with_prefix(words: Sequence[str], prefix: str) -> Sequence[str]:
    """Return the words that begin with a prefix, of a sorted sequence."""
    return words[bisect_left(words, prefix) : bisect_left(words, prefix + LAST)]


def similar(words: Sequence[str], wanted: str, limit: int, *, prefix: bool) -> dict[str, int]:
    """Return the words within `limit` edits of a wanted one, with their number of edits.

    Edits are insertion, deletion, substitution and the swap of neighbours (optimal string alignment). With `prefix`,
    the best prefix of a word counts. Words that share a beginning share the work on it, and a beginning that is
    already too far off is skipped with all its words.
    """
    found: dict[str, int] = {}
    rows = [list(range(len(wanted) + 1))]
    best = [rows[0][-1]]
    last, at = "", 0
    while at < len(words):
        word = words[at]
        depth = _shared(last, word)
        del rows[depth + 1 :], best[depth + 1 :]
        dead = None
        for place in range(depth, len(word)):
            rows.append(_row(rows, wanted, word, place))
            best.append(min(best[-1], rows[-1][-1]))
            hopeless = min(rows[-1]) > limit and min(rows[-2]) > limit
            if hopeless and not (prefix and best[-1] <= limit):
                dead = word[: place + 1]
                break
        last = dead or word
        if dead is not None:
            at = bisect_left(words, dead + LAST, at)
            continue
        edits = best[-1] if prefix else rows[-1][-1]
        if edits <= limit:
            found[word] = edits
        at += 1
    return found


def _shared(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _row(rows: list[list[int]], wanted: str, word: str, place: int) -> list[int]:
    """Return the distances of `word[:place + 1]` to each beginning of the wanted word."""
    above, letter = rows[place], word[place]
    row = [place + 1]
    for at, other in enumerate(wanted):
        cost = min(above[at + 1] + 1, row[at] + 1, above[at] + (letter != other))
        if at and place and letter == wanted[at - 1] and word[place - 1] == other:
            cost = min(cost, rows[place - 1][at - 1] + 1)
        row.append(cost)
    return row
