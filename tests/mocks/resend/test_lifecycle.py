"""What becomes of a mail: by itself, by Resend's test addresses, by the suppression list, by triggers."""

from typing import Any

import pytest

from harness.errors import InvalidInput
from mocks.resend.resources import lifecycle
from tests.mocks.resend.room import Room, mail

ONBOARDING = {"from": "Acme <onboarding@resend.dev>"}


async def test_a_mail_is_queued_then_sent_then_delivered(room: Room) -> None:
    id = await room.send()
    states = []
    for seconds in (0.2, 0.1, 1.1, 0.1):
        await room.advance(seconds)
        states.append((await room.state(id), len(room.mails())))
    assert states == [("queued", 1), ("sent", 1), ("sent", 1), ("delivered", 1)]
    instants = [event["created_at"] for event in room.events()]
    assert instants == ["2026-03-01T09:00:00.300Z", "2026-03-01T09:00:01.500Z"]


async def test_the_mail_store_gets_what_was_accepted(room: Room) -> None:
    id = await room.send(
        "Ada <ada@customer.test>",
        cc=["cc@customer.test"],
        reply_to="r@greenroom.test",
        headers={"X-Entity-Ref-ID": "7"},
        tags=[{"name": "a", "value": "b"}],
    )
    (kept,) = room.mails()
    expected = {
        "id": id,
        "provider": "resend",
        "from": "hello@greenroom.test",
        "to": ["Ada <ada@customer.test>"],
        "cc": ["cc@customer.test"],
        "bcc": [],
        "reply_to": ["r@greenroom.test"],
        "subject": "Welcome",
        "html": "<p>Hello.</p>",
        "text": "Hello.",
        "headers": {"Message-ID": f"<{id}@email.greenroom.test>", "X-Entity-Ref-ID": "7"},
        "attachments": [],
        "tags": [{"name": "a", "value": "b"}],
    }
    assert {name: kept[name] for name in expected} == expected


async def test_events_carry_tags_as_an_object_and_headers_as_a_list(room: Room) -> None:
    id = await room.send(headers={"X-Kind": "w"}, tags=[{"name": "kind", "value": "welcome"}])
    await room.advance(1)
    (event,) = room.events()
    assert event == {
        "type": "email.sent",
        "created_at": "2026-03-01T09:00:00.300Z",
        "data": {
            "created_at": "2026-03-01T09:00:00.000Z",
            "email_id": id,
            "from": "hello@greenroom.test",
            "to": ["ada@customer.test"],
            "subject": "Welcome",
            "headers": [{"name": "X-Kind", "value": "w"}],
            "tags": {"kind": "welcome"},
        },
    }


@pytest.mark.parametrize(
    ("address", "state", "announced"),
    [
        ("delivered+a@resend.dev", "delivered", ["sent", "delivered"]),
        ("bounced@resend.dev", "bounced", ["sent", "bounced"]),
        ("complained+a@resend.dev", "complained", ["sent", "delivered", "complained"]),
        ("suppressed@resend.dev", "suppressed", ["suppressed"]),
    ],
)
async def test_test_addresses(room: Room, address: str, state: str, announced: list[str]) -> None:
    for _ in range(2):  # a test address never gets onto the suppression list
        id = await room.send(address, **ONBOARDING)
        await room.advance(5)
        assert await room.state(id) == state
        assert room.announced(id) == [f"email.{each}" for each in announced]
    assert len(room.mails()) == (0 if state == "suppressed" else 2)


async def test_a_bounce_tells_why_for_each_recipient_that_bounced(room: Room) -> None:
    await room.send(["bounced+1@resend.dev", "bounced+2@resend.dev", "delivered@resend.dev"])
    await room.advance(5)
    bounce = room.events()[-1]["data"]["bounce"]
    assert (bounce["type"], bounce["subType"], len(bounce["diagnosticCode"])) == ("Permanent", "General", 2)
    assert all(each.startswith("smtp; 550 5.1.1 ") for each in bounce["diagnosticCode"])


