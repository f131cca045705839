"""Greenroom inside the consumer's own process, without sockets.

`httpx` reaches it by its transport, code on `requests` by the library `responses`. Providers are reached by their
real host names (https://api.resend.com) or by the addresses in a world's environment (http://127.0.0.1:4406); nothing
listens there and nothing leaves the process. The one thing that does use sockets is the delivery of webhooks to a
receiver of the consumer's.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import threading
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import httpx

from harness.application import Application
from harness.errors import GreenroomError
from harness.provider import Provider
from harness.runtime import BASE_PORT, Runtime, Settings, open_runtime

if TYPE_CHECKING:
    from requests import PreparedRequest
    from responses import RequestsMock

Json = Any
Answer = TypeVar("Answer")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


class InProcess:
    """A Greenroom on a thread of this process; a context manager, ready inside `with`.

    `data_dir` keeps the state (without it, the state is temporary); `providers` are the installed ones unless given;
    `specs` is a folder with the providers' documents, from which the rest of their operations is inferred.
    Raises ConfigurationError or StoreError where `greenroom up` would not start.
    """

    def __init__(
        self,
        data_dir: Path | None = None,
        providers: dict[str, Provider] | None = None,
        specs: Path | None = None,
    ) -> None:
        self._specs = specs
        self.transport = Transport(self)
        self._providers = providers
        self._folder = data_dir
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ended = asyncio.Event()
        self._app: Application | None = None

    def __enter__(self) -> Self:
        """Start."""
        if self._folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="greenroom-")
            self._folder = Path(self._temporary.name)
        started, folder = Future[None](), self._folder
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._live(started, folder)), name="greenroom", daemon=True
        )
        self._thread.start()
        try:
            started.result()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop; temporary state is gone."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ended.set)
        self._stop()

    def _stop(self) -> None:
        if self._thread is not None:
            self._thread.join()
        if self._temporary is not None:
            self._temporary.cleanup()

    async def _live(self, started: Future[None], folder: Path) -> None:
        runtime: Runtime | None = None
        try:
            runtime = open_runtime(Settings(data_dir=folder, specs=self._specs), self._providers)
            self._app, self._loop = Application(runtime), asyncio.get_running_loop()
            runtime.start()
        except BaseException as error:  # noqa: BLE001 - it is raised where `with` was entered
            if runtime is not None:
                await runtime.close()
            started.set_exception(error)
            return
        started.set_result(None)
        await self._ended.wait()
        await runtime.close()

    # --- the control API -------------------------------------------------------------------------------------------

    def call(self, method: str, path: str, body: Json = None, **query: Any) -> Json:
        """Call the control API (`path` without /_greenroom) and return its JSON; raise GreenroomError when it refuses."""
        with httpx.Client(transport=self.transport, timeout=None) as client:  # noqa: S113 - nothing can get lost
            url = f"http://127.0.0.1:{BASE_PORT}/_greenroom{path}"
            answer = client.request(method, url, json=body, params=query)
        if answer.is_error:
            raise GreenroomError(answer.json()["detail"])
        return answer.json() if answer.content else None

    def create_world(self, **wishes: Json) -> dict[str, Json]:
        """Make a world as `POST /worlds` does; return it with its environment (`env`) and addresses (`urls`)."""
        world: dict[str, Json] = self.call("POST", "/worlds", wishes)
        return world

    def delete_world(self, world: str) -> None:
        """Remove a world, by its id or name."""
        self.call("DELETE", f"/worlds/{world}")

    def advance(
        self, world: str, *, seconds: float = 0, days: float = 0, to: str | None = None
    ) -> dict[str, Json]:
        """Move a world's time forward by a span, or to an instant (ISO 8601), and do what becomes due on the way."""
        body = {"to": to} if to is not None else {"seconds": seconds + 86400 * days}
        done: dict[str, Json] = self.call("POST", f"/worlds/{world}/clock/advance", body)
        return done

    def settle(self, world: str) -> dict[str, int]:
        """Wait until no webhook of a world is in flight or due now."""
        settled: dict[str, int] = self.call("POST", f"/worlds/{world}/webhooks/settle")
        return settled

    def load(self, world: str, scenario: Mapping[str, Json]) -> dict[str, str]:
        """Fill a world with a scenario (`{"name": …}` and what `POST …/scenario` takes); return the ids that were given."""
        refs: dict[str, str] = self.call("POST", f"/worlds/{world}/scenario", dict(scenario))["refs"]
        return refs

    def play(self, world: str, scenario: Mapping[str, Json]) -> dict[str, Json]:
        """Load a scenario, play its timeline, and check what it expects: `passed`, and `expectations` with what was seen."""
        played: dict[str, Json] = self.call("POST", f"/worlds/{world}/scenario/play", dict(scenario))
        return played

    # --- requests --------------------------------------------------------------------------------------------------

    @contextmanager
    def responses(self) -> Iterator[RequestsMock]:
        """Answer what code on `requests` sends to the providers, for as long as this lasts; needs `responses`.

        Requests to other hosts are refused with ConnectionError, unless the mock that is given passes them through.
        """
        import responses

        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            for method in METHODS:
                mock.add_callback(
                    method,
                    self._addresses(),
                    callback=self._answer_requests,  # type: ignore[arg-type] # it takes pairs of headers as well
                    content_type=None,
                )
            yield mock

    def _addresses(self) -> re.Pattern[str]:
        """Match the providers' real hosts, and the addresses in a world's environment."""
        runtime = self._runtime()
        hosts = [re.escape(host) for provider in runtime.providers.values() for host in provider.hosts]
        ports = [
            str(BASE_PORT + offset) for offset in (0, *(each.port for each in runtime.providers.values()))
        ]
        here = rf"(?:127\.0\.0\.1|localhost):(?:{'|'.join(ports)})"
        return re.compile(rf"https?://(?:(?:{'|'.join(hosts)})(?::\d+)?|{here})(?:[/?].*)?$")

    def _answer_requests(self, request: PreparedRequest) -> tuple[int, list[tuple[str, str]], bytes]:
        import requests

        sent = httpx.Request(
            request.method or "GET",
            request.url or "",
            headers=[(name, _text(value)) for name, value in request.headers.items()],
            content=_content(request.body),
        )
        try:
            status, headers, body = self._wait(self._exchange(sent, sent.content), None)
        except Cut as cut:
            raise requests.ConnectionError(str(cut), request=request) from cut
        shown = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
        return status, [pair for pair in shown if pair[0].lower() != "content-length"], body

    # --- one exchange ----------------------------------------------------------------------------------------------

    @property
    def providers(self) -> dict[str, Provider]:
        """The providers that are served."""
        return self._runtime().providers

    def _runtime(self) -> Runtime:
        if self._app is None:
            raise GreenroomError(
                "this Greenroom is not running: use it inside `with InProcess() as greenroom:`"
            )
        return self._app.runtime

    def _submit(self, work: Coroutine[Any, Any, Answer]) -> Future[Answer]:
        if self._loop is None or self._loop.is_closed():
            work.close()
            raise GreenroomError(
                "this Greenroom is not running: use it inside `with InProcess() as greenroom:`"
            )
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _wait(self, work: Coroutine[Any, Any, Answer], seconds: float | None) -> Answer:
        future = self._submit(work)
        try:
            return future.result(seconds)
        except TimeoutError:
            future.cancel()
            raise

    async def _exchange(
        self, request: httpx.Request, body: bytes
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Run one request through the application; raise Cut where an injected fault cuts the connection."""
        assert self._app is not None  # noqa: S101 - _submit has refused otherwise
        connection = Connection(body)
        url = request.url
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": (url.host, url.port or (443 if url.scheme == "https" else 80)),
            "client": ("127.0.0.1", 0),
            "greenroom.transport": connection,
        }
        await self._app(scope, connection.receive, connection.send)
        if connection.status is None:
            raise Cut(f"the connection to {url.host} was cut")
        return connection.status, connection.headers, b"".join(connection.parts)


class Cut(Exception):
    """An injected fault cut the connection before an answer came."""


@dataclass
class Connection:
    """One exchange from the application's side: what it receives and sends, and a transport that it may cut."""

    body: bytes
    status: int | None = None
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)
    _asked: bool = False
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self) -> dict[str, Any]:
        """Give the body, then wait until the connection is over."""
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": self.body, "more_body": False}
        await self._over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Mapping[str, Any]) -> None:
        """Take a piece of the answer."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", ()))
        else:
            self.parts.append(message.get("body", b""))

    def get_extra_info(self, name: str) -> None:
        """Tell that there is no socket."""

    def abort(self) -> None:
        """Cut the connection."""
        self._over.set()


class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """What `httpx.Client(transport=…)` and `httpx.AsyncClient(transport=…)` take: requests never leave the process."""

    def __init__(self, greenroom: InProcess) -> None:
        self._greenroom = greenroom

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of a synchronous client."""
        request.read()
        with _httpx_errors(request):
            work = self._greenroom._exchange(request, request.content)  # noqa: SLF001 - two halves of one thing
            return _response(self._greenroom._wait(work, _patience(request)), request)  # noqa: SLF001

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an asynchronous client, whatever event loop it runs on."""
        await request.aread()
        with _httpx_errors(request):
            future = self._greenroom._submit(self._greenroom._exchange(request, request.content))  # noqa: SLF001
            return _response(await asyncio.wait_for(asyncio.wrap_future(future), _patience(request)), request)


def _response(answer: tuple[int, list[tuple[bytes, bytes]], bytes], request: httpx.Request) -> httpx.Response:
    status, headers, body = answer
    return httpx.Response(status, headers=headers, content=body, request=request)


def _patience(request: httpx.Request) -> float | None:
    """Return the read time-out in seconds that the client asked for."""
    seconds: float | None = request.extensions.get("timeout", {}).get("read")
    return seconds


@contextmanager
def _httpx_errors(request: httpx.Request) -> Iterator[None]:
    """Raise what httpx raises when a connection is cut or takes too long."""
    try:
        yield
    except TimeoutError as error:
        raise httpx.ReadTimeout("no answer in time", request=request) from error
    except Cut as cut:
        raise httpx.ReadError(str(cut), request=request) from cut


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _content(body: Any) -> bytes:
    """Read the body of a `requests` request: bytes, text, a file or pieces of bytes."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    if hasattr(body, "read"):
        return _content(body.read())
    return b"".join(body)
