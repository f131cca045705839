"""The invented provider "parcel" with its document beside the code: what the tests of the spec engine start from."""

from __future__ import annotations

from pathlib import Path
from shutil import copy

from harness.specs.serving import Inferred
from harness.specs.sources import Published, Source
from tests.harness.lab import Lab

DOCUMENT = Path(__file__).with_name("parcel.yaml")
SOURCE = Source(provider="parcel", file="parcel.yaml", leftovers=("leftover",))
SETTINGS = {"parcel": Published("parcel", (SOURCE,), "Parcel")}


def folder(parent: Path) -> Path:
    """Return a new folder that holds the document alone."""
    made = parent / "documents"
    made.mkdir()
    copy(DOCUMENT, made)
    return made


def inferring(parent: Path) -> tuple[Lab, Inferred]:
    """Open a Greenroom that has the document."""
    lab = Lab.open(parent / "data")
    inferred = Inferred(folder(parent), parent / "read", SETTINGS)
    lab.runtime.engine.infer = inferred.find
    return lab, inferred
