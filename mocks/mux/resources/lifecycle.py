"""The life of an asset: taken in, ready or errored, deleted, and what each announces; all in world time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from mocks.mux import errors
from mocks.mux.resources import assets, inputs, master, packages, renditions, settings, tracks
from mocks.mux.resources.assets import ASSETS
from mocks.mux.resources.chunks import Content
from mocks.mux.resources.packages import PACKAGES

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.mux.parameters import AssetChanges, AssetSettings

Json = dict[str, Any]

ANNOUNCED_AFTER = 1 * instants.SECOND
"""From a finished upload to `video.asset.created` (a sequence recorded in public)."""
READY_AFTER = 4 * instants.SECOND
"""From `created` to `ready` (the same record). Mux promises nothing; plugins give up after about six seconds."""
CONVERTED_AFTER = 20 * instants.SECOND
"""The same for an input that is not standard and has to be converted first."""
TEST_LIFE = 24 * instants.HOUR


# --- from an address ---------------------------------------------------------------------------------------------


def create(tx: Transaction, wanted: AssetSettings) -> Json:
    """Make an asset of files at addresses, or a clip of another asset."""
    given = settings.settled(wanted)
    files = given.get("inputs", [])
    if not files:
        raise errors.invalid("Missing required field: inputs", field="inputs")
    if any("url" not in each for each in files):
        raise errors.invalid("Missing required field: url", field="inputs")
    if files[0]["url"].startswith(settings.CLIP):
        return _clip(tx, given, files)
    asset = assets.create(tx, given, files)
    asset["inputs"][0] |= inputs.of_url(files[0]["url"])
    _begin(tx, asset, given)
    announce_created(tx, asset)
    return asset


def _clip(tx: Transaction, given: Json, files: list[Json]) -> Json:
    main = files[0]
    source = tx.get(ASSETS, main["url"].removeprefix(settings.CLIP))
    file = source and assets.main_file(source)
    if source is None or file is None or source["status"] != "ready":
        raise errors.invalid(f"There is no ready asset {main['url']}.", field="url", rule="clip_of_no_asset")
    whole = source["media"]["duration"]
    start, end = main.get("start_time", 0.0), min(main.get("end_time", whole), whole)
    if start >= end:
        text = "start_time must lie before end_time and within the source asset."
        raise errors.invalid(text, field="start_time", rule="empty_clip")
    asset = assets.create(tx, given, files, ingest_type="on_demand_clip", source_asset_id=source["id"])
    cut = [track | {"duration": round(end - start, 6)} for track in file["tracks"]]
    asset["inputs"][0]["file"] = file | {"tracks": cut}
    packages.keep_cut(tx, asset, source, start, end)
    _begin(tx, asset, given)
    announce_created(tx, asset)
    return asset


# --- from an upload ----------------------------------------------------------------------------------------------


def of_upload(tx: Transaction, upload: Json, content: Content | None) -> Json:
    """Make the asset of a finished direct upload; without content (a trigger) it is derived from the upload's id."""
    given: Json = dict(upload["settings"])
    if upload["test"]:
        given["test"] = True
    files = given.get("inputs", [])
    if (
        not files or "url" in files[0]
    ):  # the uploaded file is the main input, whether settings of it are given or not
        files = [{}, *files]
    asset = assets.create(tx, given, files, ingest_type="on_demand_direct_upload", upload_id=upload["id"])
    asset["kept"] = upload["kept"]["parts"] if content else None
    asset["inputs"][0] |= (
        inputs.of_bytes(content)
        if content
        else inputs.of_url(f"https://direct-uploads.test/{upload['id']}.mp4")
    )
    _begin(tx, asset, given, delay=ANNOUNCED_AFTER)
    tx.schedule("asset.created", tx.now + ANNOUNCED_AFTER, {"asset": asset["id"]}, key=_key(asset, "created"))
    return asset


# --- what happens by itself --------------------------------------------------------------------------------------


