"""A consumer inside Greenroom, for worlds that have none: it takes webhooks, and calls providers when a scenario says so.

Both go the usual way, as deliveries and visits, only that nothing of it needs a socket.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import orjson

from harness.collection import Collection
from harness.errors import GreenroomError

if TYPE_CHECKING:
    from harness.application import Application
    from harness.provider import Operation
    from harness.runtime import Runtime
    from harness.transaction import Transaction

Json = dict[str, Any]
SINK_HOST = "sink.greenroom.localhost"
CALLS_HOST = "consumer.greenroom.localhost"
CREDENTIALS = "greenroom-credentials"
CALLED = "scenario.called"
CALLS = Collection("harness.call", "provider")
PATIENCE_SECONDS = 30.0
NO_ANSWER = 0
FORM = "application/x-www-form-urlencoded"


class _NoTokenError(GreenroomError):
    """A provider that hands out tokens refused one: that is what came of the call."""

    def __init__(self, status: int) -> None:
        super().__init__(f"no token ({status})")
        self.status = status


class Consumer:
    """Answers what goes to the two hosts that are this consumer's."""

    def __init__(self, runtime: Runtime) -> None:
        """Take the place of both hosts for deliveries and visits."""
        self.runtime = runtime
        self._app: Application | None = None
        inside = runtime.dispatcher.client.inside
        inside[SINK_HOST], inside[CALLS_HOST] = self.take, self.relay
        for provider in runtime.providers.values():
            provider.timers.setdefault(CALLED, called)

    async def take(
        self, _method: str, _url: str, _headers: list[tuple[str, str]], _body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Take a webhook."""
        return 200, {"Content-Type": "text/plain"}, b"taken"

    async def relay(
        self, method: str, url: str, headers: list[tuple[str, str]], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Make a call with a world's credentials: `http://consumer.greenroom.localhost/<world>/<provider>/<path>`."""
        parts = urlsplit(url)
        _, world, provider, path = parts.path.split("/", 3)
        given = dict(headers)
        credentials, loop = given.pop(CREDENTIALS), asyncio.get_running_loop()
        try:
            shown = await asyncio.to_thread(self._proof, world, provider, f"/{path}", credentials, loop)
        except _NoTokenError as refused:
            return refused.status, {}, b""
        target = f"/{path}?{parts.query}" if parts.query else f"/{path}"
        return await self._send(provider, method, target, {**given, **shown}, body)

    def _proof(
        self, world: str, provider: str, path: str, credentials: str, loop: asyncio.AbstractEventLoop
    ) -> dict[str, str]:
        """Return the headers of a consumer's credentials; on a thread, since a token may have to be asked for."""
        if credentials == "none":
            return {}
        env = self.runtime.environment(self.runtime.worlds.find(world))
        if credentials == "wrong":
            env = {name: _spoilt(value) for name, value in env.items()}

        def ask(method: str, where: str, body: Any) -> Any:
            headers = {"content-type": "application/json"}
            content = b"" if body is None else orjson.dumps(body)
            work = self._send(provider, method, where, headers, content)
            status, _, answer = asyncio.run_coroutine_threadsafe(work, loop).result(PATIENCE_SECONDS)
            if status != 200:
                raise _NoTokenError(status)
            return orjson.loads(answer)

        return self.runtime.providers[provider].dialect.proof(env, path, ask)

    async def _send(
        self, provider: str, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Make a request at a provider's own port; 0 stands for no answer."""
        from harness.application import Application  # here: it is built on the runtime that this is a part of
        from harness.inprocess import Connection

        if self._app is None:
            self._app = Application(self.runtime)
        path, _, query = target.partition("?")
        port = self.runtime.settings.port + self.runtime.providers[provider].port
        shown = {"host": f"127.0.0.1:{port}", "user-agent": "greenroom-scenario", **headers}
        connection = Connection(body)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in shown.items()],
            "server": ("127.0.0.1", port),
            "client": ("127.0.0.1", 0),
            "greenroom.transport": connection,
        }
        try:
            await asyncio.wait_for(self._app(scope, connection.receive, connection.send), PATIENCE_SECONDS)
        except TimeoutError:
            connection.status = None
        answered = {name.decode("latin-1"): value.decode("latin-1") for name, value in connection.headers}
        return connection.status or NO_ANSWER, answered, b"".join(connection.parts)


def _spoilt(secret: str) -> str:
    """Return something of the same length that is not a secret any more."""
    return secret[:-6] + "zzzzzz" if len(secret) > 12 else secret


def call(tx: Transaction, operation: Operation, told: Json) -> None:
    """Let the consumer call an operation of the transaction's provider, as often as is told, one after the other."""
    path = operation.path
    for name, value in told["path"].items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    query = f"?{urlencode(told['query'], doseq=True)}" if told["query"] else ""
    headers, body = [(CREDENTIALS, told["credentials"])], ""
    if told.get("form") is not None:
        from harness.specs.calls import pairs

        headers.append(("content-type", FORM))
        body = urlencode(list(pairs(told["form"])))
    elif told.get("body") is not None:
        headers.append(("content-type", "application/json"))
        body = orjson.dumps(told["body"]).decode()
    kept = {"operation": operation.id, "credentials": told["credentials"]}
    for _ in range(told["times"]):
        url = f"http://{CALLS_HOST}/{tx.world.id}/{tx.provider.name}{path}{query}"
        tx.visit(url, then=CALLED, payload=kept, method=operation.method, headers=headers, body=body)


def called(tx: Transaction, payload: Json) -> None:
    """Keep what came of a call."""
    status = payload["status"] or None
    told = {"operation": payload["operation"], "credentials": payload["credentials"], "status": status}
    told |= {"id": f"call_{tx.token('call.id', 12)}", "provider": tx.provider.name, "at": tx.now}
    tx.insert(CALLS, told)
