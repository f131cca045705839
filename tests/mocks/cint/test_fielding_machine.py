"""Any sequence of launches, transitions and clock moves keeps to the table of states, and every count to its table."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from harness import instants
from mocks.cint.resources.fielding import ACTIONS
from tests.machines import RUNS
from tests.mocks.cint.room import Room
from tests.mocks.cint.test_spec import reconcile

DAYS = 5


class Fielding(RuleBasedStateMachine):
    """Keeps, for each target group, whether it was launched, and what its events told."""

    groups = Bundle("groups")

    def __init__(self) -> None:
        super().__init__()
        self.completes: dict[str, int] = {}
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory(prefix="greenroom-test-")
        self.room = Room.open(Path(self.folder.name))
        self.made: list[str] = []
        self.project = self.run(self.room.project())

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def status(self, group: str) -> str:
        answer = self.run(self.room.call("GET", f"{group}/overview"))
        return "draft" if answer.status_code == 404 else str(answer.json()["status"])

    @rule(target=groups, goal=st.integers(1, 30))
    def draft(self, goal: int) -> str:
        group: str = self.run(self.room.target_group(self.project, filling_goal=goal))
        self.made.append(group)
        return group

    @rule(group=groups)
    def launch(self, group: str) -> None:
        was = self.status(group)
        job = self.run(self.room.launch(group, DAYS))
        assert (job["status"] == "Completed") is (was == "draft")

    @rule(group=groups, hours=st.integers(1, 30))
    def schedule(self, group: str, hours: int) -> None:
        was, now = self.status(group), self.room.world.clock.now()
        start = now + hours * instants.HOUR
        body = {
            "start_fielding_at": instants.iso(start),
            "end_fielding_at": instants.iso(start + DAYS * instants.DAY),
        }
        path = f"{group}/fielding-run-jobs/schedule-from-draft"
        job = self.run(self.room.call("POST", path, body)).headers["location"]
        self.run(self.room.advance(2))
        done = self.run(self.room.ok("GET", job))
        assert (done["status"] == "Completed") is (was == "draft")

    @rule(group=groups, verb=st.sampled_from(sorted(ACTIONS)))
    def act(self, group: str, verb: str) -> None:
        was = self.status(group)
        if was == "draft":
            return
        path, run, _ = self.run(self.room.run(group))
        assert run == was.capitalize()
        answer = self.run(self.room.call("POST", f"{path}/{verb}"))
        action = ACTIONS[verb]
        if was not in action.origins:
            assert answer.status_code == 422
        elif answer.status_code < 300:
            assert self.status(group) == action.target
        else:
            assert action.needs_room
            assert answer.status_code == 422

    @rule(group=groups, count=st.integers(1, 20))
    def come(self, group: str, count: int) -> None:
        if self.status(group) == "live":
            self.run(self.arrive(group.rpartition("/")[2], count))

    async def arrive(self, group: str, count: int) -> None:
        self.room.trigger("respondents.come", target_group_id=group, count=count)
        await self.room.runtime.dispatcher.settle(self.room.world)

    @rule(hours=st.sampled_from([1, 6, 24, 24 * DAYS]))
    def advance(self, hours: int) -> None:
        self.run(self.room.advance(hours * 3600))

    @rule(group=groups, count=st.integers(1, 3), positive=st.booleans())
    def reverse(self, group: str, count: int, positive: bool) -> None:
        """Take some completes back, or make completes of terminates: the one thing that lets counters fall."""
        wanted = (20, 26) if positive else (10, 11)
        found = [each["id"] for each in self.room.sessions(group) if each["client"] in wanted][:count]
        if not found:
            return
        before = self.room.counts(group).get("completes", 0)
        code = "201" if positive else "101"
        self.run(reconcile(self.room, "\n".join(f"{rid},{code}" for rid in found), f"r{self.room.keys}"))
        self.room.keys += 1
        status = self.status(group)
        self.run(self.room.advance(2))
        after = self.room.counts(group).get("completes", 0)
        if status != "live":
            assert after - before == (len(found) if positive else -len(found))
        self.completes[group] = after

    @rule(group=groups, index=st.integers(0, 40), outcome=st.sampled_from([2, 3, 4, 5]))
    def report(self, group: str, index: int, outcome: int) -> None:
        """A survey's host reports how it ended; a second report of the same respondent is refused."""
        inside = [each["id"] for each in self.room.sessions(group) if each["client"] == 1]
        if not inside:
            return
        rid = inside[index % len(inside)]
        first = self.run(self.room.s2s("POST", "transition", {"id": rid, "status": outcome}))
        again = self.run(self.room.s2s("POST", "transition", {"id": rid.upper(), "status": 5}))
        assert (first.status_code, again.status_code) == (200, 422)
        assert self.run(self.room.s2s("GET", rid)).json()["status"] == outcome

    @rule(group=groups, stale=st.booleans())
    def pause_with_a_version(self, group: str, stale: bool) -> None:
        """A change that was meant for an older state is refused, whatever the state."""
        if self.status(group) == "draft":
            return
        path, run, etag = self.run(self.room.run(group))
        wanted = 'W/"0"' if stale else etag
        answer = self.run(self.room.call("POST", f"{path}/pause", if_match=wanted))
        assert answer.status_code == (412 if stale else 204 if run == "Live" else 422)

    @invariant()
    def completes_fall_by_reconciliation_only(self) -> None:
        for group in self.made:
            completes = self.room.counts(group).get("completes", 0)
            assert completes >= self.completes.get(group, 0)
            self.completes[group] = completes

    @invariant()
    def nobody_counts_twice(self) -> None:
        for group in self.made:
            sessions = [each for each in self.room.sessions(group) if not each["test"]]
            assert len({each["id"] for each in sessions}) == len(sessions)
            numbers = [each["number"] for each in sessions]
            assert len(set(numbers)) == len(numbers)
            let_in = [each["panelist_id"] for each in sessions if each["client"] is not None]
            assert len(set(let_in)) == len(let_in)

    @invariant()
    def counts_are_those_of_the_table(self) -> None:
        for group in self.made:
            counts = self.room.counts(group)
            ended = [
                counts.get(name, 0) for name in ("completes", "terminates", "quality", "overquota", "inside")
            ]
            assert sum(ended) == counts.get("prescreens", 0) <= counts.get("entrants", 0)

    @invariant()
    def a_goal_that_is_filled_is_not_fielded(self) -> None:
        for group in self.made:
            status = self.status(group)
            if status == "live":
                shown = self.run(self.room.ok("GET", f"{group}/overview"))["progress"]
                assert shown["current_completes"] < shown["filling_goal"]

    def teardown(self) -> None:
        self.run(self.room.close())
        self.loop.close()
        self.folder.cleanup()


TestFielding = Fielding.TestCase
TestFielding.settings = settings(max_examples=RUNS, stateful_step_count=20, deadline=None)
