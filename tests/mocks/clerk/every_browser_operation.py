"""A call of every operation of the Frontend API that is served, each answered with success."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from mocks.clerk.resources.second_steps import codes
from tests.mocks.clerk.room import Room
from tests.mocks.clerk.tab import PAGE, TEST_CODE, Tab

Json = Any
ADA, BOB = "ada+clerk_test@northwind.test", "bob+clerk_test@northwind.test"
PASSWORD = "correct horse battery"
EMAIL = {"strategy": "email_code"}
PROOF = EMAIL | {"code": TEST_CODE}
TEXT = {"strategy": "phone_code"}
PNG = {"file": ("a.png", b"\x89PNG\r\n\x1a\nrest", "image/png")}


async def drive(room: Room, ada: Tab, bob: Tab) -> None:
    """Call every operation; what was answered is in the two tabs."""
    await as_a_visitor(room, ada)
    await signing_up(ada)
    await at_another_provider(room, ada)
    await of_oneself(ada)
    await of_the_second_factor(room, ada)
    await of_sessions(room, ada)
    await signing_in(bob)
    await organizing(room, ada, bob)
    await leaving(ada, bob)


async def as_a_visitor(room: Room, tab: Tab) -> None:
    for path in (
        *("/v1/environment", "/v1/account_portal", "/v1/health", "/v1/client"),
        *("/.well-known/jwks.json", "/.well-known/openid-configuration"),
    ):
        await tab.ok("GET", path)
    await tab.ok("PATCH", "/v1/environment")
    await tab.ok("POST", "/v1/client")
    await tab.ok("PUT", "/v1/client")
    await tab.ok("POST", "/v1/waitlist", {"email_address": "carol@northwind.test"})
    invited = await room.ok("POST", "/invitations", {"email_address": "dan@northwind.test"})
    (ticket,) = parse_qs(urlsplit(invited["url"]).query)["ticket"]
    assert (await tab.call("GET", "/v1/tickets/accept", ticket=ticket)).status_code == 303
    assert (await tab.call("GET", "/v1/client/handshake", redirect_url=PAGE)).status_code == 307


async def signing_up(tab: Tab) -> None:
    begun = await tab.response("POST", "/v1/client/sign_ups", {"email_address": ADA, "first_name": "Ada"})
    path = f"/v1/client/sign_ups/{begun['id']}"
    await tab.ok("PATCH", path, {"password": PASSWORD})
    await tab.ok("GET", path)
    await tab.ok("POST", f"{path}/prepare_verification", EMAIL)
    await tab.ok("POST", f"{path}/attempt_verification", PROOF)


async def at_another_provider(room: Room, tab: Tab) -> None:
    """Connect an account by way of the page that stands in for the provider, and disconnect it."""
    form = {"strategy": "oauth_google", "redirect_url": PAGE, "action_complete_redirect_url": PAGE}
    begun = await tab.response("POST", "/v1/me/external_accounts", form)
    page = begun["verification"]["external_verification_redirect_url"]
    (state,) = parse_qs(urlsplit(page).query)["state"]
    somebody = {"state": state, "email_address": "elsewhere@northwind.test"}
    sent = await tab.http.post(page.partition("?")[0], data=somebody)
    back = {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["location"]).query).items()}
    assert (await tab.call("GET", "/v1/oauth_callback", **back)).status_code == 303
    (account,) = (await tab.response("GET", "/v1/me"))["external_accounts"]
    await tab.ok("DELETE", f"/v1/me/external_accounts/{account['id']}")


async def of_oneself(tab: Tab) -> None:
    await tab.ok("PATCH", "/v1/me", {"first_name": "Ada"})
    await tab.ok("PATCH", "/v1/me/metadata", {"unsafe_metadata": '{"theme": "dark"}'})
    await tab.call("POST", "/v1/me/profile_image", files=PNG)
    await tab.ok("DELETE", "/v1/me/profile_image")
    changes = {"current_password": PASSWORD, "new_password": "an entirely new one"}
    await tab.ok("POST", "/v1/me/change_password", changes)
    await tab.ok("POST", "/v1/me/remove_password", {"current_password": "an entirely new one"})
    await tab.ok("POST", "/v1/me/change_password", {"new_password": PASSWORD})
    for things, given, way in (
        ("email_addresses", {"email_address": "second+clerk_test@northwind.test"}, EMAIL),
        ("phone_numbers", {"phone_number": "+15555550100"}, TEXT),
    ):
        made = await tab.response("POST", f"/v1/me/{things}", given)
        path = f"/v1/me/{things}/{made['id']}"
        await tab.ok("POST", f"{path}/prepare_verification", way)
        await tab.ok("POST", f"{path}/attempt_verification", {"code": TEST_CODE})
        await tab.ok("GET", path)
        await tab.ok("GET", f"/v1/me/{things}")
    await tab.ok("PATCH", path, {"reserved_for_second_factor": "true"})


async def of_the_second_factor(room: Room, tab: Tab) -> None:
    (phone,) = await tab.ok("GET", "/v1/me/phone_numbers")
    session = (await tab.client())["sessions"][0]["id"]
    verify = f"/v1/client/sessions/{session}/verify"
    await tab.ok("POST", verify, {"level": "multi_factor"})
    await tab.ok("POST", f"{verify}/prepare_first_factor", EMAIL)
    await tab.ok("POST", f"{verify}/attempt_first_factor", PROOF)
    await tab.ok("POST", f"{verify}/prepare_second_factor", TEXT | {"phone_number_id": phone["id"]})
    await tab.ok("POST", f"{verify}/attempt_second_factor", TEXT | {"code": TEST_CODE})
    made = await tab.response("POST", "/v1/me/totp")
    code = codes(made["secret"], room.tx().real_seconds)[1]
    await tab.ok("POST", "/v1/me/totp/attempt_verification", {"code": code})
    await tab.ok("POST", "/v1/me/backup_codes")
    await tab.ok("DELETE", "/v1/me/totp")


async def of_sessions(room: Room, tab: Tab) -> None:
    await room.ok("POST", "/jwt_templates", {"name": "hasura", "claims": {}})
    session = (await tab.client())["sessions"][0]["id"]
    path = f"/v1/client/sessions/{session}"
    await tab.touch(session, intent="focus")
    await tab.ok("GET", path)
    await tab.ok("POST", f"{path}/tokens")
    await tab.ok("POST", f"{path}/tokens/hasura")
    await tab.ok("GET", "/v1/me/sessions")
    await tab.ok("GET", "/v1/me/sessions/active")


async def signing_in(tab: Tab) -> None:
    """Sign in to Ada's account by a new password and both factors, and out again; then Bob signs up here."""
    begun = await tab.response("POST", "/v1/client/sign_ins", {"identifier": ADA})
    path = f"/v1/client/sign_ins/{begun['id']}"
    reset = {"strategy": "reset_password_email_code"}
    await tab.ok("GET", path)
    await tab.ok("POST", f"{path}/prepare_first_factor", reset)
    await tab.ok("POST", f"{path}/attempt_first_factor", reset | {"code": TEST_CODE})
    await tab.ok("POST", f"{path}/reset_password", {"password": "a new one, at last"})
    await tab.ok("POST", f"{path}/prepare_second_factor", TEXT)
    await tab.ok("POST", f"{path}/attempt_second_factor", TEXT | {"code": TEST_CODE})
    session = (await tab.client())["sessions"][0]["id"]
    await tab.ok("POST", f"/v1/client/sessions/{session}/end")
    await tab.ok("DELETE", "/v1/client/sessions")
    await tab.sign_up(BOB)


