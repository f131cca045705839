"""What is looked for in mails: links and codes, in whatever HTML comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import mail_content


def test_links_and_codes_are_found_once_each_and_in_order() -> None:
    html = """<head><title>1234</title><style>p{width:9999px}</style></head>
    <p>Your code is <b>918273</b>.</p><a href="https://app.test/a?x=1&amp;y=2">go</a>
    <a href='http://app.test/b'>or here</a><a href="https://app.test/a?x=1&amp;y=2">again</a><a href="#top">up</a>"""
    assert mail_content.links(html, None) == ["https://app.test/a?x=1&y=2", "http://app.test/b"]
    assert mail_content.codes(html, None) == ["918273"]
    assert mail_content.links(None, "See http://app.test/c.") == ["http://app.test/c"]
    assert mail_content.codes(None, "4711 and http://app.test/1234") == ["4711"]


@given(st.text(alphabet="<>!/-[]a \"'=&#;x1", max_size=60))
def test_no_html_is_too_broken_to_be_read(html: str) -> None:
    assert isinstance(mail_content.links(html, None), list)
    assert isinstance(mail_content.codes(html, None), list)


@pytest.mark.parametrize("piece", ["<a ", "<![<![ x", "<!--", "&#1;", '<a href="'])
def test_a_megabyte_of_broken_html_is_read(piece: str) -> None:
    # A reader whose time grows with the square of the length would take hours here, and end by the test's time-out.
    assert mail_content.links(piece * (1_000_000 // len(piece)), None) == []
