"""Handshakes, links with tickets, other identity providers: where browsers are sent to, and sent on from."""

import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import pytest

from mocks.clerk.keys import cookie_suffix
from tests.mocks.clerk.room import Room
from tests.mocks.clerk.tab import PAGE, Tab, anonymous

Json = Any
ADA = "ada+clerk_test@northwind.test"
HOME = f"{PAGE}/dashboard?tab=1"


async def handshake(room: Room, token: str, **query: str) -> httpx.Response:
    wanted = {"redirect_url": HOME, "suffixed_cookies": "true", "__clerk_api_version": "2025-11-10", **query}
    if token:
        wanted["__clerk_db_jwt"] = token
    return await anonymous(room).get(f"/~{room.world.name}/v1/client/handshake?{urlencode(wanted)}")


async def cookies_of(room: Room, answer: httpx.Response) -> dict[str, str]:
    """Return the cookies that a handshake gives, from its token or by its nonce."""
    assert answer.status_code == 307
    parts = urlsplit(answer.headers["location"])
    query = parse_qs(parts.query)
    assert (f"{parts.scheme}://{parts.netloc}", parts.path, query["tab"]) == (PAGE, "/dashboard", ["1"])
    if "__clerk_handshake" in query:
        key = jwt.PyJWKSet.from_dict(await room.ok("GET", "/jwks")).keys[0]
        found = jwt.decode(query["__clerk_handshake"][0], key, algorithms=["RS256"])["handshake"]
    else:
        nonce = query["__clerk_handshake_nonce"][0]
        found = (await room.ok("GET", f"/clients/handshake_payload?nonce={nonce}"))["directives"]
        assert (await room.ok("GET", f"/clients/handshake_payload?nonce={nonce}"))["directives"] == found
    return dict(each.partition(";")[0].split("=", 1) for each in found)


@pytest.mark.parametrize("form", ["", "nonce"])
async def test_a_signed_in_browser_comes_back_with_a_fresh_token(room: Room, tab: Tab, form: str) -> None:
    session = await tab.sign_up(ADA)
    cookies = await cookies_of(room, await handshake(room, tab.token, **({"format": form} if form else {})))
    suffix = cookie_suffix(room.tokens["publishable_key"])
    for name in ("__session", "__client_uat", "__clerk_db_jwt"):
        assert cookies[name] == cookies[f"{name}_{suffix}"]
    claims = room.decoded(cookies["__session"], await room.ok("GET", "/jwks"))
    assert (claims["sid"], claims["azp"], cookies["__clerk_db_jwt"]) == (session["id"], PAGE, tab.token)
    assert 0 < int(cookies["__client_uat"]) <= claims["iat"]


async def test_a_browser_that_nobody_is_signed_in_with_gets_a_token_of_its_own(room: Room) -> None:
    cookies = await cookies_of(room, await handshake(room, ""))
    assert (cookies["__session"], cookies["__client_uat"]) == ("", "0")
    again = await Tab(room, token=cookies["__clerk_db_jwt"]).client()
    assert again is None


async def test_a_page_of_an_organisation_makes_it_the_active_one(room: Room, tab: Tab) -> None:
    await tab.sign_up(ADA)
    made = await tab.response("POST", "/v1/organizations", {"name": "Northwind"})
    for wanted, active in ((made["id"], made["id"]), ("org_unknown", made["id"]), ("", None)):
        cookies = await cookies_of(room, await handshake(room, tab.token, organization_id=wanted))
        claims = room.decoded(cookies["__session"], await room.ok("GET", "/jwks"))
        assert claims.get("o", {}).get("id") == active


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//evil.test", "https://", "http://[", "http://a:99999", "http://a:0", ""]
)
async def test_browsers_are_sent_to_no_address_that_is_none(room: Room, url: str) -> None:
    answer = await handshake(room, "", redirect_url=url)
    assert answer.status_code == 422
    assert "location" not in answer.headers


async def test_a_production_instance_sets_a_cookie_instead(room: Room, tab: Tab) -> None:
    await tab.sign_up(ADA)
    room.trigger("instance.customized", environment_type="production")
    answer = await tab.http.get(
        f"/~{room.world.name}/v1/client/handshake?{urlencode({'redirect_url': 'https://app.northwind.test/'})}"
    )
    assert (answer.status_code, answer.headers["location"]) == (307, "https://app.northwind.test/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__clerk_handshake=eyJ")
    assert "Domain=northwind.test" in cookie
    token = re.match(r"__clerk_handshake=([^;]+)", cookie)
    assert token is not None
    found = room.decoded(token[1], await room.ok("GET", "/jwks"))["handshake"]
    assert not any(each.startswith("__clerk_db_jwt") for each in found)
    assert found[-1].startswith("__session=eyJ")


