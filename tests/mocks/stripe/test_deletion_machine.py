"""Whatever is deleted, in whatever order: nothing refers to what never was, no request breaks, sums stay right."""

import asyncio
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from harness import coherence
from harness.transaction import TIMERS
from mocks.stripe.provider import stripe
from mocks.stripe.resources import subscriptions
from mocks.stripe.resources.subscriptions import SUBSCRIPTIONS
from tests.machines import RUNS
from tests.mocks.stripe.deletions import DELETE, MAKE, READ, USE, Step
from tests.mocks.stripe.room import Room

ID = re.compile(r"(?:[a-z]{2,8}|cs_test|credgr_test|cbtxn_test|mtr_test|evt_test)_[0-9A-Za-z]{14,64}")
NEVER_KEPT = ("req_", "src_", "whsec_", "iauth_", "acct_", "test_")
"""What begins ids that are told and kept nowhere: of requests, authentications, the account, parts of addresses."""


class Deletions(RuleBasedStateMachine):
    """A shop in which anything may go."""

    def __init__(self) -> None:
        """Open a world of its own."""
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.room = Room.open(Path(self.folder.name))
        self.made: dict[str, list[str]] = {}
        self.gone: set[str] = set()
        self.pages: list[str] = []

    def teardown(self) -> None:
        """Read everything once more, and close the world."""
        for kind, path in READ.items():
            for id in self.made.get(kind, ()):
                self.send(("GET", path.format(id), {}))
        for page in self.pages:
            assert self.runner.run(self.room.client.get(page)).status_code < 500
        self.runner.run(self.room.close())
        self.runner.close()
        self.folder.cleanup()

    def send(self, step: Step) -> Any:
        """Send a request, which may be refused; return what a success answers."""
        method, path, params = step
        answer = self.runner.run(self.room.call(method, path, params))
        assert answer.status_code in {200, 400, 402, 404}, (step, answer.text)
        return answer.json() if answer.status_code == 200 else None

    def make(self, name: str, pick: Any) -> None:
        """Make something, and remember it."""
        kind, step = MAKE[name](pick)
        made = self.send(step)
        if made is None:
            return
        self.made.setdefault(kind, []).append(made["id"])
        if made.get("url") and made["object"] in {"checkout.session", "billing_portal.session"}:
            self.pages.append(made["url"])
        if made["object"] == "subscription" and made["latest_invoice"]:
            self.made.setdefault("invoice", []).append(made["latest_invoice"])

    @initialize()
    def furnish(self) -> None:
        """There is one of each thing, for who pays and who does not."""

        def newest(kind: str) -> str:
            return self.made.get(kind, [f"none_{kind}"])[-1]

        for name in MAKE:
            if name not in {"clock", "clocked"}:
                self.make(name, newest)

    @rule(data=st.data(), name=st.sampled_from(sorted(MAKE)))
    def add(self, data: st.DataObject, name: str) -> None:
        """Something more is made."""
        self.make(name, self.picking(data))

    @rule(data=st.data(), name=st.sampled_from(sorted(USE)))
    def use(self, data: st.DataObject, name: str) -> None:
        """Something is used."""
        self.send(USE[name](self.picking(data)))

    @rule(data=st.data(), name=st.sampled_from(sorted(DELETE)))
    def delete(self, data: st.DataObject, name: str) -> None:
        """Something goes."""
        step = DELETE[name](self.picking(data))
        if self.send(step) is not None and step[0] == "DELETE":
            self.gone.add(step[1].rsplit("/", 1)[-1])

    @rule(days=st.sampled_from([0.01, 0.05, 4, 32]))
    def wait(self, days: float) -> None:
        """Time passes."""
        self.runner.run(self.room.advance(days * 86_400))

    def picking(self, data: st.DataObject) -> Any:
        """Return what draws a thing of a kind, alive or not."""
        return lambda kind: data.draw(st.sampled_from(self.made.get(kind) or [f"none_{kind}"]), label=kind)

    @invariant()
    def all_is_coherent(self) -> None:
        """Money adds up, times are in order, declared references lead somewhere."""
        found = coherence.check(self.room.runtime.store, self.room.world, [stripe])
        assert self.runner.run(found).findings == []

    @invariant()
    def no_id_dangles(self) -> None:
        """Each id that a document holds is of something that is there, or that was deleted."""
        query = "SELECT kind, id, body FROM objects WHERE space = ? AND kind LIKE 'stripe.%' AND kind <> 'stripe.event'"
        kept = [
            (kind, id, orjson.loads(body))
            for kind, id, body in self.room.runtime.store.ask(query, (self.room.world.space,)).fetchall()
        ]
        there = {id for _, id, _ in kept} | {each for *_, body in kept for each in own_ids(body)} | self.gone
        for kind, id, body in kept:
            wrong = [each for each in ids(body) if each not in there and not each.startswith(NEVER_KEPT)]
            assert not wrong, f"{kind} {id} holds {wrong}"

    @invariant()
    def nothing_is_due_of_what_has_ended(self) -> None:
        """No timer waits for a subscription that has ended."""
        tx = self.room.tx()
        ended = {each["id"] for each in tx.every(SUBSCRIPTIONS) if each["status"] in subscriptions.ENDED}
        waiting = [each["payload"] for each in tx.every(TIMERS)]
        assert [each for each in waiting if each.get("subscription") in ended] == []


def own_ids(value: Any) -> Iterator[str]:
    """Yield the ids of a document and of what lives within it: lines, items."""
    if isinstance(value, dict):
        if isinstance(value.get("id"), str):
            yield value["id"]
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from own_ids(each)


def ids(value: Any) -> Iterator[str]:
    """Yield all that looks like an id in a document."""
    if isinstance(value, str):
        if ID.fullmatch(value):
            yield value
        return
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from ids(each)


TestDeletions = Deletions.TestCase
TestDeletions.settings = settings(
    max_examples=RUNS,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
