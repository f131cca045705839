"""The only door to Algolia: the official SDK, guarded, and reduced to what the platform relies on."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import requests

from integrations.clock import Clock
from integrations.errors import ProviderError, Refusal
from integrations.resilience import ProviderGuard, judge
from integrations.settings import Settings

if TYPE_CHECKING:
    from algoliasearch.http.hosts import Host
    from algoliasearch.search.client import SearchClientSync

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """One page of what was found; `total` counts all pages, of which the first has number 0."""

    hits: list[dict[str, Any]]
    total: int
    page: int
    pages: int


class AlgoliaGateway:
    """Calls Algolia. Every method raises `ProviderError`, or `NotConfiguredError` when there is no Algolia."""

    def __init__(self, settings: Settings, guard: ProviderGuard, clock: Clock) -> None:
        self._settings = settings
        self._guard = guard
        self._clock = clock
        self._lock = threading.Lock()
        self._built: SearchClientSync | None = None
        self._single_host: list[Host] = []

    def set_settings(self, index: str, settings: Mapping[str, Any]) -> int:
        """Change an index's settings, which creates it, and return the task's id."""
        answer = self._call("set settings", lambda algolia: algolia.set_settings(index, dict(settings)))
        return int(answer.task_id)

    def batch(self, index: str, save: Sequence[Mapping[str, Any]], delete: Sequence[str]) -> int:
        """Save whole records and delete others in one request, and return the task's id; all of it or nothing."""
        requests_: list[dict[str, Any]] = [
            {"action": "updateObject", "body": dict(record)} for record in save
        ]
        requests_ += [{"action": "deleteObject", "body": {"objectID": object_id}} for object_id in delete]
        answer = self._call("batch", lambda algolia: algolia.batch(index, {"requests": requests_}))
        return int(answer.task_id)

    def settings(self, index: str) -> dict[str, Any]:
        """Return an index's settings."""
        return dict(self._call("get settings", lambda algolia: algolia.get_settings(index)).to_dict())

    def browse(self, index: str) -> Iterator[dict[str, Any]]:
        """Return all records of an index, a thousand at a time."""
        params: dict[str, Any] = {"hitsPerPage": 1000}
        while True:
            asked = dict(params)
            page = self._call("browse", lambda algolia, asked=asked: algolia.browse(index, asked))  # type: ignore[misc]
            yield from (hit.to_dict() for hit in page.hits)
            if not page.cursor:
                return
            params = {"cursor": page.cursor}

    def copy_rules(self, index: str, to: str) -> int:
        """Give another index an index's settings, synonyms and rules, but no records, and return the task's id."""
        wanted = {"operation": "copy", "destination": to, "scope": ["settings", "synonyms", "rules"]}
        answer = self._call("copy rules", lambda algolia: algolia.operation_index(index, wanted))
        return int(answer.task_id)

    def move(self, index: str, to: str) -> int:
        """Put an index in the place of another at one stroke, and return the task's id."""
        wanted = {"operation": "move", "destination": to}
        answer = self._call("move index", lambda algolia: algolia.operation_index(index, wanted))
        return int(answer.task_id)

    def wait(self, index: str, task_id: int) -> None:
        """Wait until a task has been published, so that searches see it."""
        self._call("wait for task", lambda algolia: algolia.wait_for_task(index, task_id))

    def search(self, index: str, params: Mapping[str, Any]) -> Hits:
        """Search an index with Algolia's own parameters."""
        found = self._call("search", lambda algolia: algolia.search_single_index(index, dict(params)))
        return Hits(
            hits=[hit.to_dict() for hit in found.hits],
            total=found.nb_hits or 0,
            page=found.page or 0,
            pages=found.nb_pages or 0,
        )

    def secured_key(self, restrictions: Mapping[str, Any]) -> str:
        """Derive a key from the search key that can do no more than `restrictions` allow; no call is made."""
        (parent,) = self._settings.required("algolia", "algolia_search_key")
        return self._client().generate_secured_api_key(parent, dict(restrictions))

    def close(self) -> None:
        """Close the connections."""
        if self._built is not None:
            self._built.close()

    def _client(self) -> "SearchClientSync":
        # Built at its first use: the SDK is large, and Algolia may be absent.
        app_id, key = self._settings.required("algolia", "algolia_app_id", "algolia_admin_key")
        with self._lock:
            if self._built is None:
                from algoliasearch.http.hosts import Host, HostsCollection
                from algoliasearch.search.client import SearchClientSync
                from algoliasearch.search.config import SearchConfig

                from integrations.search.algolia_transport import Transport

                config = SearchConfig(app_id, key)
                milliseconds = int(self._settings.provider_timeout_seconds * 1000)
                config.connect_timeout = config.read_timeout = config.write_timeout = milliseconds
                config.max_rate_limit_retries = 0
                if self._settings.algolia_url is not None:
                    address = urlsplit(self._settings.algolia_url)
                    self._single_host = [
                        Host(url=address.hostname or "", scheme=address.scheme, port=address.port)
                    ]
                    config.hosts = HostsCollection(self._single_host)
                self._built = SearchClientSync.create_with_config(config, Transport(config))
            return self._built

    def _call(self, operation: str, call: "Callable[[SearchClientSync], T]") -> T:
        from algoliasearch.http.exceptions import AlgoliaException

        client = self._client()

        def attempt() -> T:
            # The SDK leaves a host that failed alone for five minutes; with one host, that is all of them.
            for host in self._single_host:
                host.reset()
            try:
                answer = call(client)
                if answer is None:
                    raise ValueError("the answer is empty")
            except (AlgoliaException, requests.RequestException, ValueError) as error:
                # What is no JSON, or not what Algolia answers, is a ValueError: something stands in between.
                raise self._translate(operation, error) from error
            return answer

        return self._guard.call(operation, attempt)

    def _translate(self, operation: str, error: Exception) -> ProviderError:
        status = getattr(error, "status_code", None)
        message = str(getattr(error, "message", "") or error)[:300] or type(error).__name__
        return judge(
            Refusal(provider=self._guard.provider, operation=operation, message=message, status=status)
        )
