"""The connections of outgoing requests: kept alive, no cookies, no proxy, `*.localhost` is loopback."""

from __future__ import annotations

import socket

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult


class LoopbackResolver(AbstractResolver):
    """Resolves `localhost` and names below it to 127.0.0.1 without asking anybody, other names as usual."""

    def __init__(self) -> None:
        """Keep a usual resolver for allowed hosts."""
        self._usual = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a host."""
        if host == "localhost" or host.endswith(".localhost"):
            return [
                ResolveResult(
                    hostname=host,
                    host="127.0.0.1",
                    port=port,
                    family=socket.AF_INET,
                    proto=0,
                    flags=socket.AI_NUMERICHOST,
                )
            ]
        return await self._usual.resolve(host, port, family)

    async def close(self) -> None:
        """Close the usual resolver."""
        await self._usual.close()


def session() -> aiohttp.ClientSession:
    """Return the session that all deliveries share."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=256, resolver=LoopbackResolver(), keepalive_timeout=30),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        auto_decompress=True,
        trust_env=False,
    )
