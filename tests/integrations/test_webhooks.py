"""The receivers over HTTP: only what is authentic, recent, complete and small enough has an effect."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.errors import WebhookRejectedError
from integrations.models import InboxStatus
from integrations.webhooks.signatures import verify_digests, verify_stamped
from tests.integrations import stubs
from tests.integrations.cint_stub import cint_event
from tests.integrations.clerk_stub import clerk_event
from tests.integrations.insightiq_stub import insightiq_event, sign_digest
from tests.integrations.layer import Layer
from tests.integrations.mux_stub import mux_event, sign_stamped
from tests.integrations.stubs import (
    OPTIONAL,
    START,
    mail_event,
    sign_resend,
    sign_stripe,
    stripe_event,
    subscription,
)

STRIPE_BODY = json.dumps(stripe_event("evt_1", "product.created", {"id": "prod_1"}), indent=2)
RESEND_BODY = json.dumps(mail_event("email.delivered"))

Signed = Callable[..., dict[str, str]]


def stripe_headers(body: str, **options: object) -> dict[str, str]:
    return {"stripe-signature": sign_stripe(body, **options)}  # type: ignore[arg-type]


CLERK_BODY = json.dumps(clerk_event("session.created", {"id": "sess_1"}))
MUX_BODY = json.dumps(mux_event("event-1", "video.live_stream.created", {"id": "live1"}))
CINT_BODY = json.dumps(cint_event("event-1", "com.cint.session.updated", target_group_id="GROUP"))
INSIGHTIQ_BODY = json.dumps(insightiq_event("event-1", "CONTENTS.ADDED", account_id="a"))


def clerk_headers(body: str, **options: Any) -> dict[str, str]:
    return sign_resend(body, **options)


def mux_headers(
    body: str, *, secret: str = OPTIONAL["MUX_WEBHOOK_SIGNING_SECRET"], age: int = 0
) -> dict[str, str]:
    return {"mux-signature": sign_stamped(body, START - timedelta(seconds=age), secret)}


def cint_headers(body: str, *, secret: str = OPTIONAL["CINT_WEBHOOK_SECRET"], age: int = 0) -> dict[str, str]:
    return {"cint-signature": sign_stamped(body, START - timedelta(seconds=age), secret)}


def insightiq_headers(body: str, *, secret: str = OPTIONAL["INSIGHTIQ_SECRET"]) -> dict[str, str]:
    return {"webhook-signatures": sign_digest(body, secret)}


STAMPED = [
    pytest.param("/webhooks/stripe", STRIPE_BODY, stripe_headers, id="stripe"),
    pytest.param("/webhooks/resend", RESEND_BODY, sign_resend, id="resend"),
    pytest.param("/webhooks/clerk", CLERK_BODY, clerk_headers, id="clerk"),
    pytest.param("/webhooks/mux", MUX_BODY, mux_headers, id="mux"),
    pytest.param("/webhooks/cint", CINT_BODY, cint_headers, id="cint"),
]
#: Those whose signature holds a timestamp, and all.
STAMPED_RECEIVERS = pytest.mark.parametrize(("path", "body", "sign"), STAMPED)
RECEIVERS = pytest.mark.parametrize(
    ("path", "body", "sign"),
    [*STAMPED, pytest.param("/webhooks/insightiq", INSIGHTIQ_BODY, insightiq_headers, id="insightiq")],
)


async def refused(
    client: httpx.AsyncClient, layer: Layer, path: str, body: str, headers: dict[str, str]
) -> str:
    """Post something that must not be accepted; return the reason that is given."""
    answer = await client.post(path, content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert layer.services.inbox.list() == []
    return str(answer.json()["detail"])


@RECEIVERS
async def test_an_authentic_event_is_accepted_once(
    client: httpx.AsyncClient, layer: Layer, path: str, body: str, sign: Signed
) -> None:
    answers = [await client.post(path, content=body, headers=sign(body)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["status"] for answer in answers] == ["ignored", "duplicate"]
    (kept,) = layer.services.inbox.list()
    assert kept.payload == body


@RECEIVERS
async def test_an_unsigned_event_is_refused(
    client: httpx.AsyncClient, layer: Layer, path: str, body: str, sign: Signed
) -> None:
    assert "signature" in (await refused(client, layer, path, body, {})).lower()


@RECEIVERS
async def test_an_event_signed_with_another_secret_is_refused(
    client: httpx.AsyncClient, layer: Layer, path: str, body: str, sign: Signed
) -> None:
    forged = sign(body, secret="whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    await refused(client, layer, path, body, forged)


@RECEIVERS
async def test_an_altered_event_is_refused(
    client: httpx.AsyncClient, layer: Layer, path: str, body: str, sign: Signed
) -> None:
    await refused(client, layer, path, body.replace("{", "{ ", 1), sign(body))


@STAMPED_RECEIVERS
async def test_a_replayed_event_is_refused(
    client: httpx.AsyncClient, layer: Layer, path: str, body: str, sign: Signed
) -> None:
    reason = await refused(client, layer, path, body, sign(body, age=310))
    assert "tolerance" in reason or "too old" in reason
    accepted = await client.post(path, content=body, headers=sign(body, age=290))
    assert accepted.status_code == 200


async def test_cint_gets_its_events_id_back(client: httpx.AsyncClient) -> None:
    answer = await client.post("/webhooks/cint", content=CINT_BODY, headers=cint_headers(CINT_BODY))
    assert answer.json() == {"status": "ignored", "event_id": "event-1"}


@pytest.mark.parametrize("path", ["/webhooks/mux", "/webhooks/cint"])
@pytest.mark.parametrize(
    "header", ["", "t=1", "v1=00", "t=x,v1=00", "t=1,t=2,v1=00", "t=1793534400,v1=é", "nonsense"]
)
async def test_a_malformed_stamp_is_refused(client: httpx.AsyncClient, path: str, header: str) -> None:
    name = f"{path.removeprefix('/webhooks/')}-signature"
    headers = {name.encode(): header.encode()}
    answer = await client.post(path, content=b"{}", headers=headers)
    assert answer.status_code == 400
    assert "signature" in answer.json()["detail"]


async def test_while_a_secret_is_rotated_one_of_several_signatures_is_enough(
    client: httpx.AsyncClient,
) -> None:
    stamp, _, digest = mux_headers(MUX_BODY)["mux-signature"].partition(",")
    both = {"mux-signature": f"{stamp},v1={'0' * 64},{digest}"}
    assert (await client.post("/webhooks/mux", content=MUX_BODY, headers=both)).status_code == 200
    one = insightiq_headers(INSIGHTIQ_BODY)["webhook-signatures"]
    both = {"webhook-signatures": f"{'0' * 64},{one}"}
    assert (await client.post("/webhooks/insightiq", content=INSIGHTIQ_BODY, headers=both)).status_code == 200


def test_the_signatures_are_those_of_the_providers_documents() -> None:
    at = datetime.fromtimestamp(1732526080, UTC)
    digest = "6532d4777122acc32cd388763fc0c0ba8732698d09cf99eea086e5a86f8d3ebe"
    verify_stamped(f"t=1732526080,v1={digest}", "Cint", b'{"foo":"bar"}', OPTIONAL["CINT_WEBHOOK_SECRET"], at)
    body = (
        b'{"event":"PROFILES.ADDED","name":"profile added","id":"674c9030-640a-4c83-a680-666361044f67",'
        b'"data":{"account_id":"a","user_id":"u","profile_id":"p","last_updated_time":"2025-05-01T10:00:00.000000"}}'
    )
    digest = "b2e080fa317b839a994758038b7735ec9e5550e411ef91f1f221431b1ef5debf"
    verify_digests(digest, "InsightIQ", body, "27eb3d5b-0000-4204-9148-6d9395873f3a")


async def test_a_resend_event_from_the_future_is_refused(client: httpx.AsyncClient, layer: Layer) -> None:
    headers = sign_resend(RESEND_BODY, age=-310)
    assert "too new" in await refused(client, layer, "/webhooks/resend", RESEND_BODY, headers)


@RECEIVERS
async def test_what_is_signed_but_no_event_is_refused(
    client: httpx.AsyncClient, layer: Layer, path: str, body: str, sign: Signed
) -> None:
    for nonsense in ("", "[]", "null", "7", "{}", "not json", '{"id": 7, "type": "x", "data": {}}'):
        answer = await client.post(path, content=nonsense, headers=sign(nonsense))
        assert answer.status_code in {400, 422}, nonsense
        assert answer.json()["type"] == "urn:problem:webhook-rejected"
    assert layer.services.inbox.list() == []


@RECEIVERS
async def test_a_body_that_is_not_utf8_is_refused(
    client: httpx.AsyncClient, layer: Layer, path: str, body: str, sign: Signed
) -> None:
    answer = await client.post(path, content=b"\xff\xfe", headers=sign("x"))
    assert answer.status_code == 400


@RECEIVERS
async def test_a_body_above_the_limit_is_refused_unread(
    client: httpx.AsyncClient, layer: Layer, path: str, body: str, sign: Signed
) -> None:
    large = body + " " * layer.settings.webhook_body_limit_bytes
    answer = await client.post(path, content=large, headers=sign(large))
    assert answer.status_code == 413
    assert "WEBHOOK_BODY_LIMIT_BYTES" in answer.json()["detail"]


async def test_a_body_without_declared_length_is_limited_too(client: httpx.AsyncClient, layer: Layer) -> None:
    async def endless() -> object:
        for _ in range(10_000):
            yield b" " * 10_000

    answer = await client.post("/webhooks/stripe", content=endless())  # type: ignore[arg-type]
    assert answer.status_code == 413


async def test_fields_nobody_knows_yet_are_tolerated(client: httpx.AsyncClient, layer: Layer) -> None:
    event = mail_event("email.delivered", surprise={"deep": [1]}) | {"extra": True}
    body = json.dumps(event)
    answer = await client.post("/webhooks/resend", content=body, headers=sign_resend(body))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "event_type", ["email.received", "contact.created", "domain.updated", "email.beamed"]
)
async def test_other_resend_events_are_kept_only(
    client: httpx.AsyncClient, layer: Layer, event_type: str
) -> None:
    body = json.dumps({"type": event_type, "created_at": "2026-11-01T12:00:00Z", "data": {}})
    answer = await client.post("/webhooks/resend", content=body, headers=sign_resend(body))
    assert answer.json() == {"status": "ignored"}
    (kept,) = layer.services.inbox.list()
    assert (kept.type, kept.status) == (event_type, InboxStatus.PROCESSED)


async def test_an_event_that_lost_its_fields_is_kept_as_failed(
    client: httpx.AsyncClient, layer: Layer
) -> None:
    body = json.dumps({"type": "email.bounced", "created_at": "2026-11-01T12:00:00Z", "data": {"to": "x"}})
    answer = await client.post("/webhooks/resend", content=body, headers=sign_resend(body))
    assert answer.status_code == 500
    assert layer.services.inbox.list()[0].status is InboxStatus.FAILED


async def test_a_provider_in_trouble_makes_the_event_come_again(
    client: httpx.AsyncClient, layer: Layer
) -> None:
    organisation_id = layer.organisation()
    thing = layer.stripe.put(subscription("sub_1", layer.customer_id(organisation_id)))
    body = json.dumps(stripe_event("evt_1", "customer.subscription.created", thing))
    layer.stripe.failures.extend([stubs.stripe_error(503)] * 4)
    failed = await client.post("/webhooks/stripe", content=body, headers=stripe_headers(body))
    assert failed.status_code == 503
    assert int(failed.headers["retry-after"]) >= 1
    assert failed.json()["provider"] == "stripe"
    (kept,) = layer.services.inbox.list()
    assert kept.status is InboxStatus.FAILED
    assert kept.error is not None
    assert "retrieve subscription" in kept.error

    again = await client.post("/webhooks/stripe", content=body, headers=stripe_headers(body))
    assert again.json() == {"status": "processed"}
    assert layer.services.subscriptions.current(organisation_id) is not None
    assert layer.services.inbox.list()[0].attempts == 2


async def test_resend_in_trouble_does_not_hold_up_stripes_events(
    client: httpx.AsyncClient, layer: Layer
) -> None:
    organisation_id = layer.organisation()
    thing = layer.stripe.put(subscription("sub_1", layer.customer_id(organisation_id)))
    layer.resend.failures.extend([stubs.resend_error(500, "application_error")] * 4)
    body = json.dumps(stripe_event("evt_1", "customer.subscription.created", thing))
    answer = await client.post("/webhooks/stripe", content=body, headers=stripe_headers(body))
    assert answer.json() == {"status": "processed"}
    assert layer.mail("welcome").status.value == "queued"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["svix-id", "svix-timestamp", "svix-signature", "webhook-id", "stripe-signature"]),
        st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=40)
        | st.sampled_from(
            ["v1,", "v1,a b,c", "t=,v1=", "t=1,v1=é", "t=9999999999,v1=00", "nan", "1e400", "v1,é"]
        ),
        max_size=5,
    ),
    st.binary(max_size=60),
)
def test_no_header_or_body_breaks_the_verification(
    layer: Layer, headers: dict[str, str], body: bytes
) -> None:
    with pytest.raises(WebhookRejectedError) as caught:
        layer.services.resend_webhooks.receive(body, headers)
    assert caught.value.status == 400
    with pytest.raises(WebhookRejectedError):
        layer.services.stripe_webhooks.receive(body, headers.get("stripe-signature"))
