"""Engagement counts: who watches now, told to whoever holds a token for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.mux import errors
from mocks.mux.resources import measuring, monitoring, playing, views

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

FIELDS = {
    "playback_id": "playback_id",
    "asset_id": "asset_id",
    "live_stream_id": "live_stream_id",
    "video_id": "video_id",
}
"""What a token may be for, and the field of views that it names."""


def now(tx: Transaction, token: str) -> Json:
    """Return views and viewers at this moment; refuse a token that is not good."""
    import jwt  # here: it brings cryptography, which is slow to import

    try:
        told = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise errors.not_allowed("The token is invalid.", rule="invalid_token") from None
    audience, subject = str(told.get("aud")), str(told.get("sub"))
    if audience not in FIELDS:
        raise errors.not_allowed("The token is for another kind of address.", rule="token_audience")
    playing.claims(tx, subject, audience, token)
    table = monitoring.at(views.table(tx), tx.seconds)
    words = table.words(FIELDS[audience])
    number = words.table.index(subject) if subject in words.table else -2
    mine = table.select(words.codes == number)
    viewers, _ = measuring.overall(mine, "unique_viewers", None)
    return {"views": mine.count, "viewers": int(viewers), "updated_at": views.moment(tx.seconds * 1000)}
