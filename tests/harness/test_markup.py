"""HTML of mails: the quick way and the careful way find the same words and tags."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness import markup

PIECES = [
    "<p>", "</p>", '<a href="https://x.test/?a=1">', "</a>", "<A HREF='x'>", "<br/>", "<br>", "<b", ">", "<", '"', "'",
    "<!-- c -->", "<!doctype html>", "<script>", "</script>", "<STYLE>", "</style>", '<td class="a>b">', "word", " ", "&amp;",
    "<p title=\"a\" lang='b'>", "</", "<1>", "<x:y>", "\n",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example('<p class="a"b>one</p>')
@example("a < b <i>c</i>")
def test_the_quick_way_finds_what_the_careful_one_finds(html: str) -> None:
    assert list(markup.tokens(html)) == list(markup.careful_tokens(html))


@pytest.mark.parametrize("piece", ["<", "<a", '<a "', '<a href="x', "<a '", '<a "b" ', ">", "<p>", '"'])
def test_it_is_linear_in_any_repetition(piece: str) -> None:
    """A million characters: what grew with the square would take hours."""
    assert sum(len(text) for _, text in markup.tokens(piece * (1_000_000 // len(piece)))) >= 0
