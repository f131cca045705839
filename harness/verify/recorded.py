"""`greenroom record contract`: a pact of each provider out of the traffic that a consumer's own test run made.

Exchanges of one operation with one outcome become one interaction. Values are matched by type, ids that the scenario gave
come from the provider state, secrets are stood in for. What an interaction needs that only the consumer's earlier calls
had created is marked as pending, with the reason: it holds when somebody gives it a state.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote_plus

from harness.specs import forms
from harness.specs.trying import pairs
from harness.verify.redaction import clean, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.provider import Provider

Json = dict[str, Any]
FORM = "application/x-www-form-urlencoded"
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

    def add(self, exchanges: Iterable[Json]) -> None:
        """Add exchanges as the control API lists them, the oldest first; the first of a kind is kept."""
        for each in exchanges:
            status = each["status"]
            if each["operation"] is None or status is None or status >= 500 or each["fault"]:
                continue
            name = f"{each['operation']} answers {status}"
            if name not in self._found:
                made = self._interaction(name, each)
                if made is not None:
                    self._found[name] = made

    def pact(self, consumer: str) -> Json | None:
        """Return the pact, None when nothing was recorded."""
        if not self._found:
            return None
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
            "response": self._response(exchange),
        }
        if self.state is not None:
            made["providerStates"] = [{"name": self.state}]
        if unknown:
            told = f"{', '.join(unknown)} came from earlier calls: give this interaction a state in which it is there"
            made["comments"] = {"text": [told]}
        return made

    def _request(self, exchange: Json, template: str) -> tuple[Json, list[str]]:
        path, expression, unknown = self._path(exchange["path"], template)
        request: Json = {"method": exchange["method"], "path": path, "headers": {}, "matchingRules": {}}
        pattern = "/".join(_ANY_SEGMENT if "{" in each else re.escape(each) for each in template.split("/"))
        if "{" in template:
            request["matchingRules"]["path"] = {
                "combine": "AND",
                "matchers": [{"match": "regex", "regex": f"^{pattern}$"}],
            }
        if expression is not None:
            request["generators"] = {"path": {"type": "ProviderState", "expression": expression}}
        if exchange["query"]:
            query: dict[str, list[str]] = {}
            for key, value in parse_qsl(exchange["query"], keep_blank_values=True):
                query.setdefault(key, []).append(str(clean(value, key)))
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
            given = self._given(exchange["request_body"], kind)
            if given:
                request.setdefault("generators", {})["body"] = given
            if kind != FORM:
                request["matchingRules"]["body"] = {"$": _TYPE}
        return request, unknown

    def _path(self, path: str, template: str) -> tuple[str, str | None, list[str]]:
        """Return the path, with the state's values in it as an expression, and the ids that no state gives."""
        names = {value: name for name, value in self.values.items()}
        expression, unknown = [], []
        for segment, told in zip(path.split("/"), template.split("/"), strict=False):
            if "{" not in told:
                expression.append(segment)
            elif segment in names:
                expression.append(f"${{{names[segment]}}}")
            else:
                expression.append(segment)
                unknown.append(told.strip("{}"))
        made = "/".join(expression)
        return clean_text(path), (made if "${" in made else None), unknown

    def _given(self, body: str, kind: str) -> Json:
        """Return a generator for each field of a JSON body that has a value of the state or of the environment."""
        if kind == FORM:
            return {}
        names = {value: name for name, value in self.values.items()}
        try:
            leaves = _leaves(json.loads(body), "$")
        except ValueError:
            return {}
        return {
            place: {"type": "ProviderState", "expression": f"${{{names[value]}}}"}
            for place, value in leaves
            if value in names
        }

    def _sent(self, body: str, kind: str) -> Json | None:
        if not body:
            return None
        if kind == FORM:
            fields = clean(forms.read(body))
            text = "&".join(f"{name}={quote_plus(str(value), safe='@:/')}" for name, value in pairs(fields))
            return {"content": text, "contentType": FORM, "encoded": False}
        try:
            content = clean(json.loads(body))
        except ValueError:
            return None
        return {"content": content, "contentType": "application/json", "encoded": False}

    def _response(self, exchange: Json) -> Json:
        response: Json = {"status": exchange["status"], "headers": {}, "matchingRules": {}}
        try:
            content = _without_nulls(clean(json.loads(exchange["response_body"])))
        except ValueError:
            return response
        response["body"] = {"content": content, "contentType": "application/json", "encoded": False}
        response["matchingRules"]["body"] = {"$": _TYPE}
        return response


def _without_nulls(value: Any) -> Any:
    """Leave out what was null and what was an empty list: the type of what may be there is not known."""
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None and each != []}
    if isinstance(value, list):
        return [_without_nulls(each) for each in value[:1]]
    return value


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
