"""Endpoints, events and deliveries over the control API."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import endpoints
from harness.collection import endpoints_of
from harness.provider import Credential
from harness.runtime import Settings, open_runtime
from harness.transaction import Transaction
from tests.harness.controlling import Control
from tests.harness.lab import Receiver
from tests.harness.sample import build


async def add(control: Control, url: str, events: list[str] | None = None) -> dict[str, Any]:
    """Add an endpoint of the sample provider."""
    body = {"provider": "parcel", "url": url} | ({} if events is None else {"events": events})
    made: dict[str, Any] = await control.call("POST", "~/endpoints", body, status=201)
    return made


async def receiving(control: Control, *statuses: int) -> Receiver:
    """Add an endpoint with a receiver behind it."""
    receiver = control.lab.receiver(statuses=list(statuses))
    await add(control, await receiver.start())
    return receiver


async def test_the_first_endpoint_has_the_secret_of_the_environment(control: Control) -> None:
    env = (await control.call("GET", "~"))["env"]
    first = await add(control, "http://127.0.0.1:9/one")
    second = await add(control, "http://127.0.0.1:9/two", ["parcel.created"])
    assert first["secret"] == env["PARCEL_WEBHOOK_SECRET"]
    assert second["secret"] != first["secret"]
    assert second["secret"].startswith("ws_")
    assert first["events"] == ["*"]
    listed = (await control.call("GET", "~/endpoints"))["endpoints"]
    assert listed == [
        {
            "id": first["id"],
            "provider": "parcel",
            "url": "http://127.0.0.1:9/one",
            "events": ["*"],
            "status": "enabled",
            "paused": False,
        },
        {key: value for key, value in second.items() if key != "secret"},
    ]


async def test_the_environments_secret_is_given_again_once_nobody_holds_it(control: Control) -> None:
    first = await add(control, "http://127.0.0.1:9/one")
    runtime = control.lab.runtime
    tx = Transaction(runtime.store, runtime.worlds.find(control.world), runtime.providers["parcel"])
    tx.delete(endpoints_of("parcel"), first["id"])
    tx.commit()
    assert (await add(control, "http://127.0.0.1:9/two"))["secret"] == first["secret"]


async def test_a_forks_endpoint_signs_with_the_forks_secret(control: Control) -> None:
    first = await add(control, "http://127.0.0.1:9/one")
    twin = await control.call("POST", "~/fork", {}, status=201)
    runtime = control.lab.runtime
    tx = Transaction(runtime.store, runtime.worlds.find(twin["id"]), runtime.providers["parcel"])
    (copied,) = tx.endpoints()
    assert copied["id"] == first["id"]
    assert copied["paused"] is True
    assert copied["secrets"] == [twin["env"]["PARCEL_WEBHOOK_SECRET"]]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.test/hook",
        "ftp://example.test",
        "http://",
        "http:///hook",
        "http://[::1",
        "http://a b/",
        "/x",
    ],
)
async def test_an_endpoint_needs_an_address(control: Control, url: str) -> None:
    detail = await control.refused("POST", "~/endpoints", {"provider": "parcel", "url": url}, status=400)
    assert "http(s)://host" in detail
    assert await control.call("GET", "~/endpoints") == {"endpoints": []}


async def test_event_types_are_checked_where_the_provider_lists_them(control: Control) -> None:
    parcel = control.lab.runtime.providers["parcel"]
    assert parcel.webhooks is not None
    object.__setattr__(parcel.webhooks, "events", ("parcel.created", "parcel.arrived"))
    wish = {"provider": "parcel", "url": "http://127.0.0.1:9", "events": ["parcel.lost"]}
    detail = await control.refused("POST", "~/endpoints", wish, status=400)
    assert "'parcel.lost'; it has: parcel.created, parcel.arrived" in detail
    assert (await add(control, "http://127.0.0.1:9", ["parcel.created"]))["events"] == ["parcel.created"]
    nothing = await control.refused("POST", "~/endpoints", wish | {"events": []}, status=400)
    assert "events is empty" in nothing


async def test_endpoints_belong_to_an_installed_provider_that_sends_webhooks(control: Control) -> None:
    wish = {"provider": "letter", "url": "http://127.0.0.1:9"}
    assert "no provider 'letter'" in await control.refused("POST", "~/endpoints", wish, status=404)
    control.lab.runtime.providers["parcel"].webhooks = None
    detail = await control.refused("POST", "~/endpoints", wish | {"provider": "parcel"}, status=400)
    assert "sends no webhooks" in detail


async def test_an_event_is_listed_and_delivered(control: Control) -> None:
    receiver = await receiving(control)
    parcel = await control.parcel()
    assert await control.call("POST", "~/webhooks/settle") == {"delivered": 1, "failed": 0, "scheduled": 0}
    (event,) = (await control.call("GET", "~/events"))["events"]
    assert event["type"] == "parcel.created"
    assert event["provider"] == "parcel"
    assert event["created"] == "2026-01-31T09:00:00.000Z"
    assert event["body"] == {"type": "parcel.created", "data": parcel}
    (delivery,) = (await control.call("GET", "~/deliveries"))["deliveries"]
    assert (delivery["event"], delivery["state"], delivery["next_attempt"]) == (
        event["id"],
        "delivered",
        None,
    )
    (attempt,) = delivery["attempts"]
    assert (attempt["number"], attempt["status"], attempt["error"]) == (1, 200, None)
    assert attempt["response_body"] == "ok"
    assert attempt["request_headers"]["Parcel-Signature"] == receiver.got[0][0]["parcel-signature"]
    assert delivery["request_body"].encode() == receiver.got[0][1]


async def test_events_and_deliveries_are_filtered(control: Control) -> None:
    await receiving(control, 500)
    await control.parcel("fails")
    await control.call("POST", "~/webhooks/settle")
    await control.parcel("works")
    await control.call("POST", "~/webhooks/settle")
    events = (await control.call("GET", "~/events", type="parcel.created", limit=1))["events"]
    assert [event["body"]["data"]["name"] for event in events] == ["works"]
    assert (await control.call("GET", "~/events", type="parcel.lost"))["events"] == []
    pending = (await control.call("GET", "~/deliveries", state="pending", provider="parcel"))["deliveries"]
    assert [each["next_attempt"] for each in pending] == ["2026-01-31T09:01:00.000Z"]
    both = (await control.call("GET", "~/deliveries"))["deliveries"]
    assert sorted(each["state"] for each in both) == ["delivered", "pending"]
    assert "state" in await control.refused("GET", "~/deliveries", status=422, state="lost")
    assert "no provider" in await control.refused("GET", "~/deliveries", status=404, provider="letter")


async def test_a_failed_delivery_is_sent_again_by_the_clock_and_by_hand(control: Control) -> None:
    receiver = await receiving(control, 500, 500)
    await control.parcel()
    assert (await control.call("POST", "~/webhooks/settle"))["scheduled"] == 1
    done = await control.call("POST", "~/clock/advance", {"seconds": 60})
    assert done["deliveries"] == 1
    (delivery,) = (await control.call("GET", "~/deliveries"))["deliveries"]
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 500]
    again = await control.call("POST", f"~/deliveries/{delivery['id']}/redeliver")
    assert again["state"] == "delivered"
    assert [attempt["status"] for attempt in again["attempts"]] == [500, 500, 200]
    assert len(receiver.got) == 3
    assert "no delivery" in await control.refused("POST", "~/deliveries/dlv_0/redeliver", status=404)


async def test_paused_deliveries_wait_until_they_are_resumed(control: Control) -> None:
    receiver = await receiving(control)
    assert await control.call("POST", "~/webhooks/pause", {"provider": "parcel"}) == {"paused": 1}
    await control.parcel()
    assert (await control.call("POST", "~/webhooks/settle"))["scheduled"] == 1
    assert receiver.got == []
    assert (await control.call("GET", "~/endpoints"))["endpoints"][0]["paused"] is True
    assert await control.call("POST", "~/webhooks/resume") == {"paused": 0}
    assert (await control.call("POST", "~/webhooks/settle"))["delivered"] == 1
    assert len(receiver.got) == 1


async def test_a_provider_may_sign_with_the_secret_of_its_api(tmp_path: Path) -> None:
    """The credential in the form of the webhooks' secrets is the one, whether requests are made with it or not."""
    credentials = (Credential("key", "ws_{alnum:24}", env=("PARCEL_KEY",)),)
    provider = replace(build(), credentials=credentials)
    runtime = open_runtime(Settings(data_dir=tmp_path), {"parcel": provider})
    world = runtime.worlds.create(seed=7)
    tx = Transaction(runtime.store, world, provider)
    assert endpoints.own_secret(tx) == world.accounts["parcel"]["tokens"]["key"]
    await runtime.close()
