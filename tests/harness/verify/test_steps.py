"""Steps that are told as data: what they send, and what they keep of the answer."""

from __future__ import annotations

import pytest

from harness.errors import GreenroomError
from harness.messages import Request
from harness.multipart import Upload, read
from harness.specs.calls import Got, Sent
from harness.verify.steps import Json, call


class Kept:
    """What was sent."""

    def __init__(self, status: int = 200) -> None:
        self.sent: list[Sent] = []
        self.status = status

    def __call__(self, sent: Sent) -> Got:
        self.sent.append(sent)
        return Got(self.status, {}, b'{"id": "file_1"}')


def played(kept: Kept, step: Json, values: Json) -> Request:
    call(kept, lambda _: {}, step, values)
    [sent] = kept.sent
    headers = {name.lower(): value for name, value in sent.headers.items()}
    return Request(sent.method, sent.path, "", headers, sent.body)


def test_a_step_sends_fields_and_files_in_parts() -> None:
    values: Json = {"owner": "cus_1"}
    fields = {
        "purpose": "evidence",
        "metadata": {"owner": "{owner}", "tags": ["a", "b"]},
        "file": {"filename": "views.csv", "content": "day,views\r\n--greenroo\r\n"},
    }
    asked = played(Kept(), {"call": "POST /files", "parts": fields, "save": {"file": "id"}}, values)
    told, files = read(asked)
    assert told == [
        ("purpose", "evidence"),
        ("metadata[owner]", "cus_1"),
        ("metadata[tags][0]", "a"),
        ("metadata[tags][1]", "b"),
    ]
    assert files == {"file": Upload("views.csv", b"day,views\r\n--greenroo\r\n")}
    assert values["file"] == "file_1"


def test_a_step_that_is_refused_says_so() -> None:
    with pytest.raises(GreenroomError, match=r"POST /files was refused \(400\)"):
        played(Kept(400), {"call": "POST /files", "parts": {}}, {})
