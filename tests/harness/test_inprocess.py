"""Greenroom inside the test's own process: through httpx, through requests, with the providers' SDKs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import resend
import stripe

from harness.errors import GreenroomError, StoreError
from harness.inprocess import InProcess
from tests.harness.sample import build
from tests.harness.serving import START, Receiver

FROZEN = {"mode": "frozen", "now": START}


@pytest.fixture
def parcel() -> Iterator[InProcess]:
    """The sample provider in this process."""
    with InProcess(providers={"parcel": build()}) as greenroom:
        yield greenroom


@pytest.fixture(scope="module")
def installed() -> Iterator[InProcess]:
    """The installed providers in this process."""
    with InProcess() as greenroom:
        yield greenroom


@pytest.fixture
def world(installed: InProcess) -> Iterator[dict[str, Any]]:
    """A world at the installed providers."""
    made = installed.create_world(seed=7, clock=FROZEN)
    yield made
    installed.delete_world(made["id"])


def client(greenroom: InProcess, url: str = "https://api.parcel.test", **more: Any) -> httpx.Client:
    """Return a client with the key of a new world."""
    key = greenroom.create_world(seed=7, clock=FROZEN)["env"]["PARCEL_KEY"]
    return httpx.Client(
        transport=greenroom.transport, base_url=url, headers={"Authorization": f"Bearer {key}"}, **more
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://api.parcel.test",
        "http://127.0.0.1:4401",
        "http://127.0.0.1:4400/parcel",
        "http://parcel.greenroom.localhost:4400",
    ],
)
def test_a_provider_is_reached_by_every_address(parcel: InProcess, url: str) -> None:
    with client(parcel, url) as http:
        made = http.post("/parcels", json={"name": "one"})
        assert made.status_code == 201
        assert http.get(f"/parcels/{made.json()['id']}").json() == made.json()
        assert http.get("/nothing").headers["greenroom-unserved"] == "GET /nothing"


def test_other_hosts_are_never_contacted(parcel: InProcess) -> None:
    with client(parcel, "https://elsewhere.test") as http:
        assert http.get("/").status_code == 421


async def test_asynchronous_clients_are_served_on_their_own_loop(parcel: InProcess) -> None:
    key = (await asyncio.to_thread(parcel.create_world))["env"]["PARCEL_KEY"]
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(transport=parcel.transport, headers=headers) as http:
        wanted = [http.post("https://api.parcel.test/parcels", json={"name": str(n)}) for n in range(20)]
        answers = await asyncio.gather(*wanted)
    assert len({answer.json()["id"] for answer in answers}) == 20


def test_time_moves_and_webhooks_arrive(parcel: InProcess, receiver: Receiver) -> None:
    world = parcel.create_world(clock=FROZEN)
    parcel.call("POST", f"/worlds/{world['id']}/endpoints", {"provider": "parcel", "url": receiver.url})
    with httpx.Client(
        transport=parcel.transport,
        base_url=world["urls"]["parcel"],
        headers={"Authorization": f"Bearer {world['env']['PARCEL_KEY']}"},
    ) as http:
        made = http.post("/parcels", json={"name": "one"}).json()
        http.post(f"/parcels/{made['id']}/send")
    assert parcel.settle(world["id"]) == {"delivered": 1, "failed": 0, "scheduled": 0}
    done = parcel.advance(world["id"], seconds=60)
    assert (done["timers_run"], done["deliveries"]) == (1, 1)
    assert [b"parcel.created" in receiver.received[0].body, b"parcel.arrived" in receiver.received[1].body]


def test_faults_are_felt_as_on_a_socket(parcel: InProcess) -> None:
    world = parcel.create_world()
    with httpx.Client(
        transport=parcel.transport,
        base_url="https://api.parcel.test",
        headers={"Authorization": f"Bearer {world['env']['PARCEL_KEY']}"},
        timeout=30,
    ) as http:
        parcel.call("POST", f"/worlds/{world['id']}/faults", {"kind": "reset", "times": 1})
        with pytest.raises(httpx.ReadError):
            http.get("/parcels")
        assert http.get("/parcels").status_code == 200
        parcel.call("POST", f"/worlds/{world['id']}/faults", {"kind": "timeout", "times": 1})
        with pytest.raises(httpx.ReadTimeout):
            http.get("/parcels", timeout=0.05)


def test_a_refusal_of_the_control_api_is_an_error(parcel: InProcess) -> None:
    with pytest.raises(GreenroomError, match="there is no world 'w9'"):
        parcel.delete_world("w9")


def test_state_is_kept_in_a_folder_that_is_named(tmp_path: Path) -> None:
    with InProcess(tmp_path, {"parcel": build()}) as greenroom:
        made = greenroom.create_world(name="kept")
    with InProcess(tmp_path, {"parcel": build()}) as greenroom:
        assert greenroom.call("GET", "/worlds/kept")["env"] == made["env"]


def test_a_folder_that_cannot_be_used_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "greenroom.db").write_bytes(b"no database" * 100)
    with pytest.raises(StoreError, match="cannot use the database"), InProcess(tmp_path, {"parcel": build()}):
        pass


def test_a_greenroom_that_does_not_run_says_so() -> None:
    greenroom = InProcess(providers={"parcel": build()})
    with pytest.raises(GreenroomError, match="not running"):
        greenroom.create_world()
    with greenroom:
        pass
    with pytest.raises(GreenroomError, match="not running"):
        greenroom.create_world()


def test_requests_are_answered_and_others_refused(parcel: InProcess) -> None:
    world = parcel.create_world(seed=7, clock=FROZEN)
    headers = {"Authorization": f"Bearer {world['env']['PARCEL_KEY']}"}
    with parcel.responses():
        made = requests.post(
            "https://api.parcel.test/parcels", json={"name": "one"}, headers=headers, timeout=30
        )
        assert (made.status_code, made.headers["content-type"]) == (201, "application/json")
        listed = requests.get(f"{world['urls']['parcel']}/parcels?limit=1", headers=headers, timeout=30)
        assert [each["name"] for each in listed.json()["items"]] == ["one"]
        with pytest.raises(requests.ConnectionError):
            requests.get("https://api.elsewhere.test/parcels", timeout=30)
        with pytest.raises(requests.ConnectionError):
            requests.get("https://api.parcel.test.elsewhere.test/parcels", timeout=30)
        parcel.call("POST", f"/worlds/{world['id']}/faults", {"kind": "reset", "times": 1})
        with pytest.raises(requests.ConnectionError, match="was cut"):
            requests.get("https://api.parcel.test/parcels", headers=headers, timeout=30)


def test_stripes_sdk_works_unmodified(installed: InProcess, world: dict[str, Any]) -> None:
    with installed.responses():
        client = stripe.StripeClient(world["env"]["STRIPE_SECRET_KEY"])
        customer = client.v1.customers.create({"email": "ada@people.test"})
        assert client.v1.customers.retrieve(customer.id).email == "ada@people.test"
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.customers.retrieve("cus_0")


def test_resends_sdk_works_unmodified(
    installed: InProcess, world: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resend, "api_key", world["env"]["RESEND_API_KEY"])
    mail: resend.Emails.SendParams = {
        "from": world["env"]["EMAIL_FROM"],
        "to": "ada@people.test",
        "subject": "Hello",
        "html": "<p>Hello</p>",
    }
    with installed.responses():
        sent = resend.Emails.send(mail)
        assert resend.Emails.get(sent["id"])["subject"] == "Hello"
    installed.advance(world["id"], seconds=60)
    emails = installed.call("GET", f"/worlds/{world['id']}/emails", to="ada@people.test")["emails"]
    assert [each["subject"] for each in emails] == ["Hello"]
