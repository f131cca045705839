"""Signing up and in as browsers do, tokens, organisations: one store with the Backend API."""

from typing import Any

import jwt

from tests.mocks.clerk.room import Room
from tests.mocks.clerk.tab import PAGE, TEST_CODE, Tab, anonymous

Json = Any
ADA = "ada+clerk_test@northwind.test"


def claims(session: Json) -> Json:
    return jwt.decode(session["last_active_token"]["jwt"], options={"verify_signature": False})


async def test_a_new_browser_has_no_client(tab: Tab) -> None:
    assert await tab.ok("GET", "/v1/client") == {"response": None, "client": None}


async def test_a_browser_without_a_token_is_refused(room: Room, tab: Tab) -> None:
    assert await Tab(room).refused("GET", "/v1/client") == (401, "dev_browser_unauthenticated", "")
    assert await Tab(room, token="dvb_unknown").refused("GET", "/v1/client") == (
        401,
        "dev_browser_unauthenticated",
        "",
    )


async def test_the_environment_is_bare_and_follows_the_settings(room: Room, tab: Tab) -> None:
    await room.ok("PATCH", "/instance/restrictions", {"allowlist": True})
    await room.ok("PATCH", "/instance/organization_settings", {"max_allowed_memberships": 9})
    found = await tab.ok("PATCH", "/v1/environment")
    assert found == await tab.ok("GET", "/v1/environment")
    assert found["user_settings"]["restrictions"]["allowlist"] == {"enabled": True}
    assert found["organization_settings"]["max_allowed_memberships"] == 9
    assert found["user_settings"]["sign_up"]["captcha_enabled"] is False


async def test_signing_up_makes_a_user_with_a_verified_address_and_a_session(room: Room, tab: Tab) -> None:
    begun = await tab.response(
        "POST", "/v1/client/sign_ups", {"email_address": ADA, "first_name": "Ada", "last_name": ""}
    )
    path = f"/v1/client/sign_ups/{begun['id']}"
    assert (begun["status"], begun["missing_fields"], begun["unverified_fields"]) == (
        "missing_requirements",
        ["password"],
        ["email_address"],
    )
    changed = await tab.response(
        "PATCH", path, {"password": "correct horse battery", "unsafe_metadata": '{"a":1}'}
    )
    assert changed["missing_fields"] == []
    prepared = await tab.response("POST", f"{path}/prepare_verification", {"strategy": "email_code"})
    assert prepared["verifications"]["email_address"]["next_action"] == "needs_attempt"
    wrong = {"strategy": "email_code", "code": "000000"}
    assert await tab.refused("POST", f"{path}/attempt_verification", wrong) == (
        422,
        "form_code_incorrect",
        "code",
    )
    assert (await tab.response("GET", path))["verifications"]["email_address"]["attempts"] == 1
    done = await tab.response("POST", f"{path}/attempt_verification", wrong | {"code": TEST_CODE})
    user = await room.ok("GET", f"/users/{done['created_user_id']}")
    (address,) = user["email_addresses"]
    assert (done["status"], address["verification"]["strategy"], address["email_address"]) == (
        "complete",
        "email_code",
        ADA,
    )
    assert (user["first_name"], user["last_name"], user["unsafe_metadata"]) == ("Ada", None, {"a": 1})
    (session,) = tab.last["client"]["sessions"]
    assert session["id"] == done["created_session_id"]
    assert claims(session)["azp"] == PAGE
    assert room.announced() == ["user.created", "session.created"]
    assert await tab.refused("PATCH", path, {}) == (403, "sign_up_cannot_be_updated", "")


async def test_other_addresses_get_their_code_by_mail(room: Room, tab: Tab) -> None:
    begun = await tab.response(
        "POST",
        "/v1/client/sign_ups",
        {"email_address": "bob@northwind.test", "password": "correct horse battery"},
    )
    path = f"/v1/client/sign_ups/{begun['id']}"
    await tab.ok("POST", f"{path}/prepare_verification", {"strategy": "email_code"})
    (mail,) = room.mails()
    code = mail["subject"].partition(" ")[0]
    assert mail["to"] == ["bob@northwind.test"]
    assert len(code) == 6
    announced = room.events()[-1]
    assert (announced["type"], announced["data"]["slug"], announced["data"]["data"]["otp_code"]) == (
        "email.created",
        "verification_code",
        code,
    )
    done = await tab.response(
        "POST", f"{path}/attempt_verification", {"strategy": "email_code", "code": code}
    )
    assert done["status"] == "complete"


async def test_a_code_ends_after_ten_minutes(room: Room, tab: Tab) -> None:
    begun = await tab.response(
        "POST", "/v1/client/sign_ups", {"email_address": ADA, "password": "correct horse battery"}
    )
    path = f"/v1/client/sign_ups/{begun['id']}"
    await tab.ok("POST", f"{path}/prepare_verification", {"strategy": "email_code"})
    await room.pass_time(seconds=601)
    proof = {"strategy": "email_code", "code": TEST_CODE}
    assert await tab.refused("POST", f"{path}/attempt_verification", proof) == (
        400,
        "verification_expired",
        "",
    )