async def organizing(room: Room, ada: Tab, bob: Tab) -> None:
    made = await ada.response("POST", "/v1/organizations", {"name": "Northwind"})
    path = f"/v1/organizations/{made['id']}"
    await ada.ok("GET", path)
    await ada.ok("PATCH", path, {"name": "Northwind Coffee"})
    await ada.ok("GET", f"{path}/roles")
    await ada.call("PUT", f"{path}/logo", files=PNG)
    await ada.ok("DELETE", f"{path}/logo")
    await inviting(ada, bob, path)
    user = (await bob.response("GET", "/v1/me"))["id"]
    await ada.ok("PATCH", f"{path}/memberships/{user}", {"role": "org:admin"})
    await bob.ok("GET", "/v1/me/organization_memberships", paginated="true")
    await bob.ok("DELETE", f"/v1/me/organization_memberships/{made['id']}")
    await ada.ok("POST", f"{path}/memberships", {"user_id": user, "role": "org:member"})
    await ada.ok("GET", f"{path}/memberships", paginated="true")
    await ada.ok("DELETE", f"{path}/memberships/{user}")
    await under_a_domain(ada, bob, path)
    await ada.ok("DELETE", path)


async def inviting(ada: Tab, bob: Tab, path: str) -> None:
    role = {"role": "org:member"}
    await ada.ok("POST", f"{path}/invitations", role | {"email_address": BOB})
    several = role | {"email_address": ["one@northwind.test"]}
    (one,) = await ada.response("POST", f"{path}/invitations/bulk", several)
    await ada.ok("GET", f"{path}/invitations")
    await ada.ok("GET", f"{path}/invitations/pending")
    await ada.ok("POST", f"{path}/invitations/{one['id']}/revoke")
    (offered,) = (await bob.response("GET", "/v1/me/organization_invitations"))["data"]
    await bob.ok("POST", f"/v1/me/organization_invitations/{offered['id']}/accept")


