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


def test_a_mail_is_a_page_whose_inline_files_are_its_own() -> None:
    files = [{"content_id": name} for name in ("img1", "img10", "<logo>", "a@b", None)]
    html = """<img src="cid:img10"><img src='CID:img1'><b style="background:url(cid:logo)">acid:rain</b>
    <img src="cid:a%40b"><img src="cid:none">"""
    page = mail_content.page(html, "/mails/1/", files)
    assert page.startswith(
        '<!doctype html><base href="/mails/1/" target="_blank"><img src="attachments/1"><img'
    )
    assert "src='attachments/0'" in page
    assert "url(attachments/2)" in page
    assert 'src="attachments/3"><img src="cid:none">' in page
    assert "acid:rain" in page


def test_a_declaration_of_the_type_stays_the_first_thing() -> None:
    declared = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x">'
    page = mail_content.page(f"\n{declared}<html><p>Hi</p></html>", "/", ())
    assert page == f'{declared}<base href="/" target="_blank"><html><p>Hi</p></html>'


@given(st.text(alphabet="<>!/-[]a \"'=&#;x1", max_size=60))
def test_no_html_is_too_broken_to_be_read(html: str) -> None:
    assert isinstance(mail_content.links(html, None), list)
    assert isinstance(mail_content.codes(html, None), list)


@pytest.mark.parametrize("piece", ["<a ", "<![<![ x", "<!--", "&#1;", '<a href="'])
def test_a_megabyte_of_broken_html_is_read(piece: str) -> None:
    # A reader whose time grows with the square of the length would take hours here, and end by the test's time-out.
    assert mail_content.links(piece * (1_000_000 // len(piece)), None) == []
