"""Users: made, found, changed, banned, locked, removed."""

import hashlib
from typing import Any

import pytest

from mocks.clerk.resources.users import USERS
from tests.mocks.clerk.room import START_MS, Room


async def test_a_user_is_made_complete(room: Room) -> None:
    user = await room.user(
        password="correct horse",
        external_id="ada-1",
        username="Countess",
        public_metadata={"role": "admin"},
        unsafe_metadata={"theme": "dark"},
    )
    assert len(user["id"]) == len("user_") + 27
    assert (user["object"], user["username"], user["external_id"]) == ("user", "countess", "ada-1")
    (email,) = user["email_addresses"]
    assert user["primary_email_address_id"] == email["id"]
    assert email["verification"]["strategy"] == "admin"
    assert (user["password_enabled"], user["password_last_updated_at"]) == (True, START_MS)
    assert (user["created_at"], user["updated_at"], user["last_sign_in_at"]) == (START_MS, START_MS, None)
    assert "internal" not in user
    assert "correct horse" not in str(list(room.tx().every(USERS)))
    assert await room.ok("GET", f"/users/{user['id']}") == user
    assert room.announced() == ["user.created"]
    assert room.events()[0]["data"] == user


async def test_a_user_of_the_past_lies_in_the_past(room: Room) -> None:
    new = await room.user()
    old = await room.user("old@northwind.test", created_at="2024-02-29T12:00:00.5+01:00")
    assert old["created_at"] == 1_709_204_400_500
    assert [each["id"] for each in await room.ok("GET", "/users")] == [new["id"], old["id"]]
    assert old["id"] < new["id"]


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        ({"email_address": ["nobody"]}, "form_param_format_invalid", "email_address"),
        ({"email_address": ["a@b"]}, "form_param_format_invalid", "email_address"),
        ({"email_address": ["ADA@northwind.test"]}, "form_identifier_exists", "email_address"),
        ({"email_address": ["x@y.test", "X@y.test"]}, "form_param_duplicate", "email_address"),
        ({"phone_number": ["12"]}, "form_param_format_invalid", "phone_number"),
        ({"phone_number": ["+1 (555) 555-0100"]}, "form_identifier_exists", "phone_number"),
        ({"web3_wallet": ["0x12"]}, "form_param_format_invalid", "web3_wallet"),
        ({"username": "abc"}, "form_username_invalid_length", "username"),
        ({"username": "a b c d"}, "form_username_invalid_character", "username"),
        ({"username": "12345"}, "form_username_needs_non_number_char", "username"),
        ({"username": "COUNTESS"}, "form_identifier_exists", "username"),
        ({"external_id": "ada-1"}, "form_identifier_exists", "external_id"),
        ({"password": "short"}, "form_password_length_too_short", "password"),
        ({"password": "x" * 73}, "form_password_length_too_long", "password"),
        ({"password": "Password123"}, "form_password_pwned", "password"),
        ({"password_digest": "abc"}, "form_conditional_param_missing", "password_hasher"),
        (
            {"password_digest": "abc", "password_hasher": "md5"},
            "form_password_digest_invalid_code",
            "password_digest",
        ),
        ({"created_at": "yesterday"}, "form_param_invalid_time", "created_at"),
        ({"created_at": "2024-01-01T00:00:00"}, "form_param_invalid_time", "created_at"),
        ({"public_metadata": "admin"}, "form_param_value_invalid", "public_metadata"),
        ({"private_metadata": {"a": "x" * 8192}}, "form_param_exceeds_allowed_size", "private_metadata"),
        ({"first_name": "x" * 257}, "form_param_max_length_exceeded", "first_name"),
        ({"first_name": 7}, "form_param_type_invalid", "first_name"),
        ({"email_address": None}, "form_data_missing", ""),
    ],
)
async def test_wrong_users_are_refused_and_leave_nothing(
    room: Room, given: Any, code: str, param: str
) -> None:
    await room.user(phone_number=["+15555550100"], external_id="ada-1", username="countess")
    before = room.state()
    assert await room.refused("POST", "/users", {"email_address": ["new@northwind.test"], **given}) == (
        422,
        code,
        param,
    )
    assert room.state() == before