async def under_a_domain(ada: Tab, bob: Tab, path: str) -> None:
    made = await ada.response("POST", f"{path}/domains", {"name": "northwind.test"})
    domain = f"{path}/domains/{made['id']}"
    post = {"affiliation_email_address": "post+clerk_test@northwind.test"}
    await ada.ok("POST", f"{domain}/prepare_affiliation_verification", post)
    await ada.ok("POST", f"{domain}/attempt_affiliation_verification", {"code": TEST_CODE})
    await ada.ok("POST", f"{domain}/update_enrollment_mode", {"enrollment_mode": "automatic_suggestion"})
    await ada.ok("GET", f"{path}/domains")
    await ada.ok("GET", domain)
    for decision in ("reject", "accept"):
        found = (await bob.response("GET", "/v1/me/organization_suggestions"))["data"]
        await bob.ok("POST", f"/v1/me/organization_suggestions/{found[0]['id']}/accept")
        asked = await ada.response("GET", f"{path}/membership_requests", status="pending")
        await ada.ok("POST", f"{path}/membership_requests/{asked['data'][0]['id']}/{decision}")
        if decision == "reject":
            await bob.ok("DELETE", "/v1/client/sessions")
            await bob.sign_up("eve+clerk_test@northwind.test")
    await ada.ok("DELETE", domain)


async def leaving(ada: Tab, bob: Tab) -> None:
    (second,) = [
        each for each in await ada.ok("GET", "/v1/me/email_addresses") if each["email_address"] != ADA
    ]
    await ada.ok("DELETE", f"/v1/me/email_addresses/{second['id']}")
    (phone,) = await ada.ok("GET", "/v1/me/phone_numbers")
    await ada.ok("DELETE", f"/v1/me/phone_numbers/{phone['id']}")
    session = (await bob.client())["sessions"][0]["id"]
    await bob.ok("POST", f"/v1/client/sessions/{session}/remove")
    await bob.sign_in(ADA, "a new one, at last")
    session = (await bob.client())["sessions"][0]["id"]
    await ada.ok("POST", f"/v1/me/sessions/{session}/revoke")
    await ada.ok("DELETE", "/v1/me")
    await ada.ok("DELETE", "/v1/client")
