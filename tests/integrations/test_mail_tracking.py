"""What becomes of mail, in whatever order it is told."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.mail.messages import Welcome
from integrations.models import MailStatus
from tests.integrations.layer import Layer
from tests.integrations.stubs import mail_event

BOUNCE = {"type": "Permanent", "subType": "General", "message": "550 no such user", "diagnosticCode": ["x"]}
REPORTED = [
    status.value
    for status in MailStatus
    if status not in {MailStatus.QUEUED, MailStatus.WITHHELD, MailStatus.ACCEPTED}
]
_addresses = itertools.count(1)


def send(layer: Layer) -> tuple[str, str, str]:
    """Send a mail to a fresh address; return the address, the mail's id and Resend's."""
    address = f"reader-{next(_addresses)}@acme.test"
    services = layer.services
    organisation = services.organisations.create(name="Acme", billing_email=address)
    message = Welcome(organisation="Acme", plan="Essential", dashboard_url="https://app.test")
    with services.database.transaction() as session:
        mail_id = services.mail.enqueue(
            session,
            organisation_id=organisation.id,
            recipient=address,
            message=message,
            dedupe_key=f"welcome:{organisation.id}",
        )
    services.mail.deliver(mail_id)
    (mail,) = services.mail.list(recipient=address)
    assert mail.resend_id is not None
    return address, mail.id, mail.resend_id


def event(status: str, address: str, resend_id: str, **changes: object) -> dict[str, object]:
    extra = {"bounce": BOUNCE} if status == "bounced" else {}
    return mail_event(f"email.{status}", to=address, email_id=resend_id, **extra, **changes)


@pytest.mark.parametrize("status", REPORTED)
def test_each_report_is_kept(layer: Layer, status: str) -> None:
    address, _, resend_id = send(layer)
    assert layer.deliver_resend(event(status, address, resend_id)) == "processed"
    (mail,) = layer.services.mail.list(recipient=address)
    assert mail.status.value == status
    (kept,) = mail.events
    assert kept.type == status


def test_a_bounce_says_why(layer: Layer) -> None:
    address, _, resend_id = send(layer)
    layer.deliver_resend(event("bounced", address, resend_id))
    (mail,) = layer.services.mail.list(recipient=address)
    assert mail.events[0].detail == {"type": "Permanent", "subType": "General", "message": "550 no such user"}


def test_a_click_says_where(layer: Layer) -> None:
    address, _, resend_id = send(layer)
    click = {"link": "https://app.test", "ipAddress": "127.0.0.1", "timestamp": "t", "userAgent": "u"}
    layer.deliver_resend(event("clicked", address, resend_id, click=click))
    (mail,) = layer.services.mail.list(recipient=address)
    assert mail.events[0].detail == click


@pytest.mark.parametrize(
    ("status", "bounce_type", "marked"),
    [
        ("bounced", "Permanent", True),
        ("bounced", "Undetermined", True),
        ("bounced", "Transient", False),
        ("complained", None, True),
        ("suppressed", None, True),
        ("failed", None, False),
        ("delivery_delayed", None, False),
        ("delivered", None, False),
    ],
)
def test_undeliverable_addresses_are_known(
    layer: Layer, status: str, bounce_type: str | None, *, marked: bool
) -> None:
    address, _, resend_id = send(layer)
    bounce = {"bounce": BOUNCE | {"type": bounce_type}} if bounce_type else {}
    layer.deliver_resend(mail_event(f"email.{status}", to=address, email_id=resend_id, **bounce))
    assert layer.services.mail_tracking.undeliverable() == ({address: status} if marked else {})


def test_mail_of_others_is_ignored_but_its_bounce_is_not(layer: Layer) -> None:
    stranger = event("bounced", "stranger@acme.test", "ffffffff-0000-4000-8000-000000000001")
    assert layer.deliver_resend(stranger) == "ignored"
    assert layer.services.mail_tracking.undeliverable() == {"stranger@acme.test": "bounced"}


def test_a_mail_is_found_by_resends_id_when_tags_are_missing(layer: Layer) -> None:
    address, mail_id, resend_id = send(layer)
    assert layer.deliver_resend(event("sent", address, resend_id), "msg_1") == "processed"
    tagged = event("delivered", address, resend_id, tags={"mail_id": mail_id})
    assert layer.deliver_resend(tagged, "msg_2") == "processed"
    (mail,) = layer.services.mail.list(recipient=address)
    assert mail.status is MailStatus.DELIVERED


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(REPORTED), st.integers(1, 3)), min_size=1, max_size=12))
def test_the_status_depends_on_no_order_and_no_duplicates(layer: Layer, told: list[tuple[str, int]]) -> None:
    address, _, resend_id = send(layer)
    for status, number in told:
        layer.deliver_resend(event(status, address, resend_id), f"msg_{resend_id}_{status}_{number}")
    (mail,) = layer.services.mail.list(recipient=address)
    assert mail.status.value == max((status for status, _ in told), key=REPORTED.index)
    assert sorted((kept.type, kept.event_id) for kept in mail.events) == sorted(
        {(status, f"msg_{resend_id}_{status}_{number}") for status, number in told}
    )