async def test_an_unknown_nonce_is_refused(room: Room) -> None:
    assert await room.refused("GET", "/clients/handshake_payload?nonce=x") == (400, "invalid_handshake", "")


async def test_the_instances_own_host_names_the_world(room: Room, tab: Tab) -> None:
    await tab.sign_up(ADA)
    from mocks.clerk.keys import frontend_host

    host = frontend_host(room.tokens["publishable_key"])
    url = f"/v1/client?__clerk_db_jwt={tab.token}"
    found = await anonymous(room).get(url, headers={"Host": host})
    assert len(found.json()["response"]["sessions"]) == 1
    unknown = await anonymous(room).get(url, headers={"Host": "no-such-1.clerk.accounts.dev"})
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (400, "host_invalid")


# --- tickets -----------------------------------------------------------------------------------------------------


async def followed(room: Room, url: str) -> tuple[str, str, str]:
    """Follow a link; return where it leads, whether to sign in or up, and the ticket."""
    answer = await anonymous(room).get(url)
    assert answer.status_code == 303
    parts = urlsplit(answer.headers["location"])
    query = parse_qs(parts.query)
    return f"{parts.netloc}{parts.path}", query["__clerk_status"][0], query["__clerk_ticket"][0]


async def test_an_invitation_to_the_application_is_accepted_by_signing_up(room: Room, tab: Tab) -> None:
    form = {
        "email_address": "new@northwind.test",
        "redirect_url": f"{PAGE}/welcome",
        "public_metadata": {"plan": "pro"},
    }
    made = await room.ok("POST", "/invitations", form)
    at, status, ticket = await followed(room, made["url"])
    assert (at, status) == ("localhost:3000/welcome", "sign_up")
    begun = await tab.response("POST", "/v1/client/sign_ups", {"strategy": "ticket", "ticket": ticket})
    assert (begun["unverified_fields"], begun["missing_fields"]) == ([], ["password"])
    path = f"/v1/client/sign_ups/{begun['id']}"
    done = await tab.response("PATCH", path, {"password": "correct horse battery"})
    user = await room.ok("GET", f"/users/{done['created_user_id']}")
    assert (user["public_metadata"], user["email_addresses"][0]["verification"]["strategy"]) == (
        {"plan": "pro"},
        "ticket",
    )
    assert (await room.ok("GET", "/invitations"))[0]["status"] == "accepted"
    again = {"strategy": "ticket", "ticket": ticket}
    await tab.ok("DELETE", "/v1/client/sessions")
    assert (await tab.refused("POST", "/v1/client/sign_ups", again))[1] == "invitation_already_accepted"


async def test_an_invitation_to_an_organisation_is_accepted_by_signing_in(room: Room, tab: Tab) -> None:
    boss = await room.user("boss@northwind.test")
    made = await room.organization(boss["id"])
    await room.user(ADA, password="correct horse battery")
    wanted = {"email_address": ADA, "role": "org:admin"}
    invited = await room.ok("POST", f"/organizations/{made['id']}/invitations", wanted)
    at, status, ticket = await followed(room, invited["url"])
    assert (at, status) == (f"127.0.0.1:4403/~{room.world.name}/sign-in", "sign_in")
    done = await tab.response("POST", "/v1/client/sign_ins", {"strategy": "ticket", "ticket": ticket})
    (session,) = tab.last["client"]["sessions"]
    assert (done["status"], session["last_active_organization_id"]) == ("complete", made["id"])
    members = await room.ok("GET", f"/organizations/{made['id']}/memberships")
    assert {each["role"] for each in members["data"]} == {"org:admin"}


