"""mux-python, unmodified, against a running server: every operation that it has and that is served."""

import ssl
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import httpx
import mux_python as sdk  # type: ignore[import-untyped]
import pytest
from mux_python.exceptions import (  # type: ignore[import-untyped]
    ApiException,
    ForbiddenException,
    NotFoundException,
    UnauthorizedException,
)

from tests.harness.serving import Served
from tests.mocks.mux.movies import movie
from tests.mocks.mux.room import CLIP

World = dict[str, Any]


@pytest.fixture
def client(fresh_world: World) -> Iterator[Any]:
    """The SDK's client for a world of the test's own."""
    env = fresh_world["env"]
    configuration = sdk.Configuration(
        host=env["MUX_BASE_URL"], username=env["MUX_TOKEN_ID"], password=env["MUX_TOKEN_SECRET"]
    )
    with sdk.ApiClient(configuration) as client:
        yield client


def advance(server: Served, world: World, seconds: float) -> None:
    server.control("POST", f"/worlds/{world['id']}/clock/advance", {"seconds": seconds})


def trusting(server: Served) -> ssl.SSLContext:
    """Return a context that trusts the TLS front, where upload URLs lead."""
    authority = httpx.get(f"{server.url}/_greenroom/ca.pem", trust_env=False)
    return ssl.create_default_context(cadata=authority.text)


def made(client: Any, url: str = CLIP, **more: Any) -> Any:
    request = sdk.CreateAssetRequest(
        inputs=[sdk.InputSettings(url=url)], playback_policies=["public"], **more
    )
    return sdk.AssetsApi(client).create_asset(request).data


def test_assets(server: Served, fresh_world: World, client: Any) -> None:
    assets = sdk.AssetsApi(client)
    asset = made(client, passthrough="ref", meta=sdk.AssetMetadata(title="Teaser"))
    assert (asset.status, asset.created_at, asset.progress.state) == ("preparing", "1772355600", "ingesting")
    advance(server, fresh_world, 5)
    ready = assets.get_asset(asset.id).data
    assert (ready.status, ready.duration, ready.aspect_ratio, ready.meta.title) == (
        "ready",
        12.5,
        "16:9",
        "Teaser",
    )
    assert [track.type for track in ready.tracks] == ["video", "audio"]
    changed = assets.update_asset(asset.id, sdk.UpdateAssetRequest(passthrough="new")).data
    assert (changed.id, changed.passthrough) == (asset.id, "new")
    info = assets.get_asset_input_info(asset.id).data[0]
    assert (info.settings.url, info.file.tracks[0].width) == (CLIP, 1920)
    made(client)
    page = assets.list_assets(limit=1)
    rest = assets.list_assets(limit=5, cursor=page.next_cursor)
    assert ([each.id for each in rest.data], rest.next_cursor) == ([asset.id], None)
    assets.delete_asset(asset.id)
    with pytest.raises(NotFoundException) as caught:
        assets.get_asset(asset.id)
    assert "not_found" in caught.value.body


def test_parts_of_an_asset(server: Served, fresh_world: World, client: Any) -> None:
    assets, id = sdk.AssetsApi(client), made(client).id
    advance(server, fresh_world, 5)
    signed = assets.create_asset_playback_id(id, sdk.CreatePlaybackIDRequest(policy="signed")).data
    assert assets.get_asset_playback_id(id, signed.id).data.policy == "signed"
    owner = sdk.PlaybackIDApi(client).get_asset_or_livestream_id(signed.id).data
    assert (owner.object.type, owner.object.id) == ("asset", id)
    assets.delete_asset_playback_id(id, signed.id)
    wish = sdk.CreateTrackRequest(
        url="https://a.test/en.vtt", type="text", language_code="en", text_type="subtitles"
    )
    track = assets.create_asset_track(id, wish).data
    assert (track.status, track.name) == ("preparing", "English")
    assets.delete_asset_track(id, track.id)
    sound = assets.get_asset(id).data.tracks[1]
    settings = [sdk.AssetGeneratedSubtitleSettings(language_code="de", name="Deutsch")]
    subtitles = sdk.GenerateTrackSubtitlesRequest(generated_subtitles=settings)
    assert (
        assets.generate_asset_track_subtitles(id, sound.id, subtitles).data[0].text_source == "generated_vod"
    )
    rendition = assets.create_asset_static_rendition(
        id, sdk.CreateStaticRenditionRequest(resolution="720p")
    ).data
    advance(server, fresh_world, 60)
    asset = assets.get_asset(id).data
    assert [file.status for file in asset.static_renditions.files] == ["ready"]
    assert [each.status for each in asset.tracks[2:]] == ["ready"]
    assets.delete_asset_static_rendition(id, rendition.id)
    assets.update_asset_mp4_support(id, sdk.UpdateAssetMP4SupportRequest(mp4_support="capped-1080p"))
    assets.update_asset_master_access(id, sdk.UpdateAssetMasterAccessRequest(master_access="temporary"))
    advance(server, fresh_world, 5)
    asset = assets.get_asset(id).data
    assert (asset.static_renditions.status, asset.master.status) == ("ready", "ready")


