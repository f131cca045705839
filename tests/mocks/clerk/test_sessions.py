"""Sessions, their tokens in both versions, custom claims, templates, keys."""

from pathlib import Path
from typing import Any

import jwt
import pytest

from harness import keys
from harness.errors import InvalidInput
from mocks.clerk.keys import frontend_host
from mocks.clerk.resources import claims
from tests.mocks.clerk.room import START_MS, Room

DAY_MS = 86_400_000


@pytest.fixture
async def ada(room: Room) -> str:
    id: str = (await room.user(public_metadata={"role": "super_admin", "plan": {"seats": 3}}))["id"]
    return id


@pytest.fixture
async def session(room: Room, ada: str) -> Any:
    made = await room.organization(ada)
    return await room.ok("POST", "/sessions", {"user_id": ada, "active_organization_id": made["id"]})


async def test_a_session_begins_lives_a_week_and_ends(room: Room, ada: str) -> None:
    session = await room.ok("POST", "/sessions", {"user_id": ada})
    assert (session["status"], session["expire_at"]) == ("active", START_MS + 7 * DAY_MS)
    assert session["abandon_at"] == START_MS + 30 * DAY_MS
    user = await room.ok("GET", f"/users/{ada}")
    assert (user["last_sign_in_at"], user["last_active_at"]) == (START_MS, START_MS)
    path = f"/sessions/{session['id']}"
    await room.pass_time(days=7)
    assert (await room.ok("GET", path))["status"] == "expired"
    assert room.announced() == ["user.created", "session.created"]
    assert await room.refused("POST", f"{path}/revoke") == (400, "invalid_action_for_session", "")
    assert await room.refused("POST", f"{path}/tokens", {}) == (404, "resource_not_found", "")
    assert (await room.refused("GET", "/sessions/sess_x"))[0] == 404


async def test_sessions_are_listed_by_user_client_and_status(room: Room, ada: str) -> None:
    first, second = [await room.ok("POST", "/sessions", {"user_id": ada}) for _ in range(2)]
    await room.ok("POST", f"/sessions/{first['id']}/revoke")

    async def found(query: str) -> list[str]:
        return [each["id"] for each in await room.ok("GET", f"/sessions?{query}")]

    assert await found(f"user_id={ada}") == [second["id"], first["id"]]
    assert await found(f"user_id={ada}&status=active") == [second["id"]]
    assert await found(f"client_id={first['client_id']}") == [first["id"]]
    assert await found("user_id=user_x") == []
    client = await room.ok("GET", f"/clients/{first['client_id']}")
    assert (client["session_ids"], client["last_active_session_id"]) == ([], None)
    assert (await room.refused("GET", "/clients/client_x"))[0] == 404


async def test_the_second_version_of_a_session_token(room: Room, ada: str, session: Any) -> None:
    token = (await room.ok("POST", f"/sessions/{session['id']}/tokens", {}))["jwt"]
    kid = (await room.ok("GET", "/jwks"))["keys"][0]["kid"]
    assert jwt.get_unverified_header(token) == {
        "alg": "RS256",
        "typ": "JWT",
        "cat": "cl_B7d4PD111AAA",
        "kid": kid,
    }
    found = await room.claims(session["id"])
    assert found["exp"] - found["iat"] == 60
    assert found["iat"] - found["nbf"] == 10
    assert len(found["jti"]) == 20
    del found["exp"], found["iat"], found["nbf"], found["jti"]
    assert found == {
        "iss": f"https://{frontend_host(room.tokens['publishable_key'])}",
        "sub": ada,
        "sid": session["id"],
        "fva": [0, -1],
        "v": 2,
        "sts": "active",
        "o": {"id": session["last_active_organization_id"], "rol": "admin", "slg": "northwind-coffee"},
        "metadata.role": "super_admin",
        "metadata": {"role": "super_admin", "plan": {"seats": 3}},
    }


async def test_the_first_version_of_a_session_token(room: Room, session: Any) -> None:
    room.trigger("sessionToken.customized", version=1, claims={"email": "{{user.primary_email_address}}"})
    found = await room.claims(session["id"])
    assert {"v", "jti", "sts", "o", "metadata"}.isdisjoint(found)
    assert (found["org_role"], found["org_slug"], found["org_permissions"]) == (
        "org:admin",
        "northwind-coffee",
        [],
    )
    assert found["org_id"] == session["last_active_organization_id"]
    assert found["email"] == "ada@northwind.test"


async def test_tokens_are_stamped_with_real_time_whatever_the_worlds_clock_says(
    room: Room, session: Any
) -> None:
    before = await room.claims(session["id"])
    await room.pass_time(days=1)
    after = await room.claims(session["id"])
    assert 0 <= after["iat"] - before["iat"] < 3600
    assert after["fva"] == [24 * 60, -1]


