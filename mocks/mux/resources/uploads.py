"""Direct uploads: a URL that takes a file, and the asset that is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from harness import instants
from harness.collection import Collection
from mocks.mux import errors, ids
from mocks.mux.resources import chunks, events, lifecycle, settings

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.mux.parameters import NewUpload

Json = dict[str, Any]

UPLOADS = Collection("mux.upload")
"""{id, status, created (µs), timeout (s), cors_origin, settings (new_asset_settings under their new names), test,
origin (where the URL leads), signature, kept {parts [[digest, size]], received, total}, asset_id, error}."""

HOST = "https://direct-uploads.mux.com"
"""Where the URL of an upload leads that no request has made."""


def create(tx: Transaction, wanted: NewUpload) -> Json:
    """Make an upload that waits for its file."""
    given = wanted.new_asset_settings
    settled = settings.settled(given) if given else {"video_quality": settings.DEFAULT_QUALITY}
    for each in settled.get("inputs", [])[1:]:
        if "url" not in each:
            raise errors.invalid("Missing required field: url", field="inputs")
    upload = {
        "id": ids.new(tx, "upload"),
        "status": "waiting",
        "created": tx.now,
        "timeout": wanted.timeout,
        "cors_origin": wanted.cors_origin,
        "settings": settled,
        "test": wanted.test,
        "origin": tx.request.secure_origin if tx.request else HOST,
        "signature": tx.token("upload.signature", 43),
        "kept": {"parts": [], "received": 0, "total": None},
        "asset_id": None,
        "error": None,
    }
    tx.insert(UPLOADS, upload, fresh=True)
    tx.schedule("upload.expired", expires(upload), {"upload": upload["id"]}, key=_key(upload))
    announce(tx, upload, "created")
    return upload


def cancel(tx: Transaction, upload: Json) -> None:
    """Cancel an upload that still waits."""
    if upload["status"] != "waiting":
        text = f"Only an upload in the waiting state can be cancelled: this one is {upload['status']}."
        raise errors.forbidden(text, rule="upload_not_waiting")
    _end(tx, upload, "cancelled")
    announce(tx, upload, "cancelled")


def expire(tx: Transaction, upload: Json) -> None:
    """The URL's time is over; Mux announces that by no event."""
    _end(tx, upload, "timed_out")


def fail(tx: Transaction, upload: Json, problem: Json) -> None:
    """No asset could be made of what was uploaded."""
    upload["error"] = problem
    _end(tx, upload, "errored")
    announce(tx, upload, "errored")


def complete(tx: Transaction, upload: Json, content: chunks.Content | None) -> Json:
    """Make the asset of a file that is there; return it."""
    asset = lifecycle.of_upload(tx, upload, content)
    upload["asset_id"] = asset["id"]
    _end(tx, upload, "asset_created")
    announce(tx, upload, "asset_created")
    return asset


def _end(tx: Transaction, upload: Json, status: str) -> None:
    tx.unschedule(_key(upload))
    upload["status"] = status
    tx.save(UPLOADS, upload)


def _key(upload: Json) -> str:
    return f"upload:{upload['id']}"


# --- the bytes ---------------------------------------------------------------------------------------------------


def receive(tx: Transaction, upload: Json, span: chunks.Span) -> bool:
    """Take bytes; tell whether the file is there, and make its asset when it has just become so."""
    if upload["status"] == "asset_created":
        return True
    if upload["status"] != "waiting":
        raise errors.upload_over(upload["status"])
    if span.question and span.total != upload["kept"]["received"]:
        return False
    done = chunks.take(upload["kept"], span)
    tx.save(UPLOADS, upload)
    if done:
        complete(tx, upload, content(tx, upload))
    return done


def content(tx: Transaction, upload: Json) -> chunks.Content:
    """Return the bytes that are there."""
    return chunks.Content(tx.store.blobs, upload["kept"]["parts"])


def check_signature(upload: Json, query: str) -> None:
    """Refuse an address whose signature is not the upload's."""
    if parse_qs(query).get("signature") != [upload["signature"]]:
        raise errors.forbidden("The signature of the upload URL does not match.", rule="upload_signature")


def check_origin(tx: Transaction, upload: Json) -> str:
    """Return the origin that a browser may use; refuse a page of another one."""
    allowed: str = upload["cors_origin"]
    sent = tx.request.header("origin") if tx.request else None
    if allowed == "*" or sent is None or sent.lower() == allowed.rstrip("/").lower():
        return sent or allowed.rstrip("/")
    tx.deviation(errors.wrong_origin(sent, allowed.rstrip("/")))
    return sent


# --- how an upload is shown --------------------------------------------------------------------------------------


def expires(upload: Json) -> int:
    """Return the instant at which the URL stops to work."""
    return int(upload["created"] + upload["timeout"] * instants.SECOND)


def url(tx: Transaction, upload: Json) -> str:
    """Return the address that takes the file."""
    query = {"Expires": str(instants.seconds(expires(upload))), "signature": upload["signature"]}
    return f"{upload['origin']}/~{tx.world.name}/upload/{upload['id']}?{urlencode(query)}"


def shown(tx: Transaction, upload: Json) -> Json:
    """Show an upload; its URL while it waits, its asset once there is one."""
    result: Json = {"id": upload["id"], "timeout": upload["timeout"], "status": upload["status"]}
    result |= {"new_asset_settings": upload["settings"], "cors_origin": upload["cors_origin"]}
    for name in ("asset_id", "error"):
        if upload[name] is not None:
            result[name] = upload[name]
    if upload["test"]:
        result["test"] = True
    if upload["status"] == "waiting":
        result["url"] = url(tx, upload)
    return result


def announce(tx: Transaction, upload: Json, what: str) -> None:
    """Emit `video.upload.<what>`: its data is the upload (without the error), also where an asset was made of it."""
    data = {name: value for name, value in shown(tx, upload).items() if name != "error"}
    events.emit(tx, f"video.upload.{what}", ("upload", upload["id"]), data)
