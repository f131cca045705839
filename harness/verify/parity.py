"""`greenroom parity`: a recording is replayed on the mock, and what the mock does otherwise is told, graded.

`breaking`: a consumer of the recorded answer would fail on the mock's (status, missing field, type). `gap`: the mock does
not serve it, or says another word of an enum. `cosmetic`: a field or header more, another text.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from harness.errors import ConfigurationError
from harness.specs.calls import Sent
from harness.verify.redaction import clean, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from harness.specs.calls import Got
    from harness.verify.exchanges import Exchange
    from harness.verify.mocks import Caller

Json = dict[str, Any]
Grade = Literal["breaking", "gap", "cosmetic"]
GRADES: tuple[Grade, ...] = ("breaking", "gap", "cosmetic")
_WORDS = frozenset({"object", "type", "status", "state", "code", "reason", "mode", "currency", "scheme"})
"""Fields whose texts are of an enum: another one is another meaning."""
_HEADERS = ("content-type", "location", "retry-after")


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """What is otherwise: in which call, where in the answer. `id` is stable, so that it can be accepted by name."""

    grade: Grade
    call: str
    where: str
    told: str

    @property
    def id(self) -> str:
        """The difference's name in a baseline."""
        return f"{self.call} {self.where}"


class Baseline:
    """Differences that were looked at and accepted, each with its reason. A `*` in a name stands for anything."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        """`reasons` are by name, as `Difference.id` is."""
        self.reasons = reasons
        self._used: set[str] = set()
        self._patterns = {
            name: re.compile(".*".join(re.escape(part) for part in name.split("*"))) for name in reasons
        }

    @classmethod
    def read(cls, file: Path | None) -> Baseline:
        """Read a file (YAML: names with reasons); raise ConfigurationError for a name without a reason."""
        import yaml

        if file is None:
            return cls({})
        try:
            told = yaml.safe_load(file.read_text("utf-8")) or {}
            without = [name for name, reason in told.items() if not reason]
        except (OSError, yaml.YAMLError, AttributeError) as error:
            raise ConfigurationError(f"the baseline {file} cannot be used: {error!r}") from error
        if without:
            raise ConfigurationError(f"{file}: {without[0]!r} is accepted without a reason")
        return cls({str(name): str(reason) for name, reason in told.items()})

    def reason(self, provider: str, difference: Difference) -> str | None:
        """Return why a difference is accepted, None where it is not."""
        for name, pattern in self._patterns.items():
            if pattern.fullmatch(f"{provider} {difference.id}") or pattern.fullmatch(difference.id):
                self._used.add(name)
                return self.reasons[name]
        return None

    @property
    def left_over(self) -> list[str]:
        """The names that no difference had: they may be taken out."""
        return [name for name in self.reasons if name not in self._used]


@dataclass(slots=True)
class Replay:
    """Replays exchanges in order; ids that the sandbox gave are replaced by those that the mock gives in their place."""

    caller: Caller
    own: Mapping[str, str] = field(default_factory=dict)
    """Fields of JSON bodies that the world fills in itself: a sender is stood in for, and nobody verified its domain."""
    names: dict[str, str] = field(default_factory=dict)

    def run(self, exchanges: Iterable[Exchange]) -> list[Difference]:
        """Return all differences, each once."""
        found: dict[Difference, None] = {}
        for each in exchanges:
            for difference in self._one(each):
                found.setdefault(difference)
        return sorted(found, key=lambda each: (GRADES.index(each.grade), each))

    def _one(self, exchange: Exchange) -> Iterator[Difference]:
        path = self._named(exchange.path)
        headers = {**exchange.headers, **self.caller.proof(path), "User-Agent": "greenroom-parity"}
        body = self._filled(self._named(exchange.body))
        got = self.caller.send(Sent(exchange.method, path, headers, body.encode()))
        call = f"{exchange.method} {_shape(exchange.path)}"
        if "greenroom-unserved" in got.headers:
            yield Difference("gap", call, "operation", "is not served")
            return
        if got.status != exchange.status:
            near = got.status // 100 == exchange.status // 100
            told = f"was {exchange.status}, is {got.status}{_reason(exchange, got)}"
            yield Difference("gap" if near else "breaking", call, "status", told)
            if not near:
                return
        for name in _HEADERS:
            old, new = (
                each.get(name, "").partition(";")[0] for each in (exchange.answer_headers, got.headers)
            )
            if old and old != new and name != "location":
                yield Difference("cosmetic", call, f"header {name}", f"was {old!r}, is {new!r}")
        yield from self._compared(call, "$", exchange.answer, got.json)

    def _named(self, text: str) -> str:
        for old in sorted(self.names, key=len, reverse=True):
            text = text.replace(old, self.names[old])
        return text

    def _filled(self, body: str) -> str:
        if not self.own or not body.startswith(("{", "[")):
            return body
        try:
            told = json.loads(body)
        except ValueError:
            return body
        for each in told if isinstance(told, list) else [told]:
            if isinstance(each, dict):
                each.update({name: value for name, value in self.own.items() if name in each})
        return json.dumps(told)

    def _compared(self, call: str, where: str, old: Any, new: Any) -> Iterator[Difference]:
        if isinstance(old, dict) and isinstance(new, dict):
            yield from self._objects(call, where, old, new)
        elif isinstance(old, list) and isinstance(new, list):
            yield from self._lists(call, where, old, new)
        elif _kind(old) != _kind(new):
            grade: Grade = "gap" if None in (old, new) else "breaking"
            yield Difference(grade, call, where, f"was {_kind(old)}, is {_kind(new)}")
        elif isinstance(old, str) and old != new:
            yield from self._texts(call, where, old, new)

    def _objects(self, call: str, where: str, old: Json, new: Json) -> Iterator[Difference]:
        for name, value in old.items():
            if name in new:
                yield from self._compared(call, f"{where}.{name}", value, new[name])
            else:
                grade: Grade = "gap" if value in (None, [], {}) else "breaking"
                yield Difference(grade, call, f"{where}.{name}", "is missing")
        for name in new.keys() - old.keys():
            yield Difference("cosmetic", call, f"{where}.{name}", "is more than was recorded")

    def _lists(self, call: str, where: str, old: list[Any], new: list[Any]) -> Iterator[Difference]:
        types = [[each.get("type") for each in some if isinstance(each, dict)] for some in (old, new)]
        pairs: Iterable[tuple[Any, Any]] = zip(old, new, strict=False)
        if types[0] and all(isinstance(each, str) for each in types[0]) and types[0] != types[1]:
            yield Difference("gap", call, where, f"was in the order {types[0]}, is {types[1]}")
            pairs = _of_one_type(old, new)
        if old and not new:
            yield Difference("breaking", call, where, "is empty")
        for one, other in pairs:
            yield from self._compared(call, f"{where}[]", one, other)

    def _texts(self, call: str, where: str, old: str, new: str) -> Iterator[Difference]:
        name = where.rpartition(".")[2]
        if name == "id" or (opaque(old) and opaque(new)):
            self.names.setdefault(old, new)
        elif name in _WORDS:
            yield Difference("gap", call, where, f"was {old!r}, is {new!r}")


def _of_one_type(old: list[Json], new: list[Any]) -> Iterator[tuple[Json, Json]]:
    """Pair what is of one type, in order: what comes at another place is still the same event."""
    left = [each for each in new if isinstance(each, dict)]
    for one in old:
        for other in left:
            if other.get("type") == one.get("type"):
                left.remove(other)
                yield one, other
                break


def _reason(exchange: Exchange, got: Got) -> str:
    """Say why the answer that is a refusal is one, as far as it says so itself."""
    refusal = got.json if got.status >= 400 else exchange.answer
    if got.status < 400 and exchange.status < 400:
        return ""
    return ": " + clean_text(json.dumps(clean(refusal), ensure_ascii=False))[:200]


def opaque(text: str) -> bool:
    """Tell whether a text is an id: with a digit, or, as chance may have it, with a prefix and letters of both cases."""
    if len(text) < 8 or re.fullmatch(r"[0-9A-Za-z_-]+", text) is None:
        return False
    mixed = "_" in text and text != text.lower() and text != text.upper()
    return mixed or any(each.isdigit() for each in text)


def _shape(path: str) -> str:
    """Return a path without its query, ids in it as braces, so that it names the same call next time."""
    steps = path.partition("?")[0].split("/")
    return "/".join("{}" if opaque(each) else each for each in steps)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict | list):
        return "object" if isinstance(value, dict) else "list"
    return "null"