async def test_custom_claims_never_replace_clerks_own(room: Room, ada: str, session: Any) -> None:
    with pytest.raises(InvalidInput, match="'sid'"):
        room.trigger("sessionToken.customized", claims={"sid": "x"})
    assert (await room.claims(session["id"]))["sid"] == session["id"]


async def test_how_long_a_token_lives_can_be_asked_for(room: Room, session: Any) -> None:
    path = f"/sessions/{session['id']}/tokens"
    token = (await room.ok("POST", path, {"expires_in_seconds": 600}))["jwt"]
    found = room.decoded(token, await room.ok("GET", "/jwks"))
    assert found["exp"] - found["iat"] == 600
    refused = await room.refused("POST", path, {"expires_in_seconds": 29})
    assert refused == (422, "form_param_value_invalid", "expires_in_seconds")
    assert (await room.call("POST", path)).status_code == 200


CONTEXT = {
    "user": {
        "id": "user_1",
        "public_metadata": {"role": "admin", "tags": [1], "off": False},
        "first_name": None,
    },
    "org": {"role": "org:admin"},
}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{user.id}}", "user_1"),
        ("{{ user.public_metadata }}", CONTEXT["user"]["public_metadata"]),
        ("{{user.public_metadata.tags}}", [1]),
        ("{{user.public_metadata.role}}-{{org.role}}", "admin-org:admin"),
        ("{{user.nothing}}", None),
        ("{{user.id.deeper}}", None),
        ("name: {{user.first_name}}", "name: null"),
        ("tags: {{user.public_metadata.tags}}", "tags: [1]"),
        ("{{user.first_name || user.id}}", "user_1"),
        ("{{user.public_metadata.off || 'none'}}", "none"),
        ("{{user.first_name || user.last_name}}", None),
        ("{{user.first_name || 7}}", 7),
        ("plain", "plain"),
        ("{{user.id", "{{user.id"),
        (7, 7),
        ({"metadata.role": "{{user.public_metadata.role}}"}, {"metadata.role": "admin"}),
        ([["{{org.role}}"]], [["org:admin"]]),
    ],
)
def test_shortcodes(template: Any, expected: Any) -> None:
    assert claims.fill(template, CONTEXT) == expected


# --- templates ---------------------------------------------------------------------------------------------------


async def test_a_template_token_has_few_claims_of_its_own(room: Room, ada: str, session: Any) -> None:
    wanted = {
        "aud": "api",
        "who": "{{user.primary_email_address}}",
        "org": "{{org.slug}}",
        "a.b": "{{session.id}}",
    }
    body = {"name": "hasura", "claims": wanted, "lifetime": 600, "allowed_clock_skew": 0}
    made = await room.ok("POST", "/jwt_templates", body)
    assert (made["signing_algorithm"], made["custom_signing_key"]) == ("RS256", False)
    token = (await room.ok("POST", f"/sessions/{session['id']}/tokens/hasura", {}))["jwt"]
    found = jwt.decode(token, options={"verify_signature": False})
    assert (found["exp"] - found["iat"], found["nbf"]) == (600, found["iat"])
    assert set(found) == {"exp", "iat", "iss", "jti", "nbf", "sub", *wanted}
    assert found["who"] == "ada@northwind.test"
    assert (found["org"], found["a.b"], found["sub"]) == ("northwind-coffee", session["id"], ada)
    path = f"/sessions/{session['id']}/tokens/nothing"
    assert await room.refused("POST", path, {}) == (404, "resource_not_found", "")


async def test_templates_may_sign_with_a_key_of_their_own(room: Room, session: Any) -> None:
    secret = "a secret of at least thirty-two bytes"
    own = {"custom_signing_key": True, "signing_algorithm": "HS256", "signing_key": secret}
    made = await room.ok(
        "POST", "/jwt_templates", {"name": "supabase", "claims": {"role": "authenticated"}, **own}
    )
    assert "signing_key" not in made
    token = (await room.ok("POST", f"/sessions/{session['id']}/tokens/supabase", {}))["jwt"]
    assert jwt.decode(token, secret, algorithms=["HS256"])["role"] == "authenticated"


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"claims": {}}, (422, "form_param_missing", "name")),
        ({"name": "x"}, (422, "form_param_missing", "claims")),
        ({"name": " ", "claims": {}}, (422, "form_param_value_invalid", "name")),
        ({"name": "taken", "claims": {}}, (422, "form_already_exists", "name")),
        ({"name": "x", "claims": {"sub": "me"}}, (400, "jwt_template_reserved_claim", "claims")),
        ({"name": "x", "claims": [], "lifetime": 60}, (422, "form_param_type_invalid", "claims")),
        ({"name": "x", "claims": {}, "lifetime": 29}, (422, "form_param_value_invalid", "lifetime")),
        (
            {"name": "x", "claims": {}, "custom_signing_key": True},
            (422, "form_conditional_param_missing", "signing_algorithm"),
        ),
        (
            {
                "name": "x",
                "claims": {},
                "custom_signing_key": True,
                "signing_algorithm": "none",
                "signing_key": "k",
            },
            (422, "form_param_value_invalid", "signing_algorithm"),
        ),
        (
            {
                "name": "x",
                "claims": {},
                "custom_signing_key": True,
                "signing_algorithm": "ES256",
                "signing_key": "k",
            },
            (422, "form_param_value_invalid", "signing_key"),
        ),
    ],
)
async def test_wrong_templates_are_refused(room: Room, given: Any, refusal: Any) -> None:
    await room.ok("POST", "/jwt_templates", {"name": "taken", "claims": {}})
    assert await room.refused("POST", "/jwt_templates", given) == refusal


