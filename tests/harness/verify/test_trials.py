"""What trials tell of a request: by an operation's id where paths are shared, and files in forms."""

from __future__ import annotations

from email import message_from_bytes
from types import SimpleNamespace
from typing import Any, cast

from harness.specs.calls import BOUNDARY, PARTS, parts
from harness.specs.document import Described
from harness.verify.mocks import Caller
from harness.verify.trials import Preparing, Trials


def described(id: str) -> Described:
    return cast("Described", SimpleNamespace(id=id, method="POST", path="/teas", public=False))


def test_an_operation_is_known_by_its_id_before_its_path() -> None:
    trials = Trials(operations={"POST /teas": {"body": {"kind": "green"}}, "brewTea": {"body": {"cups": 2}}})
    preparing = Preparing(trials, cast("Caller", None), "/worlds/w", {})
    assert preparing.hint(described("brewTea")).body == {"cups": 2}
    assert preparing.hint(described("createTea")).body == {"kind": "green"}


def test_what_a_world_keeps_can_be_sent() -> None:
    asked: list[tuple[str, str, str]] = []

    def control(method: str, path: str, *, kind: str) -> Any:
        asked.append((method, path, kind))
        return {"objects": [{"secret": "s3"}]}

    caller = cast("Caller", SimpleNamespace(mocks=SimpleNamespace(control=control)))
    step = {"kept": "tea", "save": {"secret": "objects.0.secret"}}
    own = {"before": [step], "body": {"secret": "{secret}"}}
    preparing = Preparing(Trials(operations={"brewTea": own}), caller, "/worlds/w", {})
    assert preparing.hint(described("brewTea")).body == {"secret": "s3"}
    assert asked == [("GET", "/worlds/w/objects", "tea")]


def test_a_step_that_finds_nothing_kept_is_told() -> None:
    caller = cast("Caller", SimpleNamespace(mocks=SimpleNamespace(control=lambda *_, **__: {"objects": []})))
    step = {"kept": "tea", "save": {"secret": "objects.0.secret"}}
    preparing = Preparing(Trials(operations={"brewTea": {"before": [step]}}), caller, "/worlds/w", {})
    preparing.hint(described("brewTea"))
    assert "no tea is kept" in preparing.failures["POST /teas"]


def test_a_file_in_parts_has_its_name_and_its_bytes() -> None:
    body = parts({"title": "Tea", "file": {"filename": "tea.png", "base64": "AAH/"}})
    read = message_from_bytes(f"Content-Type: {PARTS}; boundary={BOUNDARY}\r\n\r\n".encode() + body)
    title, file = cast("list[Any]", read.get_payload())
    assert title.get_payload(decode=True) == b"Tea"
    assert (file.get_filename(), file.get_payload(decode=True)) == ("tea.png", b"\x00\x01\xff")
