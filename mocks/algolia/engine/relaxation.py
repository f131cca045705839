"""Long queries whose words are all optional: the more records are found, the more of the words further ones must have.

Of the first thousand hits one word is enough; those of each further thousand need more (Algolia: "optionalWords").
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine import ranking
from mocks.algolia.engine.pool import Pool
from mocks.algolia.engine.question import Question
from mocks.algolia.engine.text import apart

EACH = 1000
"""Records after which more words are needed."""

LONG = 4
"""Words of a query from which on this holds."""

MANY, SHARE = 10, 5
"""Optional words from which on their number divided by this is the step, which is one word otherwise."""


def demanding(found: Pool) -> Pool:
    """Leave out the records that have too few of the words for the place that they would come at."""
    step = _step(found.question)
    if not step or len(found.numbers) <= EACH:
        return found
    words = found.criterion("words", slice(None))
    if words is None:
        return found
    order = ranking.order(found, len(found.numbers))
    kept: list[npt.NDArray[Any]] = []
    needed = 1
    while len(order):
        enough = np.flatnonzero(-words.take(order) >= needed)[:EACH]
        kept.append(order.take(enough))
        order = order[enough[-1] + 1 :] if len(enough) == EACH else order[:0]
        needed += step
    return found.narrowed(np.sort(np.concatenate(kept)))


def _step(question: Question) -> int:
    """Return how many words more each thousand records need; 0 where one is always enough."""
    words, optional = question.plain.words, question.values.get("optionalWords")
    if not optional or len(words) < LONG or not all(word.optional for word in words):
        return 0
    count = sum(len(apart(text, question.spelling)) for text in optional)
    return count // SHARE if count >= MANY else 1
