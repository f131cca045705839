"""Auto-indexing: a change is noted in the transaction that makes it, and a worker brings it to Algolia afterwards.

A note only says which object changed. The worker indexes the object as it is then, or deletes the record of one that
is gone, so that notes may be worked off late, twice and in any order. While one worker has an object in hand, no other
takes it: `due_at` says until when, and whose it is. A change meanwhile raises the note's version, and the object is
indexed once more.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, delete, select, update
from sqlalchemy.orm import Session

from integrations.clock import Clock
from integrations.database import Database, insert_if_absent
from integrations.errors import ProviderError, ProviderUnavailableError
from integrations.models import IndexKind, SearchChange
from integrations.search.algolia_gateway import AlgoliaGateway
from integrations.search.records import PLANS, Record
from integrations.settings import Settings

_log = logging.getLogger(__name__)

#: Records in one request: Algolia recommends 1,000 to 10,000, or 10 MB.
_BATCH = 1000
#: Longer than a call may take with all its retries; after that, another worker may take a note over. It begins anew before
#: each call, with the reading of what is sent, so that nobody sends what was read before another's sending.
_LEASE = timedelta(minutes=2)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)


class SearchOutbox:
    """Notes changes, and works the notes off."""

    def __init__(self, database: Database, algolia: AlgoliaGateway, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._algolia = algolia
        self._settings = settings
        self._clock = clock
        self._prepared: set[IndexKind] = set()

    def index_of(self, kind: IndexKind) -> str:
        """Return the name of a kind's index."""
        names = {
            IndexKind.CAMPAIGNS: self._settings.algolia_campaigns_index,
            IndexKind.STUDIES: self._settings.algolia_studies_index,
        }
        return names[kind]

    def note(self, session: Session, kind: IndexKind, object_id: str) -> None:
        """Note, in the transaction of the change, that an object was made, changed or deleted.

        Several of a kind are noted in the order of their ids.
        """
        now = self._clock.now()
        values = {
            "kind": kind,
            "object_id": object_id,
            "version": 1,
            "attempts": 0,
            "due_at": now,
            "refused": False,
            "changed_at": now,
        }
        session.flush()
        if insert_if_absent(session, SearchChange, values):
            return
        theirs = (SearchChange.kind == kind, SearchChange.object_id == object_id)
        session.execute(
            update(SearchChange)
            .where(*theirs)
            .values(
                version=SearchChange.version + 1,
                refused=False,
                # The oldest change that searches do not see stays the note's, or an object that changes all the time
                # would never be seen to be behind.
                changed_at=case((SearchChange.refused, now), else_=SearchChange.changed_at),
            )
        )

    def pending(self) -> list[SearchChange]:
        """Return what has not been indexed, the oldest first; what Algolia refused has `refused` and `error`."""
        with self._database.transaction() as session:
            return list(session.scalars(select(SearchChange).order_by(SearchChange.id)))

    def deliver_pending(self, stopping: Callable[[], bool] = lambda: False, *, wait: bool = False) -> int:
        """Index what is due, until `stopping` says so; return how many objects were brought up to date.

        With `wait`, return only when searches see it. A provider's failure is not raised: the notes say what it was.
        """
        done = 0
        while not stopping():
            taken = self._take()
            if not taken:
                break
            by_kind: dict[IndexKind, list[SearchChange]] = defaultdict(list)
            # In the order in which all who write several notes do it, so that none waits for another in a circle.
            for change in sorted(taken, key=lambda change: change.object_id):
                by_kind[change.kind].append(change)
            for kind, changes in by_kind.items():
                done += self._index(kind, changes, wait=wait)
        return done

    def set_up(self, kind: IndexKind) -> None:
        """Give a kind's index its settings, which creates it; done by itself before the first record is sent."""
        index = self.index_of(kind)
        self._algolia.wait(index, self._algolia.set_settings(index, PLANS[kind].settings))
        self._prepared.add(kind)

    def _take(self) -> list[SearchChange]:
        """Take due notes in hand, so that no other worker has them at the same time."""
        now = self._clock.now()
        with self._database.transaction() as session:
            due = (
                select(SearchChange)
                .where(SearchChange.due_at <= now, ~SearchChange.refused)
                .order_by(SearchChange.id)
                .limit(_BATCH)
                .with_for_update(skip_locked=True)
            )
            taken = list(session.scalars(due))
            for change in taken:
                change.due_at = now + _LEASE
                change.attempts += 1
        return taken

    def _index(self, kind: IndexKind, changes: Sequence[SearchChange], *, wait: bool) -> int:
        try:
            if kind not in self._prepared:
                self.set_up(kind)
        except ProviderError as error:
            self._postpone(changes, error, refused=False)
            return 0
        held, records = self._read(kind, changes)
        gone = [change.object_id for change in held if change.object_id not in records]
        try:
            index = self.index_of(kind)
            task_id = self._algolia.batch(index, list(records.values()), gone) if held else None
            if wait and task_id is not None:
                self._algolia.wait(index, task_id)
        except ProviderError as error:
            return self._after_failure(kind, held, error, wait=wait)
        return self._settle(held)

    def _read(
        self, kind: IndexKind, changes: Sequence[SearchChange]
    ) -> tuple[list[SearchChange], dict[str, Record]]:
        """Read the objects of notes in hand, and keep those in hand as long again; what another worker has is left out."""
        until = self._clock.now() + _LEASE
        held = []
        with self._database.transaction() as session:
            for change in changes:
                kept = update(SearchChange).where(*_in_hand(change)).values(due_at=until)
                if session.execute(kept.returning(SearchChange.id)).first() is not None:
                    held.append(change)
            records = PLANS[kind].load(session, [change.object_id for change in held])
        for change in held:
            change.due_at = until
        return held, records

    def _after_failure(
        self, kind: IndexKind, changes: Sequence[SearchChange], error: ProviderError, *, wait: bool
    ) -> int:
        # Only a record itself is at fault with these; keys and outages can be mended without changing it.
        refused = error.status in {400, 413} and not isinstance(error, ProviderUnavailableError)
        # A batch is refused whole; one record too large must not keep the others from being found.
        if refused and len(changes) > 1:
            middle = len(changes) // 2
            halves = (changes[:middle], changes[middle:])
            return sum(self._index(kind, half, wait=wait) for half in halves)
        self._postpone(changes, error, refused=refused)
        return 0

    def _settle(self, changes: Sequence[SearchChange]) -> int:
        with self._database.transaction() as session:
            for change in changes:
                done = delete(SearchChange).where(*_in_hand(change), SearchChange.version == change.version)
                if session.execute(done.returning(SearchChange.id)).first() is None:
                    # Changed since it was read: due again at once.
                    self._keep(
                        session,
                        change,
                        due_at=self._clock.now(),
                        attempts=0,
                        error=None,
                        changed_at=change.due_at - _LEASE,
                    )
        return len(changes)

    def _postpone(self, changes: Sequence[SearchChange], error: ProviderError, *, refused: bool) -> None:
        with self._database.transaction() as session:
            for change in changes:
                wait = min(_FIRST_WAIT * 2 ** min(change.attempts - 1, 10), _LONGEST_WAIT)
                values: dict[str, Any] = {"error": str(error), "due_at": self._clock.now() + wait}
                if refused:
                    same = SearchChange.version == change.version
                    values["refused"] = case((same, True), else_=SearchChange.refused)
                self._keep(session, change, **values)
        _log.warning("%d changes are not indexed: %s", len(changes), error)

    def _keep(self, session: Session, change: SearchChange, **values: Any) -> None:
        """Let go of a note that is not done with.

        Where another worker took it over, what was sent here may have reached Algolia after what that one sent: then the
        object is to be indexed once more.
        """
        kept = update(SearchChange).where(*_in_hand(change)).values(values)
        if session.execute(kept.returning(SearchChange.id)).first() is None:
            self.note(session, change.kind, change.object_id)


def _in_hand(change: SearchChange) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a note is this worker's: nobody took it over, and its id was not given to another."""
    return (
        SearchChange.id == change.id,
        SearchChange.object_id == change.object_id,
        SearchChange.due_at == change.due_at,
    )
