"""Bodies in parts (`multipart/form-data`): what browsers and SDKs send files in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import FormParser, parse_options_header

if TYPE_CHECKING:
    from harness.messages import Request

KIND = "multipart/form-data"
IN_MEMORY = 1 << 30


class MalformedPartsError(ValueError):
    """A body in parts that cannot be read."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent; `content_type` is what its sender says, empty when that is nothing."""

    name: str
    content: bytes
    content_type: str = ""


def is_multipart(request: Request) -> bool:
    """Tell whether a request's body has parts."""
    return (request.header("content-type") or "").lower().startswith(KIND)


def read(request: Request) -> tuple[list[tuple[str, str]], dict[str, Upload]]:
    """Return the fields of a body and its files by the names of their fields; raise MalformedPartsError."""
    _, options = parse_options_header(request.header("content-type") or "")
    fields: list[tuple[str, str]] = []
    files: dict[str, Upload] = {}

    def field(found: Any) -> None:
        fields.append((found.field_name.decode(), (found.value or b"").decode()))

    def file(found: Any) -> None:
        found.file_object.seek(0)
        name = (found.file_name or b"file").decode(errors="replace")
        kind = found.content_type or ""
        files[found.field_name.decode()] = Upload(name, found.file_object.read(), kind)

    settings = {"MAX_MEMORY_FILE_SIZE": IN_MEMORY}
    try:
        parser = FormParser(KIND, field, file, boundary=options.get(b"boundary"), config=settings)
        parser.write(request.body)
        parser.finalize()
    except (FormParserError, UnicodeDecodeError, ValueError) as error:
        raise MalformedPartsError(str(error)) from error
    return fields, files