async def test_a_sign_in_token_and_an_actor_token_are_used_once(room: Room, tab: Tab) -> None:
    user = await room.user(ADA)
    for path, more in (("/sign_in_tokens", {}), ("/actor_tokens", {"actor": {"sub": "user_support"}})):
        made = await room.ok("POST", path, {"user_id": user["id"], **more})
        form = {"strategy": "ticket", "ticket": made["token"]}
        await tab.response("POST", "/v1/client/sign_ins", form)
        (session,) = tab.last["client"]["sessions"]
        assert session["actor"] == more.get("actor")
        claims = jwt.decode(session["last_active_token"]["jwt"], options={"verify_signature": False})
        assert claims.get("act") == more.get("actor")
        await tab.ok("DELETE", "/v1/client/sessions")
        assert (await tab.refused("POST", "/v1/client/sign_ins", form))[1].endswith("already_used_code")
    form = {"strategy": "ticket", "ticket": "eyJ.eyJ.x"}
    assert await tab.refused("POST", "/v1/client/sign_ins", form) == (400, "ticket_invalid_code", "")
    late = await room.ok("POST", "/sign_in_tokens", {"user_id": user["id"], "expires_in_seconds": 60})
    await room.pass_time(seconds=61)
    form["ticket"] = late["token"]
    assert await tab.refused("POST", "/v1/client/sign_ins", form) == (400, "ticket_expired_code", "")


async def test_somebody_on_the_waitlist_is_invited_and_done(room: Room, tab: Tab) -> None:
    room.trigger("instance.customized", sign_up_mode="waitlist")
    new = {"email_address": ADA, "password": "correct horse battery"}
    assert (await tab.refused("POST", "/v1/client/sign_ups", new))[1] == "sign_up_restricted_waitlist"
    entry = await tab.ok("POST", "/v1/waitlist", {"email_address": ADA})
    invited = await room.ok("POST", f"/waitlist_entries/{entry['id']}/invite", {})
    assert (invited["status"], invited["invitation"]["status"]) == ("invited", "pending")
    _, _, ticket = await followed(room, invited["invitation"]["url"])
    done = await tab.response(
        "POST", "/v1/client/sign_ups", {"ticket": ticket, "password": "correct horse battery"}
    )
    assert done["status"] == "complete"
    listed = await room.ok("GET", "/waitlist_entries?status=completed")
    assert listed["total_count"] == 1


async def test_who_may_sign_up_is_a_matter_of_lists_and_mode(room: Room, tab: Tab) -> None:
    path, form = "/v1/client/sign_ups", {"email_address": "eve@evil.test"}
    await room.ok("POST", "/blocklist_identifiers", {"identifier": "*@evil.test"})
    await room.ok("PATCH", "/instance/restrictions", {"blocklist": True})
    assert await tab.refused("POST", path, form) == (403, "not_allowed_access", "")
    await room.ok("PATCH", "/instance/restrictions", {"blocklist": False, "allowlist": True})
    assert await tab.refused("POST", path, form) == (403, "not_allowed_access", "")
    await room.ok("POST", "/allowlist_identifiers", {"identifier": "eve@evil.test"})
    assert (await tab.response("POST", path, form))["email_address"] == "eve@evil.test"
    await room.ok("PATCH", "/instance/restrictions", {"block_email_subaddresses": True})
    await room.ok("POST", "/allowlist_identifiers", {"identifier": "eve+1@evil.test"})
    assert (await tab.refused("POST", path, {"email_address": "eve+1@evil.test"}))[:2] == (
        403,
        "not_allowed_access",
    )
    room.trigger("instance.customized", sign_up_mode="restricted")
    assert (await tab.refused("POST", path, {"email_address": "x@y.test"}))[1] == "sign_up_mode_restricted"


# --- other identity providers ------------------------------------------------------------------------------------

BACK = {"redirect_url": f"{PAGE}/sso-callback", "action_complete_redirect_url": f"{PAGE}/done"}


async def identified(room: Room, url: str, email: str, **more: str) -> str:
    """Say who one is on the page that stands in for an identity provider; return where that leads in the end."""
    http = anonymous(room)
    page = await http.get(url)
    assert page.status_code == 200
    assert "style=" not in page.text
    state = parse_qs(urlsplit(url).query)["state"][0]
    form = {"state": state, "email_address": email, "first_name": "Ada", "last_name": "King", **more}
    sent = await http.post(url.partition("?")[0], data=form)
    if sent.status_code != 303:
        return sent.text
    done = await http.get(f"{url.partition('/greenroom/')[0]}/{sent.headers['location'].removeprefix('../')}")
    assert done.status_code == 303, done.text
    return done.headers["location"]


