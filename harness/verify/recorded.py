"""`greenroom record contract`: a pact of each provider out of the traffic that a consumer's own test run made.

Exchanges of one operation with one outcome become one interaction. Values are matched by type, ids that the scenario gave
come from the provider state, secrets are stood in for. What an interaction needs that only the consumer's earlier calls
had created is marked as pending, with the reason: it holds when somebody gives it a state.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote_plus

from harness.specs import forms
from harness.specs.calls import pairs
from harness.verify.parity import opaque
from harness.verify.redaction import clean, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.provider import Provider

Json = dict[str, Any]
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
_TYPE = {"combine": "AND", "matchers": [{"match": "type"}]}
_ANY_SEGMENT = "[^/]+"
_SENT = ("content-type", "idempotency-key")
"""Headers of a request that belong to the contract; those with credentials are put in by the verifier."""
CUT = "… ("
"""What the journal writes where it cuts a long body."""


@dataclass(slots=True)
class Recorder:
    """Makes the interactions of one provider. `values` are those of the provider state, by name."""

    provider: Provider
    state: str | None
    values: Mapping[str, str]
    paths: Mapping[str, str]
    """The path templates of its operations, inferred ones included."""
    _found: dict[str, Json] = field(default_factory=dict)
    _answers: dict[str, list[Any]] = field(default_factory=dict)
    """What came back, by the interaction's name: what is not in each of them, nobody can rely on."""
    _made: set[str] = field(default_factory=set)
    """Ids that answers so far have told."""

    def add(self, exchanges: Iterable[Json]) -> None:
        """Add exchanges as the control API lists them, the oldest first; the first request of a kind is kept."""
        for each in exchanges:
            status = each["status"]
            if each["operation"] is None or status is None or status >= 500 or each["fault"]:
                continue
            name = f"{each['operation']} answers {status}"
            if name not in self._found:
                made = self._interaction(name, each)
                if made is not None:
                    self._found[name] = made
            if CUT in each["response_body"]:
                continue
            try:
                answer = json.loads(each["response_body"])
            except ValueError:
                continue
            self._answers.setdefault(name, []).append(answer)
            self._made |= {value for _, value in _leaves(answer, "$") if _is_id(value)}

    def pact(self, consumer: str) -> Json | None:
        """Return the pact, None when nothing was recorded."""
        if not self._found:
            return None
        for name, interaction in self._found.items():
            if name in self._answers:
                content = _relied_on(clean(self._answers[name]))
                interaction["response"] |= {"body": _content(content, JSON)}
                interaction["response"]["matchingRules"]["body"] = {"$": _TYPE}
        return {
            "consumer": {"name": consumer},
            "provider": {"name": self.provider.name},
            "interactions": [self._found[name] for name in sorted(self._found)],
            "metadata": {"pactSpecification": {"version": "4.0"}},
        }

    def _interaction(self, name: str, exchange: Json) -> Json | None:
        template = self.paths.get(exchange["operation"])
        if template is None or CUT in exchange["response_body"] + exchange["request_body"]:
            return None
        request, unknown = self._request(exchange, template)
        made: Json = {
            "type": "Synchronous/HTTP",
            "description": name,
            "pending": bool(unknown),
            "request": request,
            "response": {"status": exchange["status"], "headers": {}, "matchingRules": {}},
        }
        if self.state is not None:
            made["providerStates"] = [{"name": self.state}]
        if unknown:
            told = f"{', '.join(unknown)} came from earlier calls: give this interaction a state in which it is there"
            made["comments"] = {"text": [told]}
        return made

    def _request(self, exchange: Json, template: str) -> tuple[Json, list[str]]:
        path, expression, unknown = self._path(exchange["path"], template, lost=exchange["status"] == 404)
        request: Json = {"method": exchange["method"], "path": path, "headers": {}, "matchingRules": {}}
        pattern = "/".join(_ANY_SEGMENT if "{" in each else re.escape(each) for each in template.split("/"))
        if "{" in template:
            request["matchingRules"]["path"] = {
                "combine": "AND",
                "matchers": [{"match": "regex", "regex": f"^{pattern}$"}],
            }
        generators: Json = {}
        if expression is not None:
            generators["path"] = {"type": "ProviderState", "expression": expression}
        if exchange["query"]:
            query: dict[str, list[str]] = {}
            for key, value in parse_qsl(exchange["query"], keep_blank_values=True):
                query.setdefault(key, []).append(str(clean(value, key)))
                self._take(generators.setdefault("query", {}), unknown, key, value)
            request["query"] = query
        kind = exchange["request_headers"].get("content-type", "").partition(";")[0]
        for header in _SENT:
            if header in exchange["request_headers"]:
                request["headers"][header.title()] = [
                    clean_text(exchange["request_headers"][header]).partition(";")[0]
                ]
        body = self._sent(exchange["request_body"], kind)
        if body is not None:
            request["body"] = body
            given = generators.setdefault("body", {})
            for place, value in _sent_leaves(exchange["request_body"], kind):
                self._take(given, unknown, place, value)
            if kind != FORM:
                request["matchingRules"]["body"] = {"$": _TYPE}
        generators = {name: each for name, each in generators.items() if each}
        if generators:
            request["generators"] = generators
        return request, unknown

    def _path(self, path: str, template: str, *, lost: bool) -> tuple[str, str | None, list[str]]:
        """Return the path, with the state's values in it as an expression, and the ids that no state gives.

        What was `lost`, and never there, is in no state either.
        """
        names = {value: name for name, value in self.values.items()}
        expression, unknown = [], []
        for segment, told in zip(path.split("/"), template.split("/"), strict=False):
            if "{" not in told:
                expression.append(segment)
            elif segment in names:
                expression.append(f"${{{names[segment]}}}")
            else:
                expression.append(segment)
                if not lost or segment in self._made:
                    unknown.append(told.strip("{}"))
        made = "/".join(expression)
        return clean_text(path), (made if "${" in made else None), unknown

    def _take(self, generators: Json, unknown: list[str], place: str, value: str) -> None:
        """Let the state give a value that is one of its own; note the place where an earlier answer gave it."""
        name = next((name for name, each in self.values.items() if each == value), None)
        if name is not None:
            generators[place] = {"type": "ProviderState", "expression": f"${{{name}}}"}
        elif value in self._made:
            unknown.append(place.removeprefix("$."))

    def _sent(self, body: str, kind: str) -> Json | None:
        if not body:
            return None
        if kind == FORM:
            fields = clean(forms.read(body))
            text = "&".join(f"{name}={quote_plus(str(value), safe='@:/')}" for name, value in pairs(fields))
            return _content(text, FORM)
        try:
            content = clean(json.loads(body))
        except ValueError:
            return None
        return _content(content, JSON)


