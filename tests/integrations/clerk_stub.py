"""An invented Clerk: users, organisations and memberships that a test may change at will, and its signing key."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from tests.integrations.stubs import Answer, Call, Json, Stub, json_answer

BORN = 1_793_534_400_000


@cache
def signing_key() -> rsa.RSAPrivateKey:
    """The instance's key; made once, for it takes a while."""
    return rsa.generate_private_key(65537, 2048)


def session_token(
    extra: Json | None = None, *, kid: str = "ins_test", lifetime: int = 60, **claims: Any
) -> str:
    """Mint a session token as Clerk's version 2 does."""
    now = int(time.time())
    payload = {
        "iss": "https://quiet-owl-1.clerk.accounts.dev",
        "sub": "user_ada",
        "sid": "sess_1",
        "iat": now - 1,
        "nbf": now - 10,
        "exp": now + lifetime,
        "v": 2,
        "sts": "active",
    }
    return jwt.encode(
        payload | claims | (extra or {}), signing_key(), algorithm="RS256", headers={"kid": kid, "typ": "JWT"}
    )


def clerk_error(status: int, code: str) -> Answer:
    error = {"message": f"invented {code}", "long_message": f"invented {code}", "code": code}
    return json_answer({"errors": [error], "clerk_trace_id": "trace"}, status)


def person(user_id: str, email: str | None, first: str = "Ada", last: str = "Lovett", **changes: Any) -> Json:
    address: Json = {
        "id": f"idn_{user_id}",
        "object": "email_address",
        "email_address": email,
        "reserved": False,
        "verification": None,
        "linked_to": [],
        "matches_sso_connection": False,
        "created_at": BORN,
        "updated_at": BORN,
    }
    nothing: dict[str, Any] = dict.fromkeys(
        [
            "external_id",
            "primary_phone_number_id",
            "primary_web3_wallet_id",
            "username",
            "mfa_enabled_at",
            "mfa_disabled_at",
            "last_sign_in_at",
            "lockout_expires_in_seconds",
            "verification_attempts_remaining",
            "last_active_at",
            "legal_accepted_at",
        ]
    )
    lists: dict[str, Any] = {
        name: []
        for name in [
            "phone_numbers",
            "web3_wallets",
            "passkeys",
            "external_accounts",
            "saml_accounts",
            "enterprise_accounts",
        ]
    }
    no = dict.fromkeys(
        [
            "has_image",
            "two_factor_enabled",
            "totp_enabled",
            "backup_code_enabled",
            "banned",
            "locked",
            "password_enabled",
        ],
        False,
    )
    return {
        "id": user_id,
        "object": "user",
        "primary_email_address_id": address["id"] if email else None,
        "first_name": first,
        "last_name": last,
        "public_metadata": {},
        "email_addresses": [address] if email else [],
        "delete_self_enabled": True,
        "create_organization_enabled": True,
        "updated_at": BORN,
        "created_at": BORN,
        **nothing,
        **lists,
        **no,
    } | changes


def clerk_organisation(organisation_id: str, name: str = "Acme", created_by: str = "user_ada") -> Json:
    return {
        "object": "organization",
        "id": organisation_id,
        "name": name,
        "slug": name.lower(),
        "has_image": False,
        "max_allowed_memberships": 5,
        "admin_delete_enabled": True,
        "public_metadata": {},
        "created_by": created_by,
        "created_at": BORN,
        "updated_at": BORN,
    }


