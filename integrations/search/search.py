"""Searching, always within one organisation: on the server, or in a browser by a key that can see nothing else."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.clock import Clock
from integrations.errors import ConflictError, ProviderError
from integrations.models import IndexKind
from integrations.search.algolia_gateway import AlgoliaGateway, Hits
from integrations.search.outbox import SearchOutbox
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

        Before anything was indexed there is no index: then nothing is found.
        """
        own = organisation_filter(organisation_id)
        params = {
            "query": query,
            "filters": own if not filters else f"{own} AND ({filters})",
            "page": page,
            "hitsPerPage": per_page,
        }
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
            "filters": organisation_filter(organisation_id),
            "restrictIndices": list(indices.values()),
            "validUntil": int(expires_at.timestamp()),
        }
        key = self._algolia.secured_key(restrictions)
        return SearchKey(app_id=app_id, key=key, indices=indices, expires_at=expires_at)


def organisation_filter(organisation_id: str) -> str:
    """Return the filter that keeps a search within an organisation."""
    if "'" in organisation_id or "\\" in organisation_id:
        raise ConflictError("An organisation whose id holds a quote cannot be searched.")
    return f"orgId:'{organisation_id}'"
