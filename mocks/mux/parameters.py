"""What Mux's operations take, and how wrong parameters are refused.

Mux refuses fields that it does not know by name. JSON types are not converted; `null` stands for "not given".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from harness.params import Params
from mocks.mux import errors

if TYPE_CHECKING:
    from harness.errors import Refusal

Quality = Literal["basic", "plus", "premium"]
EncodingTier = Literal["baseline", "smart", "premium"]
ResolutionTier = Literal["1080p", "1440p", "2160p"]
Policy = Literal["public", "signed", "drm"]
Mp4Support = Literal["none", "standard", "capped-1080p", "audio-only", "audio-only,capped-1080p"]
MasterAccess = Literal["none", "temporary"]
Resolution = Literal[
    "highest", "audio-only", "2160p", "1440p", "1080p", "720p", "540p", "480p", "360p", "270p"
]
SPOKEN = frozenset(
    {"en", "es", "it", "pt", "de", "fr", "pl", "ru", "nl", "ca", "tr", "sv", "uk", "no", "fi", "sk", "el"}
    | {"cs", "hr", "da", "ro", "bg", "auto"}
)
"""The languages that speech recognition knows; `auto` lets it find out."""
Passthrough = Annotated[str, Field(max_length=255)]
Name = Annotated[str, Field(max_length=255)]
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=64)]
Seconds = Annotated[float, Field(ge=0, le=1e9)]
Url = Annotated[str, Field(min_length=1, max_length=4096)]


class Body(Params):
    """A JSON body."""

    model_config = ConfigDict(strict=True)


class Listing(Params):
    """The query of a list by page number; unknown names in a query are ignored."""

    model_config = ConfigDict(extra="ignore")

    limit: int = Field(25, ge=1, le=100)
    page: int = Field(1, ge=1, le=2**31 - 1)


class AssetListing(Listing):
    """The query of the list of assets: by cursor or page number, filtered."""

    cursor: str | None = None
    upload_id: str | None = None
    live_stream_id: str | None = None


# --- inputs ------------------------------------------------------------------------------------------------------


def _spoken(code: str) -> str:
    if code not in SPOKEN:
        raise ValueError(f"{code} is not one of the languages that subtitles are generated in")
    return code


class GeneratedSubtitles(Body):
    """Subtitles to be made by speech recognition."""

    name: Name | None = None
    passthrough: Passthrough | None = None
    language_code: Annotated[str, AfterValidator(_spoken)] | None = None


class Overlay(Body):
    """Where an image lies over the video."""

    vertical_align: Literal["top", "middle", "bottom"] | None = None
    vertical_margin: str | None = None
    horizontal_align: Literal["left", "center", "right"] | None = None
    horizontal_margin: str | None = None
    width: str | None = None
    height: str | None = None
    opacity: str | None = None


class Input(Body):
    """A file that an asset is made of: the main one first, then tracks and overlays."""

    url: Url | None = None
    overlay_settings: Overlay | None = None
    generated_subtitles: list[GeneratedSubtitles] | None = None
    start_time: Seconds | None = None
    end_time: Seconds | None = None
    type: Literal["video", "audio", "text"] | None = None
    text_type: Literal["subtitles"] | None = None
    language_code: Language | None = None
    name: Name | None = None
    closed_captions: bool | None = None
    passthrough: Passthrough | None = None


# --- assets and uploads ------------------------------------------------------------------------------------------


class Meta(Body):
    """What a consumer says of an asset."""

    title: Annotated[str, Field(max_length=512)] | None = None
    creator_id: Annotated[str, Field(max_length=128)] | None = None
    external_id: Annotated[str, Field(max_length=128)] | None = None


class NewPlaybackId(Body):
    """A playback id with its policy."""

    policy: Policy | None = None
    drm_configuration_id: str | None = None


class NewRendition(Body):
    """The body of `POST …/static-renditions`."""

    resolution: Resolution
    passthrough: Passthrough | None = None


class Directive(Body):
    """A directive of Mux Robots."""

    id: str


def _inputs(value: Any) -> Any:
    """A URL alone stands for one input."""
    return [{"url": value}] if isinstance(value, str) else value


def _policies(value: Any) -> Any:
    """A policy alone stands for a list of one."""
    return [value] if isinstance(value, str) else value


Inputs = Annotated[list[Input], BeforeValidator(_inputs), Field(max_length=100)]
Policies = Annotated[list[Policy], BeforeValidator(_policies), Field(max_length=100)]


class AssetSettings(Body):
    """What can be asked of a new asset; `input`, `playback_policy` and `encoding_tier` are the old names."""

    input: Inputs | None = None
    inputs: Inputs | None = None
    playback_policy: Policies | None = None
    playback_policies: Policies | None = None
    advanced_playback_policies: Annotated[list[NewPlaybackId], Field(max_length=100)] | None = None
    passthrough: Passthrough | None = None
    meta: Meta | None = None
    video_quality: Quality | None = None
    encoding_tier: EncodingTier | None = None
    max_resolution_tier: ResolutionTier | None = None
    static_renditions: Annotated[list[NewRendition], Field(max_length=20)] | None = None
    mp4_support: Mp4Support | None = None
    master_access: MasterAccess | None = None
    normalize_audio: bool | None = None
    test: bool | None = None
    per_title_encode: bool | None = None
    copy_overlays: bool | None = None
    generate_shots: bool | None = None
    directives: list[Directive] | None = None


class NewUpload(Body):
    """The body of `POST /video/v1/uploads`."""

    cors_origin: Annotated[str, Field(min_length=1, max_length=2048)]
    timeout: int = Field(3600, ge=60, le=604800)
    new_asset_settings: AssetSettings | None = None
    test: bool | None = None


class AssetChanges(Body):
    """The body of `PATCH /video/v1/assets/{ASSET_ID}`."""

    passthrough: Passthrough | None = None
    meta: Meta | None = None
    thumbnail_time: Seconds | None = None


class Mp4Access(Body):
    """The body of `PUT …/mp4-support`."""

    mp4_support: Mp4Support


class Mastering(Body):
    """The body of `PUT …/master-access`."""

    master_access: MasterAccess


# --- words -------------------------------------------------------------------------------------------------------


class Vocabulary(Body):
    """The body of transcription vocabularies."""

    name: Name | None = None
    phrases: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=32)]], Field(min_length=1, max_length=1000)
    ]
    passthrough: Passthrough | None = None


# --- tracks ------------------------------------------------------------------------------------------------------


class TrackChanges(Body):
    """The body of `PATCH …/tracks/{TRACK_ID}`."""

    language_code: Language | None = None
    name: Name | None = None
    closed_captions: bool | None = None
    passthrough: Passthrough | None = None


class NewTrack(TrackChanges):
    """The body of `POST …/tracks`."""

    url: Url
    type: Literal["text", "audio"]
    language_code: Language
    text_type: Literal["subtitles"] | None = None


class NewSubtitles(Body):
    """The body of `POST …/generate-subtitles`."""

    generated_subtitles: Annotated[list[GeneratedSubtitles], Field(min_length=1, max_length=50)]


# --- access ------------------------------------------------------------------------------------------------------


class Referrers(Body):
    """Which sites may play."""

    allowed_domains: Annotated[list[Annotated[str, Field(max_length=253)]], Field(max_length=10)]
    allow_no_referrer: bool = False


class UserAgents(Body):
    """Which programs may play."""

    allow_no_user_agent: bool = True
    allow_high_risk_user_agent: bool = True


class NewRestriction(Body):
    """The body of `POST /video/v1/playback-restrictions`."""

    referrer: Referrers
    user_agent: UserAgents


class NewWebhook(Body):
    """The body of `POST /system/v1/webhooks`."""

    address: str


class WebhookChanges(Body):
    """The body of `PATCH /system/v1/webhooks/{WEBHOOK_ID}`."""

    address: str | None = None
    enabled: bool | None = None


# --- refusals ----------------------------------------------------------------------------------------------------


def explain(found: list[Any]) -> Refusal:
    """Turn pydantic's errors into Mux's refusal: unknown fields in one message, then one for each other fault."""
    unknown = [_where(each) for each in found if each["type"] == "extra_forbidden"]
    messages = [f"Unexpected field(s) found: {', '.join(unknown)}"] if unknown else []
    for each in found:
        if each["type"] == "missing":
            messages.append(f"Missing required field: {_where(each)}")
        elif each["type"] != "extra_forbidden":
            messages.append(f"Invalid value for {_where(each)}: {each['msg']}")
    return errors.invalid(*messages, field=_where(found[0]))


def _where(error: Any) -> str:
    return ".".join(str(step) for step in error["loc"])
