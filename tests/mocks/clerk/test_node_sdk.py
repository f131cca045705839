"""@clerk/backend, the newest and the one the platform pins, unmodified, against a running server."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.harness.serving import Served
from tests.mocks.clerk.room import ENROLMENT, MACHINES, backend_operations

Node = Callable[..., Any]
World = dict[str, Any]
HERE = Path(__file__).parent

NOT_IN_THE_SDK = {"getHealth", "UsersBan", "UsersUnban", "ListPendingOrganizationInvitations",
                  "ListInstanceOrganizationInvitations"}  # fmt: skip


def called(server: Served, world: World) -> set[str]:
    """Return the operations that the world has been asked for."""
    found = server.control("GET", f"/worlds/{world['id']}/requests", limit=500)["requests"]
    return {each["operation"] for each in found}


def test_the_newest_sdk_does_all_that_is_served(node: Node, server: Served, fresh_world: World) -> None:
    done = node(HERE / "operations.mjs", fresh_world["env"])
    assert done == {
        "users": ["ada@northwind.test", 1],
        "found": 1,
        "user": "Ada",
        "merged": {"plan": {"seats": 3, "tier": "pro"}},
        "replaced": {"crm": 7},
        "updated": "Ada King",
        "verified": True,
        "wrong": [422, "incorrect_password", 32],
        "passwordless": False,
        "banned": [True, False],
        "locked": [True, False],
        "count": 1,
        "primary": "ada@second.test",
        "email": "admin",
        "removed": True,
        "phone": "+15555550100",
        "organizations": ["Northwind Coffee", 1, 1],
        "bySlug": True,
        "renamed": "Northwind",
        "tier": {"tier": "pro"},
        "members": [["bob@northwind.test", "org:admin"], ["ada@northwind.test", "org:admin"]],
        "everybody": 2,
        "belongs": "Northwind",
        "invited": ["pending", 2, 3],
        "revoked": "revoked",
        "invitedUser": 0,
        "session": ["active", 1],
        "templates": ["hasura"],
        "template": True,
        "deletedTemplate": True,
        "client": 1,
        "verifiedClient": True,
        "clients": [410, "operation_deprecated"],
        "revokedSession": "revoked",
        "signIn": "revoked",
        "actor": "revoked",
        "testing": True,
        "keys": 1,
        "invitations": 2,
        "revokedInvitation": "revoked",
        "allowed": "*@a.test",
        "blocked": "eve@evil.test",
        "redirects": "my-app://callback",
        "instance": "development",
        "restrictions": True,
        "settings": 20,
        "role": "org:admin",
        "permissions": 10,
        "deletedOrganization": True,
        "deletedUser": True,
        "unknown": [404, "resource_not_found", 32],
        "taken": [422, "form_identifier_exists", 32],
        "missing": [422, "form_param_missing", 32],
        "stranger": [401, "clerk_key_invalid", 32],
        "unserved": [404, "resource_not_found", 32],
    }
    assert (
        called(server, fresh_world) - {None} == backend_operations() - NOT_IN_THE_SDK - ENROLMENT - MACHINES
    )


def test_the_platforms_sdk_does_what_the_platform_does(node: Node, fresh_world: World) -> None:
    assert node(HERE / "platform.mjs", fresh_world["env"]) == {
        "users": [1, 1],
        "metadata": {"role": "super_admin"},
        "organizations": [["Northwind", "northwind", 1]],
        "member": [True, "Ada", "ada@northwind.test", "org:admin"],
        "user": ["ada@northwind.test", "Ada", "Byron", "number"],
        "testing": True,
    }


def test_the_newest_sdk_lets_people_in(node: Node, server: Served, fresh_world: World) -> None:
    assert node(HERE / "enrolment.mjs", fresh_world["env"]) == {
        "role": ["org:editor", False, ["org:posts:edit"]],
        "renamed": ["Writer", 0, 1],
        "permission": ["Edit posts", "org:posts:edit"],
        "claims": ["org:posts:edit", True],
        "removed": [True, True],
        "domain": ["northwind.test", "verified", 1],
        "changed": "automatic_suggestion",
        "ownDomain": [1, "http://localhost:3000/__clerk"],
        "waiting": ["pending", 2, "invited", "rejected", True],
    }
    left_out = {"ListAllOrganizationDomains"}
    assert called(server, fresh_world) >= ENROLMENT - left_out


def test_the_newest_sdk_lets_programs_in(node: Node, server: Served, fresh_world: World) -> None:
    assert node(HERE / "machines.mjs", fresh_world["env"]) == {
        "scopes": ["search"],
        "named": ["accounts", 3600, 2],
        "secret": True,
        "token": [True, True, True],
        "listed": 1,
        "machine": [True, True, 3],
        "revokedToken": True,
        "refused": [404, "resource_not_found"],
        "rotated": True,
        "key": [True, ["read"], {"plan": "pro"}],
        "scopesOfKey": ["read", "write"],
        "secretOfKey": True,
        "keys": 1,
        "revokedKey": True,
        "stranger": False,
        "deletedKey": True,
        "application": ["Partners", True, 1],
        "deletedApplication": True,
        "deletedMachine": True,
    }
    assert called(server, fresh_world) >= MACHINES


def test_requests_are_signed_out_sent_to_a_handshake_and_signed_in(node: Node, fresh_world: World) -> None:
    env = fresh_world["env"]
    frontend = f"{env['GREENROOM_CLERK_URL']}/~{fresh_world['name']}"
    told = [
        *("handshake", "dev-browser-missing", "signed-out", "handshake", "client-uat-but-no-session-token"),
        *(307, "http://localhost:3000/dashboard", "signed-in", "user_", None),
    ]
    assert node(HERE / "authenticate.mjs", env | {"FRONTEND": frontend}) == {"newest": told, "platform": told}