async def test_leaked_passwords_pass_where_checks_are_skipped(room: Room) -> None:
    user = await room.user(password="password", skip_password_checks=True)
    assert await room.ok("POST", f"/users/{user['id']}/verify_password", {"password": "password"})


@pytest.mark.parametrize("hasher", ["md5", "sha256"])
async def test_digests_of_other_systems_are_kept(room: Room, hasher: str) -> None:
    digest = hashlib.new(hasher, b"correct horse", usedforsecurity=False).hexdigest().upper()
    user = await room.user(password_hasher=hasher, password_digest=digest)
    path = f"/users/{user['id']}/verify_password"
    assert await room.ok("POST", path, {"password": "correct horse"}) == {"verified": True}
    assert await room.refused("POST", path, {"password": "Correct horse"}) == (
        422,
        "incorrect_password",
        "password",
    )


async def test_hashers_that_cannot_be_checked_are_not_served(room: Room) -> None:
    body = {"email_address": ["a@b.test"], "password_hasher": "bcrypt", "password_digest": "$2a$10$abc"}
    answer = await room.call("POST", "/users", body)
    assert answer.status_code == 404
    assert answer.headers["greenroom-unserved"] == "password_hasher bcrypt"


async def test_passwords_are_compared_changed_and_taken(room: Room) -> None:
    path = f"/users/{(await room.user())['id']}"
    assert await room.refused("POST", f"{path}/verify_password", {"password": "x"}) == (
        400,
        "no_password_set",
        "",
    )
    assert await room.refused("POST", f"{path}/remove_password", {}) == (400, "no_password_set", "")
    session = await room.ok("POST", "/sessions", {"user_id": path.removeprefix("/users/")})
    await room.ok("PATCH", path, {"password": "battery staple", "sign_out_of_other_sessions": True})
    assert (await room.ok("GET", f"/sessions/{session['id']}"))["status"] == "revoked"
    assert (await room.ok("POST", f"{path}/verify_password", {"password": "battery staple"}))["verified"]
    assert (await room.ok("POST", f"{path}/remove_password", {}))["password_enabled"] is False


async def test_updates_change_what_is_given_and_nothing_else(room: Room) -> None:
    user = await room.user(username="countess", locale="en-GB")
    await room.pass_time(seconds=60)
    changed = await room.ok("PATCH", f"/users/{user['id']}", {"first_name": None, "username": ""})
    expected = user | {"first_name": None, "username": None, "updated_at": START_MS + 60_000}
    assert changed == expected
    assert room.announced() == ["user.created", "user.updated"]


async def test_the_primary_address_must_be_a_verified_one_of_ones_own(room: Room) -> None:
    user = await room.user()
    path, added = f"/users/{user['id']}", {"user_id": user["id"], "email_address": "ada@second.test"}
    email = (await room.ok("POST", "/email_addresses", added))["id"]
    refused = await room.refused("PATCH", path, {"primary_email_address_id": email})
    assert refused == (422, "form_verification_needed", "primary_email_address_id")
    refused = await room.refused("PATCH", path, {"primary_email_address_id": "idn_nobody"})
    assert refused == (422, "form_resource_not_found", "primary_email_address_id")
    await room.ok("PATCH", f"/email_addresses/{email}", {"verified": True})
    changed = await room.ok("PATCH", path, {"primary_email_address_id": email})
    assert changed["primary_email_address_id"] == email
    await room.ok("DELETE", f"/email_addresses/{email}")
    left = await room.ok("GET", path)
    assert left["primary_email_address_id"] == user["primary_email_address_id"]


async def test_the_last_identification_stays(room: Room) -> None:
    user = await room.user()
    path = f"/email_addresses/{user['primary_email_address_id']}"
    assert (await room.refused("DELETE", path))[0] == 400
    assert (await room.ok("GET", path))["email_address"] == "ada@northwind.test"


