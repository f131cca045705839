"""Mux: a file is put to the upload's address, and the webhooks bring the video to READY."""

import ssl
from importlib import import_module

import httpx
import pytest
from pydantic import SecretStr

from integrations.clock import SystemClock
from integrations.errors import ProviderRefusedError
from integrations.models import VideoStatus
from integrations.video.playback import Playback
from tests.external.outside import Outside


@pytest.fixture
def mux(outside: Outside) -> Outside:
    outside.demand("mux", "mux_token_id", "mux_token_secret", "mux_webhook_secret")
    return outside


@pytest.fixture
def organisation_id(mux: Outside) -> str:
    return mux.services.organisations.create(name="Acme", billing_email="billing@acme.test").id


def test_an_upload_can_be_opened_read_and_cancelled(mux: Outside, organisation_id: str) -> None:
    video, url = mux.services.videos.request_upload(organisation_id, title="Teaser")
    assert url.startswith("http")
    assert mux.services.videos.refresh(video.id).status is VideoStatus.AWAITING_UPLOAD
    mux.services.videos.delete(video.id)
    upload = mux.services.mux.upload(video.upload_id or "")
    assert upload is not None
    assert upload.status == "cancelled"


def put_file(outside: Outside, url: str) -> None:
    """Put a file to an upload's address, as a browser does that trusts Greenroom's certificates."""
    outside.demand_world()
    assert outside.greenroom is not None
    trusted = ssl.create_default_context(cadata=outside.greenroom.http.get("/_greenroom/ca.pem").text)
    # Made by the tests of Mux's room, which may be missing; then nobody comes here.
    movie = import_module("tests.mocks.mux.movies").movie(6.0)
    with httpx.Client(trust_env=False, verify=trusted) as http:
        answer = http.put(url, content=movie, headers={"Content-Type": "video/mp4"})
    assert answer.status_code == 200, answer.text


def test_a_file_becomes_a_video_that_can_be_played(mux: Outside, organisation_id: str) -> None:
    mux.listen("mux")
    video, url = mux.services.videos.request_upload(organisation_id, title="Teaser")
    put_file(mux, url)
    mux.advance(120)
    mux.settle()
    found = mux.services.videos.get(video.id)
    assert (found.status, found.asset_id is not None) == (VideoStatus.READY, True)
    assert found.playback_id
    assert found.duration
    types = [event for event, _ in mux.inbox("mux")]
    assert {"video.upload.asset_created", "video.asset.ready"} <= set(types)
    mux.services.videos.delete(video.id)
    mux.settle()
    assert mux.services.mux.asset(found.asset_id or "") is None
    assert mux.services.videos.list(organisation_id) == []


def test_reading_alone_brings_the_same(mux: Outside, organisation_id: str) -> None:
    mux.demand_world()
    video, url = mux.services.videos.request_upload(organisation_id, title="Teaser")
    put_file(mux, url)
    mux.advance(120)
    assert mux.services.videos.refresh(video.id).status is VideoStatus.READY


def test_what_mux_does_not_know_is_nothing_and_wrong_tokens_are_refused(mux: Outside) -> None:
    assert mux.services.mux.asset("nothing00000000000000000000000000000000000000") is None
    mux.services.mux._client().configuration.password = "wrong"
    with pytest.raises(ProviderRefusedError) as refused:
        mux.services.mux.asset("nothing")
    assert refused.value.status == 401


def test_a_protected_video_by_link_is_played_with_tokens_and_counted(
    mux: Outside, organisation_id: str
) -> None:
    mux.demand_world()
    assert mux.greenroom is not None
    assert mux.world is not None
    videos = mux.services.videos
    url = "https://media.acme.test/teaser.mp4?duration=12&width=720&height=1280"
    video = videos.import_link(organisation_id, title="Teaser", url=url, protected=True)
    mux.advance(30)
    assert videos.refresh(video.id).status is VideoStatus.READY
    sdk = import_module("mux_python")
    key = sdk.SigningKeysApi(mux.services.mux._client()).create_signing_key().data
    here = f"{mux.world['urls']['mux']}/~{mux.world['name']}"
    update = {"mux_signing_key": key.id, "mux_private_key": SecretStr(key.private_key)}
    settings = mux.settings.model_copy(update=update | {"mux_stream_url": here, "mux_image_url": here})
    found, signed = videos.playback(video.id)
    shown = Playback(settings, SystemClock()).addresses(found.playback_id or "", signed=signed)
    with httpx.Client(trust_env=False, timeout=60) as http:
        assert http.get(shown.stream_url).text.startswith("#EXTM3U")
        assert http.get(shown.thumbnail_url).headers["content-type"] == "image/webp"
        assert http.get(shown.storyboard_url).text.startswith("WEBVTT")
        assert http.get(shown.stream_url.partition("?")[0]).status_code == 403
    mux.trigger("mux", "data.views", asset_id=video.asset_id, count=40)
    figures = videos.figures(video.id, 7)
    assert figures.views == 40
    assert 0 < figures.unique_viewers <= 40
    assert (figures.startup_time or 0) > 0
    assert 0 < (figures.score or 0) <= 1
