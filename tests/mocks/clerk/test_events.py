"""Every event of Clerk's document that something served can cause, and every mail and text message, caused without triggers."""

from pathlib import Path
from typing import Any

from mocks.clerk.provider import EVENTS
from tests.mocks.clerk.published import published
from tests.mocks.clerk.room import Room
from tests.mocks.clerk.tab import Tab
from tests.mocks.clerk.test_spec import answers

Json = Any
ADA = "ada@people.test"
PASSWORD = "correct horse battery"

UNCAUSED = {
    "session.pending": "asks for an organisation, which only the dashboard can demand: the trigger stands for that",
    **dict.fromkeys((each for each in EVENTS if each.startswith(("payment", "subscription"))), "billing"),
}
"""Events that no operation which is served causes, and why."""

MAILS = {
    *("verification_code", "reset_password_code", "invitation", "organization_invitation"),
    *("waitlist_confirmation", "waitlist_invitation", "password_changed", "password_removed"),
    *("sign_in_from_new_device", "primary_email_address_changed"),
}
"""The templates of mails that something served sends."""


def code(room: Room, address: str) -> str:
    """Return the code of the last mail to an address."""
    found = [each for each in room.mails() if address in each["to"] and each["subject"][:6].isdigit()]
    subject: str = found[-1]["subject"]
    return subject[:6]


async def signed_up(room: Room, tab: Tab, email: str, **more: str) -> Json:
    """Sign up with an address that gets mails; return the session."""
    form = {"email_address": email, "password": PASSWORD, **more}
    begun = await tab.response("POST", "/v1/client/sign_ups", form)
    path = f"/v1/client/sign_ups/{begun['id']}"
    if begun["status"] == "missing_requirements":
        await tab.response("POST", f"{path}/prepare_verification", {"strategy": "email_code"})
        proof = {"strategy": "email_code", "code": code(room, email)}
        await tab.response("POST", f"{path}/attempt_verification", proof)
    return tab.last["client"]["sessions"][-1]


async def people(room: Room, tab: Tab, other: Tab) -> None:
    """Do what people do in browsers."""
    session = await signed_up(room, tab, ADA)
    made = await tab.response("POST", "/v1/organizations", {"name": "Northwind"})
    guest = {"email_address": "guest@people.test", "role": "org:member"}
    await tab.response("POST", f"/v1/organizations/{made['id']}/invitations", guest)
    (mail,) = [each for each in room.mails() if "guest@people.test" in each["to"]]
    ticket = mail["text"].partition("ticket=")[2].split()[0]
    await other.response("POST", "/v1/client/sign_ups", {"ticket": ticket, "password": PASSWORD})
    await other.ok("DELETE", "/v1/client/sessions")
    phone = await tab.response("POST", "/v1/me/phone_numbers", {"phone_number": "+441632960100"})
    sms = {"strategy": "phone_code"}
    await tab.response("POST", f"/v1/me/phone_numbers/{phone['id']}/prepare_verification", sms)
    change = {"current_password": PASSWORD, "new_password": "a better password"}
    await tab.response("POST", "/v1/me/change_password", change)
    await elsewhere(room, other)
    await tab.response("POST", f"/v1/client/sessions/{session['id']}/end")


async def elsewhere(room: Room, other: Tab) -> None:
    """Sign in on another device, by way of a forgotten password, and do without one from then on."""
    strategy = {"strategy": "reset_password_email_code"}
    begun = await other.response("POST", "/v1/client/sign_ins", {"identifier": ADA, **strategy})
    path = f"/v1/client/sign_ins/{begun['id']}"
    await other.response("POST", f"{path}/attempt_first_factor", strategy | {"code": code(room, ADA)})
    await other.response("POST", f"{path}/reset_password", {"password": "the best password"})
    await other.response("POST", "/v1/me/remove_password", {"current_password": "the best password"})


async def test_every_event_and_every_mail_has_an_operation_that_causes_it(
    tmp_path: Path, specs: Path
) -> None:
    room = Room.open(tmp_path, published(specs))
    tab, other = [await Tab(room).open() for _ in range(2)]
    await people(room, tab, other)
    user = await room.user("carol@people.test")
    email = {"user_id": user["id"], "email_address": "c@people.test", "verified": True, "primary": True}
    await room.ok("POST", "/email_addresses", email | {"notify_primary_email_address_changed": True})
    await answers(room)
    events = room.events()
    assert set(EVENTS) - {each["type"] for each in events} == set(UNCAUSED)
    assert {each["data"]["slug"] for each in events if each["type"] == "email.created"} == MAILS
    assert [each["to"] for each in room.mails() if each["subject"].startswith("Your primary address")] == [
        ["carol@people.test"]
    ]
    await room.close()


async def test_the_first_device_and_one_that_is_known_are_no_news(room: Room, tab: Tab, other: Tab) -> None:
    await room.user(ADA, password=PASSWORD)
    for _ in range(2):
        await tab.sign_in(ADA, PASSWORD)
        await tab.ok("DELETE", "/v1/client/sessions")
    assert room.mails() == []
    await other.sign_in(ADA, PASSWORD)
    assert [each["subject"] for each in room.mails()] == ["New sign-in to Greenroom"]
