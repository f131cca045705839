"""The ASGI application of all ports: which provider a request is for, its body, and the answer on the wire."""

from __future__ import annotations

import asyncio
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from harness.blobs import Incoming
from harness.engine import Dropped
from harness.messages import Answer, Request
from harness.provider import Provider
from harness.runtime import Runtime

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CONTROL = "/_greenroom"


class Place(NamedTuple):
    """Where a request goes: the provider, the path there, the provider's own address without its scheme, a world's label."""

    provider: Provider
    path: str
    origin: str
    label: str | None


class TooLarge(Exception):
    """A request's body is larger than the provider's limit."""


class Malformed(Exception):
    """A request's body cannot be decompressed."""


class Application:
    """Dispatches by port, then by host name, then by path prefix; the control API lives on the base port."""

    def __init__(self, runtime: Runtime) -> None:
        """Build the tables of ports and host names."""
        self.runtime = runtime
        base = runtime.settings.port
        self.by_port = {base + provider.port: provider for provider in runtime.providers.values()}
        named = [(host, provider) for provider in runtime.providers.values() for host in provider.hosts]
        self.by_host = {host: provider for host, provider in named if not host.startswith("*")}
        self.by_domain = {host[1:]: provider for host, provider in named if host.startswith("*.")}
        self.hosts = LOOPBACK | runtime.settings.allow_hosts | {runtime.settings.host}
        self._addressed = lru_cache(maxsize=1024)(self._address)
        self._control: Any = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's request."""
        if scope["type"] == "http":
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            path = scope["raw_path"].decode("latin-1").partition("?")[0]
            place = self.place(headers.get("host", ""), scope["server"][1], path)
            if place is None:
                await self._no_provider(scope, receive, send, headers.get("host", ""), path)
            else:
                await self._serve(scope, receive, send, place, headers)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})

    def place(self, host: str, port: int, path: str) -> Place | None:
        """Return which provider a request is for, None when it is for none; `host` is the header, `path` still quoted."""
        addressed = self._addressed(host, port)
        if addressed is None:
            return None
        (provider, label), prefix = addressed, ""
        if provider is None:
            first, _, rest = path[1:].partition("/")
            provider = self.runtime.providers.get(first)
            if provider is None:
                return None
            path, prefix = f"/{rest}", f"/{first}"
        if path.startswith("/~"):
            label, _, rest = path[2:].partition("/")
            path = f"/{rest}"
        return Place(provider, path, f"{host}{prefix}", label)

    def _address(self, host: str, port: int) -> tuple[Provider | None, str | None] | None:
        """Return what `find` says of a Host header, None when nothing is to be had there."""
        name = host_name(host)
        return self.find(name, port) if self.answers(name) else None

    def request(
        self, place: Place, method: str, query: str, headers: dict[str, str], body: bytes, scheme: str
    ) -> Request:
        """Put a request together for the rooms."""
        origin = f"{scheme}://{place.origin}"
        secure = origin if scheme == "https" else self.runtime.secure_url(place.provider.name)
        return Request(
            method,
            place.path,
            query,
            headers,
            body,
            origin=origin,
            secure_origin=secure,
            label=place.label,
        )

    def answers(self, host: str) -> bool:
        """Tell whether there is anything to be had under a host name."""
        return host in self.hosts or host.endswith(".localhost") or self._owner(host) is not None

    def find(self, host: str, port: int) -> tuple[Provider | None, str | None]:
        """Return the provider that is spoken to by port or host name, and the world that the host name labels."""
        owner = self._owner(host)
        provider = self.by_port.get(port) or owner
        if host in self.hosts or owner is not None:
            return provider, None
        return self._by_name(host, provider)

    def _owner(self, host: str) -> Provider | None:
        """Return the provider that a real host name belongs to: by its whole name, else by `*.<the rest>`."""
        owner = self.by_host.get(host)
        while owner is None and "." in host:
            host = host.partition(".")[2]
            owner = self.by_domain.get(f".{host}")
        return owner

    def _by_name(self, host: str, provider: Provider | None) -> tuple[Provider | None, str | None]:
        """Read `[<world>.]<provider>.greenroom.localhost`."""
        labels = host.removesuffix(".localhost").removesuffix(".greenroom").split(".")
        named = self.runtime.providers.get(labels[-1])
        return named or provider, labels[-2] if named and len(labels) > 1 else None

    async def _no_provider(self, scope: Scope, receive: Receive, send: Send, host: str, path: str) -> None:
        """Serve what is for no provider: the control API, or a wrong host or path."""
        name = host_name(host)
        if not self.answers(name):
            await _plain(send, 421, _misdirected(name))
        elif path == f"{CONTROL}/health":
            await _json(send, 200, {"status": "ok", "version": self._version()})
        elif path == CONTROL or path.startswith(f"{CONTROL}/"):
            await self._control_app()(scope, receive, send)
        elif path == "/":
            await _send(send, Answer(307, [("Location", f"{CONTROL}/")], b""))
        else:
            await _plain(send, 404, _unknown(path, sorted(self.runtime.providers)))

    async def _serve(
        self, scope: Scope, receive: Receive, send: Send, place: Place, headers: dict[str, str]
    ) -> None:
        provider = place.provider
        upload = self._upload(place, headers)
        if upload is not None:
            try:
                return await self._uploaded(scope, receive, send, place, headers, upload)
            finally:
                upload.discard()
        try:
            body = await _body(receive, provider.max_body, headers.get("content-encoding", ""))
        except TooLarge:
            return await self._limited(
                send, provider, 413, f"The request body exceeds {provider.max_body} bytes."
            )
        except Malformed as error:
            return await self._limited(
                send, provider, 400, f"The request body cannot be decompressed: {error}."
            )
        except ConnectionError:
            return None
        query = scope["query_string"].decode("latin-1")
        request = self.request(place, scope["method"], query, headers, body, scope["scheme"])
        return await self._engage(scope, receive, send, provider, request)

    async def _engage(
        self, scope: Scope, receive: Receive, send: Send, provider: Provider, request: Request
    ) -> None:
        try:
            answer = await self.runtime.engine.serve(provider, request)
        except Dropped as dropped:
            return await _drop(scope, receive, dropped.seconds)
        await _send(send, answer, head=scope["method"] == "HEAD")
        return None

    def _upload(self, place: Place, headers: dict[str, str]) -> Incoming | None:
        """Return where a body is written as it comes, None for one that is read into memory."""
        wanted = place.provider.uploads and place.path.startswith(place.provider.uploads)
        if not wanted or headers.get("content-encoding", "identity") != "identity":
            return None
        return self.runtime.store.blobs.incoming()

    async def _uploaded(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        place: Place,
        headers: dict[str, str],
        upload: Incoming,
    ) -> None:
        limit = place.provider.max_upload
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            if upload.size + len(message.get("body", b"")) > limit:
                await self._limited(send, place.provider, 413, f"The request body exceeds {limit} bytes.")
                return
            if message.get("body"):
                upload.write(message["body"])
            more = message.get("more_body", False)
        query = scope["query_string"].decode("latin-1")
        request = self.request(place, scope["method"], query, headers, b"", scope["scheme"])
        request.upload = upload
        await self._engage(scope, receive, send, place.provider, request)

    async def _limited(self, send: Send, provider: Provider, status: int, message: str) -> None:
        refusal = provider.dialect.failure(status, message)
        body = provider.dialect.encode(refusal.body)
        headers = [*refusal.headers, ("Content-Type", provider.dialect.content_type), ("Connection", "close")]
        await _send(send, Answer(status, headers, body))

    def _control_app(self) -> Any:
        if self._control is None:
            from harness.control import create_app  # at the first use: FastAPI costs half a second to import

            self._control = create_app(self.runtime)
        return self._control

    @staticmethod
    def _version() -> str:
        from harness import __version__

        return __version__


