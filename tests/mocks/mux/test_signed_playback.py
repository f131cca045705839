"""Signed playback: what a token opens, and whom a restriction lets watch."""

from base64 import b64decode
from typing import Any

import jwt
import pytest

from harness import realtime
from tests.mocks.mux.room import Room
from tests.mocks.mux.watching import addresses, fetch, picture, played

Json = dict[str, Any]
LATER = realtime.now() // 1_000_000 + 3600


class Signer:
    """A signing key, and what is signed with it."""

    def __init__(self, key: Json) -> None:
        self.id, self.pem = key["id"], b64decode(key["private_key"])

    def token(self, subject: str, audience: str = "v", *, inside: bool = False, **claims: Any) -> str:
        told = {"sub": subject, "aud": audience, "exp": LATER, **claims}
        headers = None if inside else {"kid": self.id}
        return jwt.encode({**told, **({"kid": self.id} if inside else {})}, self.pem, "RS256", headers)


@pytest.fixture
async def signed(room: Room) -> tuple[str, Signer]:
    """A signed playback id, and a key to sign with."""
    asset = await room.ready(playback_policies=["signed"])
    return asset["playback_ids"][0]["id"], Signer(await room.ok("POST", "/system/v1/signing-keys"))


async def status(room: Room, path: str, token: str, **headers: str) -> int:
    return (await fetch(room, f"{path}?token={token}", **headers)).status_code


async def test_a_token_opens_what_it_is_for(room: Room, signed: tuple[str, Signer]) -> None:
    id, signer = signed
    playlist, _ = await played(room, id, f"?token={signer.token(id)}")
    assert all("?token=" in each for each in addresses(playlist))
    assert await status(room, f"{id}.m3u8", signer.token(id, inside=True)) == 200
    assert await status(room, f"{id}/thumbnail.jpg", signer.token(id, "t")) == 200
    assert await status(room, f"{id}/animated.gif", signer.token(id, "g", end=1, fps=1)) == 200
    assert await status(room, f"{id}/storyboard.vtt", signer.token(id, "s")) == 200


async def test_any_other_token_is_refused(room: Room, signed: tuple[str, Signer]) -> None:
    id, signer = signed
    good = signer.token(id)
    stranger = Signer(
        {"id": signer.id, "private_key": (await room.ok("POST", "/system/v1/signing-keys"))["private_key"]}
    )
    head, body, signature = good.split(".")
    forged = f"{head}.{body[:-4]}AAAA.{signature}"
    none = jwt.encode({"sub": id, "aud": "v", "exp": LATER, "kid": signer.id}, None, "none")
    for wrong in ("", "x", forged, none, signer.token("other"), signer.token(id, "t"), stranger.token(id),
                  signer.token(id, exp=LATER - 99_999), signer.token(id, exp="x"), "a.b.c", "é"):  # fmt: skip
        answer = await fetch(room, f"{id}.m3u8?token={wrong}")
        assert (answer.status_code, answer.json()["error"]["type"]) == (403, "not_allowed"), wrong
        assert answer.headers["access-control-allow-origin"] == "*"
    assert (await fetch(room, f"{id}/thumbnail.jpg?token={good}")).status_code == 403
    await room.ok("DELETE", f"/system/v1/signing-keys/{signer.id}")
    assert await status(room, f"{id}.m3u8", good) == 403


async def test_what_is_asked_for_stands_in_the_token_alone(room: Room, signed: tuple[str, Signer]) -> None:
    id, signer = signed
    token = signer.token(id, "t", width=64, height=64, fit_mode="crop")
    assert picture(await fetch(room, f"{id}/thumbnail.png?token={token}&width=999")).size == (64, 64)


@pytest.mark.parametrize(
    ("rules", "headers", "allowed"),
    [
        ({"allowed_domains": ["*.studio.test"]}, {"referer": "https://app.studio.test/x"}, True),
        ({"allowed_domains": ["*.studio.test"]}, {"referer": "https://studio.test/"}, False),
        ({"allowed_domains": ["studio.test"]}, {"referer": "https://STUDIO.test:8443/a?b"}, True),
        ({"allowed_domains": ["studio.test"]}, {"referer": "https://evil.test/studio.test"}, False),
        ({"allowed_domains": ["*"]}, {"referer": "https://any.test/"}, True),
        ({"allowed_domains": ["*"], "allow_no_referrer": False}, {}, False),
        ({"allowed_domains": [], "allow_no_referrer": True}, {}, True),
        ({"allowed_domains": [], "allow_no_referrer": True}, {"referer": "http://["}, True),
    ],
)
async def test_a_restriction_is_kept_to(
    room: Room, signed: tuple[str, Signer], rules: Json, headers: dict[str, str], allowed: bool
) -> None:
    id, signer = signed
    body = {"referrer": rules, "user_agent": {}}
    made = await room.ok("POST", "/video/v1/playback-restrictions", body)
    token = signer.token(id, playback_restriction_id=made["id"])
    assert await status(room, f"{id}.m3u8", token, **headers) == (200 if allowed else 403)
    await room.ok("DELETE", f"/video/v1/playback-restrictions/{made['id']}")
    assert await status(room, f"{id}.m3u8", token, **headers) == 403


@pytest.mark.parametrize(
    ("agent", "allowed"),
    [("Mozilla/5.0 (X11)", True), ("", False), ("curl/8.0", False), ("Googlebot", False)],
)
async def test_programs_are_restricted(
    room: Room, signed: tuple[str, Signer], agent: str, allowed: bool
) -> None:
    id, signer = signed
    agents = {"allow_no_user_agent": False, "allow_high_risk_user_agent": False}
    body = {"referrer": {"allowed_domains": ["*"], "allow_no_referrer": True}, "user_agent": agents}
    made = await room.ok("POST", "/video/v1/playback-restrictions", body)
    token = signer.token(id, playback_restriction_id=made["id"])
    assert await status(room, f"{id}.m3u8", token, user_agent=agent) == (200 if allowed else 403)
