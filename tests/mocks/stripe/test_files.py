"""Files, file links, tax ids of customers and customer sessions."""

import io
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from tests.harness.serving import Served
from tests.mocks.stripe.conformance import VERSION, CheckingClient, Document, refused
from tests.mocks.stripe.room import Room

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8 + b"\r\n--\r\n"


@pytest.fixture
def uploads(server: Served, fresh_world: dict[str, Any], stripe_document: Document) -> stripe.StripeClient:
    """The SDK, its uploads led here too; every answer is validated."""
    origin = f"http://127.0.0.1:{server.port + 7}"
    return stripe.StripeClient(
        fresh_world["env"]["STRIPE_SECRET_KEY"],
        stripe_version=VERSION,
        base_addresses={"api": origin, "files": origin},
        http_client=CheckingClient(stripe_document),
        max_network_retries=0,
    )


def named(name: str, content: bytes) -> Any:
    file = io.BytesIO(content)
    file.name = name
    return file


def test_a_file_is_uploaded_linked_and_fetched(
    uploads: stripe.StripeClient, advance: Callable[..., Any], fresh_world: dict[str, Any]
) -> None:
    made = uploads.v1.files.create(
        {
            "file": named("receipt.png", PNG),
            "purpose": "dispute_evidence",
            "file_link_data": {"create": True, "metadata": {"k": "v"}},
        }
    )
    assert (made.filename, made.size, made.type) == ("receipt.png", len(PNG), "png")
    assert made.links.data[0].metadata.to_dict() == {"k": "v"}
    key = {"Authorization": f"Bearer {fresh_world['env']['STRIPE_SECRET_KEY']}"}
    assert httpx.get(made.url, headers=key).content == PNG
    assert httpx.get(made.url.replace(f"/~{fresh_world['name']}", "")).status_code == 401
    link = uploads.v1.file_links.create({"file": made.id})
    answer = httpx.get(link.url)
    assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
    soon = uploads.v1.file_links.update(link.id, {"expires_at": link.created + 60})
    assert not soon.expired
    advance(seconds=61)
    assert uploads.v1.file_links.retrieve(link.id, {"expand": ["file"]}).expired
    assert httpx.get(link.url).status_code == 404
    assert [each.id for each in uploads.v1.file_links.list({"file": made.id, "expired": True}).data] == [
        link.id
    ]
    ended = uploads.v1.file_links.update(made.links.data[0].id, {"expires_at": "now"})
    assert ended.expired
    assert [each.id for each in uploads.v1.files.list({"purpose": "dispute_evidence"}).data] == [made.id]
    assert uploads.v1.files.retrieve(made.id).links.data
    assert [event.type for event in uploads.v1.events.list().data] == ["file.created"]


def test_a_file_is_evidence(uploads: stripe.StripeClient) -> None:
    receipt = uploads.v1.files.create({"file": named("r.png", PNG), "purpose": "dispute_evidence"})
    paid: Any = {"amount": 900, "currency": "usd", "payment_method": "pm_card_createDispute", "confirm": True}
    intent = uploads.v1.payment_intents.create(paid)
    (dispute,) = uploads.v1.disputes.list({"payment_intent": intent.id}).data
    told = uploads.v1.disputes.update(
        dispute.id, {"evidence": {"receipt": receipt.id}, "submit": False, "expand": ["evidence.receipt"]}
    )
    assert told.evidence.receipt.filename == "r.png"


def test_files_that_are_refused(uploads: stripe.StripeClient, fresh_world: dict[str, Any]) -> None:
    for content, purpose, param in (
        (b"text", "dispute_evidence", "file"),
        (b"", "pci_document", "file"),
        (PNG, "holiday", "purpose"),
        (PNG + b"0" * (5 << 20), "dispute_evidence", "file"),
    ):
        with refused(400, None, param):
            uploads.v1.files.create({"file": named("a.txt", content), "purpose": purpose})  # type: ignore[typeddict-item]
    key = {"Authorization": f"Bearer {fresh_world['env']['STRIPE_SECRET_KEY']}"}
    url = f"{fresh_world['urls']['stripe']}/v1/files"
    for body, kind in ((b"--x", "multipart/form-data; boundary=y"), (b"a", "multipart/form-data")):
        assert httpx.post(url, headers={**key, "Content-Type": kind}, content=body).status_code == 400
    faked = {"purpose": "pci_document", "file[name]": "a", "file[sha256]": "b", "file[size]": "1"}
    assert httpx.post(url, headers=key, data=faked).status_code == 400
    with refused(400, "resource_missing", "file"):
        uploads.v1.file_links.create({"file": "file_no"})