def _begin(tx: Transaction, asset: Json, given: Json, delay: int = 0) -> None:
    file = asset["inputs"][0].get("file")
    odd = bool(file and assets.oddities(file))
    asset["due"] = tx.now + delay + (CONVERTED_AFTER if odd else READY_AFTER)
    renditions.ask(tx, asset, given.get("static_renditions", []))
    renditions.ask_mp4(asset, given.get("mp4_support", "none"))
    master.ask(asset, given.get("master_access", "none"))
    tx.save(ASSETS, asset)
    tx.schedule("asset.processed", asset["due"], {"asset": asset["id"]}, key=_key(asset, "processed"))
    if given.get("test"):
        tx.schedule("asset.expired", tx.now + TEST_LIFE, {"asset": asset["id"]}, key=_key(asset, "expired"))


def announce_created(tx: Transaction, asset: Json) -> None:
    """Tell, once, that an asset exists, with what was asked of it, and that its input is not standard."""
    if asset["announced"]:
        return
    tx.unschedule(_key(asset, "created"))
    asset["announced"] = True
    tx.save(ASSETS, asset)
    assets.announce(tx, asset, "created")
    for rendition in asset["renditions"]:
        renditions.announce(tx, asset, rendition, "created")
    file = assets.main_file(asset)
    if file and assets.oddities(file):
        assets.announce(tx, asset, "non_standard_input_detected")


def process(tx: Transaction, asset: Json) -> None:
    """Mux is done with a preparing asset: it is ready, or its input could not be used."""
    announce_created(tx, asset)
    problem = asset["inputs"][0].get("errors")
    if problem is not None:
        fail(tx, asset, problem)
        return
    finish(tx, asset)
    assets.announce(tx, asset, "ready")
    tracks.begin(tx, asset)
    renditions.begin(tx, asset)
    master.begin(tx, asset)


def finish(tx: Transaction, asset: Json) -> None:
    """Make an asset ready, with its media and main tracks."""
    file = assets.main_file(asset)
    assert file is not None  # noqa: S101 - an input without file has errors
    tx.unschedule(_key(asset, "processed"))
    media = assets.stored(file, asset["settings"])
    asset |= {"status": "ready", "media": media, "tracks": tracks.main(tx, media)}
    tx.save(ASSETS, asset)
    if asset["kept"] is not None:
        packages.keep(tx, asset, Content(tx.store.blobs, asset["kept"]))


def fail(tx: Transaction, asset: Json, problem: Json) -> None:
    """Give an asset up, and what was asked of it too."""
    announce_created(tx, asset)
    tx.unschedule(_key(asset, "processed"))
    asset |= {"status": "errored", "errors": problem}
    renditions.give_up(tx, asset)
    master.give_up(asset)
    tx.save(ASSETS, asset)
    assets.announce(tx, asset, "errored")


# --- what consumers do -------------------------------------------------------------------------------------------


def update(tx: Transaction, asset: Json, changes: AssetChanges) -> None:
    """Change what was given; an empty passthrough clears it."""
    given, sent = asset["settings"], changes.given()
    if sent.get("passthrough") is not None:
        given["passthrough"] = sent["passthrough"]
        if not sent["passthrough"]:
            del given["passthrough"]
    if sent.get("meta") is not None:
        merged = {**given.get("meta", {}), **sent["meta"]}
        given["meta"] = {name: value for name, value in merged.items() if value is not None}
    if sent.get("thumbnail_time") is not None:
        _check_moment(asset, sent["thumbnail_time"])
        asset["thumbnail_time"] = sent["thumbnail_time"]
    assets.touch(tx, asset)


def _check_moment(asset: Json, seconds: float) -> None:
    if asset["media"] is not None and seconds > asset["media"]["duration"]:
        text = "thumbnail_time lies behind the end of the asset."
        raise errors.invalid(text, field="thumbnail_time", rule="thumbnail_beyond_end")


def forget_thumbnail_time(tx: Transaction, asset: Json) -> None:
    """Let thumbnails be taken where Mux takes them by itself."""
    asset["thumbnail_time"] = None
    assets.touch(tx, asset)


def delete(tx: Transaction, asset: Json) -> None:
    """Remove an asset with all it has."""
    announce_created(tx, asset)
    for what in ("created", "processed", "expired"):
        tx.unschedule(_key(asset, what))
    assets.forget(tx, asset)
    tx.delete(PACKAGES, asset["id"])
    assets.announce(tx, asset, "deleted")


def _key(asset: Json, what: str) -> str:
    return f"asset:{asset['id']}:{what}"
