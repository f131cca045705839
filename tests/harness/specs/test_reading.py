"""Documents are read as they are meant: dates and `=` stay texts, declared repairs are made, rubbish is named."""

import gzip
from pathlib import Path

import pytest

from harness.specs import schemas
from harness.specs.reading import Library, Unreadable, parsed
from harness.specs.sources import Repair, Source, published
from tests.harness.specs.parcels import DOCUMENT, SOURCE

SOME = Source(provider="shop", file="shop.yaml")
HEAD = "openapi: 3.0.0\npaths: {}\n"


def test_dates_and_equal_signs_stay_texts_and_statuses_become_texts() -> None:
    text = f"{HEAD}x: [2026-03-01, =]\ny: {{200: ok, true: yes}}\n"
    assert parsed(text.encode(), SOME)["x"] == ["2026-03-01", "="]
    assert list(parsed(text.encode(), SOME)["y"]) == ["200", "true"]


def test_a_declared_repair_is_made_as_often_as_declared() -> None:
    repair = Repair(r"(?m)^https://\S+\n", "", "stray addresses", times=2)
    mended = Source(provider="shop", file="shop.yaml", repairs=(repair,))
    text = f"https://one.test\nhttps://two.test\n{HEAD}"
    with pytest.raises(Unreadable):
        parsed(text.encode(), SOME)
    assert parsed(text.encode(), mended)["paths"] == {}


def test_insightiq_as_the_vendor_has_it_is_mended() -> None:
    (source,) = published()["insightiq"].sources
    text = "openapi: 3.0.0\n\nhttps://one.test/a\ninfo: {title: x}\nhttps://two.test/b\npaths: {}\n"
    assert parsed(text.encode(), source)["info"] == {"title": "x"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "not JSON"),
        (b"a: [", "not YAML"),
        (b"openapi: 2.0\npaths: {}", "no OpenAPI 3 document"),
        (b"openapi: 3.0.0", "neither paths nor webhooks"),
        (b"\xff\xfe", "not UTF-8"),
        (b"\x1f\x8bxx", "no proper gzip"),
    ],
)
def test_rubbish_is_named(content: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        parsed(content, SOME)


def test_a_library_reads_packed_documents_and_keeps_what_it_read(tmp_path: Path) -> None:
    (tmp_path / "parcel.yaml.gz").write_bytes(gzip.compress(DOCUMENT.read_bytes()))
    kept = tmp_path / "kept"
    library = Library(tmp_path, kept)
    first = library.read(SOURCE)
    (file,) = kept.iterdir()
    assert library.read(SOURCE) == first
    (tmp_path / "parcel.yaml.gz").write_bytes(gzip.compress(DOCUMENT.read_bytes() + b"\n"))
    library.read(SOURCE)
    assert [each.name for each in kept.iterdir()] != [file.name]
    assert library.read(SOME) is None


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string", "nullable": True}, ["x", None], [1]),
        ({"type": "string", "enum": ["a"], "nullable": True}, ["a", None], ["b"]),
        ({"type": "object", "nullable": True, "oneOf": [{"required": ["a"]}]}, [None, {"a": 1}], [{}]),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, [2], [1]),
        ({"type": "string", "enum": []}, ["x"], [1]),
        ({"type": "string", "pattern": "[unclosed"}, ["x"], [1]),
        ({"oneOf": [{"type": "array"}, {"type": "array"}]}, [[]], [1]),
    ],
)
def test_older_schemas_are_read_as_they_are_meant(
    schema: dict[str, object], good: list[object], bad: list[object]
) -> None:
    schemas.modernise(schema)
    assert [schemas.valid(each, schema, {}) for each in good] == [True] * len(good)
    assert [schemas.valid(each, schema, {}) for each in bad] == [False] * len(bad)