# --- the suppression list ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "reason"), [("email.bounced", "previous_bounce"), ("email.complained", "previous_complaint")]
)
async def test_an_address_that_bounced_or_complained_gets_nothing_more(
    room: Room, event: str, reason: str
) -> None:
    room.trigger(event, email_id=await room.send("Ada <Ada@customer.test>"))
    before = len(room.mails())
    id = await room.send("ada@customer.test")
    await room.advance(5)
    assert (await room.state(id), len(room.mails())) == ("suppressed", before)
    suppressed = room.events()[-1]["data"]["suppressed"]
    assert (suppressed["type"], suppressed["reason"]) == ("OnAccountSuppressionList", reason)


async def test_the_mail_store_gets_scheduled_mail_when_it_is_due(room: Room) -> None:
    id = await room.send(scheduled_at="in 1 hour")
    assert room.mails() == []
    await room.advance(3600)
    assert [each["id"] for each in room.mails()] == [id]


@pytest.mark.parametrize("state", ["suppressed", "failed", "bounced"])
async def test_the_mail_store_marks_what_reached_nobody(room: Room, state: str) -> None:
    room.trigger(f"email.{state}", email_id=await room.send())
    assert room.mails()[0]["status"] == state


async def test_a_transient_bounce_suppresses_nobody(room: Room) -> None:
    room.trigger(
        "email.bounced", email_id=await room.send(), type="Transient", sub_type="MailboxFull", message="Full"
    )
    bounce = room.events()[-1]["data"]["bounce"]
    assert (bounce["type"], bounce["subType"], bounce["message"]) == ("Transient", "MailboxFull", "Full")
    id = await room.send()
    await room.advance(5)
    assert await room.state(id) == "delivered"


async def test_the_other_recipients_of_a_suppressed_one_get_their_mail(room: Room) -> None:
    room.trigger("email.bounced", email_id=await room.send())
    await room.send(["ada@customer.test", "bob@customer.test"])
    await room.advance(5)
    assert room.mails()[-1]["to"] == ["bob@customer.test"]


async def test_copies_do_not_go_to_suppressed_addresses(room: Room) -> None:
    room.trigger("email.bounced", email_id=await room.send("cy@customer.test"))
    await room.send(cc=["cy@customer.test", "di@customer.test"], bcc="cy@customer.test")
    assert (room.mails()[-1]["cc"], room.mails()[-1]["bcc"]) == (["di@customer.test"], [])


async def test_an_address_put_on_the_list_by_hand_is_suppressed_in_the_words_of_the_spec(room: Room) -> None:
    await room.ok("POST", "/suppressions", {"email": "ada@customer.test"})
    id = await room.send()
    await room.advance(5)
    assert room.announced(id) == ["email.suppressed"]


async def test_a_mail_about_a_topic_goes_to_those_who_want_it(room: Room) -> None:
    wanted = {"name": "News", "default_subscription": "opt_in"}
    news = (await room.ok("POST", "/topics", wanted))["id"]
    offers = (await room.ok("POST", "/topics", wanted | {"default_subscription": "opt_out"}))["id"]
    for name, choice in (("ada", "opt_out"), ("bo", "opt_in")):
        topics = [{"id": each, "subscription": choice} for each in (news, offers)]
        await room.ok("POST", "/contacts", {"email": f"{name}@customer.test", "topics": topics})
    both = ["Ada <ada@customer.test>", "bo@customer.test", "stranger@customer.test"]
    for topic, got in ((news, both[1:]), (offers, both[1:2])):
        await room.send(both, topic_id=topic)
        assert room.mails()[-1]["to"] == got
    id = await room.send(topic_id=offers)
    await room.advance(5)
    assert room.announced(id) == ["email.failed"]
    assert len(room.mails()) == 2


async def test_worlds_do_not_share_the_suppression_list(room: Room) -> None:
    room.trigger("email.bounced", email_id=await room.send())
    other = room.runtime.worlds.create(seed=8, at={"mode": "frozen"})
    key = other.accounts["resend"]["tokens"]["api_key"]
    id = (await room.ok("POST", "/emails", mail(), Authorization=f"Bearer {key}"))["id"]
    await room.runtime.timeline.advance(other, other.clock.now() + 5_000_000)
    shown = await room.ok("GET", f"/emails/{id}", Authorization=f"Bearer {key}")
    assert shown["last_event"] == "delivered"


