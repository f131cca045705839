"""Videos by link, where they are played, who may, and how they were watched."""

import base64
from datetime import timedelta

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from integrations.errors import ConflictError, NotConfiguredError, ProviderRefusedError, SettingsError
from integrations.models import Video, VideoStatus
from integrations.video.playback import Playback
from tests.integrations.layer import Layer
from tests.integrations.stubs import Json

URL = "https://media.acme.test/teaser.mp4"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
)
COMPARED: list[Json] = [
    {"name": "totals", "view_count": 5, "unique_viewers": 3, "started_views": 4, "watch_time": 900, "total_playing_time": 800},
    {"name": "Views", "metric": "views", "value": 5, "type": "number", "items": []},
    {"name": "Overall", "metric": "viewer_experience_score", "value": 0.75, "type": "score", "items": []},
    {"name": "Startup", "metric": "startup_time_score", "value": 0.5, "type": "score", "items": [
        {"name": "Startup", "metric": "video_startup_time", "value": 610, "type": "milliseconds", "measurement": "median"},
        {"name": "Startup", "metric": "video_startup_time", "value": 2000, "type": "milliseconds", "measurement": "95th"},
    ]},
    {"name": "Success", "metric": "playback_success_score", "value": 0.9, "type": "score", "items": [
        {"name": "Failures", "metric": "playback_failure_percentage", "value": 0.2, "type": "percentage"},
    ]},
    {"name": "Smooth", "metric": "smoothness_score", "value": 0.9, "type": "score", "items": [
        {"name": "Rebuffering", "metric": "rebuffer_percentage", "value": 0.01, "type": "percentage"},
    ]},
]  # fmt: skip


@pytest.fixture
def organisation_id(layer: Layer) -> str:
    return layer.services.organisations.create(name="Acme", billing_email="billing@acme.test").id


def ready(layer: Layer, organisation_id: str, *, protected: bool = False) -> Video:
    """Return a video by link that is ready."""
    videos = layer.services.videos
    video = videos.import_link(organisation_id, title="Teaser", url=URL, protected=protected)
    layer.mux.assets[video.asset_id or ""] |= {"status": "ready", "duration": 15.0, "aspect_ratio": "9:16"}
    return videos.refresh(video.id)


def signing(layer: Layer, key: str = base64.b64encode(PEM).decode()) -> Playback:
    update = {"mux_signing_key": "key1", "mux_private_key": key}
    settings = type(layer.settings).model_validate(
        layer.settings.model_dump() | update, by_name=True, by_alias=False
    )
    return Playback(settings, layer.clock)


def test_mux_fetches_a_video_from_a_link(layer: Layer, organisation_id: str) -> None:
    video = layer.services.videos.import_link(organisation_id, title="Teaser", url=URL)
    assert (video.status, video.asset_id) == (VideoStatus.PREPARING, "asset1")
    (call,) = layer.mux.calls
    assert call.json["inputs"] == [{"url": URL}]
    assert (call.json["passthrough"], call.json["playback_policies"]) == (video.id, ["public"])
    asset = layer.mux.assets["asset1"] | {"status": "ready", "duration": 15.0}
    layer.mux.assets["asset1"] = asset
    assert layer.deliver_mux("video.asset.ready", asset | {"created_at": 1793534400}) == "processed"
    found = layer.services.videos.get(video.id)
    assert (found.status, found.playback_id) == (VideoStatus.READY, "play-asset1")


def test_a_link_that_mux_does_not_take_is_refused(layer: Layer, organisation_id: str) -> None:
    with pytest.raises(ProviderRefusedError, match="invalid_parameters"):
        layer.services.videos.import_link(organisation_id, title="T", url="https://media.acme.test/a.pdf")


def test_an_open_video_is_played_without_tokens(layer: Layer, organisation_id: str) -> None:
    video, signed = layer.services.videos.playback(ready(layer, organisation_id).id)
    found = layer.services.playback.addresses(video.playback_id or "", signed=signed)
    assert found.stream_url == "https://stream.mux.com/play-asset1.m3u8"
    assert found.thumbnail_url == "https://image.mux.com/play-asset1/thumbnail.webp?width=640"
    assert (found.tokens, found.expires_at) == ({}, None)


