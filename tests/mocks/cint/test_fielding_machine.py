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
from tests.mocks.cint.room import Room

DAYS = 5


class Fielding(RuleBasedStateMachine):
    """Keeps, for each target group, whether it was launched, and what its events told."""

    groups = Bundle("groups")

    def __init__(self) -> None:
        super().__init__()
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
TestFielding.settings = settings(max_examples=10, stateful_step_count=20, deadline=None)
