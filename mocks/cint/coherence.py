"""What holds between Cint's documents: who came to which target group, and that the counts are those of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.coherence import Coherence, Link
from mocks.cint.resources import statistics
from mocks.cint.resources.sessions import SESSIONS
from mocks.cint.resources.target_groups import TARGET_GROUPS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ACCOUNT, PROJECT, GROUP = ("cint.account",), ("cint.project",), ("cint.target_group",)
PAGE = 1000


def _counts(tx: Transaction, tally: Json) -> str | None:
    """The running count of a target group is that of its sessions, told by the table."""
    counted: dict[str, int] = {}
    after: str | None = None
    while True:
        page = tx.page(SESSIONS, where={"target_group": tally["id"]}, limit=PAGE, after=after)
        for session in page.items:
            for name, number in statistics.contribution(session).items():
                counted[name] = counted.get(name, 0) + number
        if not page.has_more:
            break
        after = page.items[-1]["id"]
    held = tally["counts"]
    wrong = [name for name in sorted({*counted, *held}) if counted.get(name, 0) != held.get(name, 0)]
    told = ", ".join(f"{name}: {held.get(name, 0)} and not {counted.get(name, 0)}" for name in wrong[:5])
    return told or None


def _together(_: Transaction, tally: Json) -> str | None:
    """Everybody who was let in has come to one end, or is inside."""
    counts = tally["counts"]
    ends = ("inside", "completes", "terminates", "quality", "overquota")
    total = sum(counts.get(name, 0) for name in ends)
    prescreens = counts.get("prescreens", 0)
    return (
        None if total == prescreens else f"{prescreens} were let in, and {total} came to an end or are inside"
    )


def _project(tx: Transaction, session: Json) -> str | None:
    group = tx.get(TARGET_GROUPS, session["target_group"])
    if group is None or group["project"] == session["project"]:
        return None
    return f"its target group is of the project {group['project']}"


COHERENCE = Coherence(
    links={
        "cint.project": (Link("account", ACCOUNT),),
        "cint.target_group": (Link("account", ACCOUNT), Link("project", PROJECT)),
        "cint.fielding_run": (Link("target_group", GROUP),),
        "cint.fielding_job": (
            Link("project", PROJECT),
            Link("target_group", GROUP),
            Link("run", ("cint.fielding_run",)),
        ),
        "cint.change": (Link("target_group", GROUP),),
        "cint.session": (Link("account", ACCOUNT), Link("project", PROJECT), Link("target_group", GROUP)),
        "cint.tally": (Link("id", GROUP),),
        "cint.interview_lengths": (Link("id", GROUP),),
        "cint.recruiting_plan": (Link("id", GROUP),),
        "cint.reconciliation": (Link("account", ACCOUNT),),
        "cint.report": (Link("account", ACCOUNT),),
    },
    orders={
        "cint.target_group": (("created", "updated"), ("created", "start_at", "end_at")),
        "cint.session": (("entered", "opened", "ended"),),
        "cint.fielding_run": (("start", "end"),),
        "cint.tally": (("first", "last"),),
    },
    rules={
        "cint.tally": {"counts are those of the sessions": _counts, "ends sum up": _together},
        "cint.session": {"project of its target group": _project},
    },
)
