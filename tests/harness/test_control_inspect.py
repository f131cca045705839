"""Faults, requests, violations, documents and mail over the control API."""

from typing import Any

import pytest

from harness.transaction import Transaction
from tests.harness.controlling import Control


async def ask(control: Control, method: str, path: str, **more: Any) -> int:
    """Send a request to the sample provider; return the status."""
    world = control.lab.runtime.worlds.find(control.world)
    return (await control.lab.call(world, method, path, **more)).status_code


def transaction(control: Control) -> Transaction:
    """Begin a unit of work of the sample provider."""
    runtime = control.lab.runtime
    return Transaction(runtime.store, runtime.worlds.find(control.world), runtime.providers["parcel"])


async def test_a_fault_hits_as_often_as_it_was_told(control: Control) -> None:
    wish = {"kind": "status", "status": 503, "provider": "parcel", "operation": "ListParcels", "times": 1}
    fault = await control.call("POST", "~/faults", wish, status=201)
    assert fault == wish | {
        "id": fault["id"],
        "probability": 1.0,
        "hits": 0,
        "milliseconds": None,
        "mode": None,
        "per_second": None,
    }
    assert await control.call("GET", "~/faults") == {"faults": [fault]}
    assert await ask(control, "POST", "/parcels", json={"name": "x"}) == 201
    assert await ask(control, "GET", "/parcels") == 503
    assert await ask(control, "GET", "/parcels") == 200
    assert await control.call("GET", "~/faults") == {"faults": []}


async def test_faults_are_taken_away_one_by_one_or_all_at_once(control: Control) -> None:
    faults = [await control.call("POST", "~/faults", {"kind": "rate_limit"}, status=201) for _ in range(3)]
    await control.call("DELETE", f"~/faults/{faults[0]['id']}", status=204)
    assert (await control.call("GET", "~/faults"))["faults"] == faults[1:]
    assert "no fault" in await control.refused("DELETE", f"~/faults/{faults[0]['id']}", status=404)
    await control.call("DELETE", "~/faults", status=204)
    assert await control.call("GET", "~/faults") == {"faults": []}


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"kind": "fire"}, 400, "not a kind of fault"),
        ({"kind": "status"}, 400, "needs status"),
        ({"kind": "latency"}, 400, "milliseconds"),
        ({"kind": "delivery"}, 400, "mode"),
        ({"kind": "reset", "provider": "letter"}, 400, "not an installed provider"),
        ({"kind": "reset", "operation": "ListParcel"}, 400, "did you mean ListParcels"),
        ({"kind": "reset", "probability": 0}, 400, "probability"),
        ({"kind": "reset", "times": 0}, 400, "times"),
        ({"kind": "reset", "per_second": 5}, 400, "rate_limit only"),
        ({"kind": "rate_limit", "per_second": 0}, 400, "per_second"),
        ({"kind": "reset", "often": 3}, 422, "often"),
    ],
)
async def test_a_fault_that_could_never_hit_is_refused(
    control: Control, body: object, status: int, words: str
) -> None:
    assert words in await control.refused("POST", "~/faults", body, status=status)
    assert await control.call("GET", "~/faults") == {"faults": []}


async def test_requests_are_listed_with_their_answers_and_without_credentials(control: Control) -> None:
    await control.parcel()
    await ask(control, "GET", "/parcels?limit=1")
    newest, oldest = (await control.call("GET", "~/requests"))["requests"]
    assert (newest["operation"], newest["path"], newest["query"]) == ("ListParcels", "/parcels", "limit=1")
    assert (oldest["method"], oldest["operation"], oldest["status"]) == ("POST", "CreateParcel", 201)
    assert oldest["request_body"] == '{"name":"one"}'
    assert oldest["request_headers"]["authorization"] == "(redacted)"
    assert oldest["world_time"] == "2026-01-31T09:00:00.000Z"
    assert len((await control.call("GET", "~/requests", limit=1))["requests"]) == 1
    assert "limit" in await control.refused("GET", "~/requests", status=422, limit=0)


