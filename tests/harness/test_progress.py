"""The bar of a long load: shown in a terminal, from what the server tells."""

from __future__ import annotations

import io
import threading
from typing import Any, cast

import pytest
from rich.console import Console

from harness.cli import progress
from harness.cli.session import Session
from harness.errors import GreenroomError


class Asked:
    """A session of a server on which a load goes on until it was asked for twice."""

    as_json = False

    def __init__(self) -> None:
        self.times = 0
        self.ended = threading.Event()

    def get(self, path: str) -> Any:
        assert path == "~/loads"
        self.times += 1
        if self.times == 2:
            self.ended.set()
        return {"loads": [{"name": "agency-at-scale", "done": 3 * self.times, "parts": 10}]}

    def load(self) -> str:
        assert self.ended.wait(60)
        return "done"


def test_a_terminal_sees_how_far_a_load_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0.01)
    asked, written = Asked(), io.StringIO()
    console = Console(file=written, force_terminal=True, width=100)
    assert progress.following(cast("Session", asked), asked.load, console) == "done"
    assert "loading" in written.getvalue()
    assert "/10" in written.getvalue()


def test_without_a_terminal_nothing_is_asked_and_a_refusal_passes() -> None:
    asked = Asked()

    def refused() -> None:
        raise GreenroomError("there is no scenario")

    with pytest.raises(GreenroomError, match="no scenario"):
        progress.following(cast("Session", asked), refused)
    assert asked.times == 0
