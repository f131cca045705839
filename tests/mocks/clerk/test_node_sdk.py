"""@clerk/backend, the newest and the one the platform pins, unmodified, against a running server."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jwt

from tests.harness.serving import Served
from tests.mocks.clerk.room import ENROLMENT, FACTORS, MACHINES, backend_operations
from tests.mocks.clerk.visiting import Visit

Node = Callable[..., Any]
World = dict[str, Any]
HERE = Path(__file__).parent

NOT_IN_THE_SDK = {"getHealth", "UsersBan", "UsersUnban", "ListPendingOrganizationInvitations",
                  "ListInstanceOrganizationInvitations"}  # fmt: skip


def called(server: Served, world: World) -> set[str]:
    """Return the operations that the world has been asked for."""
    found = server.control("GET", f"/worlds/{world['id']}/requests", limit=500)["requests"]
    return {each["operation"] for each in found}


def test_the_newest_sdk_does_all_that_is_served(node: Node, server: Served, fresh_world: World) -> None:
    done = node(HERE / "operations.mjs", fresh_world["env"])
    assert done == {
        "users": ["ada@northwind.test", 1],
        "found": 1,
        "user": "Ada",
        "merged": {"plan": {"seats": 3, "tier": "pro"}},
        "replaced": {"crm": 7},
        "updated": "Ada King",
        "verified": True,
        "wrong": [422, "incorrect_password", 32],
        "passwordless": False,
        "banned": [True, False],
        "locked": [True, False],
        "count": 1,
        "primary": "ada@second.test",
        "email": "admin",
        "removed": True,
        "phone": "+15555550100",
        "organizations": ["Northwind Coffee", 1, 1],
        "bySlug": True,
        "renamed": "Northwind",
        "tier": {"tier": "pro"},
        "members": [["bob@northwind.test", "org:admin"], ["ada@northwind.test", "org:admin"]],
        "everybody": 2,
        "belongs": "Northwind",
        "invited": ["pending", 2, 3],
        "revoked": "revoked",
        "invitedUser": 0,
        "session": ["active", 1],
        "templates": ["hasura"],
        "template": True,
        "deletedTemplate": True,
        "client": 1,
        "verifiedClient": True,
        "clients": [410, "operation_deprecated"],
        "revokedSession": "revoked",
        "signIn": "revoked",
        "actor": "revoked",
        "testing": True,
        "keys": 1,
        "invitations": 2,
        "revokedInvitation": "revoked",
        "allowed": "*@a.test",
        "blocked": "eve@evil.test",
        "redirects": "my-app://callback",
        "instance": "development",
        "restrictions": True,
        "settings": 20,
        "role": "org:admin",
        "permissions": 10,
        "deletedOrganization": True,
        "deletedUser": True,
        "unknown": [404, "resource_not_found", 32],
        "taken": [422, "form_identifier_exists", 32],
        "missing": [422, "form_param_missing", 32],
        "stranger": [401, "clerk_key_invalid", 32],
        "unserved": [404, "resource_not_found", 32],
    }
    others = NOT_IN_THE_SDK | ENROLMENT | MACHINES | FACTORS
    assert called(server, fresh_world) - {None} == backend_operations() - others


def test_the_platforms_sdk_does_what_the_platform_does(node: Node, fresh_world: World) -> None:
    assert node(HERE / "platform.mjs", fresh_world["env"]) == {
        "users": [1, 1],
        "metadata": {"role": "super_admin"},
        "organizations": [["Northwind", "northwind", 1]],
        "member": [True, "Ada", "ada@northwind.test", "org:admin"],
        "user": ["ada@northwind.test", "Ada", "Byron", "number"],
        "testing": True,
    }


def test_the_newest_sdk_lets_people_in(node: Node, server: Served, fresh_world: World) -> None:
    assert node(HERE / "enrolment.mjs", fresh_world["env"]) == {
        "role": ["org:editor", False, ["org:posts:edit"]],
        "renamed": ["Writer", 0, 1],
        "permission": ["Edit posts", "org:posts:edit"],
        "claims": ["org:posts:edit", True],
        "removed": [True, True],
        "domain": ["northwind.test", "verified", 1],
        "changed": "automatic_suggestion",
        "ownDomain": [1, "http://localhost:3000/__clerk"],
        "waiting": ["pending", 2, "invited", "rejected", True],
    }
    left_out = {"ListAllOrganizationDomains"}
    assert called(server, fresh_world) >= ENROLMENT - left_out


def test_the_newest_sdk_lets_programs_in(node: Node, server: Served, fresh_world: World) -> None:
    assert node(HERE / "machines.mjs", fresh_world["env"]) == {
        "scopes": ["search"],
        "named": ["accounts", 3600, 2],
        "secret": True,
        "token": [True, True, True],
        "listed": 1,
        "machine": [True, True, 3],
        "revokedToken": True,
        "refused": [404, "resource_not_found"],
        "rotated": True,
        "key": [True, ["read"], {"plan": "pro"}],
        "scopesOfKey": ["read", "write"],
        "secretOfKey": True,
        "keys": 1,
        "revokedKey": True,
        "stranger": False,
        "deletedKey": True,
        "application": ["Partners", True, 1],
        "deletedApplication": True,
        "deletedMachine": True,
    }
    assert called(server, fresh_world) >= MACHINES


WITHOUT_A_METHOD = {
    *("UserWeb3WalletDelete", "UploadOAuthApplicationLogo", "VerifyOrganizationDomainOwnership"),
    *("PrepareEmailAddressVerification", "AttemptEmailAddressVerification"),
    *("PreparePhoneNumberVerification", "AttemptPhoneNumberVerification"),
}
"""Operations that @clerk/backend has no method for."""


def test_the_newest_sdk_ends_factors_and_grants_and_sends_images(
    node: Node, server: Served, fresh_world: World
) -> None:
    visit = Visit(server, fresh_world)
    env = visit.env
    with httpx.Client(
        base_url=f"{env['CLERK_API_URL']}/v1", headers={"Authorization": f"Bearer {env['CLERK_SECRET_KEY']}"}
    ) as http:
        factors = {
            "totp_secret": "JBSWY3DPEHPK3PXP",
            "backup_codes": ["one-two"],
            "password": "correct horse",
        }
        user = http.post("/users", json={"email_address": ["ada@northwind.test"], **factors}).json()
        application = http.post("/oauth_applications", json={"name": "Partner"}).json()
    visit.trigger("externalAccount.connected", user_id=user["id"])
    account = visit.newest("user")["external_accounts"][0]
    visit.token = visit.ask("POST", "/v1/dev_browser").json()["id"]
    begun = visit.ask("POST", "/v1/client/sign_ups", {"email_address": "b@northwind.test"}).json()
    secrets = visit.grant(user["id"])
    told = {
        "USER": user["id"],
        "ACCOUNT": account["id"],
        "SIGN_UP": begun["response"]["id"],
        "ACCESS": secrets["secret"],
        "REFRESH": secrets["refresh"],
        "APPLICATION": application["id"],
    }
    assert node(HERE / "factors.mjs", env | told) == {
        "tokens": [["oauth_google", ["email", "openid", "profile"]]],
        "disconnected": True,
        "verified": {"verified": True, "code_type": "backup_code"},
        "wrong": [422, "totp_incorrect_code"],
        "plain": False,
        "compromised": True,
        "fine": True,
        "image": [True, 200, "image/png"],
        "undressed": False,
        "logo": True,
        "bare": False,
        "signUp": ["missing_requirements", "crm-1"],
        "grant": [True, True, ["profile", "email"]],
        "verifiedGrant": True,
        "ended": [404, "resource_not_found"],
        "svix": [True, [400, "svix_app_missing"]],
    }
    assert called(server, fresh_world) >= FACTORS - WITHOUT_A_METHOD - {"RefreshSession"}


def test_a_session_token_that_is_over_is_refreshed_or_sent_to_a_handshake(
    node: Node, server: Served, fresh_world: World
) -> None:
    visit = Visit(server, fresh_world)
    visit.signed_up("ada+clerk_test@northwind.test")
    jar = visit.cookies()
    (name,) = [each for each in jar if each.startswith("__refresh_")]
    env = visit.env | {
        "OVER": visit.over(jar["__session"]),
        "REFRESH": jar[name],
        "SUFFIX": name.removeprefix("__refresh_"),
        "UAT": str(int(jar["__client_uat"]) - 300),
        "DEV": visit.token,
    }
    fresh = ["signed-in", None, True]
    reason = "session-token-expired-refresh-"
    missing = ["handshake", f"{reason}non-eligible-no-refresh-cookie", False]
    unknown = ["handshake", f"{reason}refresh_token_not_found", False]
    told = node(HERE / "refreshing.mjs", env)
    assert told == {"newest": [fresh, missing, unknown], "platform": [fresh, missing, unknown]}
    assert "RefreshSession" in called(server, fresh_world)


def test_requests_are_signed_out_sent_to_a_handshake_and_signed_in(node: Node, fresh_world: World) -> None:
    env = fresh_world["env"]
    frontend = f"{env['GREENROOM_CLERK_URL']}/~{fresh_world['name']}"
    told = [
        *("handshake", "dev-browser-missing", "signed-out", "handshake", "client-uat-but-no-session-token"),
        *(307, "http://localhost:3000/dashboard", "signed-in", "user_", None),
    ]
    assert node(HERE / "authenticate.mjs", env | {"FRONTEND": frontend}) == {"newest": told, "platform": told}


def test_an_express_application_lets_people_and_programs_in(
    node: Node, server: Served, fresh_world: World
) -> None:
    visit = Visit(server, fresh_world)
    session = visit.signed_up("ada+clerk_test@northwind.test")
    env = visit.env
    with httpx.Client(
        base_url=f"{env['CLERK_API_URL']}/v1", headers={"Authorization": f"Bearer {env['CLERK_SECRET_KEY']}"}
    ) as http:
        owner = {"name": "Northwind", "created_by": session["user"]["id"]}
        made = http.post("/organizations", json=owner).json()
        machine = http.post("/machines", json={"name": "billing"}).json()
        shown = {"Authorization": f"Bearer {machine['secret_key']}"}
        token = http.post("/m2m_tokens", json={}, headers=shown).json()["token"]
    active = {"active_organization_id": made["id"]}
    touched = visit.ask("POST", f"/v1/client/sessions/{session['id']}/touch", active).json()
    bearer = touched["response"]["last_active_token"]["jwt"]
    given = {
        "BEARER": bearer,
        "COOKIES": "; ".join(f"{name}={value}" for name, value in visit.cookies().items()),
        "OVER": visit.over(bearer),
        "DEV": visit.token,
        "MACHINE": token,
    }
    told = node(HERE / "express.mjs", env | given)
    issuer = jwt.decode(bearer, options={"verify_signature": False})["iss"]
    ada = {"email": "ada+clerk_test@northwind.test", "orgSlug": "northwind", "orgRole": "org:admin"}
    gone = [401, {"signedIn": False}]
    assert told == {
        "nobody": [*gone, "dev-browser-missing"],
        "bearer": [200, ada, None],
        "cookies": [200, ada, None],
        "over": [*gone, "session-token-expired-refresh-non-eligible-no-refresh-cookie"],
        "firstVisit": [307, f"{issuer}/v1/client/handshake", "dev-browser-missing"],
        "known": [*gone, "session-token-and-uat-missing"],
        "admin": 200,
        "private": [302, "/sign-in", "session-token-and-uat-missing"],
        "machine": {"machine": True},
    }
