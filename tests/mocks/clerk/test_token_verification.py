"""Session tokens through the SDKs' own verification: Node's newest and the platform's, and Python's."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from clerk_backend_api import Clerk
from clerk_backend_api.security import authenticate_request, verify_token
from clerk_backend_api.security.types import (
    AuthenticateRequestOptions,
    TokenVerificationError,
    TokenVerificationErrorReason,
    VerifyTokenOptions,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from harness import keys
from tests.harness.serving import Served

Node = Callable[..., Any]
World = dict[str, Any]
HERE = Path(__file__).parent
SDKS = {"newest": "@clerk/backend", "platform": "clerk-backend-platform"}


@dataclass
class SignedIn:
    """A user who is signed in, with an organisation active."""

    sdk: Clerk
    world: World
    user: str
    session: str
    organization: str

    @property
    def env(self) -> dict[str, str]:
        env: dict[str, str] = self.world["env"]
        return env

    def token(self, seconds: int = 60) -> str:
        made = self.sdk.sessions.create_token(session_id=self.session, expires_in_seconds=seconds)
        return str(made.jwt)

    def pem(self) -> str:
        """Return what CLERK_JWT_KEY would hold."""
        headers = {"Authorization": f"Bearer {self.env['CLERK_SECRET_KEY']}"}
        jwks = httpx.get(f"{self.env['CLERK_API_URL']}/v1/jwks", headers=headers, trust_env=False).json()
        key = jwt.PyJWK(jwks["keys"][0]).key
        return str(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "ascii")

    def expired(self) -> str:
        """Return the session's token as it was an hour ago: the key follows from the world's secret key."""
        token = self.token()
        claims = jwt.decode(token, options={"verify_signature": False})
        for name in ("exp", "iat", "nbf"):
            claims[name] -= 3600
        pem = keys.rsa_pem(self.env["CLERK_SECRET_KEY"])
        return jwt.encode(claims, pem, algorithm="RS256", headers=jwt.get_unverified_header(token))


@pytest.fixture
def signed_in(fresh_world: World) -> Iterator[SignedIn]:
    env = fresh_world["env"]
    with Clerk(bearer_auth=env["CLERK_SECRET_KEY"], server_url=f"{env['CLERK_API_URL']}/v1") as sdk:
        ada = sdk.users.create(email_address=["ada@northwind.test"], public_metadata={"role": "super_admin"})
        made = sdk.organizations.create(request={"name": "Northwind", "created_by": ada.id})
        session = sdk.sessions.create(request={"user_id": ada.id, "active_organization_id": made.id})
        yield SignedIn(sdk, fresh_world, ada.id, session.id, made.id)


@pytest.mark.parametrize("version", [2, 1])
@pytest.mark.parametrize("sdk", SDKS)
def test_nodes_sdks_take_the_tokens(
    signed_in: SignedIn, node: Node, server: Served, sdk: str, version: int
) -> None:
    customize(server, signed_in.world, version=version)
    given = {"TOKEN": signed_in.token(), "EXPIRED": signed_in.expired(), "JWT_KEY": signed_in.pem()}
    seen = node(HERE / "tokens.mjs", signed_in.env | given | {"SDK": SDKS[sdk]})
    claims = [signed_in.user, signed_in.session, version, "super_admin"]
    assert seen == {
        "jwks": claims,
        "pem": claims,
        "expired": "token-expired",
        "bearer": [
            "signed-in",
            {
                "userId": signed_in.user,
                "sessionId": signed_in.session,
                "orgId": signed_in.organization,
                "orgRole": "org:admin",
                "orgSlug": "northwind",
                "role": "super_admin",
            },
        ],
        "cookie": ["signed-in", signed_in.user],
        "networkless": "signed-in",
        "forged": ["signed-out", "token-invalid-signature"],
        "nobody": "signed-out",
    }


def customize(server: Served, world: World, **fields: Any) -> None:
    """Do what the dashboard's page on session tokens does."""
    body = {"provider": "clerk", "event": "sessionToken.customized", **fields}
    server.control("POST", f"/worlds/{world['id']}/trigger", body)


@dataclass
class Asked:
    """What Python's SDK takes for a request."""

    headers: dict[str, str]


@pytest.mark.parametrize("version", [2, 1])
def test_pythons_sdk_takes_the_tokens(signed_in: SignedIn, server: Served, version: int) -> None:
    customize(server, signed_in.world, version=version)
    token, secret = signed_in.token(), signed_in.env["CLERK_SECRET_KEY"]
    remote = VerifyTokenOptions(secret_key=secret, api_url=signed_in.env["CLERK_API_URL"])
    claims = verify_token(token, remote)
    assert (claims["sub"], claims["sid"]) == (signed_in.user, signed_in.session)
    assert claims["metadata.role"] == claims["metadata"]["role"] == "super_admin"
    with pytest.raises(TokenVerificationError) as caught:
        verify_token(signed_in.expired(), remote)
    assert caught.value.reason is TokenVerificationErrorReason.TOKEN_EXPIRED
    for headers in ({"Authorization": f"Bearer {token}"}, {"cookie": f"__session={token}"}):
        options = AuthenticateRequestOptions(jwt_key=signed_in.pem(), accepts_token=["session_token"])
        state = authenticate_request(Asked(headers), options)
        assert state.is_signed_in
        assert state.payload["org_id"] == signed_in.organization


def test_no_other_world_takes_the_tokens(signed_in: SignedIn, server: Served) -> None:
    other = server.create_world(seed=7)
    secret, address = other["env"]["CLERK_SECRET_KEY"], other["env"]["CLERK_API_URL"]
    with pytest.raises(TokenVerificationError) as caught:
        verify_token(signed_in.token(), VerifyTokenOptions(secret_key=secret, api_url=address))
    assert caught.value.reason is TokenVerificationErrorReason.JWK_KID_MISMATCH
    server.http.delete(f"/_greenroom/worlds/{other['id']}")
