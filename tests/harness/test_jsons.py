"""What a room keeps of a JSON body can be written again; anything else is refused as no JSON."""

import orjson
import pytest

from harness import jsons


def nested(levels: int, bracket: str = "[]") -> bytes:
    """Return JSON of so many levels."""
    return (bracket[0] * levels + bracket[1] * levels).encode()


def test_an_object_is_read_and_nothing_is_an_empty_one() -> None:
    assert jsons.read_object(b'{"a": [1]}') == {"a": [1]}
    assert jsons.read_object(b"") == {}


@pytest.mark.parametrize(
    "text", [b"[]", b"null", b"7", b'"text"', b"{", b" ", b'{"a": NaN}', b'"\\ud800"', b"\xff"]
)
def test_anything_else_is_no_object(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        jsons.read_object(text)


@pytest.mark.parametrize("levels", [250, 1000])
def test_what_could_not_be_embedded_in_an_answer_is_too_deep(levels: int) -> None:
    with pytest.raises(jsons.TooDeep):
        jsons.read(nested(levels))


def test_a_deep_text_that_can_be_kept_is_read_and_written_again() -> None:
    value = jsons.read(nested(240).decode())
    assert orjson.dumps({"data": [{"object": value}]})


def test_many_brackets_are_not_deep() -> None:
    assert len(jsons.read(b"[" + b"[],{}," * 500 + b"0]")) == 1001
