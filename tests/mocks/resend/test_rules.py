"""What Resend refuses of a mail: status, name and words, in strict and in lenient mode."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.resend.resources import addresses
from tests.mocks.resend.room import Room, mail

FORM = "The email address needs to follow the `email@example.com` or `Name <email@example.com>` format."


@pytest.mark.parametrize("field", ["from", "to", "subject"])
@pytest.mark.parametrize("given", ["absent", "null"])
async def test_required_fields(room: Room, field: str, given: str) -> None:
    body = {**mail(), field: None} if given == "null" else mail(**{field: None})
    refusal = await room.refused("POST", "/emails", body)
    assert refusal == (422, "missing_required_field", f"Missing `{field}` field.")
    assert room.rules() == ["missing_required_field"]


@pytest.mark.parametrize("body", [{"html": None}, {"html": ""}, {"html": None, "text": ""}])
async def test_a_mail_needs_a_body(room: Room, body: Any) -> None:
    refusal = await room.refused("POST", "/emails", mail(**body))
    assert refusal == (422, "missing_required_field", "Missing `html` or `text` field.")


async def test_unknown_fields_are_ignored(room: Room) -> None:
    refusal = await room.refused("POST", "/emails", mail(html=None, template_id="x"))
    assert refusal[2] == "Missing `html` or `text` field."
    await room.send(react="ignored")


@pytest.mark.parametrize("field", ["from", "to", "cc", "bcc", "reply_to"])
@pytest.mark.parametrize(
    "address", ["ada", "", "ada@", "a b@c.test", "Ada ada@c.test", "<ada@c.test", 7, ["x"]]
)
async def test_addresses_have_two_forms(room: Room, field: str, address: Any) -> None:
    refusal = await room.refused("POST", "/emails", mail(**{field: address}))
    assert refusal == (422, "validation_error", f"Invalid `{field}` field. {FORM}")


@pytest.mark.parametrize("count", [0, 51])
async def test_recipients_are_1_to_50(room: Room, count: int) -> None:
    everybody = [f"a{number}@customer.test" for number in range(count)]
    assert (await room.refused("POST", "/emails", mail(everybody)))[:2] == (422, "validation_error")
    await room.send([f"a{number}@customer.test" for number in range(50)])


async def test_an_unverified_domain_may_not_send(room: Room) -> None:
    body = mail(**{"from": "Shop <shop@unknown.test>"})
    assert await room.refused("POST", "/emails", body) == (
        403,
        "validation_error",
        "The unknown.test domain is not verified. Please, add and verify your domain on https://resend.com/domains",
    )
    subdomain = await room.refused("POST", "/emails", mail(**{"from": "a@mail.greenroom.test"}))
    assert subdomain[:2] == (403, "validation_error")
    await room.send(**{"from": "Anything <anything@GREENROOM.test>"})


async def test_the_onboarding_sender_writes_to_the_owner_and_to_test_addresses(room: Room) -> None:
    sender = {"from": "Acme <onboarding@resend.dev>"}
    await room.send(["delivered+one@resend.dev", "owner@greenroom.test"], **sender)
    status, name, message = await room.refused("POST", "/emails", mail("ada@customer.test", **sender))
    assert (status, name) == (403, "validation_error")
    assert message.startswith(
        "You can only send testing emails to your own email address (owner@greenroom.test)."
    )
    copied = mail("owner@greenroom.test", bcc="ada@customer.test", **sender)
    assert (await room.refused("POST", "/emails", copied))[0] == 403


@pytest.mark.parametrize("domain", ["example.com", "test.com", "EXAMPLE.org"])
async def test_reserved_recipients_are_refused(room: Room, domain: str) -> None:
    for field in ("to", "cc", "bcc"):
        refusal = await room.refused("POST", "/emails", mail(**{field: [f"ada@{domain}"]}))
        advice = f"Please use our testing email address instead of domains like `{domain.lower()}`."
        assert refusal == (422, "validation_error", f"Invalid `{field}` field. {advice}")


@pytest.mark.parametrize(
    "tag", [{"name": "é", "value": "x"}, {"name": "a b", "value": "x"}, {"name": "a", "value": "x" * 257}]
)
async def test_tags_are_plain(room: Room, tag: Any) -> None:
    assert (await room.refused("POST", "/emails", mail(tags=[tag])))[:2] == (422, "validation_error")
    await room.send(tags=[{"name": "user-id_1", "value": "user_" + "A" * 251}])


@pytest.mark.parametrize(
    "field",
    [
        {"subject": 7},
        {"html": ["x"]},
        {"headers": ["x"]},
        {"headers": {"X-Number": 7}},
        {"tags": "x"},
        {"tags": [{"name": "a"}]},
        {"attachments": {}},
        {"scheduled_at": 7},
    ],
)
async def test_types_are_not_converted(room: Room, field: Any) -> None:
    status, name, message = await room.refused("POST", "/emails", mail(**field))
    assert (status, name) == (422, "validation_error")
    assert message.startswith(f"Invalid `{next(iter(field))}` field.")


@pytest.mark.parametrize("body", [{"template": {"id": "x"}, "html": None}, {"topic_id": "x"}])
async def test_templates_and_topics_do_not_exist(room: Room, body: Any) -> None:
    assert (await room.refused("POST", "/emails", mail(**body)))[:2] == (404, "not_found")


@pytest.mark.parametrize("content", [b"{", b"[]", b'"x"', b"\xff", b"null"])
async def test_a_body_that_is_no_json_object_is_malformed(room: Room, content: bytes) -> None:
    answer = await room.client.post("/emails", content=content)
    assert (answer.status_code, answer.json()["name"]) == (400, "validation_error")
    assert (await room.client.post("/emails")).json()["name"] == "missing_required_field"


async def test_lenient_lets_pass_what_breaks_a_rule_of_sending_and_keeps_the_violation(lenient: Room) -> None:
    id = await lenient.send(
        "ada@example.com", **{"from": "shop@unknown.test"}, tags=[{"name": "a b", "value": ""}]
    )
    await lenient.send("ada@customer.test", **{"from": "onboarding@resend.dev"})
    await lenient.advance(5)
    assert await lenient.state(id) == "delivered"
    assert sorted(lenient.rules()) == [
        "onboarding_recipient",
        "reserved_recipient",
        "tag_characters",
        "unverified_domain",
    ]


async def test_lenient_still_refuses_what_cannot_be_sent(lenient: Room) -> None:
    assert (await lenient.refused("POST", "/emails", mail("nobody")))[0] == 422
    assert (await lenient.refused("POST", "/emails", mail(subject=None)))[0] == 422


# --- addresses ---------------------------------------------------------------------------------------------------


@given(local=st.from_regex(r"[a-z0-9._+-]{1,20}", fullmatch=True), name=st.text(max_size=20))
def test_a_name_before_an_address_changes_nothing(local: str, name: str) -> None:
    address = f"{local}@mail.Customer.test"
    assert addresses.valid(address)
    named = f"{name} <{address}>"
    assert addresses.valid(named) is not any(character in "<>\x7f" or character < " " for character in name)
    assert addresses.bare(named) == addresses.bare(address) == address.lower()
    assert addresses.domain(named) == "mail.customer.test"


@given(st.text(max_size=60))
def test_any_text_can_be_asked_about(text: str) -> None:
    if addresses.valid(text):
        assert "@" in addresses.bare(text)
        assert addresses.domain(text)


@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        ("delivered@resend.dev", "delivered"),
        ("Ada <Bounced+sign-up@resend.dev>", "bounced"),
        ("bounced@customer.test", None),
    ],
)
def test_test_addresses(address: str, outcome: str | None) -> None:
    assert addresses.simulated(address) == outcome
