"""What the integration layer relies on of Mux."""

from typing import Any

import pytest
from pact import match

from integrations.errors import ProviderError, RateLimitedError
from integrations.services import Services
from tests.contracts.pacts import UNDER_WAY, WRONG_KEY, Contract, Exchange, Json, word

MUX = Contract("mux", "MUX_BASE_URL")
BASIC = {"Authorization": word("Basic aW52ZW50ZWQ6aW52ZW50ZWQ=", r"Basic [\w+/]+=*")}
ID = word("Made1", r"\w+")
OF_UPLOAD = "/video/v1/uploads/${mux_upload_rough_cut}"
OF_ASSET = "/video/v1/assets/${mux_video_teaser}"
#: What the layer asks for, and what the SDK adds by itself.
SETTINGS: Json = {
    "passthrough": "video-1",
    "playback_policies": ["public"],
    "normalize_audio": False,
    "copy_overlays": True,
}


def upload(**more: Any) -> Json:
    """Return what is read of an upload that waits for its file."""
    url = word("https://direct-uploads.mux.com/upload/1", r"https?://\S+")
    return {"data": {"id": ID, "status": "waiting", "url": url, **more}}


def asset(**more: Any) -> Json:
    """Return what is read of an asset that is ready."""
    return {
        "data": {
            "id": ID,
            "status": "ready",
            "passthrough": match.str("teaser"),
            "playback_ids": [{"id": ID, "policy": "public"}],
            "duration": match.number(15.0),
            "aspect_ratio": word("9:16", r"\d+:\d+"),
            **more,
        }
    }


def refusal(kind: str) -> Json:
    """Return what is read of an error."""
    return {"error": {"type": kind, "messages": match.each_like(match.str("No."), min=1)}}


@MUX.interaction(
    "open a direct upload",
    Exchange(
        method="POST",
        path="/video/v1/uploads",
        headers=BASIC,
        sent={"cors_origin": "https://app.test", "timeout": 3600, "new_asset_settings": SETTINGS},
        status=201,
        answer=upload(),
    ),
)
def test_an_upload_is_opened(services: Services) -> None:
    made = services.mux.create_upload(passthrough="video-1", cors_origin="https://app.test")
    assert (made.status, made.asset_id, made.error) == ("waiting", None, None)
    assert made.url


@MUX.interaction(
    "read an upload that waits for its file",
    Exchange(
        method="GET",
        path="/video/v1/uploads/Made1",
        path_of=OF_UPLOAD,
        state=UNDER_WAY,
        answer=upload(),
    ),
)
def test_an_upload_is_read(services: Services) -> None:
    found = services.mux.upload("Made1")
    assert found is not None
    assert found.status == "waiting"


@MUX.interaction(
    "read an upload that is not there",
    Exchange(method="GET", path="/video/v1/uploads/nothing", status=404, answer=refusal("not_found")),
)
def test_an_upload_that_is_not_there_is_none(services: Services) -> None:
    assert services.mux.upload("nothing") is None


@MUX.interaction(
    "cancel an upload",
    Exchange(
        method="PUT",
        path="/video/v1/uploads/Made1/cancel",
        path_of=f"{OF_UPLOAD}/cancel",
        state=UNDER_WAY,
        answer={"data": {"id": ID, "status": "cancelled"}},
    ),
)
def test_an_upload_is_cancelled(services: Services) -> None:
    services.mux.cancel_upload("Made1")


@MUX.interaction(
    "make an asset of a link that is played with tokens",
    Exchange(
        method="POST",
        path="/video/v1/assets",
        headers=BASIC,
        sent={
            "inputs": [{"url": "https://media.acme.test/teaser.mp4"}],
            **SETTINGS,
            "playback_policies": ["signed"],
        },
        status=201,
        answer={
            "data": {
                "id": ID,
                "status": "preparing",
                "passthrough": "video-1",
                "playback_ids": [{"id": ID, "policy": "signed"}],
            }
        },
    ),
)
def test_an_asset_is_made_of_a_link(services: Services) -> None:
    url = "https://media.acme.test/teaser.mp4"
    made = services.mux.create_asset(passthrough="video-1", url=url, signed=True)
    assert (made.status, made.passthrough, made.signed) == ("preparing", "video-1", True)


