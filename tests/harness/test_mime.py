"""Mails as messages: whatever comes is a message that can be read, and the same one every time."""

from __future__ import annotations

import email
from base64 import b64encode
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import mime

Json = dict[str, Any]


def mail(**more: Any) -> Json:
    return {
        "id": "0abde9ea-28bc-425b-b42b-340bfc019161",
        "from": "hello@greenroom.test",
        "to": ["ada@customer.test"],
        "subject": "Hello",
        "created": 1_772_355_600_000_000,
        "html": "<p>Hi</p>",
        "text": "Hi",
        **more,
    }


def read(source: Json) -> EmailMessage:
    return email.message_from_bytes(mime.message(source).as_bytes(), policy=default)


def file(**more: Any) -> Json:
    return {"filename": "a.bin", "content": b64encode(b"bytes").decode(), "content_type": "image/png"} | more


def test_a_mail_is_the_same_message_every_time() -> None:
    source = mail(attachments=[file(), file(content_id="logo")])
    assert mime.message(source).as_bytes() == mime.message(source).as_bytes()


@pytest.mark.parametrize(
    ("content_type", "kept"),
    [
        ("text/html; charset=utf-8", "text/html"),
        ("message/rfc822", "application/octet-stream"),
        ("multipart/mixed", "application/octet-stream"),
        ("nonsense", "application/octet-stream"),
        ("text/plain\r\nX-Evil: 1", "text/plain"),
        ("", "application/octet-stream"),
    ],
)
def test_files_of_any_type_are_attached_whole(content_type: str, kept: str) -> None:
    [held] = read(mail(attachments=[file(content_type=content_type)])).iter_attachments()
    assert (held.get_content_type(), held.get_payload(decode=True)) == (kept, b"bytes")
    assert held["X-Evil"] is None


@pytest.mark.parametrize(
    "filename", ["line\r\nX-Evil: 1.txt", 'a"b<c>.html', "новый файл.pdf", "../../x", "\0"]
)
def test_names_of_files_are_one_line(filename: str) -> None:
    [held] = read(mail(attachments=[file(filename=filename, content_id="a\r\nX-Evil: 1")])).iter_attachments()
    assert held["X-Evil"] is None
    assert held.get_filename() is not None


def test_names_of_headers_that_are_none_are_left_out() -> None:
    headers = {"X-Kind": "news", "X Space": "1", ": ": "2", "X-Ünï": "3", "X-Long": "a\r\nBcc: evil@x.test"}
    made = read(mail(headers=headers))
    assert made["X-Kind"] == "news"
    assert made["Bcc"] is None
    assert set(made.keys()) == {"From", "To", "Subject", "Message-ID", "Date", "X-Kind", "X-Long", "MIME-Version", "Content-Type"}  # fmt: skip


@given(
    subject=st.text(max_size=30),
    filename=st.text(max_size=12),
    kind=st.text(max_size=12),
    content_id=st.text(max_size=8) | st.none(),
    name=st.text(max_size=8),
    value=st.text(max_size=20),
    html=st.text(max_size=30) | st.none(),
)
def test_no_mail_is_too_odd_to_be_written(
    subject: str, filename: str, kind: str, content_id: str | None, name: str, value: str, html: str | None
) -> None:
    attached = [file(filename=filename, content_type=kind, content_id=content_id)]
    source = mail(subject=subject, html=html, headers={name: value}, attachments=attached)
    assert mime.message(source).as_bytes().startswith(b"From: hello@greenroom.test")