async def test_somebody_new_signs_up_by_way_of_a_sign_in(room: Room, tab: Tab) -> None:
    form = {"strategy": "oauth_google", **BACK}
    begun = await tab.response("POST", "/v1/client/sign_ins", form)
    url = begun["first_factor_verification"]["external_verification_redirect_url"]
    location = await identified(room, url, ADA)
    assert location == f"{PAGE}/sso-callback?__clerk_db_jwt={tab.token}"
    seen = (await tab.client())["sign_in"]["first_factor_verification"]
    assert (seen["status"], seen["error"]["code"]) == ("transferable", "external_account_not_found")
    done = await tab.response("POST", "/v1/client/sign_ups", {"transfer": "true"})
    assert done["status"] == "complete"
    user = await room.ok("GET", f"/users/{done['created_user_id']}")
    (account,) = user["external_accounts"]
    assert (account["provider"], account["email_address"], user["last_name"]) == ("oauth_google", ADA, "King")
    assert (await tab.refused("POST", "/v1/client/sign_ins", {"transfer": "true"}))[1] == "session_exists"


async def test_somebody_known_signs_in_and_a_sign_up_is_turned_into_a_sign_in(room: Room, tab: Tab) -> None:
    await room.user(ADA)
    for path, field in (("/v1/client/sign_ins", "sign_in"), ("/v1/client/sign_ups", "sign_up")):
        begun = await tab.response("POST", path, {"strategy": "oauth_github", **BACK})
        if field == "sign_in":
            url = begun["first_factor_verification"]["external_verification_redirect_url"]
            assert (await identified(room, url, ADA)).startswith(f"{PAGE}/done")
        else:
            url = begun["verifications"]["external_account"]["external_verification_redirect_url"]
            assert (await identified(room, url, ADA)).startswith(f"{PAGE}/sso-callback")
            await tab.response("POST", "/v1/client/sign_ins", {"transfer": "true"})
        assert len((await tab.client())["sessions"]) == 1
        await tab.ok("DELETE", "/v1/client/sessions")
    user = (await room.ok("GET", "/users"))[0]
    assert len(user["external_accounts"]) == 1


async def test_a_new_person_signs_up_at_once_and_one_who_cancels_does_not(room: Room, tab: Tab) -> None:
    begun = await tab.response("POST", "/v1/client/sign_ups", {"strategy": "oauth_google", **BACK})
    url = begun["verifications"]["external_account"]["external_verification_redirect_url"]
    assert "Enter a mail address" in await identified(room, url, "nobody")
    assert (await identified(room, url, ADA)).startswith(f"{PAGE}/done")
    assert (await tab.client())["sessions"][0]["user"]["first_name"] == "Ada"
    await tab.ok("DELETE", "/v1/client/sessions")
    begun = await tab.response("POST", "/v1/client/sign_ins", {"strategy": "oauth_google", **BACK})
    url = begun["first_factor_verification"]["external_verification_redirect_url"]
    assert (await identified(room, url, "", cancel="1")).startswith(f"{PAGE}/sso-callback")
    seen = (await tab.client())["sign_in"]["first_factor_verification"]["error"]
    assert seen["code"] == "oauth_access_denied"
    gone = await anonymous(room).get(url)
    assert gone.status_code == 403


async def test_an_account_is_connected_and_disconnected(room: Room, tab: Tab) -> None:
    await tab.sign_up(ADA)
    begun = await tab.response("POST", "/v1/me/external_accounts", {"strategy": "oauth_google", **BACK})
    url = begun["verification"]["external_verification_redirect_url"]
    assert (await identified(room, url, "elsewhere@northwind.test")).startswith(f"{PAGE}/done")
    (account,) = (await tab.response("GET", "/v1/me"))["external_accounts"]
    gone = await tab.response("DELETE", f"/v1/me/external_accounts/{account['id']}")
    assert gone["deleted"] is True
    assert (await tab.response("GET", "/v1/me"))["external_accounts"] == []
    unknown = {"strategy": "oauth_tiktok", **BACK}
    assert await tab.refused("POST", "/v1/me/external_accounts", unknown) == (
        422,
        "form_param_value_invalid",
        "strategy",
    )


@pytest.mark.parametrize("name", ["sign-in", "sign-up", "user", "organization", "create-organization"])
async def test_the_account_portal_shows_clerks_own_components(room: Room, name: str) -> None:
    http = anonymous(room)
    page = await http.get(f"/~{room.world.name}/{name}")
    assert page.status_code == 200
    assert "style=" not in page.text
    assert f'data-component="{name}"' in page.text
    for file in ("portal.js", "portal.css"):
        assert (await http.get(f"/~{room.world.name}/{file}")).status_code == 200
    unknown = await http.get(f"/~{room.world.name}/no-such-page")
    assert unknown.status_code == 404
