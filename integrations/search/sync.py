"""Whether the search engine holds what the database does: told, compared record by record, repaired, and rebuilt.

A rebuild fills an index of its own beside the one that is searched, compares it with the database, and only then puts it
in the other's place, so that searches never see an index half full. One that was broken off is resumed: what the index
beside already holds is not sent again.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select

from integrations.clock import Clock
from integrations.database import Database
from integrations.errors import ConflictError, ProviderError
from integrations.models import IndexKind, SearchChange
from integrations.search.algolia_gateway import AlgoliaGateway
from integrations.search.outbox import SearchOutbox
from integrations.search.records import PLANS, Record

T = TypeVar("T")

_log = logging.getLogger(__name__)

#: Records in one request.
_BATCH = 1000
#: What the database may change while an index is compared with it; after so many rounds something else is wrong.
_ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """Ids of records that an index lacks, that differ from the database's, and that it should not have."""

    missing: list[str]
    stale: list[str]
    extra: list[str]

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.missing or self.stale or self.extra)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncStatus:
    """How far an index is behind: `indexed` is None while there is no index; `lag_seconds` the age of the oldest change.

    `drift` names the settings of the index that are not as the code has them.
    """

    kind: IndexKind
    index: str
    stored: int
    indexed: int | None
    waiting: int
    refused: int
    lag_seconds: float
    last_error: str | None
    drift: list[str]

    @property
    def in_step(self) -> bool:
        """Tell whether nothing is waiting, and numbers and settings agree."""
        return not self.waiting and not self.refused and not self.drift and self.stored == self.indexed


class SearchSync:
    """Watches over the indexes."""

    def __init__(
        self, database: Database, algolia: AlgoliaGateway, outbox: SearchOutbox, clock: Clock
    ) -> None:
        self._database = database
        self._algolia = algolia
        self._outbox = outbox
        self._clock = clock

    def status(self, kind: IndexKind) -> SyncStatus:
        """Tell how far an index is behind. The counts are of this moment, so changes on their way make them differ."""
        changes = [change for change in self._outbox.pending() if change.kind is kind]
        waiting = [change for change in changes if not change.refused]
        errors = [change for change in changes if change.error]
        oldest = min((change.changed_at for change in waiting), default=None)
        index = self._outbox.index_of(kind)
        with self._database.transaction() as session:
            stored = PLANS[kind].count(session)
        return SyncStatus(
            kind=kind,
            index=index,
            stored=stored,
            indexed=self._count(index),
            waiting=len(waiting),
            refused=len(changes) - len(waiting),
            lag_seconds=self._age(oldest),
            last_error=max(errors, key=lambda change: change.changed_at).error if errors else None,
            drift=self.drift(kind),
        )

    def drift(self, kind: IndexKind) -> list[str]:
        """Return the settings of an index that are not as the code has them; all, where there is no index."""
        return self._drift(kind, self._outbox.index_of(kind))

    def _drift(self, kind: IndexKind, index: str) -> list[str]:
        wanted = PLANS[kind].settings
        try:
            held = self._algolia.settings(index)
        except ProviderError as error:
            if error.status != 404:
                raise
            held = {}
        return sorted(name for name, value in wanted.items() if held.get(name) != value)

    def compare(self, kind: IndexKind) -> Divergence:
        """Compare an index with the database, but for what is waiting to be indexed anyway."""
        return self._but_for_waiting(kind, self._difference(kind, self._outbox.index_of(kind)))

    def repair(self, kind: IndexKind) -> Divergence:
        """Put the settings right and note whatever differs, so that the outbox indexes it; return what differed."""
        if self.drift(kind):
            self._outbox.set_up(kind)
        found = self._difference(kind, self._outbox.index_of(kind))
        unexpected = self._but_for_waiting(kind, found)
        with self._database.transaction() as session:
            # What waits is noted as well: a worker may have sent it to an index that a rebuild has just replaced.
            for object_id in sorted((*found.missing, *found.stale, *found.extra)):
                self._outbox.note(session, kind, object_id)
        return unexpected

    def rebuild(self, kind: IndexKind) -> int:
        """Fill an index anew and return the number of its records; searches see the old one until the new one is whole.

        Synonyms, rules and what settings the code does not name are kept. Raises `ProviderError` when a record is
        refused, and `ConflictError` when the new index does not become equal to the database or lacks its settings: the
        old one then stays, and the next call goes on where this one ended.
        """
        index = self._outbox.index_of(kind)
        beside = f"{index}_next"
        self._keep_rules(index, beside)
        self._algolia.wait(beside, self._algolia.set_settings(beside, PLANS[kind].settings))
        difference = self._difference(kind, beside)
        for _ in range(_ROUNDS):
            if difference:
                self._send(kind, beside, difference)
                difference = self._difference(kind, beside)
        if difference:
            raise ConflictError(
                f"The new index of {kind} does not become equal to the database: {difference}"
            )
        if drift := self._drift(kind, beside):
            raise ConflictError(f"The new index of {kind} has not its settings: {', '.join(drift)}")
        self._algolia.wait(beside, self._algolia.move(beside, index))
        # What changed between the last look and the move reached only the index that is gone.
        self.repair(kind)
        return self._count(index) or 0

    def _keep_rules(self, index: str, beside: str) -> None:
        try:
            self._algolia.wait(beside, self._algolia.copy_rules(index, beside))
        except ProviderError as error:
            if error.status != 404:
                raise

    # --- looking ---------------------------------------------------------------------------------------------------

    def _but_for_waiting(self, kind: IndexKind, found: Divergence) -> Divergence:
        with self._database.transaction() as session:
            known = set(session.scalars(select(SearchChange.object_id).where(SearchChange.kind == kind)))
        return Divergence(
            missing=[each for each in found.missing if each not in known],
            stale=[each for each in found.stale if each not in known],
            extra=[each for each in found.extra if each not in known],
        )

    def _difference(self, kind: IndexKind, index: str) -> Divergence:
        held = {record["objectID"]: record for record in self._records(index)}
        wanted = self._stored(kind)
        return Divergence(
            missing=sorted(wanted.keys() - held.keys()),
            stale=sorted(each for each in wanted.keys() & held.keys() if wanted[each] != held[each]),
            extra=sorted(held.keys() - wanted.keys()),
        )

    def _stored(self, kind: IndexKind) -> Mapping[str, Record]:
        with self._database.transaction() as session:
            return PLANS[kind].load(session)

    def _records(self, index: str) -> Iterator[dict[str, Any]]:
        try:
            yield from self._algolia.browse(index)
        except ProviderError as error:
            if error.status != 404:
                raise

    def _count(self, index: str) -> int | None:
        try:
            return self._algolia.search(index, {"query": "", "hitsPerPage": 1, "analytics": False}).total
        except ProviderError as error:
            if error.status != 404:
                raise
            return None

    def _age(self, moment: datetime | None) -> float:
        return 0.0 if moment is None else max(0.0, (self._clock.now() - moment).total_seconds())

    # --- sending ---------------------------------------------------------------------------------------------------

    def _send(self, kind: IndexKind, index: str, difference: Divergence) -> None:
        stored = self._stored(kind)
        wanted = [stored[each] for each in (*difference.missing, *difference.stale) if each in stored]
        for part in _parts(wanted):
            self._algolia.wait(index, self._algolia.batch(index, part, []))
        for gone in _parts(difference.extra):
            self._algolia.wait(index, self._algolia.batch(index, [], gone))
        _log.info("sent %d records to %s", len(wanted), index)


def _parts(things: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(things), _BATCH):
        yield things[start : start + _BATCH]
