"""Playback restrictions, signing keys, webhooks by API, and who one is."""

from base64 import b64decode
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from mocks.mux.resources.signing_keys import SIGNING_KEYS
from tests.mocks.mux.room import Room

RESTRICTIONS = "/video/v1/playback-restrictions"
SITES = {"allowed_domains": ["*.studio.test", "shop.test"], "allow_no_referrer": True}
WEBHOOKS = "/system/v1/webhooks"
URL = "http://127.0.0.1:9/hooks"


async def test_restrictions(room: Room) -> None:
    made = await room.ok(
        "POST", RESTRICTIONS, {"referrer": SITES, "user_agent": {"allow_no_user_agent": False}}
    )
    assert made == {
        "id": made["id"],
        "created_at": "1772355600",
        "updated_at": "1772355600",
        "referrer": SITES,
        "user_agent": {"allow_no_user_agent": False, "allow_high_risk_user_agent": True},
    }
    path = f"{RESTRICTIONS}/{made['id']}"
    await room.advance(10)
    changed = await room.ok("PUT", f"{path}/referrer", {"allowed_domains": ["*"]})
    assert (changed["referrer"], changed["updated_at"]) == (
        {"allowed_domains": ["*"], "allow_no_referrer": False},
        "1772355610",
    )
    await room.ok("PUT", f"{path}/user_agent", {"allow_high_risk_user_agent": False})
    answer = (await room.call("GET", RESTRICTIONS)).json()
    assert (answer["total_row_count"], answer["page"], answer["limit"]) == (1, 1, 25)
    assert answer["data"] == [await room.ok("GET", path)]
    await room.ok("DELETE", path)
    assert (await room.refused("GET", path))[0] == 404


@pytest.mark.parametrize(
    "domains", [["*", "a.test"], ["a b"], ["https://a.test"], ["*.*.test"], [""], ["a.test"] * 11, "a.test"]
)
async def test_wrong_domains_are_refused(room: Room, domains: Any) -> None:
    body = {"referrer": {"allowed_domains": domains}, "user_agent": {}}
    assert (await room.refused("POST", RESTRICTIONS, body))[:2] == (400, "invalid_parameters")


@pytest.mark.parametrize("path", ["/system/v1/signing-keys", "/video/v1/signing-keys"])
async def test_a_signing_key_signs_what_its_public_half_verifies(room: Room, path: str) -> None:
    made = await room.ok("POST", path)
    assert list(made) == ["id", "created_at", "private_key"]
    pem = b64decode(made["private_key"])
    assert pem.startswith(b"-----BEGIN RSA " + b"PRIVATE KEY-----")
    token = jwt.encode({"sub": "x", "aud": "v"}, pem, "RS256", headers={"kid": made["id"]})
    kept = room.tx().get(SIGNING_KEYS, made["id"])
    assert kept is not None
    assert jwt.decode(token, kept["public_key"], ["RS256"], audience="v")["sub"] == "x"
    assert serialization.load_pem_private_key(pem, None).key_size == 2048
    shown = {"id": made["id"], "created_at": made["created_at"]}
    assert await room.ok("GET", path) == [shown]
    assert await room.ok("GET", f"{path}/{made['id']}") == shown
    await room.ok("DELETE", f"{path}/{made['id']}")
    assert await room.ok("GET", path) == []


async def test_webhooks_are_managed_by_api(room: Room) -> None:
    made = await room.ok("POST", WEBHOOKS, {"address": URL})
    assert made.pop("signing_secret") == room.world.accounts["mux"]["tokens"]["webhook_secret"]
    assert made == {
        "id": made["id"],
        "address": URL,
        "created_at": "2026-03-01T09:00:00.000Z",
        "enabled": True,
    }
    path = f"{WEBHOOKS}/{made['id']}"
    assert await room.ok("PATCH", path, {"enabled": False}) == made | {"enabled": False}
    assert await room.ok("PATCH", path, {"address": f"{URL}/2", "enabled": True}) == made | {
        "address": f"{URL}/2"
    }
    assert await room.ok("GET", WEBHOOKS) == [await room.ok("GET", path)]
    assert (await room.refused("POST", WEBHOOKS, {"address": f"{URL}/2"}))[:2] == (400, "invalid_parameters")
    for wrong in ({}, {"address": "nowhere"}, {"enabled": "yes"}):
        assert (await room.refused("PATCH", path, wrong))[0] == 400
    await room.ok("DELETE", path)
    assert await room.ok("GET", WEBHOOKS) == []


async def test_who_one_is(room: Room) -> None:
    told = await room.ok("GET", "/system/v1/whoami")
    assert (told["environment_name"], told["environment_type"]) == ("Development", "development")
    assert "video:write" in told["permissions"]
    await room.asset()
    assert room.events()[0]["environment"] == {"name": "Development", "id": told["environment_id"]}