@MUX.interaction(
    "compare all metrics of an asset",
    Exchange(
        method="GET",
        path="/data/v1/metrics/comparison",
        query={"dimension": "asset_id", "value": "Made1", "timeframe[]": "7:days"},
        query_of={"value": "${mux_video_teaser}"},
        headers=BASIC,
        answer={
            "data": match.array_containing(
                [
                    {
                        "name": "totals",
                        "view_count": match.int(5),
                        "unique_viewers": match.int(3),
                        "started_views": match.int(4),
                        "watch_time": match.int(90_000),
                        "total_playing_time": match.int(80_000),
                    },
                    {
                        "metric": "viewer_experience_score",
                        "value": match.number(0.75),
                        "name": match.str("Score"),
                    },
                ]
            )
        },
    ),
)
def test_an_assets_figures_are_read(services: Services) -> None:
    found = services.mux.figures("Made1", 7)
    assert (found.views, found.unique_viewers, found.started_views) == (5, 3, 4)
    assert (found.watch_time, found.playing_time, found.score) == (90_000, 80_000, 0.75)


@MUX.interaction(
    "read an asset that is ready",
    Exchange(method="GET", path="/video/v1/assets/Made1", path_of=OF_ASSET, headers=BASIC, answer=asset()),
)
def test_an_asset_is_read(services: Services) -> None:
    found = services.mux.asset("Made1")
    assert found is not None
    assert (found.status, found.duration, found.aspect_ratio, found.playback_id) == (
        "ready",
        15.0,
        "9:16",
        "Made1",
    )
    assert (found.passthrough, found.error) == ("teaser", None)


@MUX.interaction(
    "read an asset that is not there",
    Exchange(method="GET", path="/video/v1/assets/nothing", status=404, answer=refusal("not_found")),
)
def test_an_asset_that_is_not_there_is_none(services: Services) -> None:
    assert services.mux.asset("nothing") is None


@MUX.interaction(
    "delete an asset",
    Exchange(method="DELETE", path="/video/v1/assets/Made1", path_of=OF_ASSET, status=204),
)
def test_an_asset_is_deleted(services: Services) -> None:
    services.mux.delete_asset("Made1")


@MUX.interaction(
    "delete an asset that is not there",
    Exchange(method="DELETE", path="/video/v1/assets/nothing", status=404, answer=refusal("not_found")),
)
def test_deleting_what_is_gone_is_fine(services: Services) -> None:
    services.mux.delete_asset("nothing")


@MUX.interaction(
    WRONG_KEY,
    Exchange(
        method="GET",
        path="/video/v1/assets/Made1",
        headers={"Authorization": word("Basic aW52ZW50ZWQ6aW52ZW50ZWQ=", r"Basic [\w+/]+=*")},
        status=401,
        answer=refusal("unauthorized"),
    ),
)
def test_wrong_credentials_are_refused(services: Services) -> None:
    with pytest.raises(ProviderError) as refused:
        services.mux.asset("Made1")
    assert (refused.value.status, refused.value.code) == (401, "unauthorized")


@MUX.interaction(
    "answer too many requests",
    Exchange(
        method="GET",
        path="/video/v1/assets/Made1",
        path_of=OF_ASSET,
        faults=[{"kind": "rate_limit", "provider": "mux"}],
        status=429,
        answer={"errors": match.each_like(match.str("No."), min=1)},
        answer_headers={"Retry-After": word("1", r"\d+")},
    ),
)
def test_too_many_requests_say_when_to_come_again(services: Services) -> None:
    with pytest.raises(RateLimitedError) as refused:
        services.mux.asset("Made1")
    assert refused.value.refusal.retry_after_seconds == 1
