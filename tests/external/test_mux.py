"""Mux: a file is put to the upload's address, and the webhooks bring the video to READY."""

import ssl
from importlib import import_module

import httpx
import pytest

from integrations.errors import ProviderRefusedError
from integrations.models import VideoStatus
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
