"""What may be asked of a new asset: the rules between the settings, old names brought to new ones, what is echoed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mocks.mux import errors

if TYPE_CHECKING:
    from mocks.mux.parameters import AssetSettings

Json = dict[str, Any]

QUALITY_OF = {"baseline": "basic", "smart": "plus", "premium": "premium"}
"""The old encoding tiers, and the video qualities that they are called now."""
TIER_OF = {quality: tier for tier, quality in QUALITY_OF.items()}
DEFAULT_QUALITY = "basic"

CLIP = "mux://assets/"
KEPT = (
    "passthrough",
    "meta",
    "max_resolution_tier",
    "normalize_audio",
    "test",
    "master_access",
    "mp4_support",
)


def settled(wanted: AssetSettings) -> Json:
    """Return settings under their new names, as uploads echo them; refuse what contradicts itself."""
    given = wanted.model_dump(exclude_none=True)
    _one_name(given, "inputs", "input")
    _one_name(given, "playback_policies", "playback_policy")
    _quality(given)
    if given.get("generate_shots"):
        raise errors.unserved("generate_shots")
    if given.get("directives"):
        raise errors.unserved("directives")
    policies = [*given.get("playback_policies", ()), *(each.get("policy") for each in _advanced(given))]
    if "drm" in policies:
        raise errors.invalid(
            "This environment has no DRM configuration.",
            field="playback_policies",
            rule="no_drm_configuration",
        )
    renditions = [each["resolution"] for each in given.get("static_renditions", ())]
    if renditions and given.get("mp4_support", "none") != "none":
        text = "mp4_support and static_renditions cannot both be enabled."
        raise errors.invalid(text, field="static_renditions", rule="mp4_support_and_static_renditions")
    if len(set(renditions)) < len(renditions):
        text = "Each resolution can be asked for once."
        raise errors.invalid(text, field="static_renditions", rule="duplicate_static_rendition")
    for each in given.get("inputs", ()):
        check_url(each.get("url"))
        _check_input(each)
    return given


def _one_name(given: Json, new: str, old: str) -> None:
    if old in given and new in given:
        raise errors.invalid(
            f"{old} is the old name of {new}: give one of them.", field=old, rule="two_names"
        )
    if old in given:
        given[new] = given.pop(old)


def _quality(given: Json) -> None:
    tier, quality = given.get("encoding_tier"), given.get("video_quality")
    if tier is not None and quality not in (None, QUALITY_OF[tier]):
        text = f"encoding_tier {tier} contradicts video_quality {quality}."
        raise errors.invalid(text, field="encoding_tier", rule="two_qualities")
    given["video_quality"] = quality or (QUALITY_OF[tier] if tier else DEFAULT_QUALITY)


def _advanced(given: Json) -> list[Json]:
    advanced: list[Json] = given.get("advanced_playback_policies", [])
    return advanced


def policies(given: Json) -> list[str]:
    """Return the policies of the playback ids that settings ask for."""
    return [*given.get("playback_policies", ()), *(each.get("policy", "public") for each in _advanced(given))]


def check_url(url: str | None) -> None:
    """Refuse an address that nothing can be downloaded from."""
    if url is None or url.startswith(CLIP):
        return
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise errors.invalid(f"Invalid url: {url}", field="url", rule="invalid_url")


def _check_input(given: Json) -> None:
    start, end = given.get("start_time"), given.get("end_time")
    if (start is not None or end is not None) and not given.get("url", "").startswith(CLIP):
        text = "start_time and end_time are for clips of an asset (mux://assets/{asset_id})."
        raise errors.invalid(text, field="start_time", rule="clip_of_no_asset")
    if given.get("type") == "text" and "language_code" not in given:
        raise errors.invalid("A text input needs a language_code.", field="language_code", rule="no_language")
