"""A survey's host, as the integration layer builds one: shows a form, takes answers, reports outcomes to Cint."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

RETURN = "https://samplicio.us/s/ClientCallBack.aspx"
PAGE = """<!doctype html><html><body><form method="post" action="/answer">
<input type="hidden" name="rid" value="{rid}"><input type="hidden" name="exposure" value="{exposure}">
<fieldset data-measure="AD_RECALL"><legend>Have you seen it?</legend>
<label><input type="radio" name="recall" value="yes" data-top-box> Yes</label>
<label><input type="radio" name="recall" value="no"> No</label>
<label><input type="radio" name="recall" value="unsure"> Unsure</label></fieldset>
<fieldset data-measure='BRAND_AWARENESS'><legend>Which do you know?</legend>
<input type=checkbox name=known value=ours data-top-box><input type=checkbox name=known value=theirs></fieldset>
<fieldset><input type="radio" name="tea" value="a"><input type="radio" name="tea" value="b"></fieldset>
<select name="size"><option value="">Choose</option><option value="s">S</option><option value="l">L</option></select>
<button>Send</button></form></body></html>"""

Report = Callable[[str, int], Awaitable[int]]


@dataclass
class SurveyHost:
    """Keeps what was asked and answered; `report` tells Cint, `outcome` decides what."""

    report: Report
    outcome: Callable[[dict[str, str]], int] = lambda _answers: 5
    page: str = PAGE
    opened: list[dict[str, str]] = field(default_factory=list)
    answers: list[dict[str, str]] = field(default_factory=list)
    reported: list[int] = field(default_factory=list)
    url: str = ""
    redirect: str = f"{RETURN}?RID={{rid}}"
    _server: asyncio.Server | None = None

    @property
    def live_url(self) -> str:
        """Where respondents are sent."""
        return f"{self.url}/survey?studyId=study_1&rid=[%RID%]&exposure=[%exposure%]&other=[%nothing%]"

    async def start(self) -> None:
        """Listen on a port of this machine."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, target, _ = (await reader.readline()).decode().split()
        length = 0
        while (line := (await reader.readline()).decode().strip()) != "":
            name, _, value = line.partition(": ")
            length = int(value) if name.lower() == "content-length" else length
        body = (await reader.readexactly(length)).decode()
        status, headers, content = await self._answer(method, target, body)
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content.encode())}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write(("\r\n".join(lines) + "\r\n\r\n" + content).encode())
        await writer.drain()
        writer.close()

    async def _answer(self, method: str, target: str, body: str) -> tuple[int, dict[str, str], str]:
        query = parse_qs(urlsplit(target).query, keep_blank_values=True)
        if method == "GET":
            asked = {name: values[0] for name, values in query.items()}
            self.opened.append(asked)
            page = self.page.replace("{rid}", asked["rid"]).replace("{exposure}", asked["exposure"])
            return 200, {"Content-Type": "text/html"}, page
        sent = {name: ",".join(values) for name, values in parse_qs(body, keep_blank_values=True).items()}
        self.answers.append(sent)
        self.reported.append(await self.report(sent["rid"], self.outcome(sent)))
        return 303, {"Location": self.redirect.format(rid=sent["rid"])}, ""