# --- triggers ----------------------------------------------------------------------------------------------------

TRIGGERED = {
    "email.delivered": ["sent", "delivered"],
    "email.bounced": ["sent", "bounced"],
    "email.complained": ["sent", "delivered", "complained"],
    "email.delivery_delayed": ["sent", "delivery_delayed"],
    "email.opened": ["sent", "delivered", "opened"],
    "email.clicked": ["sent", "delivered", "clicked"],
    "email.failed": ["failed"],
    "email.suppressed": ["suppressed"],
}


@pytest.mark.parametrize("event", TRIGGERED)
async def test_a_trigger_sends_a_mail_and_leads_it_there(room: Room, event: str) -> None:
    shown = room.trigger(event, to="grace@customer.test", subject="Hi")
    assert (shown["to"], shown["subject"]) == (["grace@customer.test"], "Hi")
    assert f"email.{shown['last_event']}" == event
    assert room.announced(shown["id"]) == [f"email.{each}" for each in TRIGGERED[event]]
    assert await room.state(shown["id"]) == shown["last_event"]


@pytest.mark.parametrize("event", TRIGGERED)
@pytest.mark.parametrize("scheduled_at", [None, "in 1 hour"])
async def test_a_trigger_takes_the_mail_that_is_named(
    room: Room, event: str, scheduled_at: str | None
) -> None:
    id = await room.send(scheduled_at=scheduled_at)
    shown = room.trigger(event, email_id=id)
    assert shown["id"] == id
    await room.advance(2 * 3600)
    announced = [each for each in room.announced(id) if each != "email.scheduled"]
    if event == "email.delivery_delayed":
        assert announced.pop() == "email.delivered"
    assert announced == [f"email.{each}" for each in TRIGGERED[event]]


async def test_a_delayed_mail_arrives_later(room: Room) -> None:
    id = room.trigger("email.delivery_delayed")["id"]
    await room.advance(299)
    assert await room.state(id) == "delivery_delayed"
    await room.advance(1)
    assert await room.state(id) == "delivered"


async def test_a_click_tells_where_and_when(room: Room) -> None:
    room.trigger("email.clicked", email_id=await room.send(), link="https://app.greenroom.test/x")
    click = room.events()[-1]["data"]["click"]
    assert (click["link"], click["timestamp"]) == ("https://app.greenroom.test/x", "2026-03-01T09:00:00.000Z")


async def test_a_mail_can_be_opened_and_clicked_again_and_again(room: Room) -> None:
    id = await room.send()
    for event in ("email.opened", "email.opened", "email.clicked", "email.opened"):
        room.trigger(event, email_id=id)
    expected = ["sent", "delivered", "opened", "opened", "clicked", "opened"]
    assert room.announced(id) == [f"email.{each}" for each in expected]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("email.bounced", "email.opened"),
        ("email.failed", "email.delivered"),
        ("email.delivered", "email.bounced"),
        ("email.delivered", "email.failed"),
        ("email.suppressed", "email.clicked"),
    ],
)
async def test_a_trigger_that_cannot_happen_any_more_says_so(room: Room, first: str, then: str) -> None:
    id = room.trigger(first)["id"]
    before = room.announced()
    state = first.removeprefix("email.")
    with pytest.raises(InvalidInput, match=f"is {state} and cannot become {then.removeprefix('email.')}"):
        room.trigger(then, email_id=id)
    assert room.announced() == before


@pytest.mark.parametrize("params", [{"email_id": "unknown"}, {"to": "nobody"}, {"from": "x"}])
async def test_a_trigger_for_no_mail_says_so(room: Room, params: Any) -> None:
    with pytest.raises(InvalidInput, match=r"there is no email|is no mail address"):
        room.trigger("email.bounced", **params)
    assert room.events() == []


def test_every_state_has_a_way_that_leads_to_it() -> None:
    for state, before in lifecycle.BEFORE.items():
        assert before in lifecycle.FROM[state]
    everything = set(lifecycle.FROM) | {"scheduled"}
    assert set().union(*lifecycle.FROM.values()) <= everything
