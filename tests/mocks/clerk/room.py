"""Clerk's room inside the test's own process: no sockets, a world whose clock stands still."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jwt

from harness import instants
from harness.application import Application
from harness.collection import events_of
from harness.runtime import Settings, open_runtime
from mocks.clerk.dialect import VERSIONS
from mocks.clerk.frontend import API, PORTAL
from mocks.clerk.provider import clerk
from mocks.clerk.resources.tokens import SIGNING_KEYS
from tests.mocks.clerk.published import Published
from tests.mocks.inside import Inside

Json = Any
START = "2026-03-01T09:00:00Z"
START_MS = 1_772_355_600_000
HOST = "http://127.0.0.1:4403"


ENROLMENT = {
    *("CreateOrganizationRole", "UpdateOrganizationRole", "DeleteOrganizationRole"),
    *("AssignPermissionToOrganizationRole", "RemovePermissionFromOrganizationRole"),
    *("CreateOrganizationPermission", "UpdateOrganizationPermission", "DeleteOrganizationPermission"),
    *("ListOrganizationDomains", "CreateOrganizationDomain", "UpdateOrganizationDomain"),
    *("DeleteOrganizationDomain", "ListAllOrganizationDomains", "ListDomains", "UpdateDomain"),
    *("ListWaitlistEntries", "CreateWaitlistEntry", "CreateBulkWaitlistEntries", "DeleteWaitlistEntry"),
    *("InviteWaitlistEntry", "RejectWaitlistEntry"),
}
"""Operations about who may join what, as what."""


FACTORS = {
    *("VerifyTOTP", "DisableMFA", "DeleteTOTP", "DeleteBackupCode", "DeleteExternalAccount"),
    *("SetUserPasswordCompromised", "UnsetUserPasswordCompromised", "GetOAuthAccessToken", "RefreshSession"),
    *("SetUserProfileImage", "DeleteUserProfileImage", "UploadOrganizationLogo", "DeleteOrganizationLogo"),
    *("PrepareEmailAddressVerification", "AttemptEmailAddressVerification", "UserWeb3WalletDelete"),
    *("PreparePhoneNumberVerification", "AttemptPhoneNumberVerification", "GetSignUp", "UpdateSignUp"),
    *("CreateSvixApp", "DeleteSvixApp", "GenerateSvixAuthURL", "VerifyOrganizationDomainOwnership"),
    *("UploadOAuthApplicationLogo", "verifyOAuthAccessToken", "RevokeOAuthApplicationToken"),
}
"""Operations about what users prove themselves with, about images, and the rest."""


MACHINES = {
    *("ListMachines", "CreateMachine", "GetMachine", "UpdateMachine", "DeleteMachine", "GetMachineSecretKey"),
    *("RotateMachineSecretKey", "CreateMachineScope", "DeleteMachineScope"),
    *("createM2MToken", "getM2MTokens", "revokeM2MToken", "verifyM2MToken"),
    *("createApiKey", "getApiKeys", "getApiKey", "updateApiKey", "deleteApiKey", "getApiKeySecret"),
    *("revokeApiKey", "verifyApiKey"),
    *("ListOAuthApplications", "CreateOAuthApplication", "GetOAuthApplication", "UpdateOAuthApplication"),
    *("DeleteOAuthApplication", "RotateOAuthApplicationSecret"),
}
"""Operations about programs rather than people."""


OWN = {
    "frontend/getScript",
    "frontend/showIdentityPage",
    "frontend/enterIdentity",
    "frontend/getIdentityStyle",
    "frontend/getImage",
    "frontend/getPicture",
    "frontend/showWebhooks",
    "frontend/getWebhooksStyle",
}
"""What no document of Clerk's describes: its scripts, images, and the pages that stand in for identity providers and Svix."""


def backend_operations() -> set[str]:
    """Return the ids of what is served of the Backend API's document."""
    clerk.load()
    return {
        id
        for id, each in clerk.operations.items()
        if not each.path.startswith((API, PORTAL)) and id != "getHandshakePayload"
    }


