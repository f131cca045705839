"""Bodies in parts: fields and files, and what cannot be read."""

import pytest

from harness import multipart
from harness.messages import Request

BODY = (
    b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nlogo\r\n'
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    b"\x89PNG\x00\r\n--x--\r\n"
)


def _request(body: bytes, kind: str = "multipart/form-data; boundary=x") -> Request:
    return Request("POST", "/", "", {"content-type": kind}, body)


def test_fields_and_files_are_told_apart() -> None:
    fields, files = multipart.read(_request(BODY))
    assert fields == [("purpose", "logo")]
    assert files == {"file": multipart.Upload("a.png", b"\x89PNG\x00", "image/png")}


def test_only_bodies_in_parts_are_taken_for_such() -> None:
    assert multipart.is_multipart(_request(b""))
    assert not multipart.is_multipart(_request(b"", "application/json"))


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=y"])
def test_a_body_that_does_not_fit_its_boundary_is_malformed(kind: str) -> None:
    with pytest.raises(multipart.MalformedPartsError):
        multipart.read(_request(BODY, kind))
