"""A browser in the test's own process, as clerk-js speaks: forms, method overrides, a development browser's token."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from harness.application import Application
from mocks.clerk.frontend import API
from mocks.clerk.provider import clerk
from tests.mocks.clerk.published import Frontend
from tests.mocks.clerk.room import HOST, Room

Json = Any
VERSION = {"__clerk_api_version": "2025-11-10", "_clerk_js_version": "5.128.0"}
PAGE = "http://localhost:3000"
FROM = {"Origin": PAGE}
TEST_CODE = "424242"


@dataclass
class Tab:
    """A tab of a browser that is at a page of the application; `token` is its development browser's."""

    room: Room
    document: Frontend | None = None
    token: str = ""
    last: Json = None
    answered: list[tuple[str, Json]] = field(default_factory=list)
    """What the browser was answered that was no refusal: the operation's name in Clerk's document, and the JSON."""
    http: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.http = anonymous(self.room)

    async def open(self) -> Tab:
        """Get a token, as clerk-js does when there is none."""
        self.token = (await self.ok("POST", "/v1/dev_browser"))["id"]
        return self

    async def call(
        self, method: str, path: str, form: Json = None, *, files: Json = None, **query: Any
    ) -> httpx.Response:
        """Send a request as clerk-js does; a success must be as Clerk's document says."""
        wanted: Json = VERSION | ({"__clerk_db_jwt": self.token} if self.token else {}) | query
        sent = method
        if method in ("PATCH", "PUT", "DELETE"):
            sent, wanted = "POST", wanted | {"_method": method}
        url = f"/~{self.room.world.name}{path}"
        answer = await self.http.request(sent, url, params=wanted, data=form, files=files, headers=FROM)
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert answer.headers["access-control-allow-credentials"] == "true"
        if answer.status_code < 400:
            self.note(method, path, answer)
        return answer

    def note(self, method: str, path: str, answer: httpx.Response) -> None:
        """Keep what was answered, and hold it against Clerk's document."""
        found = clerk.routes.find(method, f"{API}{path}")
        assert isinstance(found, tuple)
        id = found[0].id.removeprefix("frontend/")
        body = answer.json() if answer.is_success and answer.content else None
        self.answered.append((id, body))
        if self.document is not None:
            self.document.check(id, answer.status_code, body)

    async def ok(self, method: str, path: str, form: Json = None, **query: Any) -> Json:
        """Send a request that must succeed; return its JSON."""
        answer = await self.call(method, path, form, **query)
        assert answer.is_success, answer.text
        self.last = answer.json()
        return self.last

    async def response(self, method: str, path: str, form: Json = None, **query: Any) -> Json:
        """Send a request that must succeed; return what is in its envelope."""
        answer = await self.ok(method, path, form, **query)
        assert set(answer) == {"response", "client"}
        return answer["response"]

    async def refused(self, method: str, path: str, form: Json = None, **query: Any) -> tuple[int, str, str]:
        """Send a request that must be refused; return status, code, and the parameter or nothing."""
        answer = await self.call(method, path, form, **query)
        assert answer.status_code >= 400, answer.text
        refusal = answer.json()
        assert set(refusal) == {"errors", "clerk_trace_id"}
        first = refusal["errors"][0]
        return answer.status_code, first["code"], first.get("meta", {}).get("param_name", "")

    async def client(self) -> Json:
        """Return the browser's client."""
        return await self.response("GET", "/v1/client")

    # --- what people do ------------------------------------------------------------------------------------------

    async def sign_up(self, email: str = "ada+clerk_test@northwind.test", **more: str) -> Json:
        """Sign up with a password and the code; return the session."""
        form = {"email_address": email, "password": "correct horse battery", **more}
        begun = await self.response("POST", "/v1/client/sign_ups", form)
        path = f"/v1/client/sign_ups/{begun['id']}"
        await self.response("POST", f"{path}/prepare_verification", {"strategy": "email_code"})
        proof = {"strategy": "email_code", "code": TEST_CODE}
        done = await self.response("POST", f"{path}/attempt_verification", proof)
        assert done["status"] == "complete"
        return self.last["client"]["sessions"][-1]

    async def sign_in(
        self, email: str = "ada+clerk_test@northwind.test", password: str = "correct horse battery"
    ) -> Json:
        """Sign in with a password; return the session."""
        form = {"identifier": email, "password": password}
        done = await self.response("POST", "/v1/client/sign_ins", form)
        assert done["status"] == "complete", done
        return self.last["client"]["sessions"][-1]

    async def touch(self, session: str, **form: str) -> Json:
        """Touch a session; return it."""
        return await self.response("POST", f"/v1/client/sessions/{session}/touch", form)


def anonymous(room: Room) -> httpx.AsyncClient:
    """Return an HTTP client without any credentials, which keeps cookies as a browser does."""
    transport = httpx.ASGITransport(app=Application(room.runtime))
    return httpx.AsyncClient(transport=transport, base_url=HOST, headers=BROWSER)


BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0 Safari/537.36"}
