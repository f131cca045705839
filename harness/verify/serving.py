"""A Greenroom of the verification's own, with its state in a temporary folder."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.own_server import own_server

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def greenroom(specs: Path | None = None) -> Iterator[str]:
    """Start a Greenroom, give its address, and end it; raise GreenroomError with what it said when it does not start."""
    told = ["--specs", str(specs)] if specs else []
    with (
        tempfile.TemporaryDirectory(prefix="greenroom-verify-") as folder,
        own_server(Path(folder) / "data", "--no-tls", *told, specs=False) as (url, _),
    ):
        yield url
