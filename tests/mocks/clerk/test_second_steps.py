"""Second factors: set up in a browser, asked for at the next sign-in, ended by an administrator; and step-up verification."""

from typing import Any

import jwt
import pytest

from mocks.clerk.resources.second_steps import codes
from tests.mocks.clerk.room import Room
from tests.mocks.clerk.tab import TEST_CODE, Tab

Json = Any
ADA = "ada+clerk_test@northwind.test"
PASSWORD = "correct horse battery"


async def begun(room: Room, tab: Tab) -> list[str]:
    """Set an authenticator application up; return the backup codes."""
    made = await tab.response("POST", "/v1/me/totp")
    assert (made["verified"], made["uri"].startswith("otpauth://totp/Greenroom")) == (False, True)
    code = codes(made["secret"], room.tx().real_seconds)[1]
    done = await tab.response("POST", "/v1/me/totp/attempt_verification", {"code": code})
    assert (done["verified"], done["secret"]) == (True, None)
    found: list[str] = done["backup_codes"]
    return found


async def test_an_authenticator_application_is_asked_for_at_the_next_sign_in(
    room: Room, tab: Tab, other: Tab
) -> None:
    session = await tab.sign_up(ADA)
    backup = await begun(room, tab)
    user = await room.ok("GET", f"/users/{session['user']['id']}")
    assert (user["totp_enabled"], user["backup_code_enabled"], user["two_factor_enabled"]) == (True,) * 3
    assert user["mfa_enabled_at"] is not None
    form = {"identifier": ADA, "password": PASSWORD}
    sign_in = await other.response("POST", "/v1/client/sign_ins", form)
    assert sign_in["status"] == "needs_second_factor"
    offered = [each["strategy"] for each in sign_in["supported_second_factors"]]
    assert offered == ["totp", "backup_code"]
    path = f"/v1/client/sign_ins/{sign_in['id']}/attempt_second_factor"
    done = await other.response("POST", path, {"strategy": "backup_code", "code": backup[0]})
    assert done["status"] == "complete"
    fresh = other.last["client"]["sessions"][0]["last_active_token"]["jwt"]
    assert jwt.decode(fresh, options={"verify_signature": False})["fva"] == [0, 0]


async def test_a_second_application_and_wrong_codes_are_refused(room: Room, tab: Tab) -> None:
    await tab.sign_up(ADA)
    attempt = "/v1/me/totp/attempt_verification"
    assert await tab.refused("POST", attempt, {"code": "1"}) == (404, "resource_not_found", "")
    assert (await tab.refused("POST", "/v1/me/backup_codes"))[:2] == (403, "backup_codes_not_available")
    await tab.response("POST", "/v1/me/totp")
    assert await tab.refused("POST", attempt, {"code": "1"}) == (422, "form_code_incorrect", "code")
    assert await tab.refused("POST", attempt, {}) == (422, "form_param_missing", "code")
    await begun(room, tab)
    assert (await tab.refused("POST", "/v1/me/totp"))[1] == "totp_already_enabled"
    renewed = await tab.response("POST", "/v1/me/backup_codes")
    assert len(set(renewed["codes"])) == 10
    gone = await tab.response("DELETE", "/v1/me/totp")
    assert (gone["object"], gone["deleted"]) == ("totp", True)
    assert await tab.refused("DELETE", "/v1/me/totp") == (404, "resource_not_found", "")


async def test_administrators_check_codes_and_end_second_factors(room: Room) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    user = await room.user(totp_secret=secret, backup_codes=["one-two"])
    path = f"/users/{user['id']}"
    code = codes(secret, room.tx().real_seconds)[1]
    verified = await room.ok("POST", f"{path}/verify_totp", {"code": code})
    assert verified == {"verified": True, "code_type": "totp"}
    used = await room.ok("POST", f"{path}/verify_totp", {"code": "one-two"})
    assert used["code_type"] == "backup_code"
    for wrong, expected in (("one-two", "totp_invalid_length"), ("000000", "totp_incorrect_code")):
        assert await room.refused("POST", f"{path}/verify_totp", {"code": wrong}) == (422, expected, "code")
    assert await room.ok("DELETE", f"{path}/mfa") == {"user_id": user["id"]}
    after = await room.ok("GET", path)
    assert (after["totp_enabled"], after["backup_code_enabled"], after["two_factor_enabled"]) == (False,) * 3
    assert await room.refused("POST", f"{path}/verify_totp", {"code": code}) == (400, "totp_disabled", "")
    bad = {"email_address": ["b@northwind.test"], "totp_secret": "not base32!"}
    assert await room.refused("POST", "/users", bad) == (422, "invalid_totp_secret_code", "totp_secret")


async def test_a_password_that_others_know_is_replaced_by_way_of_a_code(room: Room, tab: Tab) -> None:
    user = await room.user(ADA, password=PASSWORD)
    path = f"/users/{user['id']}/password"
    await room.ok("POST", f"{path}/set_compromised", {"revoke_all_sessions": True})
    form = {"identifier": ADA, "password": PASSWORD}
    assert await tab.refused("POST", "/v1/client/sign_ins", form) == (
        422,
        "form_password_compromised",
        "password",
    )
    sign_in = await tab.response(
        "POST", "/v1/client/sign_ins", {"identifier": ADA, "strategy": "reset_password_email_code"}
    )
    at = f"/v1/client/sign_ins/{sign_in['id']}"
    proof = {"strategy": "reset_password_email_code", "code": TEST_CODE}
    await tab.response("POST", f"{at}/attempt_first_factor", proof)
    done = await tab.response("POST", f"{at}/reset_password", {"password": "a new one, at last"})
    assert done["status"] == "complete"
    await room.ok("POST", f"{path}/unset_compromised")
    passwordless = await room.user("bob@northwind.test")
    refused = await room.refused("POST", f"/users/{passwordless['id']}/password/set_compromised", {})
    assert refused == (400, "no_password_set", "")