def test_an_upload_is_replayed_under_its_key(uploads: stripe.StripeClient) -> None:
    sent: Any = {"purpose": "pci_document"}
    first = uploads.v1.files.create({**sent, "file": named("a", b"1")}, {"idempotency_key": "once"})
    again = uploads.v1.files.create({**sent, "file": named("a", b"1")}, {"idempotency_key": "once"})
    assert first.id == again.id
    with pytest.raises(stripe.IdempotencyError):
        uploads.v1.files.create({**sent, "file": named("a", b"2")}, {"idempotency_key": "once"})


def test_tax_ids_are_verified_in_a_while(checked: stripe.StripeClient, advance: Callable[..., Any]) -> None:
    owner = checked.v1.customers.create({"name": "Studio"})
    ids = checked.v1.customers.tax_ids
    good = ids.create(owner.id, {"type": "eu_vat", "value": "DE123456789"})
    bad = ids.create(owner.id, {"type": "gb_vat", "value": "GB111111111"})
    other = ids.create(owner.id, {"type": "us_ein", "value": "12-3456789", "expand": ["customer"]})
    assert (good.country, good.verification.status, other.verification.status) == (
        "DE",
        "pending",
        "unavailable",
    )
    advance(seconds=61)
    assert ids.retrieve(owner.id, good.id).verification.verified_name == "Studio"
    assert ids.retrieve(owner.id, bad.id).verification.status == "unverified"
    item: Any = {"customer": owner.id, "amount": 500, "currency": "usd"}
    checked.v1.invoice_items.create(item)
    invoice = checked.v1.invoices.create({"customer": owner.id})
    assert [each.value for each in invoice.customer_tax_ids] == ["DE123456789", "GB111111111", "12-3456789"]
    assert ids.delete(owner.id, bad.id).deleted
    assert [each.id for each in ids.list(owner.id).data] == [other.id, good.id]
    shown = checked.v1.customers.retrieve(owner.id, {"expand": ["tax_ids"]})
    assert len(shown.tax_ids.data) == 2  # type: ignore[union-attr]
    for wrong, param in (({"type": "eu_vat", "value": "1"}, "value"), ({"type": "xx", "value": "1"}, "type")):
        with refused(400, None, param):
            ids.create(owner.id, wrong)  # type: ignore[arg-type]
    told = [event.type for event in checked.v1.events.list({"type": "customer.tax_id.*"}).data][::-1]
    assert [each.rpartition(".")[2] for each in told] == [*["created"] * 3, "updated", "updated", "deleted"]


def test_customer_sessions(checked: stripe.StripeClient) -> None:
    owner = checked.v1.customers.create({})
    made = checked.v1.customer_sessions.create(
        {
            "customer": owner.id,
            "components": {
                "payment_element": {"enabled": True, "features": {"payment_method_redisplay": "enabled"}}
            },
            "expand": ["customer"],
        }
    )
    assert made.components.payment_element.features.payment_method_redisplay == "enabled"
    assert made.expires_at - made.created == 1800
    with refused(400, None, "components"):
        checked.v1.customer_sessions.create({"customer": owner.id, "components": {}})


async def test_events_hold_whole_objects(room: Room, stripe_document: Document) -> None:
    owner = await room.ok("POST", "/v1/customers")
    await room.ok(
        "POST", f"/v1/customers/{owner['id']}/tax_ids", {"type": "eu_vat", "value": "FR12345678901"}
    )
    await room.advance(60)
    for event in (await room.ok("GET", "/v1/events", {"type": "customer.tax_id.*"}))["data"]:
        stripe_document.check_object(event["data"]["object"])