async def test_signing_up_is_refused_in_the_words_that_pages_show(room: Room, tab: Tab) -> None:
    await room.user("taken@northwind.test")
    new, path = {"email_address": ADA}, "/v1/client/sign_ups"
    assert await tab.refused("POST", path, {"email_address": "taken@northwind.test"}) == (
        422,
        "form_identifier_exists",
        "email_address",
    )
    assert await tab.refused("POST", path, {"email_address": "nobody"}) == (
        422,
        "form_param_format_invalid",
        "email_address",
    )
    assert await tab.refused("POST", path, new | {"password": "short"}) == (
        422,
        "form_password_length_too_short",
        "password",
    )
    assert await tab.refused("POST", path, new | {"password": "password123"}) == (
        422,
        "form_password_pwned",
        "password",
    )


async def test_signing_in_with_a_password(room: Room, tab: Tab) -> None:
    await room.user(ADA, password="correct horse battery")
    begun = await tab.response("POST", "/v1/client/sign_ins", {"identifier": ADA, "locale": "en-US"})
    strategies = [each["strategy"] for each in begun["supported_first_factors"]]
    assert (begun["status"], strategies) == (
        "needs_first_factor",
        ["password", "email_code", "reset_password_email_code"],
    )
    assert begun["supported_first_factors"][1]["safe_identifier"] == "a*****@northwind.test"
    path = f"/v1/client/sign_ins/{begun['id']}/attempt_first_factor"
    wrong = {"strategy": "password", "password": "wrong"}
    assert await tab.refused("POST", path, wrong) == (422, "form_password_incorrect", "password")
    done = await tab.response("POST", path, {"strategy": "password", "password": "correct horse battery"})
    client = tab.last["client"]
    assert (done["status"], client["sign_in"], client["last_authentication_strategy"]) == (
        "complete",
        None,
        "password",
    )
    assert client["last_active_session_id"] == done["created_session_id"]
    assert claims(client["sessions"][0])["iat"] * 1000 >= client["updated_at"]
    assert await tab.refused("POST", "/v1/client/sign_ins", {"identifier": ADA}) == (
        400,
        "session_exists",
        "",
    )


async def test_an_unknown_identifier_is_told_to_the_page(tab: Tab) -> None:
    assert await tab.refused("POST", "/v1/client/sign_ins", {"identifier": "who@northwind.test"}) == (
        422,
        "form_identifier_not_found",
        "identifier",
    )


async def test_signing_in_with_a_code(room: Room, tab: Tab) -> None:
    user = await room.user("bob@northwind.test")
    begun = await tab.response("POST", "/v1/client/sign_ins", {"identifier": "bob@northwind.test"})
    path = f"/v1/client/sign_ins/{begun['id']}"
    assert (await tab.response("GET", path))["status"] == "needs_first_factor"
    wanted = {"strategy": "email_code", "email_address_id": user["primary_email_address_id"]}
    prepared = await tab.response("POST", f"{path}/prepare_first_factor", wanted)
    assert prepared["first_factor_verification"]["status"] == "unverified"
    code = room.mails()[-1]["subject"].partition(" ")[0]
    done = await tab.response(
        "POST", f"{path}/attempt_first_factor", {"strategy": "email_code", "code": code}
    )
    assert done["first_factor_verification"]["status"] == "verified"
    assert done["status"] == "complete"


async def test_a_forgotten_password_is_replaced_by_way_of_a_code(room: Room, tab: Tab, other: Tab) -> None:
    await room.user(ADA, password="correct horse battery")
    await other.sign_in(ADA)
    form = {"identifier": ADA, "strategy": "reset_password_email_code"}
    begun = await tab.response("POST", "/v1/client/sign_ins", form)
    path = f"/v1/client/sign_ins/{begun['id']}"
    proof = {"strategy": "reset_password_email_code", "code": TEST_CODE}
    proved = await tab.response("POST", f"{path}/attempt_first_factor", proof)
    assert proved["status"] == "needs_new_password"
    new = {"password": "a new one, at last", "sign_out_of_other_sessions": "true"}
    assert (await tab.response("POST", f"{path}/reset_password", new))["status"] == "complete"
    assert (await other.client())["sessions"] == []
    await other.sign_in(ADA, "a new one, at last")


async def test_a_hundred_failures_lock_the_user_for_an_hour(room: Room, tab: Tab) -> None:
    user = await room.user(ADA, password="correct horse battery")
    begun = await tab.response("POST", "/v1/client/sign_ins", {"identifier": ADA})
    path = f"/v1/client/sign_ins/{begun['id']}/attempt_first_factor"
    wrong, right = [{"strategy": "password", "password": each} for each in ("wrong", "correct horse battery")]
    for _ in range(100):
        assert (await tab.refused("POST", path, wrong))[1] == "form_password_incorrect"
    assert (await room.ok("GET", f"/users/{user['id']}"))["locked"] is True
    assert await tab.refused("POST", path, right) == (403, "user_locked", "")
    await room.pass_time(hours=1)
    assert (await tab.response("POST", path, right))["status"] == "complete"


