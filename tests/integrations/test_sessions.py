"""Session tokens: what is refused, what a person may reach, and that the keys are not read at every request."""

import time
from collections.abc import Callable

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from integrations.app import create_app
from integrations.errors import SessionInvalidError
from integrations.identity.sessions import Sessions
from integrations.services import Services
from integrations.settings import load_settings
from tests.integrations.clerk_stub import clerk_error, session_token
from tests.integrations.layer import Layer
from tests.integrations.stubs import ENVIRONMENT


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_a_token_tells_who_it_is(layer: Layer) -> None:
    token = session_token({"metadata.role": "admin"}, o={"id": "org_acme", "rol": "admin", "slg": "acme"})
    claims = layer.services.sessions.authenticate(bearer(token))
    assert (claims.user_id, claims.session_id) == ("user_ada", "sess_1")
    assert (claims.organisation_id, claims.organisation_role) == ("org_acme", "admin")
    assert claims.platform_role == "admin"
    assert claims.is_admin


def test_version_one_tokens_and_nested_roles_are_read_alike(layer: Layer) -> None:
    token = session_token(v=1, org_id="org_acme", org_role="org:member", metadata={"role": "super_admin"})
    claims = layer.services.sessions.authenticate({"cookie": f"other=1; __session_a1b2c3d4={token}"})
    assert (claims.organisation_id, claims.organisation_role) == ("org_acme", "member")
    assert claims.is_admin


def test_the_keys_are_read_once(layer: Layer) -> None:
    for _ in range(3):
        layer.services.sessions.authenticate(bearer(session_token()))
    assert layer.clerk.paths() == ["GET /v1/jwks"]


def test_an_unknown_key_is_looked_for_but_not_at_every_request(layer: Layer) -> None:
    layer.services.sessions.authenticate(bearer(session_token()))
    for _ in range(3):
        with pytest.raises(SessionInvalidError, match="jwk-kid-mismatch"):
            layer.services.sessions.authenticate(bearer(session_token(kid="ins_other")))
    layer.clock.sleep(11)
    with pytest.raises(SessionInvalidError, match="jwk-kid-mismatch"):
        layer.services.sessions.authenticate(bearer(session_token(kid="ins_other")))
    assert len(layer.clerk.calls) == 2


def test_a_key_that_was_withdrawn_opens_nothing_after_five_minutes(layer: Layer) -> None:
    layer.services.sessions.authenticate(bearer(session_token()))
    layer.clerk.key_ids = ["ins_next"]
    layer.clock.sleep(299)
    layer.services.sessions.authenticate(bearer(session_token()))
    layer.clock.sleep(2)
    with pytest.raises(SessionInvalidError, match="jwk-kid-mismatch"):
        layer.services.sessions.authenticate(bearer(session_token()))
    layer.services.sessions.authenticate(bearer(session_token(kid="ins_next")))
    assert layer.clerk.paths() == ["GET /v1/jwks"] * 2


def test_a_new_key_is_taken_and_the_old_one_dropped_as_soon_as_a_token_names_it(layer: Layer) -> None:
    layer.services.sessions.authenticate(bearer(session_token()))
    layer.clerk.key_ids = ["ins_next"]
    layer.clock.sleep(11)
    layer.services.sessions.authenticate(bearer(session_token(kid="ins_next")))
    with pytest.raises(SessionInvalidError, match="jwk-kid-mismatch"):
        layer.services.sessions.authenticate(bearer(session_token()))


def test_known_keys_go_on_to_hold_while_clerk_is_down(layer: Layer) -> None:
    layer.services.sessions.authenticate(bearer(session_token()))
    layer.clock.sleep(301)
    layer.clerk.failures.extend([clerk_error(503, "x")] * 4)
    layer.services.sessions.authenticate(bearer(session_token()))
    asked = len(layer.clerk.calls)
    layer.services.sessions.authenticate(bearer(session_token()))
    assert len(layer.clerk.calls) == asked


def test_a_clock_may_be_seconds_behind_clerks_and_no_minutes(layer: Layer) -> None:
    ahead = int(time.time()) + 3
    layer.services.sessions.authenticate(bearer(session_token(iat=ahead, nbf=ahead)))
    ahead += 600
    with pytest.raises(SessionInvalidError, match="token-not-active-yet"):
        layer.services.sessions.authenticate(bearer(session_token(iat=ahead, nbf=ahead, exp=ahead + 60)))


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (lambda: session_token(lifetime=-60), "token-expired"),
        (lambda: "no.token.atall", "token-invalid"),
        (lambda: session_token()[:-6] + "AAAAAA", "token-invalid-signature"),
        (lambda: session_token(sid=""), "names no session"),
        (
            lambda: jwt.encode(
                {"sub": "user_x", "sid": "s"},
                rsa.generate_private_key(65537, 2048),
                algorithm="RS256",
                headers={"kid": "ins_test"},
            ),
            "token-invalid-signature",
        ),
    ],
    ids=["expired", "garbage", "altered", "no session", "forged"],
)
def test_what_does_not_hold_is_refused_with_the_reason(
    layer: Layer, token: Callable[[], str], reason: str
) -> None:
    with pytest.raises(SessionInvalidError, match=reason):
        layer.services.sessions.authenticate(bearer(token()))