def _content(content: Any, kind: str) -> Json:
    return {"content": content, "contentType": kind, "encoded": False}


def _relied_on(values: list[Any]) -> Any:
    """Return what values of one place have in common, by the first of them.

    What one of them lacks may be lacking; of what was null, and of an empty list, the type is not known.
    """
    first = values[0]
    if isinstance(first, dict):
        found: Json = {}
        for name, value in first.items():
            others = [each.get(name) for each in values]
            if all(each not in (None, []) and _kind(each) is _kind(value) for each in others):
                found[name] = _relied_on(others)
        return found
    if isinstance(first, list):
        items = [item for each in values for item in each]
        alike = bool(items) and all(_kind(item) is _kind(items[0]) for item in items)
        return [_relied_on(items)] if alike else []
    return first


def _kind(value: Any) -> type:
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


def _is_id(text: str) -> bool:
    """Tell whether a text is an id that a provider has made, not a word and no date."""
    return opaque(text) and not re.fullmatch(r"[0-9T:.Z-]+", text)


def _sent_leaves(body: str, kind: str) -> Iterator[tuple[str, str]]:
    """Yield the texts in a request's body with their places, as Pact's generators name them."""
    if kind == FORM:
        for name, value in pairs(forms.read(body)):
            yield f"$.{name}" if name.isidentifier() else f"$['{name}']", value
        return
    with suppress(ValueError):
        yield from _leaves(json.loads(body), "$")


def _leaves(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield the texts in a JSON value with their places, as JSON paths."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _leaves(each, f"{place}.{name}" if name.isidentifier() else f"{place}['{name}']")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _leaves(each, f"{place}[{number}]")
    elif isinstance(value, str):
        yield place, value
