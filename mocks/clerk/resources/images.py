"""Images of users and organisations: uploaded, kept, and shown under an address of the Frontend API.

Clerk serves them from `img.clerk.com`; here their address is one that opens without a network. The icons of identity
providers are Clerk's own: pictures that are drawn here stand in for them.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from harness import multipart
from harness.collection import Collection
from mocks.clerk import errors, frontend
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import ids, instance

if TYPE_CHECKING:
    from harness.messages import Request
    from harness.multipart import Upload
    from harness.transaction import Transaction

Json = dict[str, Any]

IMAGES = Collection("clerk.image")
LARGEST = 10 << 20
_KINDS = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}
"""What Clerk takes, by how their bytes begin."""


def keep(tx: Transaction) -> Json:
    """Keep the image of a request; refuse one without, too large ones, and what is no image."""
    upload = _uploaded(tx.request)
    if len(upload.content) > LARGEST:
        told = "The image being uploaded is more than 10MB. Please choose a smaller one."
        raise errors.broken(413, "image_too_large", "Image too large", told)
    kind = kind_of(upload.content)
    if kind is None:
        told = f"The uploaded image type is not supported. Supported types are: {', '.join(_KINDS)}."
        raise errors.broken(400, "image_type_not_supported", "Image type not supported", told)
    made = {
        "id": ids.new(tx, "img"),
        "name": upload.name,
        "content_type": kind,
        "digest": tx.keep_blob(upload.content),
        "created_at": milliseconds(tx.now),
    }
    tx.insert(IMAGES, made, fresh=True)
    return made | {"url": f"{instance.frontend_url(tx)}/v1/greenroom/images/{made['id']}"}


def _uploaded(request: Request | None) -> Upload:
    """Return the file of a request: a part named `file`, or a body in base64, as clerk-js sends what it has as text."""
    found = None
    if request is not None and multipart.is_multipart(request):
        try:
            found = multipart.read(request)[1].get("file")
        except multipart.MalformedPartsError:
            raise errors.malformed() from None
    elif request is not None and request.body:
        found = _plain(request.body)
    if found is None or not found.content:
        told = "There was no image file present in the request"
        raise errors.broken(400, "form_param_missing", "Image file missing", told, param="file")
    return found


def _plain(body: bytes) -> Upload | None:
    text = body.rpartition(b"base64,")[2].strip().strip(b'"')
    try:
        return multipart.Upload("image", b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return None


def kind_of(content: bytes) -> str | None:
    """Return the content type that the first bytes of an image tell; None for what is none of Clerk's kinds."""
    for kind, beginnings in _KINDS.items():
        if content.startswith(beginnings) and (kind != "image/webp" or content[8:12] == b"WEBP"):
            return kind
    return None


def uploader(tx: Transaction) -> str | None:
    """Return the field `uploader_user_id` of a request in parts."""
    if tx.request is None or not multipart.is_multipart(tx.request):
        return None
    return dict(multipart.read(tx.request)[0]).get("uploader_user_id")


def dress(document: Json, url: str) -> None:
    """Give a user or an organisation an image; an empty address takes it away."""
    document |= {"image_url": url, "has_image": bool(url)}
    if "profile_image_url" in document:
        document["profile_image_url"] = url


def undress(document: Json) -> None:
    """Take the image from a user or an organisation; refuse one that has none."""
    if not document["has_image"]:
        raise errors.conflict("image_not_found", "Image not found", status=404)
    dress(document, "")


def shown(image: Json) -> Json:
    """Show an image that was just uploaded."""
    return {"object": "image", "id": image["id"], "name": image["name"], "public_url": image["url"]}


def gone(document: Json) -> Json:
    """Return the deleted object of an image, which has the id of what it was an image of."""
    return {"object": "image", "id": document["id"], "deleted": True}


def content(tx: Transaction, id: str) -> tuple[bytes, str]:
    """Return the bytes and the content type of an image; refuse an unknown one."""
    found = tx.get(IMAGES, id)
    if found is None:
        raise errors.conflict("image_not_found", "Image not found", status=404)
    return tx.blob(found["digest"]), found["content_type"]


# --- pictures that only Clerk has --------------------------------------------------------------------------------


def picture_url(tx: Transaction, provider: str) -> str:
    """Return where the picture of an identity provider is."""
    return f"{instance.frontend_url(tx)}{frontend.PICTURES}/{provider}.svg"


def drawn(name: str) -> str:
    """Draw a ring on nothing, with the first letter of `google.svg` and the like: components use icons as masks too."""
    first = name.removeprefix("custom_")[:1]
    letter = first.upper() if name.endswith((".svg", ".png")) and first.isalnum() else ""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64">'
        "<title>made up by Greenroom: Clerk's own picture is not part of it</title>"
        '<circle cx="32" cy="32" r="28" fill="none" stroke="#747686" stroke-width="5"/>'
        '<text x="32" y="44" font-size="34" font-weight="bold" text-anchor="middle" fill="#747686" '
        f'font-family="sans-serif">{letter}</text></svg>'
    )
