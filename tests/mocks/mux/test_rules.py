"""What Mux refuses: credentials, unknown fields, values, contradictions; status, type and words."""

from typing import Any

import httpx
import pytest

from tests.mocks.mux.room import CLIP, Room

ASSETS, UPLOADS = "/video/v1/assets", "/video/v1/uploads"
INPUT = {"inputs": [{"url": CLIP}]}
ORIGIN = {"cors_origin": "*"}


@pytest.mark.parametrize(
    "header", [None, "", "Basic", "Basic !", "Basic YQ==", "Basic YTpi", "Bearer abc", "Basic \u00e9"]
)
async def test_credentials_are_needed(room: Room, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    request = room.client.build_request("GET", ASSETS, headers=headers)  # type: ignore[arg-type]
    answer = await room.client.send(request, auth=None)
    assert answer.status_code == 401
    assert answer.json() == {"error": {"type": "unauthorized", "messages": ["Unauthorized request"]}}


async def test_id_and_secret_have_to_belong_together(room: Room) -> None:
    own = room.world.accounts["mux"]["tokens"]
    other = room.runtime.worlds.create(name="other").accounts["mux"]["tokens"]
    for id, secret in (
        (own["token_id"], other["token_secret"]),
        (own["token_secret"], own["token_id"]),
        (own["token_id"], own["token_id"]),
    ):
        answer = await room.client.get(ASSETS, auth=httpx.BasicAuth(id, secret))
        assert answer.status_code == 401


async def test_unknown_fields_are_named(room: Room) -> None:
    body = {**ORIGIN, "colour": 1, "new_asset_settings": {"shape": 2, "passthrough": 3}}
    answer = await room.call("POST", UPLOADS, body)
    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "type": "invalid_parameters",
        "messages": [
            "Unexpected field(s) found: new_asset_settings.shape, colour",
            "Invalid value for new_asset_settings.passthrough: Input should be a valid string",
        ],
    }


async def test_lenient_lets_unknown_fields_pass_and_keeps_the_violation(lenient: Room) -> None:
    await lenient.ok("POST", UPLOADS, {**ORIGIN, "colour": 1, "new_asset_settings": {"shape": 2}})
    assert lenient.rules() == ["invalid_parameters"]
    assert (await lenient.refused("POST", UPLOADS, {}))[0] == 400


@pytest.mark.parametrize("content", [b"{", b"[]", b'"x"', b"\xff", b"null", b"7"])
async def test_a_body_that_is_no_json_object_is_refused(room: Room, content: bytes) -> None:
    answer = await room.client.post(UPLOADS, content=content)
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_parameters")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"cors_origin": ""},
        {"cors_origin": None},
        {"cors_origin": 7},
        ORIGIN | {"timeout": 59},
        ORIGIN | {"timeout": 604801},
        ORIGIN | {"timeout": "3600"},
        ORIGIN | {"test": "yes"},
        ORIGIN | {"new_asset_settings": {"playback_policies": ["secret"]}},
        ORIGIN | {"new_asset_settings": {"playback_policies": ["drm"]}},
        ORIGIN | {"new_asset_settings": {"passthrough": "x" * 256}},
        ORIGIN | {"new_asset_settings": {"meta": {"title": "x" * 513}}},
        ORIGIN | {"new_asset_settings": {"inputs": [{}, {"type": "text"}]}},
        ORIGIN | {"new_asset_settings": []},
    ],
)
async def test_wrong_uploads_are_refused(room: Room, body: Any) -> None:
    before = room.state()
    assert (await room.refused("POST", UPLOADS, body))[:2] == (400, "invalid_parameters")
    assert room.state() == before


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"inputs": []},
        {"inputs": [{}]},
        {"inputs": [{"url": ""}]},
        {"inputs": [{"url": "ftp://studio.test/a.mp4"}]},
        {"inputs": [{"url": "http://[::1"}]},
        {"inputs": [{"url": "https://studio.test:99999/"}]},
        {"inputs": 7},
        {**INPUT, "input": CLIP},
        {**INPUT, "playback_policy": ["public"], "playback_policies": ["public"]},
        {**INPUT, "video_quality": "best"},
        {**INPUT, "video_quality": "plus", "encoding_tier": "baseline"},
        {**INPUT, "max_resolution_tier": "4k"},
        {**INPUT, "mp4_support": "standard", "static_renditions": [{"resolution": "highest"}]},
        {**INPUT, "static_renditions": [{"resolution": "720p"}, {"resolution": "720p"}]},
        {**INPUT, "static_renditions": [{"resolution": "8k"}]},
        {**INPUT, "advanced_playback_policies": [{"policy": "drm", "drm_configuration_id": "x"}]},
        {"inputs": [{"url": CLIP}, {"url": "https://studio.test/a.vtt", "type": "text"}]},
    ],
)
async def test_wrong_assets_are_refused(room: Room, body: Any) -> None:
    before = room.state()
    assert (await room.refused("POST", ASSETS, body))[:2] == (400, "invalid_parameters")
    assert room.state() == before


async def test_null_is_as_not_given(room: Room) -> None:
    await room.ok(
        "POST", ASSETS, {**INPUT, "passthrough": None, "meta": None, "static_renditions": None, "test": None}
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/video/v1/live-streams"),
        ("POST", "/video/v1/live-streams"),
        ("GET", "/data/v1/metrics"),
        ("PATCH", "/video/v1/uploads"),
        ("GET", "/video/v1/assets/x/shots"),
    ],
)
async def test_what_is_not_served_says_so(room: Room, method: str, path: str) -> None:
    answer = await room.call(method, path)
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "not_found")
    assert answer.headers["greenroom-unserved"] == f"{method} {path}"
    assert room.rules() == ["unserved_operation"]


@pytest.mark.parametrize("setting", [{"generate_shots": True}, {"directives": [{"id": "x"}]}])
async def test_settings_that_are_not_served_say_so(room: Room, setting: Any) -> None:
    answer = await room.call("POST", ASSETS, {**INPUT, **setting})
    assert (answer.status_code, answer.headers["greenroom-unserved"]) == (404, next(iter(setting)))


async def test_rate_limits_have_an_envelope_of_their_own(room: Room) -> None:
    refusal = room.runtime.providers["mux"].dialect.failure(429)
    assert (refusal.status, refusal.body) == (429, {"errors": ["Too many requests, retry later."]})
    if room.spec is not None:
        room.spec.validate(refusal.body, room.spec.components["schemas"]["RateLimitedResponse"])


@pytest.mark.parametrize(
    "thing", ["assets", "uploads", "signing-keys", "playback-restrictions", "playback-ids"]
)
async def test_unknown_ids(room: Room, thing: str) -> None:
    for id in ("nothing", "%F0%9F%8E%AC", "a%2Fb"):
        assert (await room.refused("GET", f"/video/v1/{thing}/{id}"))[:2] == (404, "not_found")
