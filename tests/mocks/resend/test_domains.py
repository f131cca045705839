"""Sending domains: DNS records, verification in world time, what may be sent from them."""

from typing import Any

import pytest

from tests.mocks.resend.room import Room, mail

SHOP = {"from": "news@mail.shop.test"}


async def create(room: Room, name: str = "mail.shop.test", **more: Any) -> Any:
    return await room.ok("POST", "/domains", {"name": name, **more})


async def test_a_new_domain_shows_the_records_to_set(room: Room) -> None:
    domain = await create(room, region="eu-west-1")
    assert (domain["status"], domain["region"]) == ("not_started", "eu-west-1")
    shown = [(each["record"], each["type"], each["name"], each["status"]) for each in domain["records"]]
    assert shown == [
        ("SPF", "MX", "send.mail", "not_started"),
        ("SPF", "TXT", "send.mail", "not_started"),
        ("DKIM", "TXT", "resend._domainkey.mail", "not_started"),
    ]
    assert domain["records"][0]["value"] == "feedback-smtp.eu-west-1.amazonses.com"
    assert domain["records"][0]["priority"] == 10
    assert domain["records"][2]["value"].startswith("p=")
    again = await room.ok("GET", f"/domains/{domain['id']}")
    assert again == {"object": "domain", **domain}


async def test_the_account_begins_with_a_verified_domain(room: Room) -> None:
    listed = await room.ok("GET", "/domains")
    assert [(each["name"], each["status"]) for each in listed["data"]] == [("greenroom.test", "verified")]
    assert "records" not in listed["data"][0]


async def test_verification_takes_its_time(room: Room) -> None:
    domain = await create(room)
    assert (await room.refused("POST", "/emails", mail(**SHOP)))[0] == 403
    assert await room.ok("POST", f"/domains/{domain['id']}/verify") == {
        "object": "domain",
        "id": domain["id"],
    }
    pending = await room.ok("GET", f"/domains/{domain['id']}")
    assert {pending["status"], *(each["status"] for each in pending["records"])} == {"pending"}
    assert (await room.refused("POST", "/emails", mail(**SHOP)))[0] == 403
    await room.advance(10)
    verified = await room.ok("GET", f"/domains/{domain['id']}")
    assert {verified["status"], *(each["status"] for each in verified["records"])} == {"verified"}
    await room.send(**SHOP)
    await room.ok("POST", f"/domains/{domain['id']}/verify")
    assert room.announced() == ["domain.created", "domain.updated", "domain.updated"]


async def test_names_that_cannot_have_records_fail_after_three_days(room: Room) -> None:
    domain = await create(room, "shop.invalid")
    await room.ok("POST", f"/domains/{domain['id']}/verify")
    await room.advance(71 * 3600)
    assert (await room.ok("GET", f"/domains/{domain['id']}"))["status"] == "pending"
    await room.advance(3600)
    assert (await room.ok("GET", f"/domains/{domain['id']}"))["status"] == "failed"


async def test_a_domain_deleted_while_it_is_verified_stays_away(room: Room) -> None:
    domain = await create(room)
    await room.ok("POST", f"/domains/{domain['id']}/verify")
    removed = await room.ok("DELETE", f"/domains/{domain['id']}")
    assert removed == {"object": "domain", "id": domain["id"], "deleted": True}
    await room.advance(60)
    assert await room.refused("GET", f"/domains/{domain['id']}") == (404, "not_found", "Domain not found")
    assert room.announced() == ["domain.created", "domain.updated", "domain.deleted"]
    await create(room)


async def test_settings_can_be_changed(room: Room) -> None:
    domain = await create(room, open_tracking=False, custom_return_path="bounce")
    changes = {
        "open_tracking": True,
        "click_tracking": True,
        "tls": "enforced",
        "tracking_subdomain": "links",
        "capabilities": {"receiving": "enabled"},
    }
    assert await room.ok("PATCH", f"/domains/{domain['id']}", changes) == {
        "object": "domain",
        "id": domain["id"],
    }
    shown = await room.ok("GET", f"/domains/{domain['id']}")
    assert (shown["open_tracking"], shown["click_tracking"], shown["tracking_subdomain"]) == (
        True,
        True,
        "links",
    )
    assert shown["capabilities"] == {"sending": "enabled", "receiving": "enabled"}
    records = {each["record"]: each["name"] for each in shown["records"]}
    expected = {
        "SPF": "bounce.mail",
        "DKIM": "resend._domainkey.mail",
        "Receiving": "mail",
        "Tracking": "links.mail",
    }
    assert records == expected
    names = [each["record"] for each in room.events()[-1]["data"]["records"]]
    assert "Receiving MX" in names


async def test_a_domain_that_does_not_send_may_not_send(room: Room) -> None:
    (domain,) = (await room.ok("GET", "/domains"))["data"]
    changes = {"capabilities": {"sending": "disabled", "receiving": "enabled"}}
    await room.ok("PATCH", f"/domains/{domain['id']}", changes)
    assert (await room.refused("POST", "/emails", mail()))[0] == 403
    nothing = {"capabilities": {"receiving": "disabled"}}
    assert (await room.refused("PATCH", f"/domains/{domain['id']}", nothing))[:2] == (422, "validation_error")


@pytest.mark.parametrize("name", ["greenroom.test", "GREENROOM.test.", "resend.dev"])
async def test_a_name_is_registered_once(room: Room, name: str) -> None:
    status, error, message = await room.refused("POST", "/domains", {"name": name})
    assert (status, error) == (403, "validation_error")
    assert message.endswith("domain has been registered already.")


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, (422, "missing_required_field")),
        ({"name": "no domain"}, (422, "validation_error")),
        ({"name": "localhost"}, (422, "validation_error")),
        ({"name": "shop.test", "region": "mars-1"}, (422, "invalid_region")),
        ({"name": "shop.test", "tracking_subdomain": "a b"}, (422, "validation_error")),
        ({"name": "shop.test", "custom_return_path": ""}, (422, "validation_error")),
        ({"name": "shop.test", "tls": "maybe"}, (422, "validation_error")),
        ({"name": "shop.test", "open_tracking": "true"}, (422, "validation_error")),
    ],
)
async def test_wrong_domains_are_refused(room: Room, body: Any, refusal: Any) -> None:
    assert (await room.refused("POST", "/domains", body))[:2] == refusal
    assert len((await room.ok("GET", "/domains"))["data"]) == 1
