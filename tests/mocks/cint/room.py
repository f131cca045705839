"""Cint's room inside the test's own process: no sockets, a world whose clock stands still."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from harness import instants
from harness.application import Application
from harness.collection import events_of
from harness.runtime import Settings, open_runtime
from mocks.cint.operations.tokens import AUDIENCE
from mocks.cint.provider import cint
from mocks.cint.resources import statistics
from mocks.cint.resources.sessions import SESSIONS
from tests.mocks.cint.conformance import Spec
from tests.mocks.inside import Inside

Json = dict[str, Any]
START = "2026-03-02T09:00:00Z"
HOST = "http://127.0.0.1:4402"
UNREACHABLE = "https://survey.studio.test/s?rid=[%RID%]&x=[%exposure%]"
EMPTY_PROFILE: Json = {"profile_adjustment_type": "percentage", "drafts": []}


@dataclass
class Room(Inside):
    """A runtime with Cint alone, one world, and a client that holds every answer against the spec."""

    provider = cint
    spec: Spec | None = None
    answered: dict[str, Any] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)
    """Ids of the operations that have answered a success, also of those that the document has not."""
    keys: int = 0

    @classmethod
    def open(cls, folder: Path, spec: Spec | None = None, **world: Any) -> Room:
        """Open a Greenroom in a folder; `world` are the further settings of its world."""
        runtime = open_runtime(Settings(data_dir=folder), {"cint": cint})
        wanted: Json = {"seed": 7, "at": {"mode": "frozen", "now": START}, **world}
        made = runtime.worlds.create(**wanted)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=Application(runtime)), base_url=HOST)
        room = cls(runtime, made, client, spec)
        client.event_hooks["response"].append(room.note)
        return room

    async def note(self, answer: httpx.Response) -> None:
        """Note which operation has answered."""
        path = answer.request.url.path.removeprefix(f"/~{self.world.name}")
        found = cint.routes.find(answer.request.method, path)
        if isinstance(found, tuple) and answer.status_code < 400:
            self.reached.add(found[0].id)

    @property
    def tokens(self) -> dict[str, str]:
        found: dict[str, str] = self.world.accounts["cint"]["tokens"]
        return found

    @property
    def env(self) -> dict[str, str]:
        found: dict[str, str] = self.world.accounts["cint"]["env"]
        return found

    @property
    def account(self) -> str:
        return f"/v1/demand/accounts/{self.env['CINT_ACCOUNT_ID']}"

    # --- calls -----------------------------------------------------------------------------------------------------

    def token_request(self, **changes: Any) -> Json:
        return {
            "client_id": self.tokens["client_id"],
            "client_secret": self.tokens["client_secret"],
            "grant_type": "client_credentials",
            "lucid_scopes": "app:api",
            "audience": AUDIENCE,
            **changes,
        }

    async def sign_in(self) -> str:
        """Get a token, and send it from now on."""
        answer = await self.client.post("/oauth/token", json=self.token_request())
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        self.client.headers.update({"Authorization": f"Bearer {token}", "Cint-API-Version": "2025-02-17"})
        return token

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send a request; header names are given with underscores. Every answer must be as the spec says.

        A token that has expired is renewed, as a consumer would.
        """
        if "Authorization" not in self.client.headers:
            await self.sign_in()
        self.keys += 1
        named = {"idempotency-key": f"key-{self.keys}"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = {} if body is None else {"json": body}
        answer = await self.client.request(method, path, headers=named, **content)
        if answer.status_code == 401 and not headers:
            await self.sign_in()
            answer = await self.client.request(method, path, headers=named, **content)
        self._check(method, path, answer)
        return answer

    def _check(self, method: str, path: str, answer: httpx.Response) -> None:
        found = cint.routes.find(method, path.partition("?")[0])
        if not isinstance(found, tuple) or self.spec is None or found[0].id not in self.spec.operations:
            return
        body = answer.json() if answer.content else None
        if answer.status_code < 400:
            self.answered[found[0].id] = body
        responses = self.spec.operations[found[0].id][2]["responses"]
        if answer.status_code < 400 or str(answer.status_code) in responses:
            self.spec.check(found[0].id, answer.status_code, body)

    async def ok(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request that must succeed; return its JSON."""
        answer = await self.call(method, path, body, **headers)
        assert answer.status_code < 400, answer.text
        return answer.json() if answer.content else None

    async def refused(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str, str]:
        """Send a request that must be refused; return status, object and detail."""
        answer = await self.call(method, path, body, **headers)
        refusal = answer.json()
        assert answer.status_code >= 400, answer.text
        assert {"id", "object", "detail"} <= set(refusal)
        return answer.status_code, refusal["object"], refusal["detail"]

    async def s2s(self, method: str, path: str, body: Any = None, key: str | None = None) -> httpx.Response:
        """Send a server-to-server request."""
        content = {} if body is None else {"json": body}
        headers = {"Authorization": self.tokens["s2s_api_key"] if key is None else key}
        return await self.client.request(
            method, f"/fulfillment/respondents/{path}", headers=headers, **content
        )

    # --- things ----------------------------------------------------------------------------------------------------

    async def project(self, name: str = "Spring lift") -> str:
        """Create a project; return its path."""
        body = {"name": name, "project_manager_id": self.env["CINT_PROJECT_MANAGER_ID"]}
        made = await self.ok("POST", f"{self.account}/projects", body)
        return f"{self.account}/projects/{made['id']}"

    def feasible(self) -> Json:
        """Return the body of a feasibility: 1,000 interviews of ten minutes in the United States."""
        return {
            "business_unit_id": int(self.env["CINT_BUSINESS_UNIT_ID"]),
            "locale": "eng_us",
            "incidence_rate": 0.5,
            "length_of_interview": 10,
            "filling_goal": 1000,
            "start_date": "2026-03-03T00:00:00Z",
            "end_date": "2026-03-10T00:00:00Z",
        }

    def draft(self, **changes: Any) -> Json:
        """Return the body of a target group; a None among `changes` leaves a field out."""
        now = self.world.clock.now()
        body = {
            "name": "Spring lift, adults",
            "business_unit_id": self.env["CINT_BUSINESS_UNIT_ID"],
            "locale": "eng_us",
            "collects_pii": False,
            "project_manager_id": self.env["CINT_PROJECT_MANAGER_ID"],
            "fielding_specification": {
                "start_at": instants.iso(now + instants.HOUR),
                "end_at": instants.iso(now + 14 * instants.DAY),
            },
            "filling_goal": 40,
            "expected_length_of_interview_minutes": 10,
            "expected_incidence_rate": 0.5,
            "live_url": UNREACHABLE,
            "test_url": UNREACHABLE.replace("/s?", "/test?"),
            "fielding_assistant_assignment": {},
            "profile": EMPTY_PROFILE,
            **changes,
        }
        return {name: value for name, value in body.items() if value is not None}

    async def target_group(self, project: str | None = None, **changes: Any) -> str:
        """Create a draft; return its path."""
        project = project or await self.project()
        made = await self.ok("POST", f"{project}/target-groups", self.draft(**changes))
        return f"{project}/target-groups/{made['id']}"

    async def launch(self, group: str, days: float = 14) -> Json:
        """Launch a draft and wait for the job; return it."""
        end = instants.iso(self.world.clock.now() + int(days * instants.DAY))
        answer = await self.call(
            "POST", f"{group}/fielding-run-jobs/launch-from-draft", {"end_fielding_at": end}
        )
        assert answer.status_code == 201
        await self.advance(2)
        job: Json = await self.ok("GET", answer.headers["location"])
        return job

    async def live(self, days: float = 14, **changes: Any) -> str:
        """Make a live target group; return its path."""
        group = await self.target_group(**changes)
        assert (await self.launch(group, days))["status"] == "Completed"
        return group

    async def run(self, group: str) -> tuple[str, str, str]:
        """Return the path, the status and the ETag of a target group's run."""
        (run,) = (await self.ok("GET", f"{group}/fielding-runs"))["data"]
        answer = await self.call("GET", f"{group}/fielding-runs/{run['id']}")
        return f"{group}/fielding-runs/{run['id']}", answer.json()["status"], answer.headers["etag"]

    # --- the world -------------------------------------------------------------------------------------------------

    def sessions(self, group: str | None = None) -> list[Json]:
        """Return the sessions (of a target group's path), in the order in which they came."""
        where = {} if group is None else {"target_group": group.rpartition("/")[2]}
        return list(self.tx().every(SESSIONS, **where))

    def counts(self, group: str) -> dict[str, int]:
        """Return the count of a target group's sessions, which must be that of the table."""
        counted = statistics.counted(self.sessions(group))
        assert statistics.tally(self.tx(), group.rpartition("/")[2]) == counted
        return counted

    def events(self) -> list[Json]:
        """Return the bodies of all events, the oldest first."""
        return [event["body"] for event in self.tx().every(events_of("cint"))]
