"""Any sequence of sends, cancellations, triggers and clock moves keeps to the life cycle of mails."""

import asyncio
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from harness.errors import InvalidInput
from mocks.resend.resources.lifecycle import FROM, SILENT
from tests.mocks.resend.room import Room

ADDRESSES = ["ada@customer.test", "bob@customer.test", "bounced@resend.dev", "complained@resend.dev", "suppressed@resend.dev"]  # fmt: skip
TRIGGERS = [
    "delivered",
    "bounced",
    "complained",
    "delivery_delayed",
    "opened",
    "clicked",
    "failed",
    "suppressed",
]


class Mails(RuleBasedStateMachine):
    """Keeps, for each mail, the events seen so far; they must be a walk through the table of states."""

    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory(prefix="greenroom-test-")
        self.room = Room.open(Path(self.folder.name))
        self.canceled: set[str] = set()

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    @rule(target=sent, to=st.lists(st.sampled_from(ADDRESSES), min_size=1, max_size=3), later=st.booleans())
    def send(self, to: list[str], later: bool) -> str:
        id: str = self.run(self.room.send(to, scheduled_at="in 1 min" if later else None))
        return id

    @rule(id=sent)
    def cancel(self, id: str) -> None:
        was = self.run(self.room.state(id))
        answer = self.run(self.room.call("POST", f"/emails/{id}/cancel"))
        assert answer.is_success is (was == "scheduled")
        if answer.is_success:
            self.canceled.add(id)

    @rule(id=sent, minutes=st.integers(1, 5))
    def reschedule(self, id: str, minutes: int) -> None:
        was = self.run(self.room.state(id))
        answer = self.run(self.room.call("PATCH", f"/emails/{id}", {"scheduled_at": f"in {minutes} min"}))
        assert answer.is_success is (was == "scheduled")

    @rule(id=sent, event=st.sampled_from(TRIGGERS))
    def trigger(self, id: str, event: str) -> None:
        try:
            shown = self.room.trigger(f"email.{event}", email_id=id)
        except InvalidInput:
            assert self.run(self.room.state(id)) not in FROM[event]
        else:
            assert shown["last_event"] == event

    @rule(seconds=st.sampled_from([0.1, 0.3, 1.2, 5, 60, 400]))
    def advance(self, seconds: float) -> None:
        self.run(self.room.advance(seconds))

    @rule(id=consumes(sent))
    def wait_for_the_end(self, id: str) -> None:
        self.run(self.room.advance(3600))
        last = self.run(self.room.state(id))
        assert last in set(FROM) - {"queued", "sent", "delivery_delayed"}
        assert (last == "canceled") is (id in self.canceled)

    @invariant()
    def events_walk_through_the_states(self) -> None:
        seen: dict[str, list[str]] = {}
        for event in self.room.events():
            seen.setdefault(event["data"]["email_id"], []).append(event["type"].removeprefix("email."))
        stored = {each["id"]: each.get("status") for each in self.room.mails()}
        assert {id for id, states in seen.items() if "sent" in states} <= stored.keys()
        for id, status in stored.items():
            if status is not None:
                assert status in seen[id]
        for states in seen.values():
            for before, after in pairwise(states):
                assert before in FROM[after] or (
                    before == "scheduled" and after in {"sent", "suppressed", "failed"}
                )

    @invariant()
    def the_state_is_the_last_event(self) -> None:
        last = {event["data"]["email_id"]: event["type"] for event in self.room.events()}
        for shown in self.run(self.room.ok("GET", "/emails?limit=100"))["data"]:
            if shown["last_event"] not in SILENT:
                assert last[shown["id"]] == f"email.{shown['last_event']}"

    def teardown(self) -> None:
        self.run(self.room.close())
        self.loop.close()
        self.folder.cleanup()


TestMails = Mails.TestCase
TestMails.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
