"""What signed-in users change of themselves in a browser."""

from typing import Any

from tests.mocks.clerk.room import Room
from tests.mocks.clerk.tab import TEST_CODE, Tab

Json = Any
ADA = "ada+clerk_test@northwind.test"


async def test_nobody_is_signed_in(tab: Tab) -> None:
    assert await tab.refused("GET", "/v1/me") == (401, "authentication_invalid", "")
    assert await tab.refused("DELETE", "/v1/client/sessions") == (401, "signed_out", "")


async def test_the_profile_is_changed_for_the_backend_too(room: Room, tab: Tab) -> None:
    session = await tab.sign_up(ADA)
    changes = {"first_name": "Ada", "username": "ada_king", "unsafe_metadata": '{"theme": "dark"}'}
    changed = await tab.response("PATCH", "/v1/me", changes)
    assert (changed["first_name"], changed["username"], changed["unsafe_metadata"]) == (
        "Ada",
        "ada_king",
        {"theme": "dark"},
    )
    merged = await tab.response(
        "PATCH", "/v1/me/metadata", {"unsafe_metadata": '{"theme": null, "beta": true}'}
    )
    assert merged["unsafe_metadata"] == {"beta": True}
    assert "private_metadata" not in await tab.response("GET", "/v1/me")
    user = await room.ok("GET", f"/users/{session['user']['id']}")
    assert (user["username"], user["unsafe_metadata"]) == ("ada_king", {"beta": True})
    assert await tab.refused("PATCH", "/v1/me", {"unsafe_metadata": "[]"}) == (
        422,
        "form_param_value_invalid",
        "unsafe_metadata",
    )
    assert (await tab.response("PATCH", "/v1/me", {"first_name": ""}))["first_name"] is None


async def test_a_second_address_is_verified_by_code_and_made_the_primary_one(tab: Tab) -> None:
    await tab.sign_up(ADA)
    made = await tab.response(
        "POST", "/v1/me/email_addresses", {"email_address": "second+clerk_test@northwind.test"}
    )
    path = f"/v1/me/email_addresses/{made['id']}"
    assert made["verification"] is None
    primary = {"primary_email_address_id": made["id"]}
    assert await tab.refused("PATCH", "/v1/me", primary) == (
        422,
        "form_verification_needed",
        "primary_email_address_id",
    )
    prepared = await tab.response("POST", f"{path}/prepare_verification", {"strategy": "email_code"})
    assert prepared["verification"]["status"] == "unverified"
    assert await tab.refused("POST", f"{path}/attempt_verification", {"code": "1"}) == (
        422,
        "form_code_incorrect",
        "code",
    )
    verified = await tab.response("POST", f"{path}/attempt_verification", {"code": TEST_CODE})
    assert verified["verification"]["status"] == "verified"
    assert (await tab.response("GET", path))["id"] == made["id"]
    changed = await tab.response("PATCH", "/v1/me", primary)
    assert changed["primary_email_address_id"] == made["id"]
    first = next(each for each in changed["email_addresses"] if each["id"] != made["id"])
    gone = await tab.response("DELETE", f"/v1/me/email_addresses/{first['id']}")
    assert gone == {"object": "email_address", "id": first["id"], "deleted": True}
    assert [each["id"] for each in await tab.ok("GET", "/v1/me/email_addresses")] == [made["id"]]
    assert (await tab.refused("DELETE", path))[1] == "last_identification_deletion_failed"


async def test_a_phone_gets_its_code_and_becomes_the_second_factor(room: Room, tab: Tab, other: Tab) -> None:
    await tab.sign_up(ADA)
    made = await tab.response("POST", "/v1/me/phone_numbers", {"phone_number": "+441632960123"})
    path = f"/v1/me/phone_numbers/{made['id']}"
    await tab.ok("POST", f"{path}/prepare_verification", {"strategy": "phone_code"})
    sent = room.events()[-1]
    code = sent["data"]["data"]["otp_code"]
    assert (sent["type"], sent["data"]["to_phone_number"]) == ("sms.created", "+441632960123")
    assert code in room.mails()[-1]["text"]
    verified = await tab.response("POST", f"{path}/attempt_verification", {"code": code})
    assert verified["verification"]["strategy"] == "phone_code"
    changes = {"reserved_for_second_factor": "true", "default_second_factor": "true"}
    assert (await tab.response("PATCH", path, changes))["reserved_for_second_factor"] is True
    assert (await tab.response("GET", path))["default_second_factor"] is True
    assert len(await tab.ok("GET", "/v1/me/phone_numbers")) == 1
    begun = await other.response(
        "POST", "/v1/client/sign_ins", {"identifier": ADA, "password": "correct horse battery"}
    )
    assert (begun["status"], begun["supported_second_factors"][0]["strategy"]) == (
        "needs_second_factor",
        "phone_code",
    )
    second = f"/v1/client/sign_ins/{begun['id']}"
    await other.response("POST", f"{second}/prepare_second_factor", {"strategy": "phone_code"})
    code = room.events()[-1]["data"]["data"]["otp_code"]
    proof = {"strategy": "phone_code", "code": code}
    assert (await other.response("POST", f"{second}/attempt_second_factor", proof))["status"] == "complete"
    gone = await tab.response("DELETE", path)
    assert gone["object"] == "phone_number"


