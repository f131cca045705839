"""Which of several sources says how large a creator is, when they disagree.

The rule: what was observed last counts. Within a day of each other, sources are as good as they are near to the creator:
a connected account is first-hand, an analytics report second. So a report does not undo what the account itself said an
hour ago, and an account that was lost long ago does not hide what reports have said since.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

CONNECTED, ANALYTICS = "connected", "analytics"
_NEARNESS = {CONNECTED: 2, ANALYTICS: 1}
#: Observations no further apart than this are of the same time.
SAME_TIME = timedelta(days=1)


def prevails(new: tuple[str, datetime], old: Mapping[str, Any] | None) -> bool:
    """Say whether an observation (source, instant) counts, where `old` ({source, at}) is what counts so far."""
    if not old:
        return True
    source, at = new
    before = datetime.fromisoformat(old["at"])
    if abs(at - before) <= SAME_TIME and source != old["source"]:
        return _NEARNESS[source] > _NEARNESS[old["source"]]
    return at >= before


def noted(source: str, at: datetime) -> dict[str, str]:
    """Return an observation as it is kept."""
    return {"source": source, "at": at.isoformat()}
