"""Text derived from HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.resend.resources import plaintext

MAIL = """<!DOCTYPE html><html><head><title>Not shown</title><style>p { color: red }</style></head>
<body><div style="display:none">Preview</div><h1>Welcome, Ada &amp; co</h1>
<p>Confirm your   address:<br>
<a href="https://app.greenroom.test/confirm?code=1&amp;x=2">Confirm</a></p>
<ul><li>One</li><li>Two <b>bold</b></li></ul>
<table><tr><td>Total</td><td>12&nbsp;EUR</td></tr></table>
<script>alert("never")</script><a href="https://greenroom.test">https://greenroom.test</a>
<a href="mailto:help@greenroom.test">help@greenroom.test</a> <a href="#top">Top</a></body></html>"""


def test_a_whole_mail() -> None:
    assert plaintext.of_html(MAIL) == (
        "Preview\n\nWelcome, Ada & co\n\nConfirm your address:\nConfirm https://app.greenroom.test/confirm?code=1&x=2"
        "\n\n* One\n* Two bold\n\nTotal 12 EUR\n\nhttps://greenroom.test help@greenroom.test Top"
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("", ""),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("a<br/>b", "a\nb"),
        ("<a href='https://x.test'><img src='x.png'></a>", "https://x.test"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ("<script>var a = '<p>no</p>';</script>yes", "yes"),
        ("1 &lt; 2 &#8212; ok", "1 < 2 — ok"),
        ("1 < 2 <3", "1 < 2 <3"),
        ("<html><head><title>t</title><body>Hi", "Hi"),
        ("<!-- no --><!DOCTYPE html><?xml no?>yes", "yes"),
        ("<a title='1 > 0' HREF=https://x.test>go</a>", "go https://x.test"),
        ("<![<![ broken", ""),
        ("before<!-- never closed", "before"),
        ("<p title='never closed>text</p>more", "text\n\nmore"),
        (f"&#{'9' * 5000};", f"&#{'9' * 5000};"),
    ],
)
def test_pieces(html: str, text: str) -> None:
    assert plaintext.of_html(html) == text


@pytest.mark.parametrize(
    "piece", ["<a ", "<a href='x'>y", "<!--", "<![", "</", '<a "', "&#", "<b>x", "<script>"]
)
def test_broken_html_takes_no_longer_than_whole(piece: str) -> None:
    """Quadratic readers need minutes for a megabyte of these; the time-out of the tests is the measure."""
    assert len(plaintext.of_html(piece * 200_000)) <= 200_000 * len(piece) * 2


@given(st.text(alphabet="ab <>/&;\"'=pliuhr1!-\n", max_size=200))
def test_any_html_gives_tidy_text(html: str) -> None:
    text = plaintext.of_html(html)
    assert text == text.strip()
    assert "\n\n\n" not in text


@given(st.lists(st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True), max_size=10))
def test_no_word_is_lost(words: list[str]) -> None:
    html = "".join(f"<p>{word}</p>" for word in words)
    assert plaintext.of_html(html).split() == words