async def test_violations_tell_the_rule_and_an_example(control: Control) -> None:
    for _ in range(2):
        assert await ask(control, "POST", "/parcels", json={"name": "one", "color": "red"}) == 422
    (violation,) = (await control.call("GET", "~/violations"))["violations"]
    assert violation["provider"] == "parcel"
    assert violation["operation"] == "CreateParcel"
    assert violation["rule"] == "invalid_parameters"
    assert violation["count"] == 2
    assert violation["first_at"] == "2026-01-31T09:00:00.000Z"
    assert violation["example"]["body"] == '{"name":"one","color":"red"}'


async def test_documents_are_counted_by_kind_and_listed(control: Control) -> None:
    for name in ("a", "b", "c"):
        await control.parcel(name)
    everything = await control.call("GET", "~/objects", provider="parcel")
    assert {kind["kind"]: kind["count"] for kind in everything["kinds"]} == {"parcel": 4, "event": 3}
    assert len(everything["objects"]) == 7
    page = await control.call("GET", "~/objects", kind="parcel", limit=2)
    assert [each["name"] for each in page["objects"]] == ["c", "b"]
    assert page["has_more"] is True
    rest = await control.call("GET", "~/objects", kind="parcel.parcel", after=page["objects"][-1]["id"])
    assert [each["name"] for each in rest["objects"]] == ["a", "first"]
    assert rest["has_more"] is False


async def test_documents_go_on_after_one_that_exists_only(control: Control) -> None:
    assert "go on after" in await control.refused("GET", "~/objects", status=400, kind="parcel", after="p_0")
    assert "one kind" in await control.refused("GET", "~/objects", status=400, after="p_0")
    assert "no provider" in await control.refused("GET", "~/objects", status=404, provider="letter")


async def test_mail_is_listed_by_address_and_opened(control: Control) -> None:
    tx = transaction(control)
    mail = {"from": "Parcel <post@parcel.test>", "subject": "Your parcel", "text": "Code 4711", "html": None}
    tx.send_mail(mail | {"id": "m1", "to": ["Ada <ada@people.test>"]})
    tx.send_mail(mail | {"id": "m2", "to": ["bo@people.test"], "cc": ["ADA@people.test"]})
    tx.send_mail(
        mail
        | {
            "id": "m3",
            "to": ["bo@people.test"],
            "html": '<title>1234</title><p>Your code is <b>918273</b></p><a href="https://a.test/x?a=1&amp;b=2">go</a>',
        }
    )
    tx.commit()
    all_mail = (await control.call("GET", "~/emails"))["emails"]
    assert [each["id"] for each in all_mail] == ["m3", "m2", "m1"]
    assert all_mail[2] == {
        "id": "m1",
        "provider": "parcel",
        "from": "Parcel <post@parcel.test>",
        "to": ["Ada <ada@people.test>"],
        "subject": "Your parcel",
        "created": "2026-01-31T09:00:00.000Z",
        "status": "accepted",
    }
    for ada in ("ada@people.test", "Ada Lovely <Ada@people.test>"):
        assert [each["id"] for each in (await control.call("GET", "~/emails", to=ada))["emails"]] == [
            "m2",
            "m1",
        ]
    opened = await control.call("GET", "~/emails/m3")
    assert opened["links"] == ["https://a.test/x?a=1&b=2"]
    assert opened["codes"] == ["918273"]
    assert (await control.call("GET", "~/emails/m1"))["codes"] == ["4711"]
    assert "no mail 'm9'" in await control.refused("GET", "~/emails/m9", status=404)


async def test_requests_name_the_violations_that_they_were_recorded_for(control: Control) -> None:
    world = control.lab.runtime.worlds.find(control.world)
    await control.lab.call(world, "POST", "/parcels", json={"name": "one", "nonsense": 1})
    await control.parcel("two")
    [violation] = (await control.call("GET", "~/violations"))["violations"]
    good, broken = (await control.call("GET", "~/requests"))["requests"]
    assert broken["violations"] == [violation["id"]]
    assert good["violations"] == []
