"""A browser at a running server, with plain HTTP: what tests need of it to try an SDK on what browsers leave behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import jwt

from harness import keys
from tests.harness.serving import Served

Json = Any
PAGE = "http://localhost:3000"


@dataclass
class Visit:
    """A browser that somebody may be signed in with."""

    server: Served
    world: Json
    token: str = ""

    @property
    def env(self) -> dict[str, str]:
        """The world's environment."""
        found: dict[str, str] = self.world["env"]
        return found

    def ask(self, method: str, path: str, form: Json = None, **query: str) -> httpx.Response:
        """Send a request as clerk-js does."""
        url = f"{self.env['GREENROOM_CLERK_URL']}/~{self.world['name']}{path}"
        wanted = query | ({"__clerk_db_jwt": self.token} if self.token else {})
        with httpx.Client(trust_env=False) as client:
            return client.request(method, url, params=wanted, data=form, headers={"Origin": PAGE}, timeout=60)

    def signed_up(self, email: str) -> Json:
        """Sign up with a test address; return the session."""
        self.token = self.ask("POST", "/v1/dev_browser").json()["id"]
        form = {"email_address": email, "password": "correct horse battery"}
        path = f"/v1/client/sign_ups/{self.ask('POST', '/v1/client/sign_ups', form).json()['response']['id']}"
        self.ask("POST", f"{path}/prepare_verification", {"strategy": "email_code"})
        proof = {"strategy": "email_code", "code": "424242"}
        done = self.ask("POST", f"{path}/attempt_verification", proof).json()
        return done["client"]["sessions"][0]

    def cookies(self) -> dict[str, str]:
        """Return what a handshake leaves with the page's server, by name."""
        answer = self.ask("GET", "/v1/client/handshake", redirect_url=f"{PAGE}/dashboard")
        token = answer.headers["location"].partition("__clerk_handshake=")[2]
        told = jwt.decode(token, options={"verify_signature": False})["handshake"]
        return dict(each.partition(";")[0].split("=", 1) for each in told)

    def over(self, token: str, seconds: int = 120) -> str:
        """Return a session token again as it would have been some seconds ago, signed by the world's own key."""
        claims = jwt.decode(token, options={"verify_signature": False})
        old = claims | {name: claims[name] - seconds for name in ("iat", "nbf", "exp")}
        header = jwt.get_unverified_header(token)
        pem = keys.rsa_pem(self.env["CLERK_SECRET_KEY"])
        return jwt.encode(
            old, pem, algorithm="RS256", headers={name: header[name] for name in ("kid", "cat")}
        )

    def trigger(self, event: str, **params: Any) -> None:
        """Do what people do elsewhere."""
        body = {"provider": "clerk", "event": event, **params}
        self.server.control("POST", f"/worlds/{self.world['id']}/trigger", body)

    def newest(self, kind: str) -> Json:
        """Return the newest object of a kind, as the control API shows it."""
        asked = {"provider": "clerk", "kind": kind, "limit": 1}
        found = self.server.control("GET", f"/worlds/{self.world['id']}/objects", **asked)
        return found["objects"][0]

    def grant(self, user: str) -> Json:
        """Let the newest OAuth application in; return its tokens."""
        self.trigger("oauthAccessToken.issued", user_id=user)
        secrets: Json = self.newest("oauth_token")["internal"]
        return secrets