async def test_codes_of_an_authenticator_and_backup_codes_are_second_factors(room: Room, tab: Tab) -> None:
    from mocks.clerk.resources.second_steps import codes as totp_codes

    secret = "JBSWY3DPEHPK3PXP"
    await room.user(ADA, password="correct horse battery", totp_secret=secret, backup_codes=["one-two"])
    for proof in (
        {"strategy": "totp", "code": totp_codes(secret, room.tx().real_seconds)[1]},
        {"strategy": "backup_code", "code": "one-two"},
    ):
        begun = await tab.response(
            "POST", "/v1/client/sign_ins", {"identifier": ADA, "password": "correct horse battery"}
        )
        path = f"/v1/client/sign_ins/{begun['id']}/attempt_second_factor"
        assert (await tab.refused("POST", path, proof | {"code": "0"}))[1] == "form_code_incorrect"
        assert (await tab.response("POST", path, proof))["status"] == "complete"
        await tab.ok("DELETE", "/v1/client/sessions")
    begun = await tab.response(
        "POST", "/v1/client/sign_ins", {"identifier": ADA, "password": "correct horse battery"}
    )
    path = f"/v1/client/sign_ins/{begun['id']}/attempt_second_factor"
    used = {"strategy": "backup_code", "code": "one-two"}
    assert (await tab.refused("POST", path, used))[1] == "form_code_incorrect"


async def test_the_password_is_changed_and_taken_away(tab: Tab, other: Tab) -> None:
    await tab.sign_up(ADA)
    await other.sign_in(ADA)
    wrong = {"current_password": "wrong", "new_password": "an entirely new one"}
    assert await tab.refused("POST", "/v1/me/change_password", wrong) == (
        422,
        "form_password_incorrect",
        "current_password",
    )
    right = wrong | {"current_password": "correct horse battery", "sign_out_of_other_sessions": "true"}
    assert (await tab.response("POST", "/v1/me/change_password", right))["password_enabled"] is True
    assert (await other.client())["sessions"] == []
    assert len((await tab.client())["sessions"]) == 1
    gone = await tab.response("POST", "/v1/me/remove_password", {"current_password": "an entirely new one"})
    assert gone["password_enabled"] is False


async def test_users_may_delete_themselves_where_they_are_allowed_to(room: Room, tab: Tab) -> None:
    user = (await tab.sign_up(ADA))["user"]["id"]
    await room.ok("PATCH", f"/users/{user}", {"delete_self_enabled": False})
    assert (await tab.refused("DELETE", "/v1/me"))[1] == "user_delete_self_not_enabled"
    await room.ok("PATCH", f"/users/{user}", {"delete_self_enabled": True})
    assert await tab.response("DELETE", "/v1/me") == {"object": "user", "id": user, "deleted": True}
    assert (await tab.client())["sessions"] == []
    assert room.announced()[-1] == "user.deleted"


async def test_all_sessions_are_listed_and_shown(tab: Tab) -> None:
    session = await tab.sign_up(ADA)
    assert [each["id"] for each in await tab.ok("GET", "/v1/me/sessions")] == [session["id"]]
    assert (await tab.response("GET", f"/v1/client/sessions/{session['id']}"))["id"] == session["id"]
    ended = await tab.response("POST", f"/v1/client/sessions/{session['id']}/end")
    assert (ended["status"], ended["last_active_token"]) == ("ended", None)


async def test_the_rest_of_the_frontend_api_that_needs_nobody(room: Room, tab: Tab) -> None:
    assert await tab.ok("GET", "/v1/health") == {"status": "healthy"}
    portal = await tab.ok("GET", "/v1/account_portal")
    assert portal["after_sign_in_url"].endswith("/default-redirect")
    keys = await tab.ok("GET", "/.well-known/jwks.json")
    assert keys == await room.ok("GET", "/jwks")
    assert (await tab.ok("GET", "/.well-known/openid-configuration"))["issuer"].endswith(
        ".clerk.accounts.dev"
    )
    assert (await tab.ok("POST", "/v1/client"))["response"]["sessions"] == []
    assert (await tab.ok("PUT", "/v1/client"))["response"]["sessions"] == []
