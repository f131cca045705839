"""Any sequence of joining, leaving, promoting, inviting and deleting keeps an organisation's rules."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.mocks.clerk.room import Room

PEOPLE = ("ada", "bob", "cleo", "dan")
ROLES = st.sampled_from(["org:admin", "org:member"])
LIMIT = 3


class Memberships(RuleBasedStateMachine):
    """One organisation and four people, beside a plain dict that says what should be."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.room = Room.open(Path(self.folder.name))
        self.ids: dict[str, str] = {}
        self.roles: dict[str, str] = {}
        self.invited: set[str] = set()
        self.path = ""

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer = self.runner.run(self.room.call(method, path, body))
        return answer.status_code, answer.json()

    @initialize()
    def begin(self) -> None:
        for name in PEOPLE:
            self.ids[name] = self.runner.run(self.room.user(f"{name}@northwind.test"))["id"]
        made = self.runner.run(self.room.organization(self.ids["ada"], max_allowed_memberships=LIMIT))
        self.path, self.roles = f"/organizations/{made['id']}", {"ada": "org:admin"}

    def full(self) -> bool:
        return len(self.roles) + len(self.invited) >= LIMIT

    def last_admin(self, name: str) -> bool:
        return self.roles.get(name) == "org:admin" and list(self.roles.values()).count("org:admin") == 1

    @rule(name=st.sampled_from(PEOPLE), role=ROLES)
    def join(self, name: str, role: str) -> None:
        status, body = self.call(
            "POST", f"{self.path}/memberships", {"user_id": self.ids.get(name, "user_x"), "role": role}
        )
        if name not in self.ids:
            assert status == 404
        elif name in self.roles:
            assert body["errors"][0]["code"] == "already_a_member_in_organization"
        elif self.full():
            assert body["errors"][0]["code"] == "organization_membership_quota_exceeded"
        else:
            assert (status, body["role"]) == (200, role)
            self.roles[name] = role

    @rule(name=st.sampled_from(PEOPLE), role=ROLES)
    def promote(self, name: str, role: str) -> None:
        status, body = self.call(
            "PATCH", f"{self.path}/memberships/{self.ids.get(name, 'user_x')}", {"role": role}
        )
        if name not in self.roles:
            assert status == 404
        elif role == "org:member" and self.last_admin(name):
            assert body["errors"][0]["code"] == "organization_minimum_permissions_needed"
        else:
            assert (status, body["role"]) == (200, role)
            self.roles[name] = role

    @rule(name=st.sampled_from(PEOPLE))
    def leave(self, name: str) -> None:
        status, body = self.call("DELETE", f"{self.path}/memberships/{self.ids.get(name, 'user_x')}")
        if name not in self.roles:
            assert status == 404
        elif self.last_admin(name):
            assert body["errors"][0]["code"] == "organization_minimum_permissions_needed"
        else:
            assert status == 200
            del self.roles[name]

    @rule(name=st.sampled_from(PEOPLE))
    def invite(self, name: str) -> None:
        body = {"email_address": f"{name}@northwind.test", "role": "org:member"}
        status, _ = self.call("POST", f"{self.path}/invitations", body)
        if self.full():
            assert status == 403
        elif name in self.roles or name in self.invited:
            assert status == 400
        else:
            assert status == 200
            self.invited.add(name)

    @rule(name=st.sampled_from(PEOPLE[1:]))
    def delete(self, name: str) -> None:
        status, _ = self.call("DELETE", f"/users/{self.ids.get(name, 'user_x')}")
        assert status == (200 if name in self.ids else 404)
        self.ids.pop(name, None)
        self.roles.pop(name, None)

    @invariant()
    def members_are_as_told(self) -> None:
        if not self.path:
            return
        _, listed = self.call("GET", f"{self.path}/memberships?limit=50")
        found = {
            each["public_user_data"]["identifier"].partition("@")[0]: each["role"] for each in listed["data"]
        }
        assert found == self.roles
        assert listed["total_count"] == len(self.roles)
        _, shown = self.call("GET", self.path)
        assert (shown["members_count"], shown["pending_invitations_count"]) == (
            len(self.roles),
            len(self.invited),
        )

    def teardown(self) -> None:
        self.runner.run(self.room.close())
        self.runner.close()
        self.folder.cleanup()


TestMemberships = Memberships.TestCase
TestMemberships.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
