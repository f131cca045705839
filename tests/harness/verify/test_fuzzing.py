"""Fuzzing sees each kind of fault in the phase that looks for it, and nothing in a mock without any."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
import pytest

from harness import realtime
from harness.errors import ConfigurationError
from harness.specs.calls import Got, Sent
from harness.specs.document import Document
from harness.specs.roles import Catalogue
from harness.specs.sources import Source
from harness.specs.trying import Trier
from harness.verify import fuzzing
from harness.verify.fuzzing import Budget, Fuzzer, Ground, Surface
from harness.verify.judging import forbidden
from harness.verify.parity import Baseline
from harness.verify.probes import PHASES, Phase, spread
from harness.verify.regressions import Regressions
from harness.verify.results import Report

Json = dict[str, Any]
NAME = {"type": "string", "minLength": 1, "maxLength": 12}
SIZE = {"type": "integer", "minimum": 1, "maximum": 100}
NEW: Json = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {"name": NAME, "size": SIZE},
}
THING: Json = {
    "type": "object",
    "required": ["id", "name", "size"],
    "properties": {"id": {"type": "string"}, "name": {"type": "string"}, "size": {"type": "integer"}},
}


def _told(schema: Json) -> Json:
    return {"description": "told", "content": {"application/json": {"schema": schema}}}


def _operation(id: str, status: str, answer: Json | None, **more: Any) -> Json:
    good = {"description": "gone"} if answer is None else _told(answer)
    return {"operationId": id, "responses": {status: good, "4XX": _told({"type": "object"})}, **more}


def _body(schema: Json, example: Json | None = None) -> Json:
    media = {"schema": schema} | ({} if example is None else {"example": example})
    return {"required": True, "content": {"application/json": media}}


ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
DOCUMENT: Json = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1"},
    "security": [{"key": []}],
    "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    "paths": {
        "/things": {
            "post": _operation("create", "201", THING, requestBody=_body(NEW, {"name": "lamp", "size": 7})),
            "get": _operation(
                "list",
                "200",
                {"type": "object", "properties": {"things": {"type": "array", "items": THING}}},
                parameters=[{"name": "limit", "in": "query", "schema": SIZE}],
            ),
        },
        "/things/{id}": {
            "parameters": [ID],
            "get": _operation("retrieve", "200", THING),
            "patch": _operation("update", "200", THING, requestBody=_body({**NEW, "required": []})),
            "delete": _operation("delete", "204", None),
        },
    },
}
SHOP = Document(Source("shop", "shop.json"), copy.deepcopy(DOCUMENT))


@dataclass
class Shop:
    """A small mock of the document, with the faults that are named."""

    faults: frozenset[str] = frozenset()
    things: dict[str, Json] = field(default_factory=dict)
    traces: int = 0
    sent: list[Sent] = field(default_factory=list)

    def send(self, sent: Sent) -> Got:
        self.sent.append(sent)
        path, _, query = sent.path.partition("?")
        steps = [unquote(each) for each in path.strip("/").split("/")]
        described = {("POST", 1): "create", ("GET", 1): "list", ("GET", 2): "retrieve"}
        described |= {("PATCH", 2): "update", ("DELETE", 2): "delete"}
        name = described.get((sent.method, len(steps)))
        if name is None or steps[0] != "things":
            return self._told(404)
        body = self._read(sent)
        if "breaks at the bound" in self.faults and isinstance(body, dict) and body.get("size") == 100:
            return self._told(500)
        if "breaks at the example" in self.faults and body == {"name": "lamp", "size": 7}:
            return self._told(500)
        if self._refused(name, sent, query):
            self.traces += "leaves a trace" in self.faults
            return self._told(422)
        if len(steps) == 2 and steps[1] not in self.things:
            return self._told(404)
        return self._done(name, steps[-1], body if isinstance(body, dict) else {})

    def _refused(self, name: str, sent: Sent, query: str) -> bool:
        if name == "list" and "takes any limit" in self.faults:
            return False
        if name in ("create", "update") and "takes any body" in self.faults:
            return not isinstance(self._read(sent), dict)
        return bool(forbidden(SHOP.operations[name], sent))

    @staticmethod
    def _read(sent: Sent) -> Any:
        try:
            return orjson.loads(sent.body)
        except orjson.JSONDecodeError:
            return None

    def _done(self, name: str, id: str, body: Json) -> Got:
        match name:
            case "create":
                id = f"thing_{len(self.things) + 1}"
                self.things[id] = {"id": id, "name": "lamp", "size": 1} | body
                shown = self.things[id] if "answers otherwise" not in self.faults else {"id": id}
                if "forgets" in self.faults:
                    del self.things[id]
                return self._told(201, shown)
            case "list":
                return self._told(200, {"things": list(self.things.values())})
            case "update":
                self.things[id] |= body
            case "delete":
                if "keeps what is deleted" not in self.faults:
                    del self.things[id]
                return Got(204, {}, b"")
        return self._told(200, self.things[id])

    @staticmethod
    def _told(status: int, body: Json | None = None) -> Got:
        return Got(status, {"content-type": "application/json"}, orjson.dumps(body or {"error": str(status)}))


def fuzzed(
    *faults: str,
    phases: tuple[Phase, ...] = PHASES,
    known: Baseline | None = None,
    regressions: Regressions | None = None,
    seed: int = 0,
) -> tuple[Report, list[Shop]]:
    """Fuzz a shop with these faults; return the report, and the shops that were made."""
    shops: list[Shop] = []
    catalogue = Catalogue([SHOP])

    def ground() -> Ground:
        shop = Shop(frozenset(faults))
        shop.things["thing_0"] = {"id": "thing_0", "name": "lamp", "size": 1}
        shops.append(shop)
        trier = Trier(catalogue, shop.send, lambda _: {"Authorization": "Bearer key"}, "s", 0)
        trier.look_around()
        return Ground(trier, lambda: {"things": len(shop.things), "traces": shop.traces})

    surface = Surface("shop", catalogue, (("", copy.deepcopy(DOCUMENT)),), lambda _: True, ground)
    report = Report()
    budget = Budget(20 if len(phases) == 1 else 10, phases, seed)  # alone, a phase makes every case there is
    accepted = known or Baseline({})
    Fuzzer(report, surface, budget, accepted, regressions=regressions or Regressions({})).run()
    return report, shops


def failed(report: Report) -> dict[tuple[str, str], str]:
    """Return what failed, by phase and operation: the rule of each finding that is told first."""
    return {(each.suite, each.name): each.told.split()[0] for each in report.failed}


def test_a_sound_mock_passes_each_phase() -> None:
    report, _ = fuzzed()
    assert not report.failed, report.failed
    assert {each.suite for each in report.results} == {f"fuzzing.{phase}" for phase in PHASES}
    lines = [each.partition(": ")[2] for each in report.notes]
    assert [each.partition(":")[0] for each in lines] == list(PHASES)
    assert all(each.endswith(" 0 failures") for each in lines)
    assert lines[1].startswith("coverage: 5 operations, ")


@pytest.mark.parametrize(
    ("fault", "phase", "name", "rule"),
    [
        ("breaks at the example", "examples", "POST /things", "server_error"),
        ("breaks at the bound", "coverage", "POST /things", "server_error"),
        ("breaks at the bound", "coverage", "PATCH /things/{id}", "server_error"),
        ("takes any body", "coverage", "POST /things", "accepted"),
        ("takes any body", "coverage", "PATCH /things/{id}", "accepted"),
        ("takes any limit", "coverage", "GET /things", "accepted"),
        ("leaves a trace", "coverage", "POST /things", "trace"),
        ("takes any body", "fuzzing", "POST /things", "accepted"),
        ("answers otherwise", "fuzzing", "POST /things", "answer"),
        ("answers otherwise", "examples", "POST /things", "answer"),
        ("leaves a trace", "fuzzing", "POST /things", "trace"),
        ("keeps what is deleted", "stateful", "POST /things", "still_there"),
        ("forgets", "stateful", "POST /things", "not_there"),
    ],
)
def test_each_fault_is_seen_by_the_phase_that_looks_for_it(
    fault: str, phase: Phase, name: str, rule: str
) -> None:
    report, _ = fuzzed(fault, phases=(phase,))
    assert failed(report)[f"fuzzing.{phase}", name] == rule
    assert report.exit_code == 1


def test_what_failed_is_told_with_its_request() -> None:
    report, _ = fuzzed("breaks at the example", phases=("examples",))
    [told] = [each.told for each in report.failed]
    assert "POST /things (create)" in told
    assert '"lamp"' in told
    assert report.notes == ["shop: examples: 1 operations, 1 cases, 1 failures"]


def test_the_same_seed_sends_the_same_and_another_seed_others() -> None:
    (one, first), (two, second), (_, third) = fuzzed(), fuzzed(), fuzzed(seed=1)
    assert (one.results, one.notes) == (two.results, two.notes)
    assert [each.sent for each in first] == [each.sent for each in second]
    assert [each.sent for each in first] != [each.sent for each in third]


def test_what_is_known_does_not_fail_and_is_told_with_its_reason() -> None:
    known = Baseline({"shop POST /things accepted *": "a shop takes what it gets"})
    report, _ = fuzzed("takes any body", phases=("coverage",), known=known)
    assert ("fuzzing.coverage", "PATCH /things/{id}") in failed(report)
    assert ("fuzzing.coverage", "POST /things") not in failed(report)
    [told] = [each.told for each in report.results if each.name == "POST /things"]
    assert "known: accepted" in told
    assert "a shop takes what it gets" in told
    assert "known differences" in report.notes[0]


def test_nothing_changed_is_a_trace_only_of_refusals() -> None:
    report, shops = fuzzed(phases=("coverage",))
    assert len(shops[0].things) > 1
    assert not report.failed


def test_time_ends_a_phase_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10**9, 1000))
    monkeypatch.setattr(realtime, "processor", lambda: next(clock))
    report, _ = fuzzed()
    assert not report.results
    assert report.notes[1] == (
        "shop: coverage: 0 operations, 0 cases, 0 failures; the time was up before 5 operations were reached"
    )


def test_cases_are_shared_fairly_hand_written_ones_first() -> None:
    budget = Budget(11)
    assert budget.share("examples", 0) == 10
    assert budget.share("coverage", 0) == 44  # what the examples left is shared among the phases after them
    assert budget.share("stateful", 90) == 20
    assert budget.cases(44, 10, 100) == (10, 4, 4)
    assert budget.cases(44, 100, 100) == (44, 1, 0)
    assert budget.cases(44, 0, 100) == (0, 40, 44)
    assert Budget(11, ("coverage",)).share("coverage", 0) == 110


def test_some_are_chosen_evenly_and_by_the_seed() -> None:
    assert spread(list(range(10)), 20, 3) == list(range(10))
    assert spread(list(range(10)), 5, 0) == [0, 2, 4, 6, 8]
    assert spread(list(range(10)), 5, 1) == [1, 3, 5, 7, 9]


def test_phases_are_named_and_strange_ones_refused() -> None:
    assert fuzzing.phases(()) == PHASES
    assert fuzzing.phases(("stateful", " examples")) == ("examples", "stateful")
    with pytest.raises(ConfigurationError, match="no phase 'monkeys'"):
        fuzzing.phases(("monkeys",))


KEPT = """
shop POST /things:
  - {why: "a hundred broke it", body: {name: sofa, size: 100}}
shop GET /things:
  - {why: "a limit of none was taken", query: {limit: 0}, forbidden: true}
shop PATCH /things/{id}:
  - {why: "a number is no name", body: {name: 7}, forbidden: true}
"""


@pytest.mark.parametrize(
    ("fault", "name", "rule"),
    [
        ("breaks at the bound", "POST /things", "server_error"),
        ("takes any limit", "GET /things", "accepted"),
        ("takes any body", "PATCH /things/{id}", "accepted"),
    ],
)
def test_what_failed_once_is_sent_again_first(tmp_path: Path, fault: str, name: str, rule: str) -> None:
    file = tmp_path / "regressions.yaml"
    file.write_text(KEPT, "utf-8")
    kept = Regressions.read(file)
    assert not fuzzed(phases=("examples",), regressions=kept)[0].failed
    report, _ = fuzzed(fault, phases=("examples",), regressions=kept)
    assert failed(report) == {("fuzzing.examples", name): rule}


@pytest.mark.parametrize("text", ["shop POST /things: [{body: {}}]", "- a list", "shop: 7", "{"])
def test_a_file_of_regressions_that_says_nothing_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "regressions.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match="regressions"):
        Regressions.read(file)
