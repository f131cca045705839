"""What servers check and end by themselves: codes of their own flows, accounts elsewhere, grants, Svix's app, sign-ups."""

from typing import Any

from harness import endpoints
from tests.mocks.clerk.room import Room
from tests.mocks.clerk.tab import TEST_CODE, Tab

Json = Any
ADA = "ada+clerk_test@northwind.test"


async def test_a_code_of_a_servers_own_flow_verifies_an_address(room: Room) -> None:
    user = await room.user("ada@northwind.test")
    made = await room.ok(
        "POST", "/email_addresses", {"user_id": user["id"], "email_address": "b@northwind.test"}
    )
    path = f"/email_addresses/{made['id']}"
    begun = await room.ok("POST", f"{path}/prepare_verification")
    assert (begun["status"], begun["strategy"], begun["channel"]) == ("unverified", "email_code", None)
    mail = room.mails()[-1]
    assert mail["to"] == ["b@northwind.test"]
    code = mail["subject"].split()[0]
    wrong = {"verification_id": begun["id"], "code": "nothing"}
    tried = await room.ok("POST", f"{path}/attempt_verification", wrong)
    assert (tried["status"], tried["attempts"]) == ("unverified", 1)
    right = wrong | {"code": code}
    assert (await room.ok("POST", f"{path}/attempt_verification", right))["status"] == "verified"
    assert (await room.ok("GET", path))["verification"]["strategy"] == "email_code"
    assert room.announced()[-1] == "user.updated"
    refused = await room.refused("POST", f"{path}/attempt_verification", right)
    assert refused == (400, "verification_already_verified", "")


async def test_codes_expire_and_too_many_wrong_ones_end_a_check(room: Room) -> None:
    user = await room.user(phone_number=["+15555550100"])
    phone = user["phone_numbers"][0]
    path = f"/phone_numbers/{phone['id']}"
    begun = await room.ok("POST", f"{path}/prepare_verification")
    given = {"verification_id": begun["id"], "code": "1"}
    told = [(await room.ok("POST", f"{path}/attempt_verification", given))["status"] for _ in range(3)]
    assert told == ["unverified", "unverified", "failed"]
    late = await room.ok("POST", f"{path}/prepare_verification")
    await room.pass_time(seconds=601)
    given = {"verification_id": late["id"], "code": TEST_CODE}
    assert (await room.ok("POST", f"{path}/attempt_verification", given))["status"] == "expired"
    other = await room.user("bob@northwind.test", phone_number=["+15555550101"])
    elsewhere = f"/phone_numbers/{other['phone_numbers'][0]['id']}/attempt_verification"
    assert await room.refused("POST", elsewhere, given) == (404, "resource_not_found", "")


async def test_accounts_elsewhere_have_tokens_and_are_disconnected(room: Room) -> None:
    user = await room.user("ada@northwind.test")
    path = f"/users/{user['id']}"
    account = room.trigger("externalAccount.connected", user_id=user["id"])
    for provider in ("google", "oauth_google"):
        (token,) = await room.ok("GET", f"{path}/oauth_access_tokens/{provider}")
        assert (token["external_account_id"], token["scopes"]) == (
            account["id"],
            ["email", "openid", "profile"],
        )
    counted = await room.ok("GET", f"{path}/oauth_access_tokens/oauth_google?paginated=true")
    assert counted["total_count"] == 1
    assert await room.ok("GET", f"{path}/oauth_access_tokens/oauth_github") == []
    unknown = await room.refused("GET", f"{path}/oauth_access_tokens/oauth_tiktok")
    assert unknown == (404, "oauth_token_provider_not_enabled", "")
    assert (await room.ok("DELETE", f"{path}/external_accounts/{account['id']}"))["deleted"] is True
    assert await room.ok("GET", f"{path}/oauth_access_tokens/oauth_google") == []


async def test_a_grant_ends_with_either_of_its_tokens(room: Room) -> None:
    application, other = [await room.ok("POST", "/oauth_applications", {"name": n}) for n in ("A", "B")]
    user = await room.user()
    granted = room.trigger(
        "oauthAccessToken.issued", user_id=user["id"], oauth_application_id=application["id"]
    )
    verify = "/oauth_applications/access_tokens/verify"
    for name in ("access_token", "secret"):
        found = await room.ok("POST", verify, {name: granted["access_token"]})
        assert (found["subject"], found["client_id"]) == (user["id"], application["client_id"])
    assert (await room.refused("POST", verify, {}))[1:] == ("form_param_missing", "access_token")
    assert (await room.refused("POST", verify, {"access_token": granted["refresh_token"]}))[0] == 404
    end = {"token": granted["refresh_token"]}
    assert (await room.refused("POST", f"/oauth_applications/{other['id']}/revoke_token", end))[0] == 404
    await room.ok("POST", f"/oauth_applications/{application['id']}/revoke_token", end)
    assert (await room.refused("POST", verify, {"access_token": granted["access_token"]}))[0] == 404


async def test_svixs_dashboard_is_a_page_that_opens(room: Room) -> None:
    tx = room.tx()
    endpoints.add(tx, "http://127.0.0.1:9/hooks")
    tx.commit()
    address = (await room.ok("POST", "/webhooks/svix_url"))["svix_url"]
    shown = await room.client.get(address)
    assert "http://127.0.0.1:9/hooks" in shown.text
    assert (await room.client.get(f"{address}.css")).status_code == 200
    assert (await room.call("DELETE", "/webhooks/svix")).status_code == 204
    assert "There is none yet" in (await room.client.get(address)).text
    assert await room.refused("POST", "/webhooks/svix_url") == (400, "svix_app_missing", "")
    assert await room.refused("DELETE", "/webhooks/svix") == (400, "svix_app_missing", "")
    assert (await room.ok("POST", "/webhooks/svix"))["svix_url"] == address


async def test_a_sign_up_is_named_in_the_consumers_own_system(room: Room, tab: Tab) -> None:
    form = {"email_address": ADA, "password": "correct horse battery", "locale": "en-GB"}
    begun = await tab.response("POST", "/v1/client/sign_ups", form)
    path = f"/sign_ups/{begun['id']}"
    assert (await room.ok("GET", path))["locale"] == "en-GB"
    assert (await room.ok("PATCH", path, {"external_id": "crm-7"}))["external_id"] == "crm-7"
    at = f"/v1/client/sign_ups/{begun['id']}"
    await tab.response("POST", f"{at}/prepare_verification", {"strategy": "email_code"})
    code = {"strategy": "email_code", "code": TEST_CODE}
    done = await tab.response("POST", f"{at}/attempt_verification", code)
    user = await room.ok("GET", f"/users/{done['created_user_id']}")
    assert (user["external_id"], user["locale"]) == ("crm-7", "en-GB")
    assert await room.refused("PATCH", path, {"external_id": "x"}) == (403, "sign_up_cannot_be_updated", "")
    assert (await room.refused("GET", "/sign_ups/sua_nobody"))[0] == 404
