"""What triggers do, and what a scenario brings."""

import pytest

from harness.errors import InvalidInput
from mocks.clerk.provider import EVENTS, clerk
from tests.mocks.clerk.room import START_MS, Room

DAY_MS = 86_400_000


async def test_every_trigger_works_in_an_empty_world_and_announces_its_event(room: Room) -> None:
    clerk.load()
    for event in clerk.triggers:
        before = len(room.announced())
        room.trigger(event)
        announced = room.announced()[before:]
        assert event in announced or event not in EVENTS


async def test_triggers_take_what_they_name(room: Room) -> None:
    ada = (await room.user())["id"]
    made = (await room.organization(ada))["id"]
    session = room.trigger("session.created", user_id=ada, organization_id=made)
    assert (await room.claims(session["id"]))["o"]["id"] == made
    member = room.trigger("organizationMembership.created", organization_id=made)
    bob = member["public_user_data"]["user_id"]
    changed = room.trigger(
        "organizationMembership.updated", organization_id=made, user_id=bob, role="org:admin"
    )
    assert changed["role"] == "org:admin"
    room.trigger("organizationMembership.deleted", organization_id=made, user_id=bob)
    renamed = room.trigger("organization.updated", organization_id=made, name="New")
    assert renamed["name"] == "New"
    invited = room.trigger(
        "organizationInvitation.created", organization_id=made, email_address="g@northwind.test"
    )
    assert room.trigger("organizationInvitation.revoked", invitation_id=invited["id"])["status"] == "revoked"
    assert room.trigger("session.ended", session_id=session["id"])["status"] == "ended"
    assert room.trigger("user.updated", user_id=ada, first_name="Augusta")["first_name"] == "Augusta"
    pending = room.trigger("session.pending", user_id=ada)
    assert (await room.claims(pending["id"]))["sts"] == "pending"
    assert room.trigger("user.deleted", user_id=ada)["deleted"] is True


async def test_session_tokens_are_customised_by_words_as_the_command_line_gives_them(room: Room) -> None:
    room.trigger("sessionToken.customized", version="1")
    session = room.trigger("session.created")
    assert "v" not in await room.claims(session["id"])


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ("user.updated", "user_id"),
        ("session.ended", "session_id"),
        ("organization.deleted", "organization_id"),
        ("organizationInvitation.accepted", "invitation_id"),
        ("organizationMembership.deleted", "user_id"),
        ("oauthAccessToken.issued", "oauth_application_id"),
    ],
)
async def test_triggers_say_what_they_cannot_find(room: Room, event: str, field: str) -> None:
    before = room.state()
    with pytest.raises(InvalidInput, match="'nobody'"):
        room.trigger(event, **{field: "nobody"})
    assert room.state() == before


STORY = {
    "name": "starter",
    "seed": "7",
    "people": [
        {"key": "ada", "first_name": "Ada", "last_name": "B", "email": "Ada@northwind.test", "locale": "en_GB",
         "organisation": "northwind", "role": "admin", "days_ago": 40},
        {"key": "bob", "first_name": "Bob", "last_name": "C", "email": "bob@northwind.test", "locale": "en_GB",
         "organisation": "northwind", "role": "member", "days_ago": 12},
    ],
    "organisations": [
        {"key": "northwind", "name": "Northwind Coffee", "slug": "northwind-coffee", "kind": "brand", "country": "GB",
         "currency": "GBP", "days_ago": 40, "creator": "ada"},
    ],
    "refs": {},
}  # fmt: skip


async def test_a_story_becomes_people_organisations_and_memberships(room: Room) -> None:
    refs = room.told(STORY)
    assert set(refs) == {"clerk.person.ada", "clerk.person.bob", "clerk.organisation.northwind"}
    ada = await room.ok("GET", f"/users/{refs['clerk.person.ada']}")
    assert (ada["first_name"], ada["locale"], ada["created_at"]) == ("Ada", "en-GB", START_MS - 40 * DAY_MS)
    assert ada["public_metadata"] == {"role": "admin"}
    made = await room.ok("GET", f"/organizations/{refs['clerk.organisation.northwind']}")
    assert (made["slug"], made["created_by"], made["members_count"]) == ("northwind-coffee", ada["id"], 2)
    assert made["max_allowed_memberships"] == 0
    members = (await room.ok("GET", f"/organizations/{made['id']}/memberships"))["data"]
    assert [(each["public_user_data"]["first_name"], each["role"]) for each in members] == [
        ("Bob", "org:member"),
        ("Ada", "org:admin"),
    ]
    assert members[0]["created_at"] == START_MS - 12 * DAY_MS
    session = await room.ok("POST", "/sessions", {"user_id": ada["id"]})
    assert (await room.claims(session["id"]))["metadata.role"] == "admin"


async def test_a_story_twice_changes_nothing_and_an_empty_one_brings_nothing(room: Room) -> None:
    assert room.told({"name": "empty"}) == {}
    refs = room.told(STORY)
    before = room.state()
    assert room.told(STORY) == refs
    assert room.state() == before
