"""Refresh tokens: a server gets a new session token for one that is over."""

from typing import Any

import jwt
import pytest

from mocks.clerk.resources import tokens
from tests.mocks.clerk.room import Room
from tests.mocks.clerk.tab import PAGE, Tab

Json = Any


def cookie(headers: list[str], name: str) -> str:
    """Return the value of the first cookie whose name begins so."""
    return next(each for each in headers if each.startswith(name)).partition("=")[2].partition(";")[0]


def over(room: Room, session: Json, **changes: Any) -> str:
    """Return a token of a session that was over a while ago."""
    tx = room.tx()
    now = tx.real_seconds
    claims = {
        "sid": session["id"],
        "sub": session["user"]["id"],
        "azp": PAGE,
        "iat": now - 90,
        "exp": now - 30,
    }
    token = tokens.signed(
        tx, {name: value for name, value in (claims | changes).items() if value is not None}
    )
    room.runtime.engine.announce(room.world, tx.commit())
    return token


async def left_by_a_handshake(room: Room, tab: Tab) -> list[str]:
    """Return the cookies that a handshake sets."""
    url = f"/~{room.world.name}/v1/client/handshake"
    query = {"redirect_url": f"{PAGE}/dashboard", "__clerk_db_jwt": tab.token}
    answer = await tab.http.get(url, params=query)
    token = answer.headers["location"].partition("__clerk_handshake=")[2]
    found: list[str] = jwt.decode(token, options={"verify_signature": False})["handshake"]
    return found


async def test_a_server_refreshes_what_a_handshake_has_left(room: Room, tab: Tab) -> None:
    session = await tab.sign_up()
    left = await left_by_a_handshake(room, tab)
    refresh = next(each for each in left if each.startswith("__refresh_"))
    assert "; HttpOnly" in refresh
    given = {
        "expired_token": over(room, session),
        "refresh_token": cookie(left, "__refresh_"),
        "request_origin": PAGE,
        "request_headers": {"user-agent": ["tests"]},
    }
    path = f"/sessions/{session['id']}/refresh"
    answer = await room.ok("POST", path, given)
    claims = room.decoded(answer["jwt"], await room.ok("GET", "/jwks"))
    assert (claims["sid"], claims["azp"], answer["object"]) == (session["id"], PAGE, "token")
    cookies = (await room.ok("POST", path, given | {"format": "cookie"}))["cookies"]
    assert cookie(cookies, "__refresh_") == given["refresh_token"]
    assert int(cookie(cookies, "__client_uat")) <= claims["iat"]


@pytest.mark.parametrize(
    ("changes", "claims", "code"),
    [
        ({"expired_token": "x.y.z"}, {}, "expired_session_token_invalid"),
        ({}, {"sid": None}, "expired_session_token_missing_sid"),
        ({}, {"sid": "sess_other"}, "refresh_sid_mismatch"),
        ({}, {"azp": None}, "expired_session_token_missing_azp"),
        ({}, {"iat": 1}, "session_refresh_expired_session_token_too_old"),
        ({"request_origin": "https://evil.test"}, {}, "refresh_request_origin_azp_mismatch"),
        ({"request_origin": "nowhere"}, {}, "refresh_request_origin_invalid"),
        ({"refresh_token": "rt_other"}, {}, "refresh_token_not_found"),
    ],
)
async def test_what_does_not_fit_is_a_401_that_sends_sdks_to_a_handshake(
    room: Room, tab: Tab, changes: Json, claims: Json, code: str
) -> None:
    session = await tab.sign_up()
    left = await left_by_a_handshake(room, tab)
    given = {
        "expired_token": over(room, session, **claims),
        "refresh_token": cookie(left, "__refresh_"),
        "request_origin": PAGE,
    }
    path = f"/sessions/{session['id']}/refresh"
    assert await room.refused("POST", path, given | changes) == (401, code, "")


async def test_a_session_that_is_over_or_gone_is_not_refreshed(room: Room, tab: Tab) -> None:
    session = await tab.sign_up()
    left = await left_by_a_handshake(room, tab)
    given = {
        "expired_token": over(room, session),
        "refresh_token": cookie(left, "__refresh_"),
        "request_origin": PAGE,
    }
    path = f"/sessions/{session['id']}"
    await room.ok("POST", f"{path}/revoke")
    refused = await room.refused("POST", f"{path}/refresh", given)
    assert refused == (401, "session_refresh_inactive_session", "")
    given["expired_token"] = over(room, session, sid="sess_gone")
    refused = await room.refused("POST", "/sessions/sess_gone/refresh", given)
    assert refused == (401, "session_refresh_session_not_found", "")


@pytest.mark.parametrize(
    ("headers", "azp"),
    [
        ({"Referer": f"{PAGE}/dashboard?x=1"}, PAGE),
        ({"Origin": "https://a.test", "Referer": f"{PAGE}/"}, "https://a.test"),
        ({"Referer": "http://[broken"}, None),
        ({"Referer": "about:blank"}, None),
        ({}, None),
    ],
)
async def test_tokens_name_the_page_also_where_browsers_name_no_origin(
    room: Room, tab: Tab, headers: Json, azp: str | None
) -> None:
    await tab.sign_up()
    query = {"__clerk_db_jwt": tab.token}
    answer = await tab.http.get(f"/~{room.world.name}/v1/client", params=query, headers=headers)
    token = answer.json()["response"]["sessions"][0]["last_active_token"]["jwt"]
    assert jwt.decode(token, options={"verify_signature": False}).get("azp") == azp
