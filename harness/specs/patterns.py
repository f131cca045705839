"""A text that a regular expression matches, drawn from bytes of chance; None where that is too hard."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

parser: Any = vars(re)["_parser"]  # the standard library's own reading
PREFERRED = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_-. !#/"
LONGEST_OF_MANY = 6
"""How often an unbounded repetition repeats, at most."""


def text(pattern: str, byte: Callable[[], int]) -> str | None:
    """Return a match of the whole pattern; `byte` draws a number of 0 to 255."""
    try:
        made = "".join(_sequence(parser.parse(pattern), byte))
    except (re.error, _TooHard, RecursionError):
        return None
    return made if re.search(pattern, made) else None


class _TooHard(Exception):
    pass


def _sequence(tokens: Any, byte: Callable[[], int]) -> list[str]:
    return [_one(str(operator), argument, byte) for operator, argument in tokens]


def _one(operator: str, argument: Any, byte: Callable[[], int]) -> str:
    match operator:
        case "LITERAL":
            return chr(argument)
        case "ANY":
            return _pick(PREFERRED[:36], byte)
        case "NOT_LITERAL":
            return _pick(PREFERRED.replace(chr(argument), ""), byte)
        case "IN":
            return _pick(_members(argument), byte)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, inner = argument
            bound = min(int(most), max(int(least), LONGEST_OF_MANY))
            times = max(int(least), min(bound, int(least) + (byte() % 4 if int(least) == 0 else 0)))
            return "".join("".join(_sequence(inner, byte)) for _ in range(times))
        case "SUBPATTERN":
            return "".join(_sequence(argument[-1], byte))
        case "BRANCH":
            branches = argument[1]
            return "".join(_sequence(branches[byte() % len(branches)], byte))
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return ""
    raise _TooHard(operator)


def _members(tokens: Any) -> str:
    """Return the characters of a class, those preferred that it allows; else its first."""
    (first, argument), *_ = tokens
    source = tokens[1:] if str(first) == "NEGATE" else tokens
    allowed = [each for each in PREFERRED if any(_holds(str(kind), what, each) for kind, what in source)]
    if str(first) == "NEGATE":
        return "".join(each for each in PREFERRED if each not in allowed)
    if allowed:
        return "".join(allowed)
    return chr(argument[0] if str(first) == "RANGE" else argument)


def _holds(kind: str, what: Any, character: str) -> bool:
    if kind == "LITERAL":
        return bool(ord(character) == what)
    if kind == "RANGE":
        return bool(what[0] <= ord(character) <= what[1])
    category = str(what)
    plain = {
        "CATEGORY_DIGIT": character.isdigit(),
        "CATEGORY_WORD": character.isalnum() or character == "_",
        "CATEGORY_SPACE": character.isspace(),
    }
    positive = category.replace("_NOT_", "_")
    return plain.get(positive, False) != ("_NOT_" in category)


def _pick(choices: str, byte: Callable[[], int]) -> str:
    if not choices:
        raise _TooHard("a class of no character")
    return choices[byte() % len(choices)]
