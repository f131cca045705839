"""Videos follow Mux, whichever of its webhooks come, twice, late or before the answer to the request."""

import itertools

import httpx
import pytest

from integrations.errors import (
    EventFailedError,
    NotFoundError,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from integrations.models import Video, VideoStatus
from tests.integrations.clerk_stub import session_token
from tests.integrations.layer import Layer
from tests.integrations.mux_stub import mux_error
from tests.integrations.stubs import Json, json_answer


@pytest.fixture
def organisation_id(layer: Layer) -> str:
    return layer.services.organisations.create(name="Acme", billing_email="billing@acme.test").id


@pytest.fixture
def video(layer: Layer, organisation_id: str) -> Video:
    return layer.services.videos.request_upload(organisation_id, title="Teaser")[0]


def status(layer: Layer, video: Video) -> VideoStatus:
    return layer.services.videos.get(video.id).status


def test_an_upload_is_opened_for_the_apps_origin(layer: Layer, organisation_id: str) -> None:
    video, url = layer.services.videos.request_upload(organisation_id, title="Teaser")
    assert (video.status, video.upload_id) == (VideoStatus.AWAITING_UPLOAD, "upload1")
    assert url == "https://direct-uploads.mux.test/upload1"
    (call,) = layer.mux.calls
    assert call.json["cors_origin"] == "https://app.platform.test"
    assert call.json["new_asset_settings"]["playback_policies"] == ["public"]
    assert call.json["new_asset_settings"]["passthrough"] == video.id
    assert call.headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_webhooks_of_an_upload_end_the_same_in_any_order(
    layer: Layer, video: Video, order: tuple[int, ...]
) -> None:
    asset = layer.mux.fill("upload1", "ready")
    preparing = asset | {"status": "preparing", "created_at": 1793534400}
    events: list[tuple[str, Json]] = [
        ("video.upload.asset_created", layer.mux.uploads["upload1"]),
        ("video.asset.created", preparing),
        ("video.asset.ready", asset | {"created_at": 1793534400}),
    ]
    for index in order:
        assert layer.deliver_mux(*events[index]) == "processed"
    found = layer.services.videos.get(video.id)
    assert (found.status, found.asset_id) == (VideoStatus.READY, asset["id"])
    assert (found.playback_id, found.duration) == (f"play-{asset['id']}", 23.857167)
    assert found.aspect_ratio == "9:16"


def test_a_webhook_may_overtake_the_answer_to_the_request(layer: Layer, organisation_id: str) -> None:
    layer.mux.during_create = lambda upload: outcomes.append(
        layer.deliver_mux("video.upload.created", upload)
    )
    outcomes: list[str] = []
    video, _ = layer.services.videos.request_upload(organisation_id, title="Teaser")
    assert outcomes == ["processed"]
    assert (video.status, video.upload_id) == (VideoStatus.AWAITING_UPLOAD, "upload1")


def test_a_delivery_twice_has_one_effect(layer: Layer, video: Video) -> None:
    layer.mux.fill("upload1")
    upload = layer.mux.uploads["upload1"]
    assert layer.deliver_mux("video.upload.asset_created", upload, "same") == "processed"
    assert layer.deliver_mux("video.upload.asset_created", upload, "same") == "duplicate"
    assert status(layer, video) is VideoStatus.PREPARING


def test_an_answer_that_was_overtaken_changes_nothing(layer: Layer, video: Video) -> None:
    asset = layer.mux.fill("upload1")

    def overtake(thing_id: str) -> None:
        if thing_id == asset["id"]:
            layer.mux.after_read = None
            layer.mux.fill("upload1", "ready")
            layer.services.videos.refresh(video.id)

    layer.mux.after_read = overtake
    layer.deliver_mux("video.asset.created", asset)
    assert status(layer, video) is VideoStatus.READY


def test_a_file_that_cannot_be_read_says_why(layer: Layer, video: Video) -> None:
    errors = {"type": "invalid_input", "messages": ["not a video"]}
    layer.deliver_mux("video.asset.errored", layer.mux.fill("upload1", "errored", errors=errors))
    found = layer.services.videos.get(video.id)
    assert (found.status, found.error) == (VideoStatus.ERRORED, "invalid_input: not a video")


def test_a_status_newer_than_the_sdk_is_told_and_changes_nothing(layer: Layer, video: Video) -> None:
    asset = layer.mux.fill("upload1", "simmering")
    with pytest.raises(EventFailedError):
        layer.deliver_mux("video.asset.updated", asset)
    (kept,) = layer.services.inbox.list()
    assert "Invalid value for `status` (simmering)" in str(kept.error)
    assert status(layer, video) is VideoStatus.AWAITING_UPLOAD


@pytest.mark.parametrize("ended", ["cancelled", "timed_out", "errored"])
def test_an_upload_may_end_without_a_file(layer: Layer, video: Video, ended: str) -> None:
    layer.mux.uploads["upload1"]["status"] = ended
    layer.deliver_mux(f"video.upload.{ended}", layer.mux.uploads["upload1"])
    assert status(layer, video).value == ended


def test_what_is_deleted_at_mux_is_deleted_here(layer: Layer, video: Video) -> None:
    asset = layer.mux.fill("upload1", "ready")
    layer.deliver_mux("video.asset.ready", asset)
    layer.mux.assets.clear()
    layer.deliver_mux("video.asset.deleted", asset)
    assert status(layer, video) is VideoStatus.DELETED
    layer.mux.fill("upload1", "ready")
    layer.deliver_mux("video.asset.ready", asset)
    assert status(layer, video) is VideoStatus.DELETED, "late events revive nothing"


def test_deleting_deletes_at_mux(layer: Layer, video: Video, organisation_id: str) -> None:
    layer.mux.fill("upload1", "ready")
    for _ in range(2):
        layer.services.videos.delete(video.id)
    assert layer.mux.assets == {}
    assert layer.services.videos.list(organisation_id) == []


def test_deleting_before_the_file_came_cancels_the_upload(layer: Layer, video: Video) -> None:
    layer.services.videos.delete(video.id)
    assert layer.mux.uploads["upload1"]["status"] == "cancelled"


def test_a_file_that_comes_when_its_video_is_deleted_is_deleted_at_mux(layer: Layer, video: Video) -> None:
    cancel = layer.services.mux.cancel_upload

    def too_late(upload_id: str) -> None:
        layer.mux.fill("upload1", "ready")
        cancel(upload_id)

    layer.services.mux.cancel_upload = too_late  # type: ignore[method-assign]
    layer.services.videos.delete(video.id)
    assert len(layer.mux.assets) == 1
    [asset] = layer.mux.assets.values()
    layer.deliver_mux("video.asset.ready", asset | {"created_at": 1793534400})
    assert layer.mux.assets == {}
    assert status(layer, video) is VideoStatus.DELETED


def test_what_mux_does_not_take_is_listed_with_the_reason(layer: Layer, organisation_id: str) -> None:
    with pytest.raises(ProviderRefusedError):
        layer.services.videos.import_link(organisation_id, title="No film", url="https://a.test/a.pdf")
    [refused] = layer.services.videos.list(organisation_id)
    assert (refused.status, "invalid_parameters" in (refused.error or "")) == (VideoStatus.ERRORED, True)


def test_other_peoples_assets_are_not_ours(layer: Layer, video: Video) -> None:
    stranger = {"id": "assetX", "passthrough": None, "upload_id": "uploadX"}
    assert layer.deliver_mux("video.asset.ready", stranger) == "ignored"
    assert layer.deliver_mux("video.live_stream.created", {"id": "live1"}) == "ignored"
    # Not even when an event claims so: the asset itself says whose it is.
    layer.mux.assets["assetX"] = {
        **layer.mux.fill("upload1"),
        "id": "assetX",
        "passthrough": "other",
        "upload_id": "x",
    }
    layer.deliver_mux("video.asset.ready", {"id": "assetX", "passthrough": video.id})
    assert layer.services.videos.get(video.id).asset_id is None


def test_mux_says_no_in_its_words(layer: Layer, organisation_id: str) -> None:
    layer.mux.failures.append(mux_error(401, "unauthorized"))
    with pytest.raises(ProviderRefusedError, match="invented unauthorized") as refused:
        layer.services.videos.request_upload(organisation_id, title="Teaser")
    assert (refused.value.status, refused.value.code) == (401, "unauthorized")
    layer.mux.failures.extend([json_answer({"errors": ["Too many requests, retry later."]}, 429)] * 4)
    with pytest.raises(ProviderUnavailableError, match="Too many requests"):
        layer.services.videos.request_upload(organisation_id, title="Teaser")
    layer.mux.failures.extend([OSError()] * 4)
    with pytest.raises(ProviderUnavailableError, match="no answer"):
        layer.services.videos.request_upload(organisation_id, title="Teaser")


async def test_videos_by_http(client: httpx.AsyncClient, layer: Layer, organisation_id: str) -> None:
    body = {"organisation_id": organisation_id, "title": "Teaser"}
    made = await client.post("/videos", json=body)
    assert made.status_code == 201
    assert made.json()["upload_url"].startswith("https://")
    video_id = made.json()["video"]["id"]
    layer.mux.fill("upload1", "ready")
    assert (await client.post(f"/videos/{video_id}/refresh")).json()["status"] == "ready"
    assert (await client.get(f"/videos/{video_id}")).json()["playback_id"]
    stranger = {"authorization": f"Bearer {session_token()}"}
    assert (await client.get(f"/videos/{video_id}", headers=stranger)).status_code == 404
    assert (await client.post("/videos", json=body, headers=stranger)).status_code == 403
    listed = await client.get("/videos", params={"organisation_id": organisation_id})
    assert [each["id"] for each in listed.json()] == [video_id]
    assert (await client.delete(f"/videos/{video_id}")).status_code == 204


def test_a_campaign_of_another_organisation_is_none(layer: Layer, organisation_id: str) -> None:
    other = layer.services.organisations.create(name="Other", billing_email="b@other.test")
    campaign = layer.services.campaigns.create(other.id, {"name": "Theirs"})
    with pytest.raises(NotFoundError, match="campaign"):
        layer.services.videos.request_upload(organisation_id, title="T", campaign_id=campaign.id)
    assert layer.mux.calls == []
