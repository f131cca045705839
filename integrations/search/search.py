"""Searching, always within one organisation: on the server, or in a browser by a key that can see nothing else."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from integrations.clock import Clock
from integrations.errors import ConflictError, ProviderError
from integrations.models import IndexKind
from integrations.search.algolia_gateway import AlgoliaGateway, Hits
from integrations.search.outbox import SearchOutbox
from integrations.search.records import ORGANISATION
from integrations.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchKey:
    """What a browser needs to search by itself, until `expires_at`."""

    app_id: str
    key: str
    indices: dict[IndexKind, str]
    expires_at: datetime


class Search:
    """Searches campaigns and studies."""

    def __init__(
        self, algolia: AlgoliaGateway, outbox: SearchOutbox, settings: Settings, clock: Clock
    ) -> None:
        self._algolia = algolia
        self._outbox = outbox
        self._settings = settings
        self._clock = clock

    def find(
        self,
        organisation_id: str,
        kind: IndexKind,
        query: str = "",
        *,
        filters: str | None = None,
        page: int = 0,
        per_page: int = 20,
    ) -> Hits:
        """Search an organisation's things; `filters` (Algolia's grammar) narrows that further and cannot widen it.

        The organisation is asked for by a parameter of its own, which Algolia demands beside the filters: nothing that
        stands in these can end it. Before anything was indexed there is no index: then nothing is found.
        """
        params: dict[str, Any] = {
            "query": query,
            "facetFilters": [[f"{ORGANISATION}:{_plain(organisation_id)}"]],
            "page": page,
            "hitsPerPage": per_page,
        }
        if filters:
            params["filters"] = filters
        try:
            return self._algolia.search(self._outbox.index_of(kind), params)
        except ProviderError as error:
            if error.status != 404:
                raise
            return Hits(hits=[], total=0, page=page, pages=0)

    def key(self, organisation_id: str) -> SearchKey:
        """Make a key that finds an organisation's things only, in these two indexes only, for a while only."""
        (app_id,) = self._settings.required("algolia", "algolia_app_id")
        expires_at = self._clock.now() + timedelta(seconds=self._settings.search_key_seconds)
        indices = {kind: self._outbox.index_of(kind) for kind in IndexKind}
        restrictions = {
            "filters": f"{ORGANISATION}:'{_plain(organisation_id)}'",
            "restrictIndices": list(indices.values()),
            "validUntil": int(expires_at.timestamp()),
        }
        key = self._algolia.secured_key(restrictions)
        return SearchKey(app_id=app_id, key=key, indices=indices, expires_at=expires_at)


def _plain(organisation_id: str) -> str:
    """Return an id that means nothing else in a filter: without quotes, and without a `-` before it, which negates."""
    if not re.fullmatch(r"\w[\w-]*", organisation_id, re.ASCII):
        raise ConflictError(
            "An organisation whose id holds more than letters, digits, - and _ cannot be searched."
        )
    return organisation_id
