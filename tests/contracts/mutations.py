"""Ways in which a mock may be broken, each put on its answers: does the verifier see it?

A mutation changes one answer on its way, as a bug in the mock would; the interaction that relies on
it must then fail.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from harness import registry
from harness.specs.calls import Got, Sent
from harness.verify.deliveries import ARRIVES, FRESH, IN_TURN, ONCE, SIGNED, Deliveries
from harness.verify.happenings import Happenings
from harness.verify.mocks import Caller, Mocks
from harness.verify.pacts import PactFile, Verifying, in_groups, read
from harness.verify.passage import Passage
from harness.verify.results import Result
from harness.verify.states import States
from tests.needs import ROOT

Json = dict[str, Any]
Change = Callable[[Got, Json], Got]


def _json(change: Callable[[Json, str, Any], None]) -> Change:
    """Change the first field that the pact expects, in the answer."""

    def apply(got: Got, expected: Json) -> Got:
        body = deepcopy(got.json)
        way, field = _field(expected)
        change(_at(body, way), field, _at(expected, way)[field])
        return replace(got, body=json.dumps(body).encode())

    return apply


def _field(expected: Json) -> tuple[list[str | int], str]:
    """Return the way to the first plain field of what is expected, and its name."""
    for name, value in expected.items():
        if isinstance(value, str | int) and not isinstance(value, bool):
            return [], name
    for name, value in expected.items():
        if isinstance(value, dict) and value:
            way, field = _field(value)
            return [name, *way], field
        if isinstance(value, list) and value and isinstance(value[0], dict):
            way, field = _field(value[0])
            return [name, 0, *way], field
    raise LookupError("nothing plain is expected")


def _at(value: Any, way: list[str | int]) -> Any:
    for step in way:
        value = value[step]
    return value


def _other_type(thing: Json, field: str, old: Any) -> None:
    thing[field] = 7 if isinstance(old, str) else "seven"


CHANGES: dict[str, Change] = {
    "a server error": lambda got, _: replace(got, status=500),
    "another success": lambda got, _: replace(got, status=202 if got.status != 202 else 200),
    "another refusal": lambda got, _: replace(got, status=418),
    "no body": lambda got, _: replace(got, body=b""),
    "half a body": lambda got, _: replace(got, body=got.body[: len(got.body) // 2]),
    "no JSON": lambda got, _: replace(got, body=b"<html></html>"),
    "a list for an object": lambda got, _: replace(got, body=b"[" + got.body + b"]"),
    "a missing field": _json(lambda thing, field, _: thing.pop(field)),
    "a field of another type": _json(_other_type),
    "a null field": _json(lambda thing, field, _: thing.update({field: None})),
    "a field of another name": _json(lambda thing, field, _: thing.update({f"{field}_": thing.pop(field)})),
}


@dataclass(frozen=True, slots=True)
class Mutation:
    """A change of the answer to one interaction of a provider's pact."""

    provider: str
    interaction: str
    change: str

    def __str__(self) -> str:
        return f"{self.provider}: {self.interaction}: {self.change}"


#: What befalls deliveries on their way, as the control API's faults name it, and the result that must tell of it.
DELIVERIES = {
    "drop": ARRIVES,
    "fail": ARRIVES,
    "delay": ARRIVES,
    "duplicate": ONCE,
    "reorder": IN_TURN,
    "corrupt_signature": SIGNED,
    "stale_timestamp": FRESH,
}
#: Cint has one event, which no other can overtake; InsightIQ signs without a stamp.
IMPOSSIBLE = {("cint", "reorder"), ("insightiq", "stale_timestamp")}
WEBHOOKS = ("stripe", "resend", "clerk", "mux", "insightiq", "cint")
HTTP = {
    "stripe": "read a customer",
    "resend": "refuse a sender whose domain is not verified",
    "mux": "read a video",
    "clerk": "read a person",
    "insightiq": "read a creator's analysis",
    "algolia": "read a task",
}


