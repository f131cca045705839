"""The Svix signer against a known answer, and against the verifiers that receivers use."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from svix.webhooks import Webhook, WebhookVerificationError

from harness import realtime, svix

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(bytes(range(24))).decode()
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'


def stamp() -> int:
    """The verifiers compare with the clock of the machine."""
    return realtime.now() // 1_000_000


def svix_headers(secrets: list[str], body: bytes, at: int | None = None) -> dict[str, str]:
    return dict(svix.sign(secrets, ID, stamp() if at is None else at, body))


def test_the_known_answer() -> None:
    headers = svix_headers([SECRET], BODY, at=1614265330)
    assert headers["svix-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["svix-timestamp"] == "1614265330"
    assert headers["svix-id"] == ID
    assert headers["content-type"] == "application/json"


def test_header_names_are_lower_case() -> None:
    assert all(name == name.lower() for name in svix_headers([SECRET], BODY))


@given(body=st.binary(min_size=1), key=st.binary(min_size=24, max_size=64), at=st.integers(0, 2**33))
def test_signatures_are_those_of_the_official_signer(body: bytes, key: bytes, at: int) -> None:
    text = body.decode("utf-8", "replace")
    secret = "whsec_" + base64.b64encode(key).decode()
    official = Webhook(secret).sign(ID, datetime.fromtimestamp(at, UTC), text)
    assert svix_headers([secret], text.encode(), at)["svix-signature"] == official


def test_the_python_verifier_accepts_each_secret_of_a_rotation() -> None:
    headers = svix_headers([SECRET, OTHER], BODY)
    assert len(headers["svix-signature"].split()) == 2
    for secret in (SECRET, OTHER):
        Webhook(secret).verify(BODY, headers)


@pytest.mark.parametrize(
    ("body", "at"), [(BODY + b" ", 0), (BODY, -301), (BODY, 301)], ids=["changed", "too old", "too new"]
)
def test_the_python_verifier_refuses(body: bytes, at: int) -> None:
    headers = svix_headers([SECRET], BODY, at=stamp() + at)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, headers)


def test_the_python_verifier_refuses_another_secret() -> None:
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(BODY, svix_headers([SECRET], BODY))


NODE = """
import { Webhook } from "svix";
const { cases } = JSON.parse(process.env.CASES);
const results = cases.map(({ secret, body, headers }) => {
  try { new Webhook(secret).verify(body, headers); return "accepted"; }
  catch (error) { return error.message; }
});
console.log(JSON.stringify(results));
"""


def test_the_node_verifier_agrees(node: Callable[..., Any]) -> None:
    body = '{"name":"Zoë","emoji":"🎬"}'
    headers = svix_headers([SECRET, OTHER], body.encode())
    cases = [
        {"secret": SECRET, "body": body, "headers": headers},
        {"secret": OTHER, "body": body, "headers": headers},
        {"secret": OTHER, "body": body, "headers": svix_headers([SECRET], body.encode())},
        {"secret": SECRET, "body": body + " ", "headers": headers},
    ]
    results = node(NODE, {"CASES": json.dumps({"cases": cases})})
    assert results == ["accepted"] * 2 + ["No matching signature found"] * 2


def test_a_secret_that_is_not_base64_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"base64|padding"):
        svix.sign(["whsec_not base64!"], ID, 1, BODY)


def test_the_schedule_is_eight_attempts_in_a_day_and_a_half() -> None:
    assert len(svix.RETRY_SECONDS) == 7
    assert sum(svix.RETRY_SECONDS) == 5 + 5 * 60 + 30 * 60 + (2 + 5 + 10 + 10) * 3600


def test_for_a_day_after_a_rotation_both_secrets_fit(
    server: Any, fresh_world: dict[str, Any], receiver: Any
) -> None:
    world = f"/worlds/{fresh_world['id']}"
    made = server.control("POST", f"{world}/endpoints", {"provider": "resend", "url": f"{receiver.url}/hook"})
    fresh = server.control("POST", f"{world}/endpoints/{made['id']}/rotate", {})["secret"]
    assert fresh != made["secret"]
    send = {"provider": "resend", "event": "email.delivered"}
    server.control("POST", f"{world}/trigger", send)
    received = receiver.wait_for(1)[0]
    assert len(received.headers["svix-signature"].split(" ")) == 2
    for secret in (made["secret"], fresh):
        Webhook(secret).verify(received.body, dict(received.headers))
    server.control("POST", f"{world}/webhooks/settle")
    server.control("POST", f"{world}/clock/advance", {"seconds": 24 * 3600 + 1})
    before = len(receiver.received)
    server.control("POST", f"{world}/trigger", send)
    late = receiver.wait_for(before + 1)[-1]
    Webhook(fresh).verify(late.body, dict(late.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(made["secret"]).verify(late.body, dict(late.headers))
