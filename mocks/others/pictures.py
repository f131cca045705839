"""Pictures: avatars, logos and placeholders are a grey square that says what it is."""

from __future__ import annotations

from html import escape

from harness.intercept.standin import Asked, Standin
from harness.messages import Answer
from mocks.others import answers

HOSTS = (
    "avatars.githubusercontent.com",
    "cdn.getphyllo.com",
    "cdn.insightiq.ai",
    "ui-avatars.com",
    "via.placeholder.com",
)


def answer(asked: Asked) -> Answer:
    """Answer any path with a picture."""
    if asked.method not in ("GET", "HEAD"):
        return answers.not_served(asked.method, asked.path)
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 128 128">'
        f"<title>{escape(asked.host)}: {answers.LABEL}</title>"
        '<rect width="128" height="128" fill="#d6d9dd"/>'
        '<text x="64" y="70" font-size="16" text-anchor="middle" fill="#555" font-family="sans-serif">stand-in</text>'
        "</svg>"
    )
    return answers.text(picture, "image/svg+xml")


standin = Standin("pictures", "Pictures", HOSTS, answer)