def host_name(host: str) -> str:
    """Return the name in a Host header, lower case, without port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


async def _body(receive: Receive, limit: int, encoding: str) -> bytes:
    """Read a body of at most `limit` bytes, after decompression too."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ConnectionError
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        parts, size = [body], len(body)
        while message.get("more_body"):
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionError
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > limit:
                raise TooLarge
        body = b"".join(parts)
    if len(body) > limit:
        raise TooLarge
    if encoding and encoding != "identity":
        body = _decompressed(body, encoding.strip().lower(), limit)
    return body


def _decompressed(body: bytes, encoding: str, limit: int) -> bytes:
    windows = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
    if encoding not in windows:
        raise Malformed(f"{encoding} is not supported")
    try:
        engine = zlib.decompressobj(windows[encoding])
        plain = engine.decompress(body, limit + 1)
    except zlib.error as error:
        raise Malformed(str(error)) from error
    if len(plain) > limit:
        raise TooLarge
    if not engine.eof:
        raise Malformed("it ends too early")
    return plain


async def _send(send: Send, answer: Answer, *, head: bool = False) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in answer.headers]
    headers.append((b"Content-Length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})


async def _drop(scope: Scope, receive: Receive, seconds: float) -> None:
    """Cut the connection, after leaving the client without an answer for a while."""
    if seconds:
        waiting = asyncio.ensure_future(receive())
        done, _ = await asyncio.wait({waiting}, timeout=seconds)
        if done:
            return
        waiting.cancel()
    transport = scope.get("greenroom.transport")
    if transport is not None:
        connection = transport.get_extra_info("socket")
        if connection is not None:  # a close without lingering is a reset, as a failing host's would be
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass


async def _json(send: Send, status: int, body: Any, content_type: str = "application/json") -> None:
    await _send(send, Answer(status, [("Content-Type", content_type)], orjson.dumps(body)))


async def _plain(send: Send, status: int, detail: str) -> None:
    titles = {404: "Not Found", 421: "Misdirected Request"}
    problem = {"type": "about:blank", "title": titles[status], "status": status, "detail": detail}
    await _json(send, status, problem, "application/problem+json")


def _misdirected(host: str) -> str:
    return (
        f"the Host {host!r} is not one that this Greenroom answers for; use 127.0.0.1, localhost or a provider's own"
        " host name, or start it with --allow-host NAME"
    )


def _unknown(path: str, names: list[str]) -> str:
    return f"{path} is neither under {CONTROL} nor under a provider's prefix: {', '.join('/' + name for name in names)}"
