"""The advanced syntax of queries: `"words in a row"`, and `-words` that must not be there (Algolia: `advancedSyntax`)."""

from __future__ import annotations

import re
from collections.abc import Collection

_PIECE = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')


def read(query: str, features: Collection[str]) -> tuple[str, list[tuple[int, int]], list[str]]:
    """Return the query without what is left out, the stretches in quotes, and the texts that must not be there."""
    kept = ""
    phrases: list[tuple[int, int]] = []
    left_out: list[str] = []
    done = 0
    for match in _PIECE.finditer(query):
        kept += query[done : match.start()]
        done = match.end()
        if match["minus"] and "excludeWords" in features:
            left_out.append(match["phrase"] if match["phrase"] is not None else match["word"])
            continue
        if match["phrase"] is not None and "exactPhrase" in features:
            kept += " "
            phrases.append((len(kept), len(kept) + len(match["phrase"])))
            kept += match["phrase"] + " "
        else:
            kept += match.group()
    return kept + query[done:], phrases, left_out
