"""resend-python, unmodified, against a running server: reading, changing and removing what the other tests make."""

from typing import Any

import httpx
import pytest
import resend

from tests.harness.serving import Served

World = dict[str, Any]
Json = dict[str, Any]


@pytest.fixture
def world(fresh_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world that the SDK, as it is imported, speaks to."""
    monkeypatch.setattr(resend, "api_key", fresh_world["env"]["RESEND_API_KEY"])
    monkeypatch.setattr(resend, "api_url", fresh_world["env"]["RESEND_API_URL"])
    return fresh_world


def control(server: Served, world: World, path: str, body: Any) -> Any:
    return server.control("POST", f"/worlds/{world['id']}{path}", body)


@pytest.mark.filterwarnings("ignore:Audiences is deprecated:DeprecationWarning")
def test_segments_audiences_topics_and_properties(world: World) -> None:
    segment = resend.Segments.create({"name": "Customers"})["id"]
    assert resend.Segments.get(segment)["name"] == "Customers"
    resend.Contacts.create({"email": "ada@customer.test", "segments": [{"id": segment}]})
    assert [each["email"] for each in resend.Contacts.list(segment_id=segment)["data"]] == [
        "ada@customer.test"
    ]
    assert resend.Audiences.get(segment)["name"] == "Customers"
    resend.Contacts.update({"audience_id": segment, "email": "ada@customer.test", "first_name": "Ada"})
    read: Any = resend.Contacts.get(audience_id=segment, email="ada@customer.test")
    assert read["first_name"] == "Ada"
    assert resend.Segments.remove(segment)["deleted"] is True
    topic = resend.Topics.create({"name": "News", "default_subscription": "opt_out"})["id"]
    resend.Topics.update(topic, {"description": "What is new"})
    assert resend.Topics.get(topic)["description"] == "What is new"
    assert [each["id"] for each in resend.Topics.list()["data"]] == [topic]
    assert resend.Topics.remove(topic)["deleted"] is True
    made = resend.ContactProperties.create({"key": "plan", "type": "string", "fallback_value": "free"})["id"]
    resend.ContactProperties.update({"id": made, "fallback_value": "none"})
    assert resend.ContactProperties.get(made)["fallback_value"] == "none"
    assert [each["key"] for each in resend.ContactProperties.list()["data"]] == ["plan"]
    assert resend.ContactProperties.remove(made)["deleted"] is True


def test_templates_are_copied_listed_and_removed(world: World) -> None:
    made = resend.Templates.create({"name": "Welcome", "html": "<p>Hi</p>"})["id"]
    copied = resend.Templates.duplicate(made)["id"]
    assert {each["id"] for each in resend.Templates.list()["data"]} == {made, copied}
    assert resend.Templates.get(copied)["status"] == "draft"
    assert resend.Templates.remove(copied)["deleted"] is True


def test_a_broadcast_is_changed_called_back_sent_and_looked_at(server: Served, world: World) -> None:
    segment = resend.Segments.create({"name": "Customers"})["id"]
    for name in ("ada", "bo"):
        resend.Contacts.create({"email": f"{name}@customer.test", "segments": [{"id": segment}]})
    draft: Any = {
        "segment_id": segment,
        "from": world["env"]["EMAIL_FROM"],
        "subject": "News",
        "html": "<p>Hi</p>",
    }
    made, spare = resend.Broadcasts.create(draft)["id"], resend.Broadcasts.create(draft)["id"]
    resend.Broadcasts.update({"broadcast_id": made, "name": "Spring"})
    resend.Broadcasts.send({"broadcast_id": made, "scheduled_at": "in 1 hour"})
    resend.Broadcasts.cancel(made)
    assert resend.Broadcasts.get(made)["status"] == "draft"
    resend.Broadcasts.send({"broadcast_id": made})
    assert resend.Broadcasts.remove(spare)["deleted"] is True
    control(server, world, "/clock/advance", {"seconds": 10})
    assert [each["name"] for each in resend.Broadcasts.list()["data"]] == ["Spring"]
    got = resend.Broadcasts.recipients(made, {"type": "delivered"})["data"]
    assert {each["email"] for each in got} == {"ada@customer.test", "bo@customer.test"}
    click = {
        "provider": "resend",
        "event": "email.clicked",
        "email_id": got[0]["id"],
        "link": "https://a.test/",
    }
    for _ in range(2):
        control(server, world, "/trigger", click)
    [link] = resend.Broadcasts.clicked_links(made)["data"]
    assert (link["url"], link["clicks"], link["unique_clicks"]) == ("https://a.test/", 2, 1)


def test_suppressions_by_address_and_in_batches(world: World) -> None:
    resend.Suppressions.Batch.add({"emails": ["a@customer.test", "b@customer.test", "c@customer.test"]})
    assert resend.Suppressions.get("a@customer.test")["origin"] == "manual"
    assert resend.Suppressions.remove("a@customer.test")["deleted"] is True
    resend.Suppressions.Batch.remove({"emails": ["b@customer.test"]})
    assert [each["email"] for each in resend.Suppressions.list()["data"]] == ["c@customer.test"]


def test_files_of_received_mail_logs_keys_and_secrets(server: Served, world: World) -> None:
    resend.Domains.create({"name": "in.test", "capabilities": {"receiving": "enabled", "sending": "enabled"}})
    files = [{"filename": f"{name}.txt", "content": "aGVsbG8="} for name in ("a", "b", "c")]
    received = {"provider": "resend", "event": "email.received", "to": "hello@in.test", "attachments": files}
    control(server, world, "/trigger", received)
    [mail] = resend.Emails.Receiving.list()["data"]
    first = resend.Emails.Receiving.Attachments.list(mail["id"], {"limit": 2})
    assert ([each["filename"] for each in first["data"]], first["has_more"]) == (["a.txt", "b.txt"], True)
    after = first["data"][-1]["id"]
    rest = resend.Emails.Receiving.Attachments.list(mail["id"], {"limit": 2, "after": after})
    assert ([each["filename"] for each in rest["data"]], rest["has_more"]) == (["c.txt"], False)
    one = resend.Emails.Receiving.Attachments.get(mail["id"], after)
    assert httpx.get(one["download_url"], trust_env=False, timeout=30).content == b"hello"
    newest = resend.Logs.list({"limit": 1})["data"][0]
    assert resend.Logs.get(newest["id"])["endpoint"] == newest["endpoint"]
    key = resend.ApiKeys.create({"name": "CI"})["id"]
    resend.ApiKeys.update({"id": key, "name": "Deploy"})
    assert "Deploy" in [each["name"] for each in resend.ApiKeys.list()["data"]]
    hook = resend.Webhooks.create({"endpoint": "http://127.0.0.1:9/", "events": ["email.sent"]})
    assert resend.Webhooks.rotate_signing_secret(hook["id"])["signing_secret"] != hook["signing_secret"]


def test_what_a_webhook_was_told_of_is_listed_read_and_told_again(
    server: Served, world: World, receiver: Any
) -> None:
    hook = resend.Webhooks.create({"endpoint": receiver.url, "events": ["email.sent", "email.delivered"]})[
        "id"
    ]
    mail: Any = {"from": world["env"]["EMAIL_FROM"], "to": "ada@customer.test", "subject": "Hi", "text": "Hi"}
    sent = resend.Emails.send(mail)["id"]
    control(server, world, "/clock/advance", {"seconds": 10})
    listed = resend.Webhooks.list_events(hook, {"limit": 1})
    assert ([each["type"] for each in listed["data"]], listed["has_more"]) == (["email.delivered"], True)
    newest = listed["data"][0]
    rest = resend.Webhooks.list_events(hook, {"limit": 1, "after": newest["id"]})
    assert ([each["type"] for each in rest["data"]], rest["has_more"]) == (["email.sent"], False)
    event = resend.Webhooks.get_event(hook, newest["id"])
    assert (event["object"], event["status"], event["next_attempt_at"]) == ("webhook_event", "success", None)
    payload: Any = event["payload"]
    assert payload["data"]["email_id"] == sent
    [attempt] = resend.Webhooks.list_event_attempts(hook, newest["id"])["data"]
    assert attempt["http_status_code"] == 200
    assert resend.Webhooks.replay_event(hook, newest["id"])["id"] == newest["id"]
    control(server, world, "/webhooks/settle", {})
    assert len(resend.Webhooks.list_event_attempts(hook, newest["id"])["data"]) == 2
    with pytest.raises(resend.exceptions.ResendError) as refused:
        resend.Webhooks.get_event(hook, "msg_unknown")
    assert (refused.value.code, refused.value.error_type) == (404, "not_found")


def test_usage_is_counted(server: Served, world: World) -> None:
    mail: Any = {"from": world["env"]["EMAIL_FROM"], "to": "ada@customer.test", "subject": "Hi", "text": "Hi"}
    resend.Emails.send(mail)
    control(server, world, "/clock/advance", {"seconds": 24 * 3600})
    resend.Emails.send(mail)
    resend.Contacts.create({"email": "ada@customer.test"})
    used = resend.Usage.get()
    assert (used["object"], used["contacts"]["used"], used["domains"]["used"]) == ("usage", 1, 1)
    daily, monthly = used["emails"]["daily"], used["emails"]["monthly"]
    assert (daily["used"], daily["sent"], daily["resets_at"]) == (1, 1, "2026-03-03T00:00:00.000Z")
    assert (monthly["used"], monthly["limit"], monthly["resets_at"]) == (
        2,
        50_000,
        "2026-04-01T00:00:00.000Z",
    )
    assert used["rate_limit"] == {"limit": 5, "duration": "1000ms"}
    control(server, world, "/trigger", {"provider": "resend", "event": "quota.reached", "kind": "monthly"})
    monthly = resend.Usage.get()["emails"]["monthly"]
    assert monthly["used"] == monthly["limit"]


def test_a_broadcast_is_copied_and_a_segment_renamed(server: Served, world: World) -> None:
    segment = resend.Segments.create({"name": "Customers"})["id"]
    draft: Any = {
        "segment_id": segment,
        "from": world["env"]["EMAIL_FROM"],
        "subject": "N",
        "html": "<p>Hi</p>",
    }
    made = resend.Broadcasts.create(draft)["id"]
    resend.Broadcasts.send({"broadcast_id": made})
    control(server, world, "/clock/advance", {"seconds": 10})
    copied = resend.Broadcasts.duplicate(made)["id"]
    resend.Segments.update(segment, {"name": "Guests"})
    assert resend.Segments.get(segment)["name"] == "Guests"
    shown = resend.Broadcasts.get(copied)
    assert (shown["status"], shown["subject"], resend.Broadcasts.get(made)["status"]) == (
        "draft",
        "N",
        "sent",
    )