@dataclass
class ClerkStub(Stub):
    """Clerk; `after_read` runs between an answer and its arrival."""

    users: dict[str, Json] = field(default_factory=dict)
    organisations: dict[str, Json] = field(default_factory=dict)
    roles: dict[tuple[str, str], str] = field(default_factory=dict)
    invitations: dict[str, Json] = field(default_factory=dict)
    key_ids: list[str] = field(default_factory=lambda: ["ins_test"])
    after_read: Callable[[str], None] | None = None

    def add_user(
        self, user_id: str = "user_ada", email: str | None = "ada@acme.test", **changes: Any
    ) -> Json:
        self.users[user_id] = person(user_id, email, **changes)
        return self.users[user_id]

    def add_organisation(self, organisation_id: str = "org_acme", name: str = "Acme") -> Json:
        self.organisations[organisation_id] = clerk_organisation(organisation_id, name)
        return self.organisations[organisation_id]

    def membership(self, organisation_id: str, user_id: str) -> Json:
        """A membership as webhooks carry it."""
        return {
            "id": f"orgmem_{organisation_id}_{user_id}",
            "object": "organization_membership",
            "role": self.roles.get((organisation_id, user_id), "org:member"),
            "permissions": [],
            "public_metadata": {},
            "organization": clerk_organisation(organisation_id),
            "public_user_data": {
                "user_id": user_id,
                "first_name": "Ada",
                "last_name": "Lovett",
                "profile_image_url": None,
                "image_url": "",
                "has_image": False,
                "identifier": "ada@acme.test",
            },
            "created_at": BORN,
            "updated_at": BORN,
        }

    def reply(self, call: Call) -> Answer:
        match call.method, call.path.removeprefix("/v1/").split("/"):
            case "GET", ["jwks"]:
                key = RSAAlgorithm.to_jwk(signing_key().public_key(), as_dict=True)
                return json_answer(
                    {"keys": [key | {"kid": kid, "alg": "RS256", "use": "sig"} for kid in self.key_ids]}
                )
            case "GET", ["users"]:
                return (
                    200,
                    {"content-type": "application/json"},
                    json.dumps(_page(call, list(self.users.values()))),
                )
            case "GET", ["organizations"]:
                everything = list(self.organisations.values())
                return json_answer({"data": _page(call, everything), "total_count": len(everything)})
            case method, ["organizations", organisation_id, "invitations", *rest]:
                return self._invitation(method, organisation_id, rest, call)
            case "GET", ["users", user_id]:
                return self._read(self.users, user_id)
            case "DELETE", ["users", user_id]:
                if self.users.pop(user_id, None) is None:
                    return clerk_error(404, "resource_not_found")
                return json_answer({"object": "user", "id": user_id, "deleted": True})
            case "GET", ["organizations", organisation_id]:
                return self._read(self.organisations, organisation_id)
            case "GET", ["organizations", organisation_id, "memberships"]:
                if organisation_id not in self.organisations:
                    return clerk_error(404, "resource_not_found")
                wanted = call.query.get("user_id")
                found = [
                    self.membership(organisation_id, user)
                    for (org, user) in self.roles
                    if org == organisation_id and (user == wanted if wanted else user in self.users)
                ]
                return json_answer({"data": _page(call, found), "total_count": len(found)})
        raise AssertionError(f"unexpected {call.method} {call.path}")

    def invite(self, organisation_id: str = "org_acme", email: str = "bob@acme.test", **changes: Any) -> Json:
        """Let somebody be invited, by whatever way."""
        made = {
            "object": "organization_invitation",
            "id": f"orginv_{len(self.invitations) + 1}",
            "email_address": email,
            "role": "org:member",
            "role_name": "Member",
            "organization_id": organisation_id,
            "inviter_id": None,
            "public_inviter_data": None,
            "status": "pending",
            "public_metadata": {},
            "private_metadata": {},
            "url": "https://quiet-owl-1.clerk.accounts.dev/v1/tickets/accept?ticket=x",
            "expires_at": BORN + 30 * 86_400_000,
            "created_at": BORN,
            "updated_at": BORN,
            **changes,
        }
        self.invitations[made["id"]] = made
        return made

    def _invitation(self, method: str, organisation_id: str, rest: list[str], call: Call) -> Answer:
        if method == "POST" and not rest:
            wanted = call.json
            if any(each["email_address"] == wanted["email_address"] for each in self.invitations.values()):
                return clerk_error(400, "duplicate_record")
            given = {"role": wanted["role"], "inviter_id": wanted.get("inviter_user_id")}
            return json_answer(self.invite(organisation_id, wanted["email_address"], **given))
        found = self.invitations.get(rest[0])
        if found is None:
            return clerk_error(404, "organization_invitation_not_found")
        if rest[1:] == ["revoke"]:
            if found["status"] != "pending":
                return clerk_error(400, "organization_invitation_not_pending")
            found |= {"status": "revoked", "url": None}
        return json_answer(found)

    def _read(self, things: dict[str, Json], thing_id: str) -> Answer:
        found = json.loads(json.dumps(things.get(thing_id)))
        if self.after_read is not None:
            self.after_read(thing_id)
        return clerk_error(404, "resource_not_found") if found is None else json_answer(found)


def _page(call: Call, things: list[Json]) -> list[Json]:
    offset = int(call.query.get("offset", "0"))
    return things[offset : offset + int(call.query.get("limit", "10"))]


def clerk_event(event_type: str, data: Json) -> Json:
    return {
        "data": data,
        "event_attributes": {"http_request": {"client_ip": "127.0.0.1", "user_agent": ""}},
        "instance_id": "ins_test",
        "object": "event",
        "timestamp": BORN,
        "type": event_type,
    }
