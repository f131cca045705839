"""A brand-lift study in the field: respondents open a survey, answer it, and are reported, as fast as the clock is moved.

Once with a survey host in this process, called without a socket, and once over HTTP: a Greenroom server, and a host that
asks and reports by requests of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import ClientSession, web

from benchmarks import servers
from benchmarks.errors import BenchmarkError
from benchmarks.figures import Bar, Figure
from benchmarks.inside import START, Inside, opened
from benchmarks.plan import Plan
from mocks.cint.provider import cint

PAGE = """<!doctype html><form method="post" action="/answer?rid={rid}">
<fieldset data-measure="AD_RECALL"><input type="radio" name="recall" value="yes" data-top-box>
<input type="radio" name="recall" value="no"></fieldset></form>"""
RETURN = "https://samplicio.us/s/ClientCallBack.aspx?RID="
NAME = "survey.localhost"
DAYS = 14
Call = Callable[..., Any]
_runs = itertools.count(1)


def measure(plan: Plan) -> Iterator[Figure]:
    """Yield the CPU time of fielding a study in this process, and the time that it takes over HTTP."""
    spent, found = asyncio.run(_in_process(plan.respondents))
    detail = f"{found['entrants']} entrants, {found['prescreens']} surveys opened"
    yield Figure(
        f"field {plan.respondents:,} completes, in process", spent, "s CPU", Bar(15.0), detail, found
    )
    yield _over_http(plan)


def _draft(env: dict[str, str], goal: int, url: str) -> dict[str, Any]:
    start = datetime.fromisoformat(START) + timedelta(hours=2)
    return {
        "name": "Bench",
        "business_unit_id": env["CINT_BUSINESS_UNIT_ID"],
        "locale": "eng_us",
        "collects_pii": False,
        "project_manager_id": env["CINT_PROJECT_MANAGER_ID"],
        "fielding_specification": {"start_at": _iso(start), "end_at": _iso(start + timedelta(days=DAYS))},
        "filling_goal": goal,
        "expected_length_of_interview_minutes": 10,
        "expected_incidence_rate": 0.99,
        "live_url": url,
        "test_url": url,
        "fielding_assistant_assignment": {},
        "profile": {"profile_adjustment_type": "percentage", "drafts": []},
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


async def _signed_in(call: Call, env: dict[str, str]) -> dict[str, str]:
    """Return the headers of calls, with a fresh token."""
    given = {"client_id": env["CINT_CLIENT_ID"], "client_secret": env["CINT_CLIENT_SECRET"]}
    token = {"grant_type": "client_credentials", "audience": "https://api.luc.id", **given}
    answer = await call("POST", "/oauth/token", token)
    return {"Authorization": f"Bearer {answer['access_token']}", "Cint-API-Version": "2025-02-17"}


async def _launched(call: Call, env: dict[str, str], goal: int, url: str) -> str:
    """Launch a target group; return its path."""
    headers = {**await _signed_in(call, env), "idempotency-key": f"bench-{next(_runs)}"}
    at = f"/v1/demand/accounts/{env['CINT_ACCOUNT_ID']}/projects"
    body = {"name": "Bench", "project_manager_id": env["CINT_PROJECT_MANAGER_ID"]}
    project = await call("POST", at, body, headers)
    draft = _draft(env, goal, url)
    headers = {**headers, "idempotency-key": f"bench-{next(_runs)}"}
    group = await call("POST", f"{at}/{project['id']}/target-groups", draft, headers)
    path = f"{at}/{project['id']}/target-groups/{group['id']}"
    end = {"end_fielding_at": draft["fielding_specification"]["end_at"]}
    headers = {**headers, "idempotency-key": f"bench-{next(_runs)}"}
    await call("POST", f"{path}/fielding-run-jobs/launch-from-draft", end, headers)
    return path


def _checked(shown: dict[str, Any], goal: int) -> dict[str, Any]:
    if shown["completes"] < goal:
        raise BenchmarkError(f"{shown['completes']} of {goal} completes came")
    return {name: shown[name] for name in ("entrants", "prescreens", "completes")}


# --- in this process ---------------------------------------------------------------------------------------------


async def _in_process(goal: int) -> tuple[float, dict[str, Any]]:
    async with opened(cint) as inside:
        env = {**inside.runtime.environment(inside.world)}
        inside.runtime.dispatcher.client.inside[NAME] = _host(inside, env["CINT_S2S_API_KEY"])

        async def call(method: str, path: str, body: Any = None, headers: Any = None) -> Any:
            return (await inside.call(method, path, body, headers))[2]

        path = await _launched(call, env, goal, f"http://{NAME}/s?rid=[%RID%]")
        started = time.process_time()
        until = inside.world.clock.now() + DAYS * 86_400 * 1_000_000
        await inside.runtime.timeline.advance(inside.world, until)
        spent = time.process_time() - started
        headers = await _signed_in(call, env)
        return spent, _checked(await call("GET", f"{path}/performance", None, headers), goal)


def _host(inside: Inside, key: str) -> Any:
    async def answer(method: str, url: str, _headers: Any, _body: bytes) -> tuple[int, dict[str, str], bytes]:
        rid = parse_qs(urlsplit(url).query)["rid"][0]
        if method == "GET":
            return 200, {"Content-Type": "text/html"}, PAGE.format(rid=rid).encode()
        body = {"id": rid, "status": 5}
        await inside.call("POST", "/fulfillment/respondents/transition", body, {"Authorization": key})
        return 303, {"Location": f"{RETURN}{rid}"}, b""

    return answer


# --- over HTTP ---------------------------------------------------------------------------------------------------


def _over_http(plan: Plan) -> Figure:
    with servers.greenroom(plan.port) as server:
        made = server.call(
            "POST", "/_greenroom/worlds", {"seed": 7, "clock": {"mode": "frozen", "now": START}}
        )
        host = Host(server.port, made["env"]["CINT_S2S_API_KEY"])
        host.start()

        async def call(method: str, path: str, body: Any = None, headers: Any = None) -> Any:
            return server.call(method, f"/cint{path}", body, headers)

        asyncio.run(_launched(call, made["env"], plan.respondents, f"{host.url}/s?rid=[%RID%]"))
        started, cpu = time.perf_counter(), server.cpu_seconds()
        for _ in range(24 * DAYS):  # hour by hour, so that no single call takes minutes
            server.call("POST", f"/_greenroom/worlds/{made['id']}/clock/advance", {"seconds": 3600})
        seconds, spent = time.perf_counter() - started, server.cpu_seconds() - cpu
        host.stop()
        if host.answered < plan.respondents:
            raise BenchmarkError(f"{host.answered} of {plan.respondents} surveys were answered")
    detail = f"{spent:.1f} s CPU of the server; {host.answered} surveys answered"
    data = {"cpu_seconds": spent, "answered": host.answered}
    name = f"field {plan.respondents:,} completes, over HTTP"
    return Figure(name, seconds, "s", Bar(60.0), detail, data)


class Host:
    """A survey host on a thread of its own: shows the page, reports each answer to Cint, and sends back."""

    def __init__(self, port: int, key: str) -> None:
        """`port` is Greenroom's, `key` that of the server-to-server calls."""
        self.url = ""
        self.answered = 0
        self._at, self._key = f"http://127.0.0.1:{port}/cint/fulfillment/respondents/transition", key
        self._ready = threading.Event()
        self._ended = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()
        self._ready.wait(10)

    def stop(self) -> None:
        """End."""
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._session = ClientSession()
        application = web.Application()
        application.router.add_get("/s", self._show)
        application.router.add_post("/answer", self._take)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._ready.set()
        await self._ended.wait()
        await self._session.close()
        await runner.cleanup()

    async def _show(self, request: web.Request) -> web.Response:
        return web.Response(text=PAGE.format(rid=request.query["rid"]), content_type="text/html")

    async def _take(self, request: web.Request) -> web.Response:
        rid = request.query["rid"]
        headers = {"Authorization": self._key}
        body = {"id": rid, "status": 5}
        async with self._session.post(self._at, json=body, headers=headers) as answer:
            self.answered += answer.status == 200
        return web.Response(status=303, headers={"Location": f"{RETURN}{rid}"})
