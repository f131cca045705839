"""Server-sent events, and waiting for mail by them."""

from __future__ import annotations

import pytest

from greenroom import ControlError, Greenroom, StreamItem, TimedOut, World
from tests.clients.standin import StandIn

AT = "2026-01-31T09:00:00.000Z"


@pytest.fixture
def world(client: Greenroom) -> World:
    return client.create_world()


def mail(number: int, *, to: str = "ada@example.test", subject: str = "Welcome") -> dict[str, object]:
    return {
        "id": f"m{number}",
        "provider": "resend",
        "from": "a@b.test",
        "to": [to],
        "subject": subject,
        "created": AT,
    }


def test_items_come_as_they_happen_and_the_stream_ends_with_the_server(server: StandIn, world: World) -> None:
    stream = world.stream()
    server.feed.put('event: request\ndata: {"a": 1}\n\n: still here\n\nevent: ev')
    server.feed.put('ent\r\ndata: {"b":\r\ndata: 2}\r\n\r\nevent: lost\n\ndata: 3\n\nevent: half\ndata: {}\n')
    server.feed.put(None)
    assert list(stream) == [
        StreamItem("request", {"a": 1}),
        StreamItem("event", {"b": 2}),
        StreamItem("message", 3),
    ]


def test_a_stream_ends_at_its_time_out_and_by_closing(world: World) -> None:
    assert list(world.stream(timeout=0.05)) == []
    with world.stream() as stream:
        pass
    assert list(stream) == []


def test_a_stream_of_no_world_is_refused(server: StandIn, world: World) -> None:
    world.delete()
    with pytest.raises(ControlError, match=r"no world 'w1'"):
        world.stream()


def test_mail_that_is_there_is_opened_whole(server: StandIn, world: World) -> None:
    server.tell("GET", "/worlds/w1/emails", {"emails": [mail(2, subject="Receipt"), mail(1)]})
    server.tell(
        "GET", "/worlds/w1/emails/m1", mail(1) | {"html": "<p>hi", "text": "hi", "links": ["http://h/x"]}
    )
    found = world.mailbox.wait_for(to="ada@example.test", subject="welc")
    assert (found.id, found.sender, found.to, found.links) == (
        "m1",
        "a@b.test",
        ("ada@example.test",),
        ("http://h/x",),
    )
    assert (found.html, found.text) == ("<p>hi", "hi")
    assert {"to": "ada@example.test"} in server.queries


def test_mail_that_comes_later_is_waited_for(server: StandIn, world: World) -> None:
    server.tell("GET", "/worlds/w1/emails", {"emails": [mail(1)]})
    server.tell("GET", "/worlds/w1/emails/m2", mail(2))
    first = world.emails()[0]
    listings = [[mail(1)], [mail(2), mail(1)]]

    def listing() -> dict[str, object]:
        server.feed.put("event: request\ndata: {}\n\nevent: mail\ndata: {}\n\n")
        return {"emails": listings.pop(0)}

    server.tell("GET", "/worlds/w1/emails", listing)
    assert world.mailbox.wait_for(subject="Welcome", after=first).id == "m2"
    assert listings == []


def test_mail_that_does_not_come_is_told_with_what_did(server: StandIn, world: World) -> None:
    server.tell("GET", "/worlds/w1/emails", {"emails": [mail(1, subject="Receipt")]})
    with pytest.raises(TimedOut) as caught:
        world.mailbox.wait_for(to="ada@example.test", subject="Welcome", timeout=0.05)
    message = str(caught.value)
    assert "no mail to ada@example.test with 'Welcome' in its subject came" in message
    assert "there: 'Receipt'. If it is scheduled, advance" in message
    assert isinstance(caught.value, TimeoutError)