def test_foreign_origins_are_refused_where_the_settings_name_ours(layer: Layer) -> None:
    settings = load_settings(
        {
            **ENVIRONMENT,
            "CLERK_SECRET_KEY": "sk_test_x",
            "CLERK_AUTHORIZED_PARTIES": "https://app.test, https://b",
        }
    )
    assert settings.clerk_authorized_parties == ("https://app.test", "https://b")
    sessions = Sessions(layer.services.clerk, settings, layer.clock)
    assert sessions.authenticate(bearer(session_token(azp="https://app.test"))).user_id == "user_ada"
    with pytest.raises(SessionInvalidError, match="token-invalid-authorized-parties"):
        sessions.authenticate(bearer(session_token(azp="https://evil.test")))


def founded(layer: Layer) -> None:
    layer.clerk.add_user()
    layer.clerk.add_organisation()
    layer.clerk.roles["org_acme", "user_ada"] = "org:admin"


async def test_a_session_reaches_its_own_organisation_only(client: httpx.AsyncClient, layer: Layer) -> None:
    founded(layer)
    other = layer.services.organisations.create(name="Other", billing_email="b@other.test")
    headers = bearer(session_token(o={"id": "org_acme", "rol": "member"}))
    me = (await client.get("/me", headers=headers)).json()
    assert (me["user_id"], me["organisation_id"], me["organisation_role"]) == (
        "user_ada",
        "org_acme",
        "admin",
    )
    assert (await client.get("/organisations/org_acme", headers=headers)).json()["name"] == "Acme"
    for path in (
        f"/organisations/{other.id}",
        f"/subscriptions/{other.id}",
        f"/mails?organisation_id={other.id}",
    ):
        answer = await client.get(path, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:problem:forbidden")
    made = {"name": "Mine", "billing_email": "m@mine.test"}
    assert (await client.post("/organisations", json=made, headers=headers)).status_code == 403
    assert (await client.get("/mails", headers=headers)).json() == {"mails": []}


async def test_an_admin_of_the_platform_reaches_all(client: httpx.AsyncClient, layer: Layer) -> None:
    other = layer.services.organisations.create(name="Other", billing_email="b@other.test")
    headers = bearer(session_token({"metadata.role": "super_admin"}))
    assert (await client.get(f"/organisations/{other.id}", headers=headers)).status_code == 200


async def test_a_session_without_organisation_lists_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.get("/mails", headers=bearer(session_token()))
    assert answer.status_code == 403


async def test_an_invalid_session_is_401(client: httpx.AsyncClient) -> None:
    answer = await client.get("/me", headers=bearer(session_token(lifetime=-60)))
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:problem:session-invalid")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_clerk_being_down_is_no_sign_out(client: httpx.AsyncClient, layer: Layer) -> None:
    layer.clerk.failures.extend([clerk_error(503, "x")] * 4)
    answer = await client.get("/me", headers=bearer(session_token()))
    assert (answer.status_code, answer.json()["provider"]) == (503, "clerk")


async def test_people_may_erase_themselves_and_nobody_else(client: httpx.AsyncClient, layer: Layer) -> None:
    founded(layer)
    layer.clerk.add_user("user_eve", "eve@evil.test")
    headers = bearer(session_token())
    assert (await client.delete("/people/user_eve", headers=headers)).status_code == 403
    assert (await client.delete("/people/user_ada", headers=headers)).status_code == 204
    assert list(layer.clerk.users) == ["user_eve"]


async def test_with_an_api_token_a_request_without_credentials_is_refused(layer: Layer) -> None:
    token = load_settings({**ENVIRONMENT, "INTEGRATIONS_API_TOKEN": "hush"}).api_token
    settings = layer.settings.model_copy(update={"api_token": token})
    services = Services.build(settings)
    transport = httpx.ASGITransport(create_app(settings, services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://app.test") as client:
        assert (await client.get("/me")).status_code == 401
        assert (await client.get("/me", headers=bearer("hush"))).json()["user_id"] is None
        answer = await client.get("/me", headers=bearer(session_token()))
        assert answer.json()["user_id"] == "user_ada"
    services.close()