async def test_two_browsers_of_one_account_see_each_others_changes(room: Room, tab: Tab, other: Tab) -> None:
    one = await tab.sign_up(ADA)
    two = await other.sign_in(ADA)
    assert one["id"] != two["id"]
    await tab.ok("PATCH", "/v1/me", {"first_name": "Ada", "last_name": "King"})
    seen = (await other.client())["sessions"][0]["user"]
    assert (seen["first_name"], seen["last_name"]) == ("Ada", "King")
    listed = await tab.ok("GET", "/v1/me/sessions/active")
    assert {each["id"] for each in listed} == {one["id"], two["id"]}
    assert {each["latest_activity"]["browser_name"] for each in listed} == {"Chrome"}
    await tab.response("POST", f"/v1/me/sessions/{two['id']}/revoke")
    assert (await other.client())["sessions"] == []


async def test_a_session_that_the_backend_revokes_is_over_at_the_next_touch(room: Room, tab: Tab) -> None:
    session = await tab.sign_up(ADA)
    await tab.touch(session["id"], active_organization_id="", intent="select_session")
    await room.ok("POST", f"/sessions/{session['id']}/revoke")
    path = f"/v1/client/sessions/{session['id']}"
    assert await tab.refused("POST", f"{path}/touch", {"intent": "focus"}) == (401, "signed_out", "")
    assert await tab.refused("POST", f"{path}/tokens") == (401, "signed_out", "")
    assert (await tab.client())["sessions"] == []


async def test_a_users_ban_and_deletion_reach_the_browser(room: Room, tab: Tab, other: Tab) -> None:
    session = await tab.sign_up(ADA)
    await room.ok("POST", f"/users/{session['user']['id']}/ban")
    assert (await tab.client())["sessions"] == []
    assert await other.refused(
        "POST", "/v1/client/sign_ins", {"identifier": ADA, "password": "correct horse battery"}
    ) == (403, "user_banned", "")


async def test_tokens_live_a_minute_and_carry_the_active_organisation(room: Room, tab: Tab) -> None:
    session = await tab.sign_up(ADA)
    made = await tab.response("POST", "/v1/organizations", {"name": "Northwind Coffee"})
    assert "o" not in claims(session)
    touched = await tab.touch(session["id"], active_organization_id=made["id"], intent="select_org")
    found = claims(touched)
    assert (found["o"]["id"], found["o"]["rol"], found["exp"] - found["iat"]) == (made["id"], "admin", 60)
    path = f"/v1/client/sessions/{session['id']}/tokens"
    fresh = await tab.ok("POST", path, {"organization_id": made["id"]})
    assert jwt.decode(fresh["jwt"], options={"verify_signature": False})["o"]["slg"] == "northwind-coffee"
    alone = await tab.ok("POST", path, {"organization_id": ""})
    assert "o" not in jwt.decode(alone["jwt"], options={"verify_signature": False})
    await room.ok("POST", "/jwt_templates", {"name": "hasura", "claims": {"who": "{{user.id}}"}})
    made_by = await tab.ok("POST", f"{path}/hasura")
    decoded = jwt.decode(made_by["jwt"], options={"verify_signature": False})
    assert decoded["who"] == session["user"]["id"]


async def test_signing_out_ends_all_sessions_of_the_browser(room: Room, tab: Tab) -> None:
    session = await tab.sign_up(ADA)
    gone = await tab.ok("DELETE", "/v1/client/sessions")
    assert (gone["response"]["sessions"], gone["client"]) == ([], None)
    assert room.announced()[-1] == "session.removed"
    assert (await room.ok("GET", f"/sessions/{session['id']}"))["status"] == "removed"
    await tab.sign_in(ADA)
    again = (await tab.client())["sessions"][0]
    removed = await tab.response("POST", f"/v1/client/sessions/{again['id']}/remove")
    assert removed["status"] == "removed"
    await tab.sign_in(ADA)
    assert (await tab.ok("DELETE", "/v1/client"))["response"] is None
    assert await tab.client() is None


async def test_native_applications_are_known_by_their_header(room: Room) -> None:
    native = await Tab(room).call("POST", "/v1/client", _is_native="1")
    token = native.headers["authorization"]
    assert token
    url = f"/~{room.world.name}/v1/client?_is_native=1"
    found = await anonymous(room).get(url, headers={"Authorization": token})
    assert found.json()["response"]["id"] == native.json()["response"]["id"]


async def test_what_is_not_served_says_so(tab: Tab) -> None:
    answer = await tab.call("POST", "/v1/me/passkeys")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "resource_not_found")
    assert answer.headers["greenroom-unserved"] == "POST /v1/me/passkeys"