async def test_a_factor_is_proved_again_before_something_that_matters(room: Room, tab: Tab) -> None:
    session = await tab.sign_up(ADA)
    await room.pass_time(seconds=600)
    path = f"/v1/client/sessions/{session['id']}"
    assert (await tab.response("GET", path))["factor_verification_age"] == [10, -1]
    started = await tab.response("POST", f"{path}/verify", {"level": "second_factor"})
    assert (started["level"], started["status"]) == ("first_factor", "needs_first_factor")
    wrong = {"strategy": "password", "password": "wrong"}
    attempt = f"{path}/verify/attempt_first_factor"
    assert (await tab.refused("POST", attempt, wrong))[:2] == (422, "form_password_incorrect")
    done = await tab.response("POST", attempt, {"strategy": "password", "password": PASSWORD})
    assert (done["status"], done["session"]["factor_verification_age"]) == ("complete", [0, -1])
    assert (await tab.refused("POST", attempt, wrong))[:2] == (422, "session_reverification_invalid")


async def test_both_factors_are_proved_again_by_codes(room: Room, tab: Tab) -> None:
    session = await tab.sign_up(ADA)
    backup = await begun(room, tab)
    path = f"/v1/client/sessions/{session['id']}/verify"
    await tab.response("POST", path, {"level": "multi_factor"})
    email = {"strategy": "email_code"}
    prepared = await tab.response("POST", f"{path}/prepare_first_factor", email)
    assert prepared["first_factor_verification"]["status"] == "unverified"
    attempt = f"{path}/attempt_first_factor"
    assert (await tab.refused("POST", attempt, email | {"code": "1"}))[1] == "form_code_incorrect"
    half = await tab.response("POST", attempt, email | {"code": TEST_CODE})
    assert half["status"] == "needs_second_factor"
    assert (await tab.refused("POST", f"{path}/prepare_second_factor", {}))[1] == "strategy_for_user_invalid"
    proof = {"strategy": "backup_code", "code": backup[0]}
    done = await tab.response("POST", f"{path}/attempt_second_factor", proof)
    assert (done["status"], done["session"]["factor_verification_age"]) == ("complete", [0, 0])


@pytest.mark.parametrize("step", ["prepare_second_factor", "attempt_second_factor"])
async def test_a_second_factor_by_text_message_is_proved_again(tab: Tab, step: str) -> None:
    session = await tab.sign_up(ADA)
    phone = await tab.response("POST", "/v1/me/phone_numbers", {"phone_number": "+15555550100"})
    at = f"/v1/me/phone_numbers/{phone['id']}"
    await tab.response("POST", f"{at}/prepare_verification", {"strategy": "phone_code"})
    await tab.response("POST", f"{at}/attempt_verification", {"code": TEST_CODE})
    await tab.response("PATCH", at, {"reserved_for_second_factor": "true"})
    path = f"/v1/client/sessions/{session['id']}/verify"
    started = await tab.response("POST", path, {"level": "second_factor"})
    assert started["status"] == "needs_second_factor"
    proof = {"strategy": "phone_code", "code": TEST_CODE}
    if step == "attempt_second_factor":
        assert (await tab.refused("POST", f"{path}/{step}", proof))[1] == "verification_missing"
        return
    await tab.response("POST", f"{path}/{step}", {"strategy": "phone_code", "phone_number_id": phone["id"]})
    done = await tab.response("POST", f"{path}/attempt_second_factor", proof)
    assert done["session"]["factor_verification_age"] == [0, 0]


async def test_a_phone_number_that_comes_or_goes_is_a_second_factor_that_does(room: Room, tab: Tab) -> None:
    user = await room.user(ADA, password=PASSWORD)
    phone = {"user_id": user["id"], "phone_number": "+15555550100", "verified": True}

    async def asked(path: str = f"/users/{user['id']}") -> tuple[bool, str]:
        begun = await tab.response("POST", "/v1/client/sign_ins", {"identifier": ADA, "password": PASSWORD})
        await tab.call("DELETE", "/v1/client/sessions")
        return (await room.ok("GET", path))["two_factor_enabled"], begun["status"]

    on, off = (True, "needs_second_factor"), (False, "complete")
    made = await room.ok("POST", "/phone_numbers", phone | {"reserved_for_second_factor": True})
    assert (await asked(), room.events()[-1]["data"]["two_factor_enabled"]) == (on, True)
    for method, given, expected in (
        ("PATCH", {"reserved_for_second_factor": False}, off),
        ("PATCH", {"reserved_for_second_factor": True}, on),
        ("DELETE", None, off),
    ):
        await room.ok(method, f"/phone_numbers/{made['id']}", given)
        assert await asked() == expected
    await room.ok("POST", "/phone_numbers", phone | {"reserved_for_second_factor": True})
    await room.ok("PUT", f"/users/{user['id']}/phone_number", {"phone_number": "+15555550101"})
    assert await asked() == off
