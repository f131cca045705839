"""Triggering a provider's events over the control API."""

from typing import Any

from harness.params import Params
from harness.transaction import Transaction
from tests.harness.controlling import Control
from tests.harness.sample import PARCELS, found, refusal


class Lose(Params):
    """Which parcel is lost."""

    parcel: str
    keep: bool = False


def losing(control: Control) -> None:
    """Teach the sample provider to lose parcels: a missing one is refused, one that is `keep` is kept and refused."""

    @control.lab.runtime.providers["parcel"].trigger("parcel.lost")
    def lose(tx: Transaction, params: Lose) -> None:
        parcel: dict[str, Any] = found(tx, params.parcel) | {"state": "lost"}
        tx.save(PARCELS, parcel)
        tx.emit("parcel.lost", parcel, id=f"evt_{tx.token('event.id', 12)}")
        if params.keep:
            raise refusal(402, "lost_and_charged", keep=True)


async def state_of(control: Control, parcel: str) -> object:
    """Return a parcel's state."""
    objects = (await control.call("GET", "~/objects", kind="parcel"))["objects"]
    return next(each["state"] for each in objects if each["id"] == parcel)


async def test_a_trigger_changes_the_state_and_announces_it(control: Control) -> None:
    losing(control)
    receiver = control.lab.receiver()
    await control.call(
        "POST", "~/endpoints", {"provider": "parcel", "url": await receiver.start()}, status=201
    )
    parcel = (await control.parcel())["id"]
    body = {"provider": "parcel", "event": "parcel.lost", "parcel": parcel}
    (event,) = (await control.call("POST", "~/trigger", body))["events"]
    assert event["type"] == "parcel.lost"
    assert event["body"]["data"]["state"] == "lost"
    assert await state_of(control, parcel) == "lost"
    assert (await control.call("POST", "~/webhooks/settle"))["delivered"] == 2
    assert (await control.call("GET", "~/events", type="parcel.lost"))["events"] == [event]


async def test_what_the_provider_refuses_leaves_no_trace(control: Control) -> None:
    losing(control)
    body = {"provider": "parcel", "event": "parcel.lost", "parcel": "p_0"}
    answer = await control.raw("POST", "~/trigger", json=body)
    assert answer.status_code == 404
    assert answer.json()["detail"] == "parcel refused: no_such_parcel"
    assert answer.json()["answer"] == {"problem": "no_such_parcel"}
    assert (await control.call("GET", "~/events"))["events"] == []


async def test_a_refusal_that_the_provider_keeps_is_kept(control: Control) -> None:
    losing(control)
    parcel = (await control.parcel())["id"]
    body = {"provider": "parcel", "event": "parcel.lost", "parcel": parcel, "keep": True}
    assert "lost_and_charged" in await control.refused("POST", "~/trigger", body, status=402)
    assert await state_of(control, parcel) == "lost"


async def test_a_trigger_says_what_it_needs(control: Control) -> None:
    losing(control)
    body = {"provider": "parcel", "event": "parcel.lost"}
    assert "parcel: Field required" in await control.refused("POST", "~/trigger", body, status=422)
    body = {"provider": "parcel", "event": "parcel.lots", "parcel": "p_0"}
    assert "can trigger: parcel.lost" in await control.refused("POST", "~/trigger", body, status=400)
    control.lab.runtime.providers["parcel"].untriggered["parcel.sold"] = "a shop"
    body = {"provider": "parcel", "event": "parcel.sold"}
    assert "it needs a shop, which is not served" in await control.refused(
        "POST", "~/trigger", body, status=400
    )
    body = {"provider": "letter", "event": "letter.lost"}
    assert "no provider" in await control.refused("POST", "~/trigger", body, status=404)
