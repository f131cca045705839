"""What the integration layer relies on of Resend."""

import pytest
from pact import match

from integrations.errors import ProviderError, ProviderRefusedError, RateLimitedError
from integrations.mail.resend_gateway import OutgoingMail
from integrations.services import Services
from tests.contracts.pacts import WRONG_KEY, Contract, Exchange, Json, uuid, word

RESEND = Contract("resend", "RESEND_API_URL")
KEY = "mail-1"
HEADERS = {
    "Authorization": word("Bearer re_invented", r"Bearer re_\w+"),
    "Idempotency-Key": KEY,
}
MAIL = OutgoingMail(
    sender="Platform <billing@greenroom.test>",
    recipient="ada@northwind.test",
    subject="Welcome",
    html="<p>Hello</p>",
    text="Hello",
    tags={"mail_id": "mail-1"},
)


def sent(sender: str = MAIL.sender) -> Json:
    """Return the request's body."""
    return {
        "from": sender,
        "to": ["ada@northwind.test"],
        "subject": "Welcome",
        "html": "<p>Hello</p>",
        "text": "Hello",
        "tags": [{"name": "mail_id", "value": "mail-1"}],
    }


def refusal(status: int, name: str) -> Json:
    """Return what is read of an error."""
    return {"statusCode": status, "name": name, "message": match.str("No.")}


def send(services: Services, mail: OutgoingMail = MAIL) -> str:
    """Send a mail by the gateway."""
    return services.mail._resend.send(mail, KEY)


@RESEND.interaction(
    "send a mail",
    Exchange(method="POST", path="/emails", headers=HEADERS, sent=sent(), answer={"id": uuid()}),
)
def test_a_mail_is_sent(services: Services) -> None:
    assert send(services) == "0f8fad5b-d9cb-469f-a165-70867728950e"


@RESEND.interaction(
    "refuse a sender whose domain is not verified",
    Exchange(
        method="POST",
        path="/emails",
        headers=HEADERS,
        sent=sent("hello@elsewhere.test"),
        status=403,
        answer=refusal(403, "validation_error"),
    ),
)
def test_a_foreign_sender_is_refused(services: Services) -> None:
    mail = OutgoingMail(
        sender="hello@elsewhere.test",
        recipient=MAIL.recipient,
        subject=MAIL.subject,
        html=MAIL.html,
        text=MAIL.text,
        tags=MAIL.tags,
    )
    with pytest.raises(ProviderRefusedError) as refused:
        send(services, mail)
    assert (refused.value.status, refused.value.code) == (403, "validation_error")


@RESEND.interaction(
    WRONG_KEY,
    Exchange(
        method="POST",
        path="/emails",
        headers={"Authorization": "Bearer re_invented"},
        sent=sent(),
        status=403,
        answer=refusal(403, "invalid_api_key"),
    ),
)
def test_a_wrong_key_is_refused(services: Services) -> None:
    with pytest.raises(ProviderError) as refused:
        send(services)
    assert (refused.value.code, refused.value.retryable) == ("invalid_api_key", False)


@RESEND.interaction(
    "answer too many requests",
    Exchange(
        method="POST",
        path="/emails",
        headers=HEADERS,
        sent=sent(),
        faults=[{"kind": "rate_limit", "provider": "resend"}],
        status=429,
        answer=refusal(429, "rate_limit_exceeded"),
        answer_headers={"retry-after": word("1", r"\d+")},
    ),
)
def test_too_many_requests_say_when_to_come_again(services: Services) -> None:
    with pytest.raises(RateLimitedError) as refused:
        send(services)
    assert refused.value.refusal.retry_after_seconds == 1
