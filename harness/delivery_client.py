"""The HTTP client of deliveries and visits: what may be contacted, and what one request brought."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from harness import instants, realtime

if TYPE_CHECKING:
    from aiohttp import ClientSession, StreamReader

RESPONSE_KEPT = 20_000
"""Bytes of an answer that are read and kept, unless the caller asks for more."""


@dataclass(slots=True)
class Result:
    """What one attempt brought: an HTTP status, or the error that kept it from one."""

    status: int | None = None
    error: str | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""
    milliseconds: float = 0.0
    final: bool = False

    @property
    def success(self) -> bool:
        """Tell whether the receiver took it: any 2xx; a redirect is none."""
        return self.status is not None and 200 <= self.status < 300

    def shown(
        self, number: int, now: int, fault: str | None = None, body: str | None = None
    ) -> dict[str, Any]:
        """Return what is kept of the attempt; `now` is world time, `body` stands for an answer that is kept elsewhere."""
        return {
            "number": number,
            "at": instants.iso(realtime.now()),
            "world_time": instants.iso(now),
            "status": self.status,
            "error": self.error,
            "milliseconds": round(self.milliseconds, 3),
            "request_headers": dict(self.headers),
            "response_headers": self.response_headers,
            "response_body": self.response_body if body is None else body,
            "fault": fault,
        }


Receiver = Callable[[str, str, list[tuple[str, str]], bytes], Awaitable[tuple[int, dict[str, str], bytes]]]
"""What answers a request within this process: (method, url, headers, body) to (status, headers, body)."""


class Client:
    """Sends requests to loopback and to allowed hosts; contacts nobody else. It follows no redirect by itself."""

    def __init__(self, hosts: frozenset[str]) -> None:
        """`hosts` are the host names allowed besides loopback."""
        self.hosts = hosts
        self.inside: dict[str, Receiver] = {}
        """Receivers in this process, by `host:port` as it stands in addresses: they are called without a socket."""
        self._session: ClientSession | None = None

    async def send(
        self,
        method: str,
        url: str,
        headers: list[tuple[str, str]],
        body: bytes,
        limit: float,
        kept: int = RESPONSE_KEPT,
    ) -> Result:
        """Send one request and return what came of it within `limit` seconds; an error is a result too."""
        if not allowed(url, self.hosts):
            error = (
                f"{url} is neither loopback nor on the allow-list: Greenroom contacts no other host."
                " Start it with --webhook-host NAME to allow one"
            )
            return Result(error=error, headers=headers, final=True)
        receiver = self.inside.get(urlsplit(url).netloc) if self.inside else None
        if receiver is not None:
            return await _called(receiver, method, url, headers, body, kept)
        import aiohttp  # at the first request: it costs a fifth of a second to import

        if self._session is None:
            from harness.loopback import session

            self._session = session()
        result, started = Result(headers=headers), realtime.monotonic()
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=limit),
            ) as response:
                result.status = response.status
                result.response_headers = {str(name): value for name, value in response.headers.items()}
                result.response_body = (await _read(response.content, kept)).decode("utf-8", "replace")
        except TimeoutError:
            result.status = None
            result.error = f"no answer within {limit:g} seconds"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            result.status = None
            result.error = f"{type(error).__name__}: {error}"
        result.milliseconds = (realtime.monotonic() - started) * 1000
        return result

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


async def _called(
    receiver: Receiver, method: str, url: str, headers: list[tuple[str, str]], body: bytes, kept: int
) -> Result:
    started = realtime.monotonic()
    status, found, content = await receiver(method, url, headers, body)
    text = content[:kept].decode("utf-8", "replace")
    spent = (realtime.monotonic() - started) * 1000
    return Result(status, None, headers, found, text, spent)


async def _read(content: StreamReader, limit: int) -> bytes:
    """Read up to `limit` bytes, however they are split on the way."""
    parts, size = [], 0
    while size < limit and (part := await content.read(limit - size)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def allowed(url: str, hosts: frozenset[str]) -> bool:
    """Tell whether a receiver may be contacted: loopback by name or address, or a host on the allow-list."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not host:
        return False
    if host == "localhost" or host.endswith(".localhost") or host in hosts:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
