"""Files that a deployment refers to by their SHA-1, and those that it carries itself."""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.vercel import errors

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

FILES = Collection("vercel.file", key="sha")
"""{sha, digest, size}: `digest` is the harness's name of the content."""


def upload(tx: Transaction, content: bytes, sha: str | None) -> None:
    """Keep an uploaded file; refuse one whose digest is not the one told."""
    found = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    if sha is None:
        raise errors.bad_request(
            "Missing `x-vercel-digest` header.", field="x-vercel-digest", rule="missing_digest"
        )
    if sha.lower() != found:
        text = "File size or digest is not valid"
        raise errors.bad_request(text, field="x-vercel-digest", rule="wrong_digest", code="invalid_file")
    if tx.get(FILES, found) is None:
        tx.insert(FILES, {"sha": found, "digest": tx.keep_blob(content), "size": len(content)})


def missing(tx: Transaction, files: list[Json]) -> list[str]:
    """Return the digests among a deployment's files that nobody has uploaded."""
    digests = (each["sha"] for each in files if each.get("sha"))
    return [sha for sha in dict.fromkeys(digests) if tx.get(FILES, sha) is None]


def content(tx: Transaction, file: Json) -> bytes:
    """Return the content of one of a deployment's files."""
    if file.get("data") is not None:
        if file.get("encoding") == "base64":
            try:
                return b64decode(file["data"], validate=True)
            except (binascii.Error, ValueError):
                text = f"Invalid request: the file `{file['file'][:80]}` is not valid base64."
                raise errors.bad_request(text, field="files", rule="invalid_base64") from None
        return str(file["data"]).encode()
    kept = tx.get(FILES, file.get("sha") or "")
    return b"" if kept is None else tx.blob(kept["digest"])