# --- keys and tickets --------------------------------------------------------------------------------------------


async def test_a_world_keeps_its_key_and_shares_it_with_none(room: Room) -> None:
    first, again = await room.ok("GET", "/jwks"), await room.ok("GET", "/jwks")
    assert first == again
    (key,) = first["keys"]
    assert (key["kty"], key["use"], key["alg"], key["e"]) == ("RSA", "sig", "RS256", "AQAB")
    assert key["n"] == keys.public_jwk(keys.rsa_pem(room.tokens["secret_key"]))["n"]
    twin = await room.runtime.worlds.fork(room.world)
    token = twin.accounts["clerk"]["tokens"]["secret_key"]
    other = (await room.ok("GET", "/jwks", Authorization=f"Bearer {token}"))["keys"][0]
    assert (other["kid"] != key["kid"], other["n"] != key["n"]) == (True, True)
    await room.runtime.worlds.reset(room.world)
    assert await room.ok("GET", "/jwks") == first


async def test_the_world_default_has_the_same_key_everywhere(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        room = Room.open(tmp_path / name, default=True)
        found.append(await room.ok("GET", "/jwks"))
        await room.close()
    assert found[0] == found[1]


async def test_opening_an_account_makes_no_key(room: Room) -> None:
    kinds = dict(room.runtime.store.kinds(room.world.space))
    assert set(kinds) == {"harness.counters", "clerk.permission", "clerk.role"}


async def test_a_client_is_known_by_the_token_of_its_session(room: Room, session: Any) -> None:
    token = (await room.ok("POST", f"/sessions/{session['id']}/tokens", {}))["jwt"]
    assert (await room.ok("POST", "/clients/verify", {"token": token}))["id"] == session["client_id"]
    refusal = (400, "invalid_session_token", "")
    assert await room.refused("POST", "/clients/verify", {"token": token[:-4] + "AAAA"}) == refusal
    assert await room.refused("POST", "/clients/verify", {"token": "x"}) == refusal
    await room.ok("POST", f"/sessions/{session['id']}/revoke")
    assert await room.refused("POST", "/clients/verify", {"token": token}) == refusal


async def test_sign_in_and_actor_tokens_are_taken_back_once(room: Room, ada: str) -> None:
    made = (await room.organization(ada))["id"]
    for path, more in (
        ("sign_in_tokens", {"org_id": made}),
        ("actor_tokens", {"actor": {"sub": "s", "why": 1}}),
    ):
        token = await room.ok("POST", f"/{path}", {"user_id": ada, "expires_in_seconds": 60, **more})
        assert (token["status"], token["user_id"]) == ("pending", ada)
        assert token["url"].endswith(f"/v1/tickets/accept?ticket={token['token']}")
        ticket = jwt.decode(token["token"], options={"verify_signature": False})
        assert (ticket["sid"], ticket["exp"]) == (token["id"], START_MS // 1000 + 60)
        revoked = await room.ok("POST", f"/{path}/{token['id']}/revoke")
        assert revoked["status"] == "revoked"
        again = await room.refused("POST", f"/{path}/{token['id']}/revoke")
        assert again == (400, f"{path.removesuffix('s')}_cannot_be_revoked_code", "")
        assert (await room.refused("POST", f"/{path}/x/revoke"))[0] == 404
        assert (await room.refused("POST", f"/{path}", {"user_id": "user_x", **more}))[0] == 404


async def test_a_testing_token_lives_an_hour(room: Room) -> None:
    made = await room.ok("POST", "/testing_tokens")
    assert made["expires_at"] == START_MS // 1000 + 3600
    stamp, _, rest = made["token"].partition("-c_")
    assert (stamp, len(rest)) == (str(START_MS // 1000), 43)
