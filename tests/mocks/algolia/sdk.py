"""algoliasearch for Python, sync and async, behind one face, so that each test is held by both."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from algoliasearch.http.exceptions import RequestException
from algoliasearch.http.hosts import Host, HostsCollection
from algoliasearch.search.client import SearchClient, SearchClientSync
from algoliasearch.search.config import SearchConfig

World = dict[str, Any]


def config(world: World, key: str | None = None, *, hosts: int = 1) -> SearchConfig:
    """Return the SDK's settings for a world: `hosts` entries for its one address, which the SDK tries in turn."""
    env = world["env"]
    found = SearchConfig(env["ALGOLIA_APP_ID"], key or env["ALGOLIA_ADMIN_API_KEY"])
    url = urlsplit(env["GREENROOM_ALGOLIA_URL"])
    found.hosts = HostsCollection([Host(str(url.hostname), url.scheme, url.port) for _ in range(hosts)])
    return found


@dataclass
class Face:
    """A client whose every method is awaited, whether the SDK's is or not."""

    client: Any

    @classmethod
    def of(cls, kind: str, settings: SearchConfig) -> Face:
        """Open a client: `sync` or `async`."""
        client: Any = SearchClientSync if kind == "sync" else SearchClient
        return cls(client.create_with_config(settings))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self.client, name)

        async def call(*arguments: Any, **named: Any) -> Any:
            answer = method(*arguments, **named)
            return await answer if inspect.isawaitable(answer) else answer

        return call

    async def refused(self, name: str, *arguments: Any, **named: Any) -> tuple[int, str]:
        """Call a method that must be refused; return status and message without the correlation id."""
        try:
            answer = await getattr(self, name)(*arguments, **named)
        except RequestException as error:
            return error.status_code, str(error.args[0]).partition(" (Correlation-ID:")[0]
        raise AssertionError(f"{name} was not refused: {answer}")

    async def close(self) -> None:
        """Close the client's connections."""
        closed = self.client.close()
        if inspect.isawaitable(closed):
            await closed
