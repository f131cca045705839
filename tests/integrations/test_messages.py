"""Rendering mails."""

import re

import pytest
from jinja2 import UndefinedError

from integrations.errors import NotFoundError
from integrations.mail import messages
from integrations.mail.messages import (
    Announcement,
    Brand,
    CancellationScheduled,
    Invitation,
    Message,
    PaymentFailed,
    PaymentRecovered,
    PlanChanged,
    PlanChangeScheduled,
    SubscriptionEnded,
    SubscriptionResumed,
    SubscriptionUnpaid,
    Welcome,
    money,
    preview,
    render,
)

MESSAGES: list[Message] = [
    Welcome(organisation="A & B <Ltd>", plan="Essential", dashboard_url="https://app.test/?a=1&b=2"),
    PaymentFailed(
        organisation="A & B <Ltd>",
        amount="49.00 USD",
        next_attempt="4 December 2026",
        billing_url="https://pay.test/?a=1&b=2",
    ),
    PaymentFailed(
        organisation="A & B <Ltd>", amount="49.00 USD", next_attempt=None, billing_url="https://pay.test/"
    ),
    PaymentRecovered(organisation="A & B <Ltd>", amount="49.00 USD", billing_url="https://pay.test/"),
    PlanChanged(organisation="A & B <Ltd>", plan="P", billing_url="https://a.test"),
    PlanChangeScheduled(
        organisation="A & B <Ltd>", plan="P", date="4 December 2026", billing_url="https://a.test"
    ),
    CancellationScheduled(
        organisation="A & B <Ltd>", plan="P", date="4 December 2026", billing_url="https://a.test"
    ),
    SubscriptionResumed(organisation="A & B <Ltd>", plan="P", billing_url="https://a.test"),
    SubscriptionUnpaid(organisation="A & B <Ltd>", plan="P", billing_url="https://a.test"),
    SubscriptionEnded(organisation="A & B <Ltd>", plan="P", reason=None, billing_url="https://a.test"),
    SubscriptionEnded(organisation="A & B <Ltd>", plan="P", reason="Why.", billing_url="https://a.test"),
    Invitation(
        organisation="A & B <Ltd>", name="Ben", invited_by="Ada", accept_url="https://app.test/sign-up"
    ),
    Announcement(
        heading="News", words="Soon at A & B <Ltd>.", action="Read on", action_url="https://app.test/?a=1&b=2"
    ),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.template)
def test_every_message_has_a_subject_and_both_bodies(message: Message) -> None:
    rendered = render(message)
    assert rendered.subject
    assert "\n" not in rendered.subject
    assert not rendered.text.startswith("Subject:")
    assert rendered.html.lower().startswith("<!doctype html>")
    for body in (rendered.subject, rendered.html, rendered.text):
        assert "{{" not in body
        assert "{%" not in body


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.template)
def test_html_is_escaped_and_text_is_not(message: Message) -> None:
    rendered = render(message)
    assert "A &amp; B &lt;Ltd&gt;" in rendered.html
    assert "<Ltd>" not in rendered.html
    assert "A & B <Ltd>" in rendered.text


def test_the_brand_is_the_mails_frame() -> None:
    brand = Brand(
        name="North & Wind", colour="#aa0000", logo_url="https://cdn.test/logo.png", address="1 Quay"
    )
    html = render(MESSAGES[0], brand).html
    assert "https://cdn.test/logo.png" in html
    assert "#aa0000" in html
    assert "North &amp; Wind · 1 Quay" in html
    assert 'href="https://app.test/?a=1&amp;b=2"' in html


@pytest.mark.parametrize("template", sorted(messages.MESSAGES))
def test_every_template_can_be_previewed(template: str) -> None:
    shown = preview(template)
    assert shown.subject
    assert "https://preview.test/" in shown.html
    assert "https://preview.test/" in shown.text


def test_an_unknown_template_cannot_be_previewed() -> None:
    with pytest.raises(NotFoundError, match="nothing"):
        preview("nothing")


def test_a_heading_ends_neither_the_title_nor_an_attribute() -> None:
    evil = '</title><script>x</script>"><script>'
    html = render(
        Announcement(heading=evil, words=evil, action=evil, action_url=f"https://a.test/?{evil}")
    ).html
    outside = re.sub(r'(?:href|aria-label)="[^"]*"', "", html)
    assert "<script" not in outside


def test_a_name_cannot_add_a_header_or_end_the_subject() -> None:
    message = Welcome(organisation="Acme\n\nBcc: all@other.test", plan="p", dashboard_url="https://app.test")
    rendered = render(message)
    assert rendered.subject == "Welcome, Acme Bcc: all@other.test: your subscription is active"


def test_a_missing_value_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "asdict", lambda _message: {"organisation": "Acme"})
    with pytest.raises(UndefinedError, match="plan"):
        render(MESSAGES[0])


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (4900, "usd", "49.00 USD"),
        (5, "eur", "0.05 EUR"),
        (123456789, "gbp", "1,234,567.89 GBP"),
        (4900, "JPY", "4,900 JPY"),
        (4900, "kwd", "4.900 KWD"),
        (0, "usd", "0.00 USD"),
    ],
)
def test_amounts_are_written_in_the_currencys_own_unit(amount: int, currency: str, written: str) -> None:
    assert money(amount, currency) == written
