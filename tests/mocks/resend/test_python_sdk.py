"""resend-python, unmodified, against a running server: every operation that is served."""

from collections.abc import Iterator
from typing import Any

import pytest
import resend
from resend.exceptions import (
    InvalidApiKeyError,
    MissingRequiredFieldsError,
    RateLimitError,
    ResendError,
    ValidationError,
)

from tests.harness.serving import Served

World = dict[str, Any]


@pytest.fixture
def world(fresh_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world that the SDK, as it is imported, speaks to."""
    monkeypatch.setattr(resend, "api_key", fresh_world["env"]["RESEND_API_KEY"])
    monkeypatch.setattr(resend, "api_url", fresh_world["env"]["RESEND_API_URL"])
    return fresh_world


def mail(world: World, **more: Any) -> Any:
    body = {
        "from": world["env"]["EMAIL_FROM"],
        "to": "ada@customer.test",
        "subject": "Hello",
        "html": "<p>Hi</p>",
    }
    return body | more


def advance(server: Served, world: World, seconds: float) -> None:
    server.control("POST", f"/worlds/{world['id']}/clock/advance", {"seconds": seconds})


def test_a_mail_is_sent_read_and_listed(server: Served, world: World) -> None:
    sent = resend.Emails.send(
        mail(
            world,
            to=["ada@customer.test", "Bob <bob@customer.test>"],
            reply_to="r@greenroom.test",
            headers={"X-Kind": "w"},
            tags=[{"name": "kind", "value": "welcome"}],
            attachments=[{"filename": "a.txt", "content": list(b"hello")}],
        )
    )
    advance(server, world, 5)
    shown = resend.Emails.get(sent["id"])
    assert shown["last_event"] == "delivered"
    assert shown["to"] == ["ada@customer.test", "Bob <bob@customer.test>"]
    assert shown["text"] == "Hi"
    assert sent["http_headers"]["ratelimit-limit"] == "5"
    listed = resend.Emails.list({"limit": 10})
    assert [each["id"] for each in listed["data"]] == [sent["id"]]
    assert listed["has_more"] is False
    counted = resend.Emails.metrics({"dimensions": ["email"], "metrics": ["delivered", "open_rate"]})
    assert counted["totals"] == {"delivered": 1, "open_rate": 0}
    assert [row["email_id"] for row in counted["data"]] == [sent["id"]]


def test_a_mail_is_scheduled_moved_and_canceled(server: Served, world: World) -> None:
    sent = resend.Emails.send(mail(world, scheduled_at="in 1 hour"))
    moved = resend.Emails.update({"id": sent["id"], "scheduled_at": "2026-03-02T09:00:00Z"})
    assert moved["id"] == sent["id"]
    advance(server, world, 7200)
    assert resend.Emails.get(sent["id"])["last_event"] == "scheduled"
    assert resend.Emails.cancel(sent["id"])["object"] == "email"
    assert resend.Emails.get(sent["id"])["last_event"] == "canceled"


def test_batches(world: World) -> None:
    sent = resend.Batch.send([mail(world), mail(world)])
    assert len(sent["data"]) == 2
    options: Any = {"batch_validation": "permissive", "idempotency_key": "batch/1"}
    partly = resend.Batch.send([mail(world), mail(world, to="nobody")], options)
    assert len(partly["data"]) == 1
    assert [each["index"] for each in partly["errors"]] == [1]
    assert resend.Batch.send([mail(world), mail(world, to="nobody")], options)["data"] == partly["data"]


def test_an_idempotency_key_sends_once(world: World) -> None:
    options: Any = {"idempotency_key": "welcome/7"}
    first, second = (resend.Emails.send(mail(world), options) for _ in range(2))
    assert first["id"] == second["id"]
    with pytest.raises(ResendError) as caught:
        resend.Emails.send(mail(world, subject="Other"), options)
    assert (caught.value.code, caught.value.error_type) == (409, "invalid_idempotent_request")


def test_domains(server: Served, world: World) -> None:
    made = resend.Domains.create({"name": "shop.test", "region": "eu-west-1", "custom_return_path": "out"})
    assert (made["status"], len(made["records"] or [])) == ("not_started", 3)
    id = made["id"]
    resend.Domains.update({"id": id, "open_tracking": True, "click_tracking": False, "tls": "enforced"})
    resend.Domains.verify(id)
    advance(server, world, 10)
    shown = resend.Domains.get(id)
    assert (shown["status"], shown["open_tracking"]) == ("verified", True)
    assert [each["name"] for each in resend.Domains.list()["data"]] == ["shop.test", "greenroom.test"]
    resend.Emails.send(mail(world, **{"from": "news@shop.test"}))
    assert resend.Domains.remove(id)["deleted"] is True


def test_api_keys(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = resend.ApiKeys.create({"name": "CI", "permission": "sending_access"})
    assert [each["name"] for each in resend.ApiKeys.list()["data"]] == ["CI", "Greenroom"]
    with monkeypatch.context() as patch:
        patch.setattr(resend, "api_key", made["token"])
        resend.Emails.send(mail(world))
        with pytest.raises(ResendError) as caught:
            resend.Domains.list()
        assert (caught.value.code, caught.value.error_type) == (401, "restricted_api_key")
    resend.ApiKeys.remove(made["id"])
    monkeypatch.setattr(resend, "api_key", made["token"])
    with pytest.raises(InvalidApiKeyError):
        resend.Emails.send(mail(world))


def test_webhooks(world: World) -> None:
    made = resend.Webhooks.create({"endpoint": "http://127.0.0.1:9/hook", "events": ["email.sent"]})
    assert made["signing_secret"] == world["env"]["RESEND_WEBHOOK_SECRET"]
    resend.Webhooks.update({"webhook_id": made["id"], "events": ["email.bounced"], "status": "disabled"})
    shown = resend.Webhooks.get(made["id"])
    assert (shown["events"], shown["status"]) == (["email.bounced"], "disabled")
    assert [each["id"] for each in resend.Webhooks.list()["data"]] == [made["id"]]
    assert resend.Webhooks.remove(made["id"])["deleted"] is True


@pytest.fixture
def faults(server: Served, world: World) -> Iterator[str]:
    path = f"/worlds/{world['id']}/faults"
    yield path
    server.control("DELETE", path)


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"to": None}, MissingRequiredFieldsError, 422),
        ({"to": "ada@example.com"}, ValidationError, 422),
        ({"from": "nobody"}, ValidationError, 422),
        ({"from": "a@unknown.test"}, ResendError, 403),
        ({"attachments": [{"filename": "x"}]}, ResendError, 422),
    ],
)
def test_errors_become_the_sdks_classes(
    world: World, change: Any, error: type[ResendError], code: int
) -> None:
    with pytest.raises(error) as caught:
        resend.Emails.send(mail(world, **change))
    assert caught.value.code == code


def test_a_rate_limit_is_the_sdks_own_error(server: Served, world: World, faults: str) -> None:
    server.control("POST", faults, {"provider": "resend", "kind": "rate_limit", "times": 1})
    with pytest.raises(RateLimitError) as caught:
        resend.Emails.send(mail(world))
    assert caught.value.headers["retry-after"] == "1"
    resend.Emails.send(mail(world))


def test_an_unserved_operation_raises(world: World) -> None:
    with pytest.raises(ResendError, match="The requested endpoint does not exist"):
        resend.Automations.list()
