"""Notification webhooks: their management, what is posted, and how it is signed."""

import asyncio
import hmac
import json
from typing import Any

import pytest

from harness import endpoints
from harness.delivery_client import Client, Result
from harness.transaction import DELIVERIES
from mocks.cint.provider import ANSWERS, EVENTS
from mocks.cint.signing import sign
from tests.mocks.cint.room import Room

URL = "http://127.0.0.1:9/hooks"
ID = "01JPVZD75DW4KRP7MPFMF6KGZX"
VECTOR = "FP7UPZpATKBcYJj4va95PYud+a3gCidRERiLO+9MoFE="


def own(room: Room) -> str:
    return f"/v1/accounts/{room.env['CINT_ACCOUNT_ID']}/webhooks"


async def create(room: Room, **wanted: Any) -> Any:
    body = {"id": ID, "url": URL, "events": list(EVENTS), **wanted}
    return await room.ok("POST", own(room), body)


class Post:
    """Takes what the dispatcher would send."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.taken: list[tuple[str, dict[str, str], bytes]] = []

        async def send(
            _client: Client, _method: str, url: str, headers: Any, body: bytes, *_rest: Any
        ) -> Result:
            await asyncio.sleep(0)
            if not url.startswith(URL):
                return Result(error="this host may not be contacted")  # a visit
            self.taken.append((url, dict(headers), body))
            return Result(status=200)

        monkeypatch.setattr(Client, "send", send)


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    return Post(monkeypatch)


async def test_a_webhook_is_created_shown_changed_and_deleted(room: Room) -> None:
    made = await create(room)
    assert made["secret"] == room.tokens["webhook_secret"]
    assert len(made["secret"]) == 44
    shown = await room.call("GET", f"{own(room)}/{ID}")
    assert shown.headers["etag"] == 'W/"1"'
    assert shown.json() == {name: value for name, value in made.items() if name != "secret"}
    assert await room.ok("GET", own(room)) == {"webhooks": [shown.json()], "has_more": False}
    await room.advance(60)
    changed = await room.ok("PUT", f"{own(room)}/{ID}", {"url": URL + "/2", "events": ["session-updated"]})
    assert (changed["url"], changed["events"]) == (URL + "/2", ["session-updated"])
    assert changed["updated_at"] > changed["created_at"]
    renewed = await room.ok("POST", f"{own(room)}/{ID}/regenerate-secret")
    assert len(renewed["secret"]) == 44
    assert renewed["secret"] != made["secret"]
    assert (await room.refused("DELETE", f"{own(room)}/{ID}", If_Match='W/"1"'))[0] == 412
    await room.ok("DELETE", f"{own(room)}/{ID}", If_Match='W/"3"')
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/regenerate-secret")):
        answer = await room.call(method, f"{own(room)}/{ID}{path}")
        assert answer.status_code == 404
    assert await room.ok("GET", f"{own(room)}/events") == {"events": list(EVENTS)}


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "hook"},
        {"id": 1},
        {"url": "nowhere"},
        {"url": "ftp://a.test/"},
        {"events": []},
        {"events": ["respondent.completed"]},
        {"events": ["*"]},
        {"events": "session-updated"},
    ],
)
async def test_wrong_webhooks_are_refused(room: Room, changes: Any) -> None:
    body = {"id": ID, "url": URL, "events": ["session-updated"], **changes}
    assert (await room.refused("POST", own(room), body))[:2] == (400, "bad_request_error")
    assert (await room.ok("GET", own(room)))["webhooks"] == []


async def test_an_id_is_given_once(room: Room) -> None:
    await create(room)
    body = {"id": ID.lower(), "url": URL, "events": ["session-updated"]}
    assert (await room.refused("POST", own(room), body))[0] == 400


async def test_an_endpoint_of_the_control_api_is_a_webhook_too(room: Room) -> None:
    tx = room.tx()
    made = endpoints.add(tx, URL)
    tx.commit()
    shown = await room.ok("GET", f"{own(room)}/{made['id']}")
    assert shown["events"] == list(EVENTS)


def test_the_signature_is_the_documents_own() -> None:
    headers = dict(sign([VECTOR], "id", 1732526080, b'{"foo":"bar"}'))
    digest = "6532d4777122acc32cd388763fc0c0ba8732698d09cf99eea086e5a86f8d3ebe"
    assert headers["Cint-Signature"] == f"t=1732526080,v1={digest}"


async def test_steps_of_respondents_are_posted_signed_and_numbered(room: Room, post: Post) -> None:
    secret = (await create(room))["secret"]
    await room.live()
    room.trigger("respondents.come", count=15)
    await room.advance(3600)
    events = []
    for _, headers, body in post.taken:
        stamp, _, given = headers["Cint-Signature"].partition(",v1=")
        message = stamp.removeprefix("t=").encode() + b"." + body
        assert given == hmac.digest(secret.encode(), message, "sha256").hex()
        events.append(json.loads(body))
    assert {event["type"] for event in events} == {
        "com.cint.target-group.updated",
        "com.cint.session.updated",
    }
    for event in events:
        assert set(event) == {
            "id",
            "specversion",
            "source",
            "type",
            "time",
            "datacontenttype",
            "dataschema",
            "data",
        }
    steps: dict[str, list[Any]] = {}
    for event in events:
        if event["type"] == "com.cint.session.updated":
            data = event["data"]
            steps.setdefault(data["response_session_id"], []).append(data)
    assert len(steps) == 15
    for told in steps.values():
        assert [each["sequence_number"] for each in told] == list(range(1, len(told) + 1))
    completed = [told for told in steps.values() if told[-1]["changes"][0]["new_value"] == 10]
    assert completed
    assert [each["changes"][0]["object"] for each in completed[0]] == [
        "exchange_status_code_change",
        "exchange_status_code_change",
        "client_status_code_change",
    ]


async def test_quotas_are_posted(room: Room, post: Post) -> None:
    from tests.mocks.cint.test_target_groups import AGES, profile

    await create(room, events=["quota-fill-registered"])
    group = await room.live(profile=profile(AGES))
    room.trigger("respondents.come", count=10)
    await room.advance(3600)
    told = [json.loads(body)["data"] for url, _, body in post.taken if url == URL]
    assert {each["target_group_id"] for each in told} == {group.rpartition("/")[2]}
    assert max(each["screens"] for each in told) > 0
    assert max(each["completes"] for each in told) > 0


async def test_answers_go_to_the_platforms_own_route(room: Room, post: Post) -> None:
    tx = room.tx()
    endpoints.add(tx, f"{URL}/respond", [ANSWERS])
    endpoints.add(tx, f"{URL}/all")
    tx.commit()
    await room.live(live_url="https://survey.studio.test/?studyId=study_1&rid=[%RID%]")
    room.trigger("respondents.come", count=20)
    await room.advance(3600)
    sent = [(headers, json.loads(body)) for url, headers, body in post.taken if url == f"{URL}/respond"]
    assert len(sent) == len([each for each in room.sessions() if (each["client"] or 1) > 1]) > 3
    for headers, body in sent:
        assert headers["x-cint-webhook-secret"] == room.tokens["webhook_secret"]
        assert set(body) == {"id", "status", "custom_vars", "answers", "demographics"}
        assert body["custom_vars"] == {"studyId": "study_1"}
        assert bool(body["answers"]) is (body["status"] in (4, 5))
    answers = next(body["answers"] for _, body in sent if body["status"] == 5)
    assert {"question_identifier": "AD_RECALL", "answer_value": "no"} in answers or {
        "question_identifier": "AD_RECALL",
        "answer_value": "yes",
    } in answers
    others = [json.loads(body) for url, _, body in post.taken if url == f"{URL}/all"]
    assert all("specversion" in body for body in others)


async def test_without_a_study_no_answers_are_sent(room: Room, post: Post) -> None:
    tx = room.tx()
    endpoints.add(tx, f"{URL}/respond", [ANSWERS])
    tx.commit()
    await room.live()
    room.trigger("respondents.come", count=10)
    await room.advance(3600)
    assert not [url for url, _, _ in post.taken if url.endswith("/respond")]
    room.trigger("panel.behave", study_id="study_9")
    room.trigger("respondents.come", count=10)
    await room.advance(3600)
    assert [url for url, _, _ in post.taken if url.endswith("/respond")]


async def test_a_delivery_that_fails_is_tried_again_for_a_week(room: Room, monkeypatch: Any) -> None:
    async def send(*_: Any) -> Result:
        return Result(status=500)

    monkeypatch.setattr(Client, "send", send)
    await create(room, events=["target-group-updated"])
    await room.live(days=30)
    room.trigger("panel.behave", duplicate=1.0)
    await room.advance(7 * 86400)
    (delivery,) = [each for each in room.tx().every(DELIVERIES) if each["type"] == "target-group-updated"]
    assert delivery["state"] == "failed"
    assert len(delivery["attempts"]) == 20
