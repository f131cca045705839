"""Keeping a copy of a provider's objects right, although its webhooks come late, twice and out of order.

A webhook is only taken as a sign that an object changed: the object is read again from the API. Two such reads may
run at once and finish in either order, so each takes a number before it begins, and an answer is written only if no
later read has been written already. Every change is followed by an event, hence by a read that began after it; no
read with a lower number can undo that one, so the mirror ends equal to the provider.
"""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from integrations.database import Database, insert_if_absent
from integrations.models import MirrorRead


class Mirror:
    """Numbers the reads of each object, in the database, so that several processes share one order."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin_read(self, object_id: str) -> int:
        """Return the number of a read that begins now; call it before asking the provider."""
        with self._database.transaction() as session:
            insert_if_absent(session, MirrorRead, {"object_id": object_id, "issued": 0, "applied": 0})
            return session.scalars(
                update(MirrorRead)
                .where(MirrorRead.object_id == object_id)
                .values(issued=MirrorRead.issued + 1)
                .returning(MirrorRead.issued)
            ).one()

    @staticmethod
    def claim(session: Session, object_id: str, number: int) -> bool:
        """Say whether the answer of read `number` may be written, in the transaction that writes it.

        Until that transaction ends, no other one can claim the same object.
        """
        read = session.scalars(
            select(MirrorRead).where(MirrorRead.object_id == object_id).with_for_update()
        ).one()
        if read.applied >= number:
            return False
        read.applied = number
        return True
