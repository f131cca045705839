"""Files and file links: upload, retrieve, list, contents."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.multipart import upload_of
from mocks.stripe.parameters import (
    Boolean,
    CreatedListParams,
    Group,
    Metadata,
    StripeParams,
    Timestamp,
    Unset,
)
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import files
from mocks.stripe.resources.files import FILES, LINKS

BYTES = "application/octet-stream"
_TYPES = {"jpg": "image/jpeg", "pdf": "application/pdf", "png": "image/png", "csv": "text/csv"}

Purpose = Annotated[str, Field(pattern=f"^({'|'.join(files.PURPOSES)})$")]


class Uploaded(Group):
    """A part with a file: what is told of its content, which is read when it is kept."""

    name: str
    sha256: str
    size: str


class LinkData(Group):
    """A link that is made with the file."""

    create: Boolean
    expires_at: Timestamp | None = None
    metadata: Metadata = None


class CreateFile(StripeParams):
    """POST /v1/files, in parts."""

    file: Uploaded
    file_link_data: LinkData | None = None
    purpose: Purpose


class ListFiles(CreatedListParams):
    """GET /v1/files."""

    purpose: str | None = None


class CreateLink(StripeParams):
    """POST /v1/file_links."""

    expires_at: Timestamp | None = None
    file: str
    metadata: Metadata = None


class UpdateLink(StripeParams):
    """POST /v1/file_links/{id}."""

    expires_at: Unset[Literal["now"] | Timestamp] = None
    metadata: Metadata = None


class ListLinks(CreatedListParams):
    """GET /v1/file_links."""

    expired: Boolean | None = None
    file: str | None = None


@stripe.post("/v1/files", id="PostFiles", tier="P1")
def create_file(tx: Transaction, params: CreateFile) -> Json:
    """Upload a file."""
    upload = upload_of(tx.request)
    file = files.create(tx, upload.name, upload.content, params.purpose)
    link = params.file_link_data
    if link is not None and link.create:
        files.create_link(tx, file["id"], expires_at=link.expires_at, metadata=link.metadata)
    return render(tx, file, params.expand)


@stripe.get("/v1/files/{file}", id="GetFilesFile", tier="P1")
def retrieve_file(tx: Transaction, params: StripeParams, file: str) -> Json:
    """Retrieve what is known of a file."""
    return render(tx, requested(tx, "file", file, param="file"), params.expand)


@stripe.get("/v1/files", id="GetFiles", tier="P1")
def list_files(tx: Transaction, params: ListFiles) -> Json:
    """List files, newest first."""
    return listing(tx, FILES, params, url="/v1/files", where={"purpose": params.purpose})


@stripe.get("/v1/files/{file}/contents", id="getFileContents", tier="P1")
def retrieve_contents(tx: Transaction, params: StripeParams, file: str) -> Reply:
    """Get what was uploaded."""
    return _contents(tx, requested(tx, "file", file, param="file"))


@stripe.post("/v1/file_links", id="PostFileLinks", tier="P1")
def create_file_link(tx: Transaction, params: CreateLink) -> Json:
    """Create a link to a file."""
    link = files.create_link(tx, params.file, expires_at=params.expires_at, metadata=params.metadata)
    return render(tx, link, params.expand)


@stripe.get("/v1/file_links/{link}", id="GetFileLinksLink", tier="P1")
def retrieve_file_link(tx: Transaction, params: StripeParams, link: str) -> Json:
    """Retrieve a link to a file."""
    return render(tx, requested(tx, "file_link", link, param="link"), params.expand)


@stripe.post("/v1/file_links/{link}", id="PostFileLinksLink", tier="P1")
def update_file_link(tx: Transaction, params: UpdateLink, link: str) -> Json:
    """Update a link to a file."""
    found = files.change_link(tx, requested(tx, "file_link", link, param="link"), params.given())
    return render(tx, found, params.expand)


@stripe.get("/v1/file_links", id="GetFileLinks", tier="P1")
def list_file_links(tx: Transaction, params: ListLinks) -> Json:
    """List links to files, newest first."""
    where = {"expired": params.expired, "file": params.file}
    return listing(tx, LINKS, params, url="/v1/file_links", where=where)


@stripe.get("/links/{slug}", id="FileLinkContents", tier="P1", public=True)
def follow_file_link(tx: Transaction, slug: str) -> Reply:
    """Somebody follows a link to a file."""
    link = tx.first(LINKS, slug=slug)
    if link is None or link["expired"]:
        raise errors.refusal(404, "This file link does not exist, or has expired.")
    return _contents(tx, requested(tx, "file", link["file"]))


@stripe.timer("file_link.expire")
def expire(tx: Transaction, payload: Json) -> None:
    """A link has been there for as long as it can be."""
    files.expire_link(tx, requested(tx, "file_link", payload["link"]))


def _contents(tx: Transaction, file: Json) -> Reply:
    disposition = ("Content-Disposition", "attachment")
    kind = _TYPES.get(file["type"] or "", BYTES)
    return Reply(files.content(tx, file), 200, [disposition], content_type=kind)
