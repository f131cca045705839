"""What the mock does otherwise than was recorded is told with its grade."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from harness.errors import ConfigurationError
from harness.specs.calls import Got, Sent
from harness.verify.exchanges import Exchange, redacted
from harness.verify.parity import Baseline, Difference, Replay

Json = dict[str, Any]
OLD = {
    "id": "cus_recorded1",
    "object": "customer",
    "email": None,
    "count": 1,
    "tags": ["a"],
    "status": "active",
}


class Playing:
    """A mock that answers what it is told."""

    def __init__(self, *answers: Got) -> None:
        self.answers = list(answers)
        self.sent: list[Sent] = []

    def proof(self, path: str) -> dict[str, str]:
        return {}

    def send(self, sent: Sent) -> Got:
        self.sent.append(sent)
        return self.answers.pop(0)


def got(body: Json, status: int = 200, headers: dict[str, str] | None = None) -> Got:
    return Got(status, {"content-type": "application/json", **(headers or {})}, json.dumps(body).encode())


def exchange(answer: Json = OLD, method: str = "GET", path: str = "/v1/customers/cus_recorded1") -> Exchange:
    return Exchange(method, path, {}, "", 200, {"content-type": "application/json"}, answer)


def replayed(*answers: Got) -> list[Difference]:
    return Replay(Playing(*answers)).run([exchange()])  # type: ignore[arg-type]


def test_the_same_answer_with_other_ids_is_no_difference() -> None:
    assert replayed(got({**OLD, "id": "cus_otherone2"})) == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (got(OLD, status=404), ("breaking", "status")),
        (got(OLD, status=201), ("gap", "status")),
        (got({**OLD, "count": "1"}), ("breaking", "$.count")),
        (got({name: value for name, value in OLD.items() if name != "count"}), ("breaking", "$.count")),
        (got({name: value for name, value in OLD.items() if name != "email"}), ("gap", "$.email")),
        (got({**OLD, "status": "gone"}), ("gap", "$.status")),
        (got({**OLD, "tags": []}), ("breaking", "$.tags")),
        (got({**OLD, "more": 1}), ("cosmetic", "$.more")),
        (got(OLD, headers={"content-type": "text/plain"}), ("cosmetic", "header content-type")),
        (got(OLD, 404, {"greenroom-unserved": "GET /x"}), ("gap", "operation")),
    ],
)
def test_differences_are_graded(answer: Got, expected: tuple[str, str]) -> None:
    (found,) = replayed(answer)
    assert (found.grade, found.where) == expected
    assert found.id == f"GET /v1/customers/{{}} {expected[1]}"


def test_the_order_of_events_is_compared() -> None:
    events = [{"type": "a"}, {"type": "b"}]
    playing = Playing(got({"data": events[::-1]}))
    found = Replay(playing).run([exchange({"data": events}, path="/v1/events")])  # type: ignore[arg-type]
    assert ("gap", "$.data") in [(each.grade, each.where) for each in found]


def test_events_at_another_place_are_compared_with_their_like() -> None:
    old = [{"type": "a", "count": 1}, {"type": "b", "count": "x"}]
    found = Replay(Playing(got({"data": [{"type": "b", "count": "y"}, {"type": "a", "count": 2}]}))).run(  # type: ignore[arg-type]
        [exchange({"data": old}, path="/v1/events")]
    )
    assert [(each.grade, each.where) for each in found] == [("gap", "$.data")]


def test_a_refusal_is_told_with_its_reason() -> None:
    (found,) = replayed(got({"error": {"message": "No such customer: ada@studio.test"}}, status=404))
    assert found.told.startswith('was 200, is 404: {"error"')
    assert "ada@studio.test" not in found.told


def test_what_the_world_fills_in_is_the_worlds_own() -> None:
    playing = Playing(got(OLD))
    made = Exchange("POST", "/emails", {}, '{"from": "x@redacted.test", "to": "y"}', 200, {}, OLD)
    Replay(playing, {"from": "hello@studio.test"}).run([made])  # type: ignore[arg-type]
    assert json.loads(playing.sent[0].body) == {"from": "hello@studio.test", "to": "y"}


def test_differences_are_accepted_by_name_and_with_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "baseline.yaml"
    file.write_text('stripe * $*.count: "counted otherwise"\nstripe GET /v1/nothing $: "gone"\n', "utf-8")
    baseline = Baseline.read(file)
    (count,) = replayed(got({**OLD, "count": "1"}))
    (status,) = replayed(got(OLD, status=404))
    assert (baseline.reason("stripe", count), baseline.reason("stripe", status)) == (
        "counted otherwise",
        None,
    )
    assert (baseline.reason("mux", count), baseline.left_over) == (None, ["stripe GET /v1/nothing $"])


@pytest.mark.parametrize("text", ["stripe GET / $:\n", "- a\n", "{"])
def test_a_baseline_without_reasons_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "baseline.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match=re.escape(str(file))):
        Baseline.read(file)


def test_ids_of_the_recording_are_those_of_the_mock_in_later_calls() -> None:
    playing = Playing(got({**OLD, "id": "cus_otherone2"}), got({**OLD, "id": "cus_otherone2"}))
    made = exchange(method="POST", path="/v1/customers")
    assert Replay(playing).run([made, exchange()]) == []  # type: ignore[arg-type]
    assert playing.sent[1].path == "/v1/customers/cus_otherone2"


def test_nothing_secret_is_recorded() -> None:
    sent = Sent(
        "POST",
        "/v1/tokens?email=ada%40studio.test",
        {"Authorization": "Bearer sk_test_abcdefgh1234", "Cookie": "a=b"},
        b"card[number]=4000056655665556&email=ada%40studio.test",
    )
    told = repr(
        redacted(
            sent,
            got(
                {"client_secret": "seti_secret_x", "email": "ada@studio.test"},
                headers={"set-cookie": "s=1234"},
            ),
        )
    )
    for secret in (
        "sk_test_abc",
        "4000056655665556",
        "ada@studio.test",
        "ada%40studio.test",
        "seti_secret_x",
        "s=1234",
    ):
        assert secret not in told