def test_a_protected_video_is_played_with_a_token_for_each_kind(layer: Layer, organisation_id: str) -> None:
    video, signed = layer.services.videos.playback(ready(layer, organisation_id, protected=True).id)
    assert layer.mux.calls[0].json["playback_policies"] == ["signed"]
    assert signed
    for key in (base64.b64encode(PEM).decode(), PEM.decode()):
        found = signing(layer, key).addresses(video.playback_id or "", signed=True)
        told = {
            name: jwt.decode(
                token, KEY.public_key(), ["RS256"], audience=audience, options={"verify_exp": False}
            )
            for (name, token), audience in zip(found.tokens.items(), "vtgs", strict=True)
        }
        assert {each["sub"] for each in told.values()} == {"play-asset1"}
        assert told["thumbnail"]["width"] == 640
        expires = layer.clock.now().replace(microsecond=0) + timedelta(hours=1)
        assert found.expires_at == expires
        assert {each["exp"] for each in told.values()} == {int(expires.timestamp())}
        assert found.stream_url.endswith(f"?token={found.tokens['playback']}")
        assert jwt.get_unverified_header(found.tokens["playback"])["kid"] == "key1"


def test_protected_videos_need_a_signing_key(layer: Layer) -> None:
    with pytest.raises(NotConfiguredError, match="MUX_SIGNING_KEY, MUX_PRIVATE_KEY"):
        layer.services.playback.addresses("play", signed=True)
    with pytest.raises(SettingsError, match="MUX_PRIVATE_KEY"):
        signing(layer, "nonsense").addresses("play", signed=True)


def test_what_is_not_ready_is_not_played(layer: Layer, organisation_id: str) -> None:
    video = layer.services.videos.import_link(organisation_id, title="Teaser", url=URL)
    with pytest.raises(ConflictError, match="preparing"):
        layer.services.videos.playback(video.id)
    gone = ready(layer, organisation_id)
    layer.mux.assets.clear()
    with pytest.raises(ConflictError, match="any more"):
        layer.services.videos.playback(gone.id)


def test_figures_are_what_mux_data_counts(layer: Layer, organisation_id: str) -> None:
    video = ready(layer, organisation_id)
    layer.mux.compared = COMPARED
    found = layer.services.videos.figures(video.id, 7)
    assert (found.views, found.unique_viewers, found.started_views) == (5, 3, 4)
    assert (found.watch_time, found.playing_time, found.startup_time) == (900, 800, 610)
    assert (found.failed, found.rebuffering, found.score) == (0.2, 0.01, 0.75)
    query = layer.mux.calls[-1].query
    assert (query["dimension"], query["value"], query["timeframe[]"]) == (
        "asset_id",
        video.asset_id,
        "7:days",
    )
    layer.mux.compared = [COMPARED[0] | {"view_count": 0}, *COMPARED[1:]]
    nobody = layer.services.videos.figures(video.id, 7)
    assert (nobody.views, nobody.score, nobody.failed) == (0, None, None)


def test_what_has_no_file_has_no_figures(layer: Layer, organisation_id: str) -> None:
    video, _ = layer.services.videos.request_upload(organisation_id, title="Teaser", protected=True)
    assert layer.mux.calls[0].json["new_asset_settings"]["playback_policies"] == ["signed"]
    with pytest.raises(ConflictError, match="no file"):
        layer.services.videos.figures(video.id, 7)


async def test_links_playback_and_figures_by_http(
    client: httpx.AsyncClient, layer: Layer, organisation_id: str
) -> None:
    layer.mux.compared = COMPARED
    body = {"organisation_id": organisation_id, "title": "Teaser", "url": URL}
    made = await client.post("/videos/links", json=body)
    assert made.status_code == 201
    video_id = made.json()["id"]
    assert (await client.get(f"/videos/{video_id}/playback")).status_code == 409
    layer.mux.assets["asset1"]["status"] = "ready"
    await client.post(f"/videos/{video_id}/refresh")
    shown = await client.get(f"/videos/{video_id}/playback")
    assert shown.json()["storyboard_url"] == "https://image.mux.com/play-asset1/storyboard.vtt"
    assert (await client.get(f"/videos/{video_id}/figures?days=30")).json()["views"] == 5
    assert (await client.get(f"/videos/{video_id}/figures?days=0")).status_code == 422
    assert (await client.post("/videos/links", json=body | {"url": "ftp://a.test/b"})).status_code == 422