def test_direct_uploads(server: Served, fresh_world: World, client: Any) -> None:
    uploads = sdk.DirectUploadsApi(client)
    settings = sdk.CreateAssetRequest(playback_policies=["public"])
    request = sdk.CreateUploadRequest(cors_origin="https://app.studio.test", new_asset_settings=settings)
    upload = uploads.create_direct_upload(request).data
    assert (upload.status, upload.timeout, upload.asset_id) == ("waiting", 3600, None)
    assert upload.url.startswith(f"https://localhost:{server.port + 43}/mux/~")
    assert upload.new_asset_settings.playback_policies == ["public"]
    assert httpx.put(upload.url, content=movie(), verify=trusting(server), trust_env=False).status_code == 200
    done = uploads.get_direct_upload(upload.id).data
    assert (done.status, done.url) == ("asset_created", None)
    advance(server, fresh_world, 5)
    assert sdk.AssetsApi(client).get_asset(done.asset_id).data.aspect_ratio == "9:16"
    other = uploads.create_direct_upload(request).data
    assert uploads.cancel_direct_upload(other.id).data.status == "cancelled"
    assert [each.status for each in uploads.list_direct_uploads().data] == ["cancelled", "asset_created"]
    with pytest.raises(ForbiddenException):
        uploads.cancel_direct_upload(upload.id)


def test_playback_restrictions(client: Any) -> None:
    api = sdk.PlaybackRestrictionsApi(client)
    request = sdk.CreatePlaybackRestrictionRequest(
        referrer=sdk.ReferrerDomainRestriction(allowed_domains=["*.studio.test"]),
        user_agent=sdk.UserAgentRestrictionRequest(allow_no_user_agent=False),
    )
    id = api.create_playback_restriction(request).data.id
    referrer = sdk.UpdateReferrerDomainRestrictionRequest(allowed_domains=["*"])
    assert api.update_referrer_domain_restriction(id, referrer).data.referrer.allowed_domains == ["*"]
    agents = sdk.UpdateUserAgentRestrictionRequest(allow_high_risk_user_agent=False, allow_no_user_agent=True)
    assert api.update_user_agent_restriction(id, agents).data.user_agent.allow_no_user_agent is True
    assert [each.id for each in api.list_playback_restrictions().data] == [
        api.get_playback_restriction(id).data.id
    ]
    api.delete_playback_restriction(id)
    assert api.list_playback_restrictions().data == []


@pytest.mark.parametrize("name", ["signing_key", "url_signing_key"])
def test_signing_keys(client: Any, name: str) -> None:
    api: Any = sdk.SigningKeysApi(client) if name == "signing_key" else sdk.URLSigningKeysApi(client)
    key = getattr(api, f"create_{name}")().data
    assert b64decode(key.private_key).startswith(b"-----BEGIN RSA")
    assert getattr(api, f"get_{name}")(key.id).data.private_key is None
    assert [each.id for each in getattr(api, f"list_{name}s")().data] == [key.id]
    getattr(api, f"delete_{name}")(key.id)
    assert getattr(api, f"list_{name}s")().data == []


def test_refusals_become_the_sdks_exceptions(server: Served, fresh_world: World, client: Any) -> None:
    with pytest.raises(ApiException) as caught:
        made(client, url="nowhere")
    assert (caught.value.status, "invalid_parameters" in caught.value.body) == (400, True)
    with pytest.raises(NotFoundException):
        sdk.LiveStreamsApi(client).list_live_streams()
    client.configuration.password = "wrong"
    with pytest.raises(UnauthorizedException):
        sdk.AssetsApi(client).list_assets()
