"""What is told of an operation goes into the request that is made of its document."""

from __future__ import annotations

from typing import Any

from harness.messages import Request
from harness.multipart import Upload, read
from harness.specs.calls import Got, Hint, Sent
from harness.specs.document import Document
from harness.specs.roles import Catalogue
from harness.specs.trying import Trier
from tests.harness.specs.parcels import SOURCE

PICTURES: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Pictures", "version": "1"},
    "paths": {
        "/pictures": {
            "post": {
                "operationId": "sendPicture",
                "requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object"}}}},
                "responses": {"204": {"description": "kept"}},
            }
        }
    },
}


def requested(hint: Hint) -> Request:
    catalogue = Catalogue([Document(SOURCE, PICTURES)])
    trier = Trier(catalogue, lambda _: Got(204, {}, b""), lambda _: {}, "s", 0, hinted=lambda _: hint)
    sent: Sent = trier.request(catalogue.part(catalogue.operations["sendPicture"]))
    headers = {name.lower(): value for name, value in sent.headers.items()}
    return Request(sent.method, sent.path, "", headers, sent.body)


def test_what_is_told_of_an_upload_is_sent_in_parts() -> None:
    told = {"size": 3, "file": {"filename": "a.png", "content": "png"}}
    assert read(requested(Hint(body=told))) == ([("size", "3")], {"file": Upload("a.png", b"png")})


def test_an_upload_of_which_nothing_is_told_has_no_parts() -> None:
    assert read(requested(Hint())) == ([], {})
