"""Uploads: the parts of a `multipart/form-data` body, which Stripe takes for files alone."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from harness import multipart
from harness.multipart import Upload, is_multipart
from mocks.stripe.errors import invalid
from mocks.stripe.forms import nest

if TYPE_CHECKING:
    from harness.messages import Request

Json = dict[str, Any]


def read_parts(request: Request) -> Json:
    """Return the parameters of a body in parts: a file as its name, size and digest; raise the 400 of a broken one."""
    fields, files = _parts(request)
    data = nest(fields)
    for name, upload in files.items():
        digest = hashlib.sha256(upload.content).hexdigest()
        data[name] = {"name": upload.name, "sha256": digest, "size": str(len(upload.content))}
    return data


def upload_of(request: Request | None, name: str = "file") -> Upload:
    """Return the file of a request; raise the 400 when none was sent."""
    found = _parts(request)[1].get(name) if request is not None and is_multipart(request) else None
    if found is None:
        raise invalid(
            "Invalid file: it must be uploaded as multipart/form-data.", param=name, rule="no_upload"
        )
    return found


def _parts(request: Request) -> tuple[list[tuple[str, str]], dict[str, Upload]]:
    try:
        return multipart.read(request)
    except multipart.MalformedPartsError as error:
        raise invalid("Invalid request: its parts could not be read.", rule="malformed_form") from error
