"""Uploads: the parts of a `multipart/form-data` body, which Stripe takes for files alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import FormParser, parse_options_header

from mocks.stripe.errors import invalid
from mocks.stripe.forms import nest

if TYPE_CHECKING:
    from harness.messages import Request

Json = dict[str, Any]

KIND = "multipart/form-data"
IN_MEMORY = 1 << 30


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    name: str
    content: bytes


def is_multipart(request: Request) -> bool:
    """Tell whether a request's body has parts."""
    return (request.header("content-type") or "").lower().startswith(KIND)


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
    _, options = parse_options_header(request.header("content-type") or "")
    fields: list[tuple[str, str]] = []
    files: dict[str, Upload] = {}

    def field(found: Any) -> None:
        fields.append((found.field_name.decode(), (found.value or b"").decode()))

    def file(found: Any) -> None:
        found.file_object.seek(0)
        name = (found.file_name or b"file").decode(errors="replace")
        files[found.field_name.decode()] = Upload(name, found.file_object.read())

    settings = {"MAX_MEMORY_FILE_SIZE": IN_MEMORY}
    try:
        parser = FormParser(KIND, field, file, boundary=options.get(b"boundary"), config=settings)
        parser.write(request.body)
        parser.finalize()
    except (FormParserError, UnicodeDecodeError, ValueError) as error:
        raise invalid("Invalid request: its parts could not be read.", rule="malformed_form") from error
    return fields, files
