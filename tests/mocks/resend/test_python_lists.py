"""resend-python, unmodified, against a running server: contacts, templates, broadcasts and the like."""

from typing import Any

import httpx
import pytest
import resend
from resend.exceptions import RateLimitError, ResendError

from tests.harness.serving import Served

World = dict[str, Any]


@pytest.fixture
def world(fresh_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world that the SDK, as it is imported, speaks to."""
    monkeypatch.setattr(resend, "api_key", fresh_world["env"]["RESEND_API_KEY"])
    monkeypatch.setattr(resend, "api_url", fresh_world["env"]["RESEND_API_URL"])
    return fresh_world


def control(server: Served, world: World, path: str, body: Any) -> Any:
    return server.control("POST", f"/worlds/{world['id']}{path}", body)


def test_contacts_in_segments_with_topics_and_properties(world: World) -> None:
    segment = resend.Segments.create({"name": "Customers"})["id"]
    topic = resend.Topics.create({"name": "News", "default_subscription": "opt_out"})["id"]
    resend.ContactProperties.create({"key": "visits", "type": "number", "fallback_value": 0})
    made = resend.Contacts.create(
        {"email": "Ada@customer.test", "first_name": "Ada", "properties": {"visits": 3}}
    )
    resend.Contacts.Segments.add({"contact_id": made["id"], "segment_id": segment})
    resend.Contacts.Topics.update({"id": made["id"], "topics": [{"id": topic, "subscription": "opt_in"}]})
    resend.Contacts.update({"id": made["id"], "last_name": "Byron", "unsubscribed": False})
    shown: Any = resend.Contacts.get(email="ada@customer.test")
    assert shown["last_name"] == "Byron"
    assert shown["properties"]["visits"] == 3
    assert [each["id"] for each in resend.Contacts.Segments.list({"contact_id": made["id"]})["data"]] == [
        segment
    ]
    [subscribed] = resend.Contacts.Topics.list(contact_id=made["id"])["data"]
    assert subscribed["subscription"] == "opt_in"
    assert len(resend.Contacts.list()["data"]) == 1
    with pytest.raises(ResendError) as caught:
        resend.Contacts.create({"email": "bo@customer.test", "properties": {"unknown": "x"}})
    assert caught.value.code == 422
    resend.Contacts.Segments.remove({"contact_id": made["id"], "segment_id": segment})
    assert resend.Contacts.remove(id=made["id"])["deleted"] is True


@pytest.mark.filterwarnings("ignore:Audiences is deprecated:DeprecationWarning")
def test_the_older_audiences(world: World) -> None:
    audience = resend.Audiences.create({"name": "Old"})["id"]
    made = resend.Contacts.create({"audience_id": audience, "email": "ada@customer.test"})
    listed = resend.Contacts.list(audience_id=audience)["data"]
    assert [each["id"] for each in listed] == [made["id"]]
    gone = resend.Contacts.remove(audience_id=audience, email="ada@customer.test")
    assert gone["contact"] == "ada@customer.test"
    assert [each["name"] for each in resend.Audiences.list()["data"]] == ["Old"]
    resend.Audiences.remove(audience)


def test_a_template_is_drafted_published_and_filled(world: World) -> None:
    body: Any = {
        "name": "Welcome",
        "alias": "welcome",
        "from": world["env"]["EMAIL_FROM"],
        "subject": "Hello {{{NAME}}}",
        "html": "<p>{{{NAME}}}, {{{COUNT}}}</p>",
        "variables": [
            {"key": "NAME", "type": "string", "fallback_value": "you"},
            {"key": "COUNT", "type": "number"},
        ],
    }
    made = resend.Templates.create(body)
    resend.Templates.publish(made["id"])
    to: Any = {"to": "ada@customer.test", "template": {"id": "welcome", "variables": {"COUNT": 3}}}
    shown = resend.Emails.get(resend.Emails.send(to)["id"])
    assert (shown["subject"], shown["html"]) == ("Hello you", "<p>you, 3</p>")
    for variables in ({}, {"COUNT": "three"}):
        to["template"]["variables"] = variables
        with pytest.raises(ResendError) as caught:
            resend.Emails.send(to)
        assert caught.value.code == 422
    resend.Templates.update({"id": made["id"], "html": "<p>New</p>"})
    assert resend.Templates.get(made["id"])["has_unpublished_versions"] is True
    to["template"]["variables"] = {"COUNT": 1}
    assert resend.Emails.get(resend.Emails.send(to)["id"])["html"] == "<p>you, 1</p>"


def test_a_broadcast_reaches_who_wants_it(server: Served, world: World) -> None:
    segment = resend.Segments.create({"name": "Customers"})["id"]
    for email, name, out in (("ada@customer.test", "Ada", False), ("bo@customer.test", "", False), ("cy@customer.test", "Cy", True)):  # fmt: skip
        contact = resend.Contacts.create({"email": email, "first_name": name, "unsubscribed": out})
        resend.Contacts.Segments.add({"contact_id": contact["id"], "segment_id": segment})
    body: Any = {
        "segment_id": segment,
        "from": world["env"]["EMAIL_FROM"],
        "subject": "Hi {{{FIRST_NAME|there}}}",
        "html": '<a href="{{{RESEND_UNSUBSCRIBE_URL}}}">Leave</a>',
    }
    made = resend.Broadcasts.create(body)
    resend.Broadcasts.send({"broadcast_id": made["id"]})
    control(server, world, "/clock/advance", {"seconds": 10})
    assert resend.Broadcasts.get(made["id"])["status"] == "sent"
    mails = server.control("GET", f"/worlds/{world['id']}/emails")["emails"]
    assert {each["subject"] for each in mails} == {"Hi Ada", "Hi there"}
    [ada] = [each for each in mails if each["subject"] == "Hi Ada"]
    [leave] = server.control("GET", f"/worlds/{world['id']}/emails/{ada['id']}")["links"]
    assert httpx.get(leave, trust_env=False).status_code == 200
    assert resend.Contacts.get(email="ada@customer.test")["unsubscribed"] is True


def test_opens_and_clicks_are_tracked_where_the_domain_asks_for_it(server: Served, world: World) -> None:
    [domain] = resend.Domains.list()["data"]
    resend.Domains.update({"id": domain["id"], "open_tracking": True, "click_tracking": True})
    html = '<body><a class="b" href="https://shop.test/?a=1&amp;b=2">Shop</a></body>'
    sent: Any = {"from": world["env"]["EMAIL_FROM"], "to": "ada@customer.test", "subject": "A", "html": html}
    id = resend.Emails.send(sent)["id"]
    mail = server.control("GET", f"/worlds/{world['id']}/emails/{id}")
    [link] = mail["links"]
    assert "/_t/c/" in link
    assert resend.Emails.get(id)["html"] == html
    pixel = mail["html"].partition('<img src="')[2].partition('"')[0]
    seen = httpx.get(pixel, trust_env=False)
    assert (seen.headers["content-type"], seen.content[:4]) == ("image/gif", b"GIF8")
    assert resend.Emails.get(id)["last_event"] == "opened"
    moved = httpx.get(link, trust_env=False, headers={"User-Agent": "Reader/1"})
    assert (moved.status_code, moved.headers["location"]) == (302, "https://shop.test/?a=1&b=2")
    events = server.control("GET", f"/worlds/{world['id']}/events")["events"]
    assert {"email.sent", "email.delivered", "email.opened", "email.clicked"} <= {
        each["type"] for each in events
    }


def test_suppressions_inbound_mail_and_quotas(server: Served, world: World) -> None:
    resend.Suppressions.add({"email": "no@customer.test"})
    sent: Any = {
        "from": world["env"]["EMAIL_FROM"],
        "to": "no@customer.test",
        "subject": "A",
        "text": "a",
        "attachments": [{"filename": "a.txt", "content": list(b"hello")}],
    }
    id = resend.Emails.send(sent)["id"]
    control(server, world, "/clock/advance", {"seconds": 5})
    assert resend.Emails.get(id)["last_event"] == "suppressed"
    assert resend.Suppressions.list()["data"][0]["origin"] == "manual"
    [file] = resend.Emails.Attachments.list(id)["data"]
    assert resend.Emails.Attachments.get(id, file["id"])["size"] == 5
    resend.Domains.create({"name": "in.test", "capabilities": {"receiving": "enabled", "sending": "enabled"}})
    received = {"provider": "resend", "event": "email.received", "to": "hello@in.test", "subject": "Question"}
    control(server, world, "/trigger", received)
    [mail] = resend.Emails.Receiving.list()["data"]
    assert resend.Emails.Receiving.get(mail["id"])["subject"] == "Question"
    assert resend.Logs.list()["data"][0]["method"] == "GET"
    control(server, world, "/trigger", {"provider": "resend", "event": "quota.reached", "kind": "monthly"})
    with pytest.raises(RateLimitError) as caught:
        resend.Emails.send(sent | {"to": "ada@customer.test"})
    assert caught.value.error_type == "monthly_quota_exceeded"
    control(server, world, "/clock/advance", {"seconds": 32 * 24 * 3600})
    assert resend.Emails.send(sent | {"to": "ada@customer.test"})["id"]
