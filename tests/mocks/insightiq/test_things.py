"""InsightIQ: things, their refusals, time and webhooks."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from harness.inprocess import InProcess
from mocks.insightiq.provider import insightiq
from tests.harness.serving import START, Receiver

Json = dict[str, Any]


@dataclass
class Account:
    """A world's account at InsightIQ, and a client for it."""

    greenroom: InProcess
    world: Json
    http: httpx.Client

    def create(self, name: str = "one", **more: Any) -> Json:
        """Make a thing."""
        answer = self.http.post("/v1/things", json={"name": name, **more})
        assert answer.status_code == 201, answer.text
        made: Json = answer.json()
        return made

    def refused(self, method: str, path: str, body: Json | None = None) -> tuple[int, str, str | None]:
        """Send what is refused; return status, code and field."""
        answer = self.http.request(method, path, json=body)
        error = answer.json()["error"]
        return answer.status_code, error["code"], error["field"]


@pytest.fixture(scope="module")
def greenroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """Greenroom with InsightIQ alone, in this process."""
    folder: Path = tmp_path_factory.mktemp("insightiq")
    with InProcess(folder, {"insightiq": insightiq}) as running:
        yield running


@pytest.fixture
def account(greenroom: InProcess) -> Iterator[Account]:
    """An account in a new world with seed 7 and a frozen clock."""
    world = greenroom.create_world(seed=7, clock={"mode": "frozen", "now": START})
    headers = {"Authorization": f"Bearer {world['env']['INSIGHTIQ_API_KEY']}"}
    url = world["urls"]["insightiq"]
    with httpx.Client(transport=greenroom.transport, base_url=url, headers=headers) as http:
        yield Account(greenroom, world, http)
    greenroom.delete_world(world["id"])


def test_a_thing_is_made_and_found_again(account: Account) -> None:
    made = account.create("lamp", metadata={"room": "green"})
    assert (made["object"], made["name"], made["status"]) == ("thing", "lamp", "pending")
    assert made["metadata"] == {"room": "green"}
    assert account.http.get(f"/v1/things/{made['id']}").json() == made


def test_things_are_listed_page_by_page(account: Account) -> None:
    ids = [account.create(str(number))["id"] for number in range(3)]
    first = account.http.get("/v1/things", params={"limit": 2}).json()
    assert ([each["id"] for each in first["data"]], first["has_more"]) == ([ids[2], ids[1]], True)
    rest = account.http.get("/v1/things", params={"after": ids[1]}).json()
    assert ([each["id"] for each in rest["data"]], rest["has_more"]) == ([ids[0]], False)


def test_a_deleted_thing_is_gone(account: Account) -> None:
    made = account.create()
    assert account.http.delete(f"/v1/things/{made['id']}").status_code == 204
    assert account.refused("GET", f"/v1/things/{made['id']}") == (404, "not_found", None)


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "name"), ({"name": ""}, "name"), ({"name": "one", "colour": "red"}, "colour")],
)
def test_wrong_parameters_are_refused_by_name(account: Account, body: Json, field: str) -> None:
    assert account.refused("POST", "/v1/things", body) == (422, "invalid_parameter", field)
    assert account.http.get("/v1/things").json()["data"] == []


def test_a_body_that_is_no_object_is_refused(account: Account) -> None:
    assert account.http.post("/v1/things", content=b"[").status_code == 400
    assert account.http.post("/v1/things", content=b"[]").status_code == 400


def test_credentials_are_needed(account: Account) -> None:
    for header, code in (("", "missing_api_key"), ("Bearer insightiq_test_nobody", "invalid_api_key")):
        answer = account.http.get("/v1/things", headers={"Authorization": header})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, code)


def test_what_is_not_served_says_so(account: Account) -> None:
    answer = account.http.get("/v1/elsewhere")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_path")
    assert answer.headers["greenroom-unserved"] == "GET /v1/elsewhere"


def test_the_same_seed_and_calls_give_the_same_things(account: Account, greenroom: InProcess) -> None:
    made = account.create("lamp")
    greenroom.call("POST", f"/worlds/{account.world['id']}/reset")
    assert account.create("lamp") == made


def test_a_thing_is_finished_after_an_hour(account: Account) -> None:
    made = account.create()
    account.greenroom.advance(account.world["id"], seconds=3599)
    assert account.http.get(f"/v1/things/{made['id']}").json()["status"] == "pending"
    account.greenroom.advance(account.world["id"], seconds=1)
    assert account.http.get(f"/v1/things/{made['id']}").json()["status"] == "finished"


def test_a_thing_can_be_finished_by_hand(account: Account) -> None:
    made = account.create()
    body = {"provider": "insightiq", "event": "thing.finished", "thing": made["id"]}
    answer = account.greenroom.call("POST", f"/worlds/{account.world['id']}/trigger", body)
    assert [event["type"] for event in answer["events"]] == ["thing.finished"]
    assert account.http.get(f"/v1/things/{made['id']}").json()["status"] == "finished"


def test_events_are_delivered_signed(account: Account, receiver: Receiver) -> None:
    world = f"/worlds/{account.world['id']}"
    account.greenroom.call("POST", f"{world}/endpoints", {"provider": "insightiq", "url": receiver.url})
    made = account.create()
    assert account.greenroom.settle(account.world["id"])["delivered"] == 1
    (received,) = receiver.received
    stamp, signature = (part.split("=")[1] for part in received.headers["insightiq-signature"].split(","))
    secret = account.world["env"]["INSIGHTIQ_WEBHOOK_SECRET"]
    content = f"{stamp}.".encode() + received.body
    assert hmac.digest(secret.encode(), content, "sha256").hex() == signature
    assert made["id"].encode() in received.body
