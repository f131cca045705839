"""The grammar of the parameter `filters`, with Algolia's own words for what is wrong.

    and   := or ("AND" or)*          OR binds tighter than AND
    or    := unit ("OR" unit)*
    unit  := "NOT" unit | "(" and ")" | filter
    filter:= attribute ":" value [score] | attribute ":" number "TO" number | attribute operator number | tag
    score := "<score=" digits ">"

Words, or the whole of `attribute:value`, may stand in double or single quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mocks.algolia.engine.conditions import TAGS, Condition, Filter, Group
from mocks.algolia.engine.parameters import Wrong

END = "end of filter"
MOST = 1000
"""Conditions in one filter; Algolia's limit is not published."""

_TOKEN = re.compile(
    r"\s*(?:"
    r"(?P<score><score=(?P<number>-?\d{1,9})>)"
    r"|(?P<operator><=|>=|!=|<|>|=)"
    r"|(?P<mark>[():])"
    r"|\"(?P<double>(?:[^\"\\]|\\.)*)\""
    r"|'(?P<single>(?:[^'\\]|\\.)*)'"
    r"|(?P<word>[^\s():<>=!\"'](?:[^\s():<>=!]|!(?!=))*)"
    r"|(?P<other>\S)"
    r")",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its kind (`word`, `quoted`, `operator`, `score`, `end`, or the mark itself), text and offset."""

    kind: str
    text: str
    at: int

    @property
    def shown(self) -> str:
        """The token as Algolia's errors show it."""
        if self.kind in ("word", "quoted"):
            return f"string({self.text})"
        if self.kind in ("(", ")", ":"):
            return f"'{self.kind}'"
        return self.text


def parse(text: str) -> Filter:
    """Read a filter; raise Wrong with Algolia's message. An empty text filters nothing."""
    tokens = _tokens(text)
    if tokens[0].kind == "end":
        return []
    parser = _Parser(tokens)
    found = parser.conjunction()
    parser.expect("end", END)
    if sum(len(group) for group in found) > MOST:
        raise _wrong("too many filters")
    return found


def _wrong(message: str) -> Wrong:
    return Wrong(f"filters: {message}", "filters")


def _tokens(text: str) -> list[Token]:
    tokens, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        assert match is not None  # noqa: S101 - any character that is no space is at least `other`
        kind = match.lastgroup or ""
        kind = "score" if kind == "number" else kind
        value, at = match.group(kind), match.end()
        if kind in ("double", "single"):
            tokens.append(Token("quoted", _ESCAPE.sub(r"\1", value), match.start(kind) - 1))
        elif kind == "mark":
            tokens.append(Token(value, value, match.start(kind)))
        elif kind == "score":
            tokens.append(Token("score", match.group("number"), match.start(kind)))
        else:
            tokens.append(Token(kind, value, match.start(kind)))
    return [*tokens, Token("end", END, len(text))]


class _Parser:
    """Recursive descent over the tokens; depth is bounded by the length of a parameter."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.place = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.place]

    def take(self) -> Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def expect(self, kind: str, expected: str) -> Token:
        if self.next.kind != kind:
            raise self.unexpected(expected)
        return self.take()

    def unexpected(self, expected: str) -> Wrong:
        return _wrong(f"Unexpected token {self.next.shown} expected {expected} at col {self.next.at}")

    def keyword(self, word: str) -> bool:
        """Take a keyword if it is next; quoted ones are plain words."""
        if self.next.kind == "word" and self.next.text == word:
            self.place += 1
            return True
        return False

    def conjunction(self) -> Filter:
        self.depth += 1
        if self.depth > 100:
            raise _wrong("too many parentheses")
        found = self.disjunction()
        while self.keyword("AND"):
            found += self.disjunction()
        self.depth -= 1
        return found

    def disjunction(self) -> Filter:
        members = [self.unit()]
        while self.keyword("OR"):
            members.append(self.unit())
        if len(members) == 1:
            return members[0]
        if any(len(member) > 1 for member in members):
            raise _wrong("filter (X AND Y) OR Z is not allowed, only (X OR Y) AND Z is allowed")
        group = [condition for member in members for condition in member[0]]
        if len({condition.kind for condition in group}) > 1:
            raise _wrong("Different types are not allowed in the same OR.")
        return [group]

    def unit(self) -> Filter:
        if self.keyword("NOT"):
            if self.next.kind == "(":
                raise self.unexpected("string")
            return [[self.condition(negated=True)]]
        if self.next.kind == "(":
            self.take()
            found = self.conjunction()
            self.expect(")", "')'")
            return found
        return [[self.condition(negated=False)]]

    def condition(self, *, negated: bool) -> Condition:
        while self.keyword("NOT"):
            negated = not negated
        name = self.next
        if name.kind not in ("word", "quoted") or (name.kind == "word" and name.text in ("AND", "OR")):
            raise self.unexpected("string")
        self.take()
        if self.next.kind == "operator":
            operator = self.take().text
            return Condition("numeric", name.text, operator, self.number(), negated)
        if self.next.kind == ":":
            self.take()
            return self.after_colon(name.text, negated=negated)
        attribute, colon, value = name.text.partition(":")
        if name.kind == "quoted" and colon:
            return Condition("facet", attribute, ":", value, negated, self.score())
        return Condition("tag", TAGS, ":", name.text, negated, self.score())

    def after_colon(self, attribute: str, *, negated: bool) -> Condition:
        value = self.next
        if value.kind not in ("word", "quoted"):
            raise self.unexpected("string")
        self.take()
        low = number_of(value.text) if value.kind == "word" else None
        if low is not None and self.keyword("TO"):
            return Condition("numeric", attribute, "TO", (low, self.number()), negated)
        kind: Group = [Condition("facet", attribute, ":", value.text, negated, self.score())]
        if attribute == TAGS:
            kind = [Condition("tag", TAGS, ":", value.text, negated, kind[0].score)]
        return kind[0]

    def number(self) -> float:
        number = number_of(self.next.text) if self.next.kind == "word" else None
        if number is None:
            raise self.unexpected("numeric")
        self.take()
        return number

    def score(self) -> int:
        return int(self.take().text) if self.next.kind == "score" else 1


_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?")


def number_of(text: str) -> float | None:
    """Return the number that a text spells, or None."""
    if not _NUMBER.fullmatch(text) or len(text) > 60:
        return None
    number = float(text)
    return number if abs(number) < 1e300 else None