async def test_an_address_of_somebody_else_is_taken(room: Room) -> None:
    await room.user()
    bob = (await room.user("bob@northwind.test"))["id"]
    body = {"user_id": bob, "email_address": "Ada@Northwind.test"}
    refusal = (422, "form_identifier_exists", "email_address")
    assert await room.refused("POST", "/email_addresses", body) == refusal
    assert (
        await room.refused("PUT", f"/users/{bob}/email_address", {"email_address": "ada@northwind.test"})
        == refusal
    )
    assert await room.refused("POST", "/email_addresses", body | {"user_id": "user_x"}) == (
        404,
        "resource_not_found",
        "",
    )


async def test_a_ban_ends_sessions_and_keeps_out(room: Room) -> None:
    user = (await room.user())["id"]
    session = (await room.ok("POST", "/sessions", {"user_id": user}))["id"]
    assert (await room.ok("POST", f"/users/{user}/ban"))["banned"] is True
    assert (await room.ok("GET", f"/sessions/{session}"))["status"] == "revoked"
    assert room.announced()[-2:] == ["user.updated", "session.revoked"]
    assert await room.refused("POST", "/sessions", {"user_id": user}) == (403, "user_banned", "")
    await room.ok("POST", f"/users/{user}/unban")
    await room.ok("POST", "/sessions", {"user_id": user})


async def test_bulk_bans_are_for_fifty_and_for_all_or_none(room: Room) -> None:
    user = (await room.user())["id"]
    assert await room.refused("POST", "/users/ban", {"user_ids": []}) == (
        422,
        "form_param_value_invalid",
        "user_ids",
    )
    assert (await room.refused("POST", "/users/ban", {"user_ids": ["u"] * 51}))[:2] == (
        400,
        "bulk_size_exceeded",
    )
    assert (await room.refused("POST", "/users/ban", {"user_ids": [user, "user_x"]}))[0] == 404
    assert (await room.ok("GET", f"/users/{user}"))["banned"] is False


async def test_a_lock_opens_by_itself(room: Room) -> None:
    user = (await room.user())["id"]
    locked = await room.ok("POST", f"/users/{user}/lock")
    assert (locked["locked"], locked["lockout_expires_in_seconds"]) == (True, 3600)
    assert await room.refused("POST", "/sessions", {"user_id": user}) == (403, "user_locked", "")
    await room.pass_time(seconds=1000)
    assert (await room.ok("GET", f"/users/{user}"))["lockout_expires_in_seconds"] == 2600
    await room.pass_time(hours=1)
    opened = await room.ok("GET", f"/users/{user}")
    assert (opened["locked"], opened["lockout_expires_in_seconds"]) == (False, None)
    again = await room.user("bob@northwind.test", locked=True, banned=True)
    assert (again["locked"], again["banned"]) == (True, True)


async def test_a_deleted_user_leaves_nothing_behind(room: Room) -> None:
    ada, bob = (await room.user())["id"], (await room.user("bob@northwind.test"))["id"]
    made = (await room.organization(ada))["id"]
    await room.ok("POST", f"/organizations/{made}/memberships", {"user_id": bob, "role": "org:member"})
    session = (await room.ok("POST", "/sessions", {"user_id": bob, "active_organization_id": made}))["id"]
    deleted = await room.ok("DELETE", f"/users/{bob}")
    assert deleted == {"object": "user", "id": bob, "deleted": True}
    assert room.announced()[-3:] == ["session.removed", "organizationMembership.deleted", "user.deleted"]
    assert (await room.ok("GET", f"/organizations/{made}/memberships"))["total_count"] == 1
    assert (await room.ok("GET", f"/sessions/{session}"))["status"] == "removed"
    assert await room.refused("GET", f"/users/{bob}") == (404, "resource_not_found", "")
    await room.user("bob@northwind.test")


async def test_two_factors_and_wallets_are_kept(room: Room) -> None:
    wallet = "0x" + "Ab" * 20
    user = await room.user(totp_secret="JBSWY3DPEHPK3PXP", backup_codes=["12345678"], web3_wallet=[wallet])
    assert (user["totp_enabled"], user["two_factor_enabled"], user["backup_code_enabled"]) == (
        True,
        True,
        True,
    )
    assert user["mfa_enabled_at"] == START_MS
    assert user["web3_wallets"][0]["web3_wallet"] == wallet.lower()
    assert "JBSWY3DPEHPK3PXP" not in str(user)
