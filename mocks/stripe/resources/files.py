"""Files that merchants upload, and links by which anybody can get one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from harness.instants import SECOND
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import addresses
from mocks.stripe.resources.events import emit

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

FILES = Collection("stripe.file", "purpose")
LINKS = Collection("stripe.file_link", "file", "expired", slug=lambda link: link["_"]["slug"])

PURPOSES = (
    "account_requirement",
    "additional_verification",
    "business_icon",
    "business_logo",
    "customer_signature",
    "dispute_evidence",
    "identity_document",
    "issuing_regulatory_reporting",
    "pci_document",
    "platform_terms_of_service",
    "tax_document_user_upload",
    "terminal_android_apk",
    "terminal_reader_splashscreen",
    "terminal_wifi_certificate",
    "terminal_wifi_private_key",
)
MEGABYTE = 1 << 20
_IMAGES = ("jpg", "png")
_RULES: dict[str, tuple[tuple[str, ...], int]] = {
    "business_icon": (_IMAGES, 512 << 10),
    "business_logo": (_IMAGES, 512 << 10),
    "customer_signature": (_IMAGES, 4 * MEGABYTE),
    "dispute_evidence": ((*_IMAGES, "pdf"), 5 * MEGABYTE),
    "identity_document": ((*_IMAGES, "pdf"), 16 * MEGABYTE),
}
"""Which types of files a purpose takes, and how large they may be (Stripe docs: file uploads)."""

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"%PDF-", "pdf"),
    (b"GIF8", "gif"),
    (b"PK\x03\x04", "zip"),
)


def _links(tx: Transaction, file: Json) -> Json:
    page = tx.page(LINKS, where={"file": file["id"]}, limit=10)
    data = [_link_view(tx, each) for each in page.items]
    for each in data:
        _reachable(tx, each)
    url = f"/v1/file_links?file={file['id']}"
    return {"object": "list", "data": data, "has_more": page.has_more, "url": url}


def _view(tx: Transaction, file: Json) -> Json:
    shown = {name: value for name, value in file.items() if name != "_"}
    shown["links"] = _links(tx, file)
    shown["url"] = f"https://files.stripe.com/v1/files/{file['id']}/contents"
    return shown


def _link_view(tx: Transaction, link: Json) -> Json:
    shown = {name: value for name, value in link.items() if name != "_"}
    return shown | {"url": f"https://files.stripe.com/links/{link['_']['slug']}"}


def _reachable(tx: Transaction, shown: Json) -> None:
    shown["url"] = addresses.reachable(tx, shown["url"])


register(Resource("file", FILES, view=_view, link=_reachable))
register(Resource("file_link", LINKS, expands={"file": "file"}, view=_link_view, link=_reachable))


def create(tx: Transaction, name: str, content: bytes, purpose: str) -> Json:
    """Keep an uploaded file and announce it; raise the 400 of one that its purpose does not take."""
    kind = _kind(name, content)
    kinds, most = _RULES.get(purpose, ((), 0))
    if not content:
        raise errors.invalid("The file you uploaded is empty.", param="file", rule="file_empty")
    if kinds and kind not in kinds:
        raise errors.invalid(
            f"Invalid file: files with the purpose {purpose} must be one of {', '.join(kinds)}.",
            param="file",
            rule="file_type",
        )
    if most and len(content) > most:
        raise errors.invalid(
            f"Invalid file: files with the purpose {purpose} may have at most {most} bytes.",
            param="file",
            rule="file_size",
        )
    file: Json = {
        "id": new_id(tx, "file"),
        "object": "file",
        "created": tx.seconds,
        "expires_at": None,
        "filename": name,
        "links": None,
        "purpose": purpose,
        "size": len(content),
        "title": None,
        "type": kind,
        "url": None,
        "_": {"content": tx.keep_blob(content)},
    }
    tx.insert(FILES, file)
    emit(tx, "file.created", FILES, file)
    return file


def content(tx: Transaction, file: Json) -> bytes:
    """Return what was uploaded."""
    return tx.blob(file["_"]["content"])


def create_link(
    tx: Transaction, file: str, *, expires_at: int | None = None, metadata: Json | None = None
) -> Json:
    """Make a link to a file; it has no event. Raises the 400 for an unknown file, and for an instant that has passed."""
    if tx.get(FILES, file) is None:
        raise errors.no_such("file upload", file, param="file")
    link: Json = {
        "id": new_id(tx, "link"),
        "object": "file_link",
        "created": tx.seconds,
        "expired": False,
        "expires_at": None,
        "file": file,
        "livemode": False,
        "metadata": merged({}, metadata or {}),
        "url": None,
        "_": {"slug": tx.token("file_link.slug", 44)},
    }
    tx.insert(LINKS, link)
    if expires_at is not None:
        _expire_at(tx, link, expires_at)
    return tx.save(LINKS, link)


def change_link(tx: Transaction, link: Json, given: Json) -> Json:
    """Change a link that has not expired: when it will, and its metadata."""
    if "metadata" in given:
        link["metadata"] = merged(link["metadata"], given["metadata"])
    if "expires_at" in given:
        if link["expired"]:
            raise errors.invalid(
                "An expired file link cannot be changed.", param="expires_at", rule="file_link_expired"
            )
        wanted = given["expires_at"]
        tx.unschedule(f"file_link:{link['id']}")
        if wanted == "now":
            link |= {"expired": True, "expires_at": tx.seconds}
        elif wanted is None:
            link["expires_at"] = None
        else:
            _expire_at(tx, link, wanted)
    return tx.save(LINKS, link)


def expire_link(tx: Transaction, link: Json) -> None:
    """End a link (a timer)."""
    link["expired"] = True
    tx.save(LINKS, link)


def _expire_at(tx: Transaction, link: Json, at: int) -> None:
    if at <= tx.seconds:
        raise errors.invalid(
            "`expires_at` must be in the future.", param="expires_at", rule="file_link_expiry"
        )
    link["expires_at"] = at
    tx.schedule("file_link.expire", at * SECOND, {"link": link["id"]}, key=f"file_link:{link['id']}")


def _kind(name: str, content: bytes) -> str | None:
    """Return a file's type: by how it begins, else by its name."""
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return ending or None