@dataclass
class Room(Inside):
    """A runtime with Clerk alone, one world, and a client; answers are held against Clerk's documents if given."""

    provider = clerk
    unstable = (SIGNING_KEYS.kind,)
    published: Published | None = None

    @classmethod
    def open(
        cls, folder: Path, published: Published | None = None, *, default: bool = False, **world: Any
    ) -> Room:
        """Open a Greenroom in a folder; `world` are the further settings of its world, `default` takes that one."""
        runtime = open_runtime(Settings(data_dir=folder), {"clerk": clerk})
        wanted: Json = {"seed": 7, "at": {"mode": "frozen", "now": START}, **world}
        made = runtime.worlds.find("default") if default else runtime.worlds.create(**wanted)
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=Application(runtime)),
            base_url=HOST,
            headers={
                "Authorization": f"Bearer {made.accounts['clerk']['tokens']['secret_key']}",
                "Clerk-API-Version": VERSIONS[-1],
                "User-Agent": "tests",
            },
        )
        return cls(runtime, made, client, published)

    @property
    def tokens(self) -> dict[str, str]:
        """The world's keys by the names of credentials."""
        found: dict[str, str] = self.world.accounts["clerk"]["tokens"]
        return found

    async def call(self, method: str, path: str, body: Json = None, **headers: str) -> httpx.Response:
        """Send a request below `/v1`; header names are given with underscores. A success must be as documented."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content: Json = {} if body is None else {"json": body}
        answer = await self.client.request(method, f"/v1{path}", headers=named, **content)
        if answer.content:
            assert answer.headers["content-type"] == "application/json"
        if self.published is not None and answer.is_success and answer.content:
            self.published.check(method, f"/v1{path}", answer.status_code, answer.json())
        return answer

    async def ok(self, method: str, path: str, body: Json = None, **headers: str) -> Json:
        """Send a request that must succeed; return its JSON."""
        answer = await self.call(method, path, body, **headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def refused(
        self, method: str, path: str, body: Json = None, **headers: str
    ) -> tuple[int, str, str]:
        """Send a request that must be refused; return status, code, and the parameter or nothing."""
        answer = await self.call(method, path, body, **headers)
        assert answer.status_code >= 400, answer.text
        refusal = answer.json()
        assert set(refusal) == {"errors", "clerk_trace_id"}
        assert len(refusal["clerk_trace_id"]) == 32
        first = refusal["errors"][0]
        assert {"message", "long_message", "code"} <= set(first)
        return answer.status_code, first["code"], first.get("meta", {}).get("param_name", "")

    async def user(self, email: str = "ada@northwind.test", **more: Json) -> Json:
        """Make a user; a None among `more` leaves a parameter out."""
        wanted = {"email_address": [email], "first_name": "Ada", "last_name": "Byron", **more}
        return await self.ok(
            "POST", "/users", {name: each for name, each in wanted.items() if each is not None}
        )

    async def organization(self, creator: str | None = None, **more: Json) -> Json:
        """Make an organisation."""
        wanted = {"name": "Northwind Coffee", **more}
        return await self.ok(
            "POST", "/organizations", wanted | ({} if creator is None else {"created_by": creator})
        )

    async def send_file(self, method: str, path: str, content: bytes, **fields: str) -> httpx.Response:
        """Send a file in parts; a success must be as documented."""
        files = {"file": ("a.png", content, "image/png")}
        answer = await self.client.request(method, f"/v1{path}", files=files, data=fields)
        if self.published is not None and answer.is_success:
            self.published.check(method, f"/v1{path}", answer.status_code, answer.json())
        return answer

    async def claims(self, session: str, template: str = "") -> Json:
        """Return the claims of a fresh token of a session, its signature checked against the JWKS."""
        path = f"/sessions/{session}/tokens" + (f"/{template}" if template else "")
        return self.decoded((await self.ok("POST", path, {}))["jwt"], await self.ok("GET", "/jwks"))

    def decoded(self, token: str, jwks: Json) -> Json:
        """Return the claims of a token that a key of the set has signed."""
        key = jwt.PyJWKSet.from_dict(jwks)[jwt.get_unverified_header(token)["kid"]]
        return jwt.decode(token, key, algorithms=["RS256"])

    async def pass_time(self, **duration: float) -> None:
        """Move the world's clock by `days`, `hours` or `seconds`."""
        lengths = {"days": instants.DAY, "hours": instants.HOUR, "seconds": instants.SECOND}
        microseconds = sum(int(value * lengths[name]) for name, value in duration.items())
        await self.runtime.timeline.advance(self.world, self.world.clock.now() + microseconds)

    def events(self) -> list[Json]:
        """Return the bodies of all events, oldest first; each must be as documented."""
        bodies = [event["body"] for event in self.tx().every(events_of("clerk"))]
        if self.published is not None:
            for body in bodies:
                self.published.check_event(body)
        return bodies

    def announced(self) -> list[str]:
        """Return the types of all events, oldest first."""
        return [event["type"] for event in self.events()]
