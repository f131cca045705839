"""Deliveries over real sockets: signature, retries, and the secret that the environment names."""

import hmac
import json
from typing import Any

import pytest

from mocks.mux.provider import RETRY_SECONDS
from mocks.mux.signing import sign
from tests.harness.serving import Receiver, Served
from tests.mocks.mux.room import Spec

Json = dict[str, Any]


@pytest.fixture
def world(server: Served, fresh_world: Json, receiver: Receiver) -> Json:
    """A world whose Mux events go to the receiver."""
    wanted = {"provider": "mux", "url": f"{receiver.url}/mux", "events": ["*"]}
    made = server.control("POST", f"/worlds/{fresh_world['id']}/endpoints", wanted)
    assert (
        made["secret"]
        == fresh_world["env"]["MUX_WEBHOOK_SIGNING_SECRET"]
        == fresh_world["env"]["MUX_WEBHOOK_SECRET"]
    )
    return fresh_world


def trigger(server: Served, world: Json, event: str) -> None:
    server.control("POST", f"/worlds/{world['id']}/trigger", {"provider": "mux", "event": event})


def test_a_delivery_is_signed(server: Served, world: Json, receiver: Receiver) -> None:
    trigger(server, world, "video.upload.created")
    (request,) = receiver.wait_for(1)
    stamp, signature = (part.partition("=")[2] for part in request.headers["mux-signature"].split(","))
    content = f"{stamp}.".encode() + request.body
    secret = world["env"]["MUX_WEBHOOK_SIGNING_SECRET"]
    assert hmac.digest(secret.encode(), content, "sha256").hex() == signature
    assert (request.path, request.headers["content-type"]) == ("/mux", "application/json")


def test_a_failed_delivery_is_tried_again_and_tells_of_the_attempts(
    server: Served, world: Json, receiver: Receiver, spec: Spec | None
) -> None:
    receiver.answer(500, 401)
    trigger(server, world, "video.upload.created")
    receiver.wait_for(1)
    path = f"/worlds/{world['id']}"
    server.control("POST", f"{path}/webhooks/settle")
    server.control("POST", f"{path}/clock/advance", {"seconds": RETRY_SECONDS[0]})
    server.control("POST", f"{path}/clock/advance", {"seconds": RETRY_SECONDS[1]})
    bodies = [json.loads(request.body) for request in receiver.wait_for(3)]
    assert [len(body["attempts"]) for body in bodies] == [0, 1, 2]
    assert bodies[0] == bodies[1] | {"attempts": []} == bodies[2] | {"attempts": []}
    failed = bodies[2]["attempts"][0]
    assert (failed["response_status_code"], failed["max_attempts"]) == (500, len(RETRY_SECONDS) + 1)
    assert (failed["address"], failed["created_at"]) == (f"{receiver.url}/mux", "2026-03-01T09:00:00.000000Z")
    assert bodies[1]["attempts"] == bodies[2]["attempts"][:1]
    for body in bodies if spec is not None else ():
        spec.validate(body, spec.events[body["type"]])
    (delivery,) = server.control("GET", f"{path}/deliveries")["deliveries"]
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 401, 200]


def test_the_schedule_ends_after_a_day() -> None:
    assert 23 * 3600 < sum(RETRY_SECONDS) <= 24 * 3600
    assert list(RETRY_SECONDS) == sorted(RETRY_SECONDS)


def test_each_living_secret_signs() -> None:
    header = dict(sign(["one", "two"], "id", 7, b"{}"))["Mux-Signature"]
    assert header.startswith("t=7,v1=")
    assert header.count(",v1=") == 2