def mutations(pacts: dict[str, PactFile]) -> list[Mutation]:
    """Return all mutations: each change on one interaction of each provider."""
    found = []
    for provider, wanted in HTTP.items():
        name = _interaction(pacts[provider], wanted)
        found += [Mutation(provider, name, change) for change in CHANGES]
    return found


def of_deliveries() -> list[Mutation]:
    """Return the mutations of webhooks."""
    pairs = [(provider, mode) for mode in DELIVERIES for provider in WEBHOOKS]
    return [
        Mutation(provider, DELIVERIES[mode], mode)
        for provider, mode in pairs
        if (provider, mode) not in IMPOSSIBLE
    ]


def _interaction(pact: PactFile, wanted: str) -> str:
    """Return the interaction of a name, or the first that answers an object with a plain field."""
    names = [each["description"] for each in pact.http]
    if wanted in names:
        return wanted
    for each in pact.http:
        content = (each["response"].get("body") or {}).get("content")
        faults = any(state.get("params", {}).get("faults") for state in each.get("providerStates", ()))
        if isinstance(content, dict) and not faults and each["response"]["status"] == 200:
            try:
                _field(content)
            except LookupError:
                continue
            return str(each["description"])
    raise LookupError(f"{pact.file.name} has nothing to break")


def all_pacts() -> dict[str, PactFile]:
    """Return the HTTP pacts by provider."""
    found = read(ROOT / "contracts" / "pacts", HTTP)
    return {each.provider: each for each in found if each.http}


def webhook_pacts() -> dict[str, PactFile]:
    """Return the message pacts by provider."""
    found = read(ROOT / "contracts" / "pacts", WEBHOOKS)
    return {each.provider: each for each in found if each.messages}


class Broken(Passage):
    """A passage that changes the answers on their way."""

    change: Callable[[Got], Got] = staticmethod(lambda got: got)

    def send(self, sent: Sent) -> Got:
        """Pass a request on, and break what comes back."""
        return self.change(super().send(sent))


class Bench:
    """One provider's world with its states, behind a passage; mutations are tried one after another."""

    def __init__(self, mocks: Mocks, pact: PactFile) -> None:
        self.mocks = mocks
        self.pact = pact
        self.provider = registry.providers()[pact.provider]
        self.world = mocks.world()
        self.caller = Caller(mocks, self.provider, self.world)

    def results(self, mutation: Mutation | None, name: str) -> list[Result]:
        """Play one interaction, broken or not."""
        (interaction,) = [each for each in self.pact.http if each["description"] == name]
        expected = (interaction["response"].get("body") or {}).get("content") or {}
        with States(self.mocks, self.world) as states, self._passage(mutation, expected) as passage:
            found: list[Result] = []
            for headers, some in in_groups([interaction], self.caller.proof):
                verifier = Verifying(self.pact, self.provider.name, some)
                verifier.pact.add_transport(url=passage.url)
                if headers:
                    verifier.pact.add_custom_headers(headers)
                verifier.pact.state_handler(states.url, teardown=False, body=True)
                found += verifier.run("pacts", self.provider.name, states)
            return found

    def deliveries(self, mode: str | None) -> dict[str, Result]:
        """Let some events happen, the first of whose deliveries is broken or not; return the results by name."""
        happenings = Happenings.read(ROOT / "contracts" / "happenings.yaml")
        faults = [] if mode is None else [{"kind": "delivery", "mode": mode, "times": 1}]
        with States(self.mocks, self.world) as states:
            some = self.pact.messages[:3]
            found = Deliveries(self.mocks, self.caller, happenings).play(some, states, faults)
        return {each.name: each for each in found}

    @contextmanager
    def _passage(self, mutation: Mutation | None, expected: Json) -> Iterator[Broken]:
        passage = Broken(self.caller.base, {"127.0.0.1"}, rate=1000)
        if mutation is not None:
            change = CHANGES[mutation.change]
            passage.change = lambda got: change(got, expected)
        with passage:
            yield passage
