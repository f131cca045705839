"""Any sequence of connections, lost sessions, refreshes and clock moves keeps to the table of an account's states."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from harness.errors import InvalidInput
from tests.machines import RUNS
from tests.mocks.insightiq.room import Room

Json = Any
CONNECTED, LOST, GONE = "CONNECTED", "SESSION_EXPIRED", "NOT_CONNECTED"
PLATFORMS = ("instagram", "tiktok", "youtube")
PRODUCTS = st.sets(
    st.sampled_from(["IDENTITY", "IDENTITY.AUDIENCE", "ENGAGEMENT", "PUBLISH.CONTENT"]), min_size=1
)
ADDED = {"PROFILES": "identity", "PROFILES_AUDIENCE": "audience", "CONTENTS": "engagement"}


class Accounts(RuleBasedStateMachine):
    """Keeps, for each account, whose it is and the state that it must be in."""

    accounts = Bundle("accounts")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory(prefix="greenroom-test-")
        self.room = Room.open(Path(self.folder.name))
        self.room.populate(size=60)
        self.whose: dict[tuple[str, str], str] = {}
        self.states: dict[str, str] = {}
        self.contents: dict[str, int] = {}
        self.products: dict[str, set[str]] = {}

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def account(self, id: str) -> Json:
        return self.run(self.room.ok("GET", f"/v1/accounts/{id}"))

    @rule(target=accounts, number=st.integers(0, 3), platform=st.sampled_from(PLATFORMS), products=PRODUCTS)
    def connect(self, number: int, platform: str, products: set[str]) -> str:
        found = self.run(self.room.search(self.platform(platform)))
        handle = found[number % len(found)]["platform_username"]
        if not self.run(self.room.call("GET", "/v1/users/external_id/ada")).is_success:
            self.run(self.room.ok("POST", "/v1/users", {"name": "Ada", "external_id": "ada"}))
        known = self.whose.get((platform, handle))
        wanted = {
            "external_id": "ada",
            "username": handle,
            "work_platform": platform,
            "products": sorted(products),
        }
        if known is not None and self.states[known] == CONNECTED:
            with pytest.raises(InvalidInput, match="already"):
                self.room.trigger("ACCOUNTS.CONNECTED", **wanted)
            return known
        made: str = self.room.trigger("ACCOUNTS.CONNECTED", **wanted)["id"]
        assert known in (None, made), "connecting again takes up the same account"
        self.whose[platform, handle] = made
        self.products[made] = products
        self.states[made] = CONNECTED
        return made

    def platform(self, name: str) -> str:
        listed = self.run(self.room.ok("GET", f"/v1/work-platforms?name={name}"))
        id: str = listed["data"][0]["id"]
        return id

    @rule(account=accounts)
    def lose(self, account: str) -> None:
        if self.states[account] == CONNECTED:
            self.room.trigger("SESSION.EXPIRED", account_id=account)
            self.states[account] = LOST
        else:
            with pytest.raises(InvalidInput, match="no session to lose"):
                self.room.trigger("SESSION.EXPIRED", account_id=account)

    @rule(account=accounts)
    def disconnect(self, account: str) -> None:
        shown = self.run(self.room.ok("POST", f"/v1/accounts/{account}/disconnect", {}))
        self.states[account] = GONE
        assert shown["status"] == GONE

    @rule(account=accounts, path=st.sampled_from(["profiles", "social/contents", "social/content-groups"]))
    def refresh(self, account: str, path: str) -> None:
        product = "identity" if path == "profiles" else "engagement"
        shown = self.account(account)["data"].get(product, {})
        has = product.upper() in self.products[account] and shown["status"] != "NOT_SUPPORTED"
        answer = self.run(self.room.call("POST", f"/v1/{path}/refresh", {"account_id": account}))
        assert answer.status_code == (202 if has else 403)

    @rule(account=accounts, type=st.sampled_from(["REELS", "TWEET"]))
    def publish(self, account: str, type: str) -> None:
        media = [{"media_type": "VIDEO", "source_media_url": "https://files.test/a.mp4"}]
        body = {"account_id": account, "type": type, "media": media}
        answer = self.run(self.room.call("POST", "/v1/social/contents/publish", body))
        granted = "publish" in self.account(account)["data"]
        expected = 403 if not granted else 202 if self.states[account] == CONNECTED else 400
        assert answer.status_code == expected

    @rule(hours=st.sampled_from([0.001, 0.01, 1, 25, 24 * 9]))
    def advance(self, hours: float) -> None:
        self.run(self.room.advance(hours * 3600))

    @invariant()
    def accounts_are_in_the_states_of_the_table(self) -> None:
        for id, state in self.states.items():
            shown = self.account(id)
            assert shown["status"] == state
            products = {part["status"] for part in shown["data"].values()}
            assert products <= {"SYNCED", "IN_PROGRESS", "NOT_SUPPORTED"}

    @invariant()
    def events_tell_the_same_story(self) -> None:
        told: dict[str, str] = {}
        ids = {id.replace("-", ""): id for id in self.states}
        ends = {"ACCOUNTS.CONNECTED": CONNECTED, "ACCOUNTS.DISCONNECTED": GONE, "SESSION.EXPIRED": LOST}
        for event in self.room.events():
            account = event["data"].get("account_id", "")
            if event["event"] in ends:
                told[ids[account]] = ends[event["event"]]
        assert told == self.states

    @invariant()
    def contents_never_become_fewer(self) -> None:
        for id in self.states:
            if "engagement" not in self.account(id)["data"]:
                continue
            at = f"/v1/social/contents?account_id={id}&limit=100"
            count = len(self.run(self.room.ok("GET", at))["data"])
            assert count >= self.contents.get(id, 0)
            self.contents[id] = count

    def teardown(self) -> None:
        self.run(self.room.close())
        self.loop.close()
        self.folder.cleanup()


TestAccounts = Accounts.TestCase
TestAccounts.settings = settings(max_examples=RUNS, stateful_step_count=16, deadline=None)
