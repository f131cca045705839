"""Sending: once, in the end, and not to those who cannot get it."""

import httpx
import pytest
import requests

from integrations.identifiers import new_id
from integrations.mail.messages import Announcement, Welcome
from integrations.models import MailStatus
from tests.integrations.layer import Layer
from tests.integrations.stubs import Answer, Call, mail_event, resend_error

MESSAGE = Welcome(organisation="Acme", plan="Essential", dashboard_url="https://app.test")


def write(layer: Layer, key: str = "key", recipient: str = "billing@acme.test") -> str | None:
    """Write a mail down, as a service does in its own transaction."""
    organisation = layer.services.organisations.create(name="Acme", billing_email=recipient)
    with layer.services.database.transaction() as session:
        return layer.services.mail.enqueue(
            session, organisation_id=organisation.id, recipient=recipient, message=MESSAGE, dedupe_key=key
        )


def status(layer: Layer) -> str:
    return layer.mail("welcome").status.value


def test_a_mail_is_written_then_sent(layer: Layer) -> None:
    mail_id = write(layer)
    assert status(layer) == "queued"
    layer.services.mail.deliver(mail_id)
    mail = layer.mail("welcome")
    assert (mail.status, mail.attempts) == (MailStatus.ACCEPTED, 1)
    assert mail.resend_id == "00000000-0000-4000-8000-000000000001"
    (call,) = layer.resend.calls
    tags = {tag["name"]: tag["value"] for tag in call.json["tags"]}
    assert tags == {"template": "welcome", "mail_id": mail_id, "organisation_id": mail.organisation_id}
    assert call.headers["Idempotency-Key"] == f"mail-{mail_id}"


def test_the_same_fact_is_told_once(layer: Layer) -> None:
    assert write(layer) is not None
    assert write(layer) is None


def test_a_sent_mail_is_not_sent_again(layer: Layer) -> None:
    mail_id = write(layer)
    for _ in range(3):
        layer.services.mail.deliver(mail_id)
    assert layer.services.mail.deliver_pending() == 0
    assert len(layer.resend.calls) == 1


@pytest.mark.parametrize(
    "failure",
    [
        requests.ConnectionError("reset"),
        resend_error(500, "application_error"),
        resend_error(401, "missing_api_key"),
        resend_error(403, "invalid_api_key"),
        resend_error(429, "daily_quota_exceeded"),
    ],
)
def test_what_can_be_mended_keeps_the_mail_queued(layer: Layer, failure: Exception) -> None:
    mail_id = write(layer)
    layer.resend.failures.extend([failure] * 4)
    layer.services.mail.deliver(mail_id)
    mail = layer.mail("welcome")
    assert mail.status is MailStatus.QUEUED
    assert mail.error is not None
    assert "resend: send mail failed" in mail.error
    layer.resend.failures.clear()
    assert layer.services.mail.deliver_pending() == 1
    mended = layer.mail("welcome")
    assert (mended.status, mended.error) == (MailStatus.ACCEPTED, None)
    assert len(layer.resend.sent) == 1, "all requests carried one key"
    assert len({str(call.json) for call in layer.resend.calls}) == 1, (
        "and one body, or Resend refuses the key"
    )


@pytest.mark.parametrize("code", ["validation_error", "missing_required_field"])
def test_a_malformed_mail_is_given_up(layer: Layer, code: str) -> None:
    mail_id = write(layer)
    layer.resend.failures.append(resend_error(422, code))
    layer.services.mail.deliver(mail_id)
    assert status(layer) == "failed"
    assert layer.services.mail.deliver_pending() == 0


def test_a_mail_too_old_for_its_key_is_given_up(layer: Layer) -> None:
    layer.resend.failures.append(resend_error(401, "missing_api_key"))
    layer.services.mail.deliver(write(layer))
    layer.clock.elapsed += 24 * 3600
    layer.services.mail.deliver_pending()
    assert status(layer) == "failed"
    assert len(layer.resend.calls) == 1


def test_a_mail_that_was_never_tried_goes_out_however_late(layer: Layer) -> None:
    write(layer)
    layer.clock.elapsed += 3 * 24 * 3600
    layer.services.mail.deliver_pending()
    assert status(layer) == "accepted"


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "missing_api_key"), (429, "daily_quota_exceeded"), (429, "rate_limit_exceeded")],
)
def test_what_would_befall_all_ends_the_round(layer: Layer, status: int, code: str) -> None:
    announce(layer, *[f"a{number}@acme.test" for number in range(9)])
    layer.resend.failures.extend([resend_error(status, code)] * layer.settings.provider_attempts)
    assert layer.services.mail.deliver_pending() == 1
    layer.resend.failures.clear()
    assert layer.services.mail.deliver_pending() == 9
    assert len(layer.resend.sent) == 9


def test_sending_stops_between_two_mails(layer: Layer) -> None:
    for name in ("a", "b", "c"):
        write(layer, key=name)
    tried = layer.services.mail.deliver_pending(stopping=lambda: len(layer.resend.calls) == 2)
    assert (tried, len(layer.resend.calls)) == (2, 2)


def test_a_provider_that_stays_down_is_left_alone(layer: Layer) -> None:
    for name in "abcdef":
        write(layer, key=name)
    layer.resend.failures.extend([requests.ConnectionError("reset")] * 99)
    assert layer.services.mail.deliver_pending() == 6
    assert len(layer.resend.calls) == layer.settings.circuit_failures
    assert layer.services.circuits()["resend"].value == "open"


def test_an_address_that_complained_gets_no_more(layer: Layer) -> None:
    layer.deliver_resend(mail_event("email.complained", to="Billing <BILLING@acme.test>"))
    mail_id = write(layer)
    layer.services.mail.deliver(mail_id)
    assert status(layer) == "withheld"
    assert layer.resend.calls == []


def test_a_webhook_may_overtake_the_answer(layer: Layer) -> None:
    mail_id = write(layer)
    resend_id = "00000000-0000-4000-8000-000000000001"
    reply = layer.resend.reply

    def overtaken(call: object) -> object:
        delivered = mail_event("email.delivered", tags={"mail_id": mail_id}, email_id=resend_id)
        assert layer.deliver_resend(delivered) == "processed"
        return reply(call)  # type: ignore[arg-type]

    layer.resend.reply = overtaken  # type: ignore[assignment, method-assign]
    layer.services.mail.deliver(mail_id)
    assert status(layer) == "delivered"


def test_mails_are_listed_by_organisation_and_recipient(layer: Layer) -> None:
    for name in ("a", "b"):
        write(layer, key=name, recipient=f"{name}@acme.test")
    mails = layer.services.mail.list()
    assert len(mails) == 2
    by_recipient = layer.services.mail.list(recipient="a@acme.test")
    assert [mail.dedupe_key for mail in by_recipient] == ["a"]
    by_organisation = layer.services.mail.list(organisation_id=by_recipient[0].organisation_id)
    assert [mail.dedupe_key for mail in by_organisation] == ["a"]
    assert len(layer.services.mail.list(limit=1)) == 1


# --- many at once ------------------------------------------------------------------------------------------------

NEWS = Announcement(heading="News", words="Soon.", action="Read on", action_url="https://app.test/news")


def announce(layer: Layer, *recipients: str, key: str = "spring") -> list[str]:
    return layer.services.mail.announce(organisation_id=None, recipients=recipients, message=NEWS, key=key)


def test_an_announcement_goes_to_each_once(layer: Layer) -> None:
    assert len(announce(layer, "ada@acme.test", "bo@acme.test", "ada@acme.test")) == 2
    assert len(announce(layer, "ADA@acme.test", "cy@acme.test")) == 1
    assert len(announce(layer, "ada@acme.test", key="summer")) == 1
    assert layer.services.mail.deliver_pending() == 4
    assert [call.json["to"] for call in layer.resend.calls].count(["ada@acme.test"]) == 2


def test_queued_mail_goes_out_at_the_pace_that_resend_allows(layer: Layer) -> None:
    announce(layer, *[f"a{number}@acme.test" for number in range(11)])
    begun = layer.clock.elapsed
    assert layer.services.mail.deliver_pending() == 11
    assert layer.clock.elapsed - begun == pytest.approx(10 / layer.settings.mails_per_second)


def test_undeliverable_addresses_are_passed_over(layer: Layer) -> None:
    bounce = {"message": "no such user", "type": "Permanent", "subType": "General"}
    layer.deliver_resend(mail_event("email.bounced", to="no@acme.test", bounce=bounce))
    announce(layer, "no@acme.test", "ada@acme.test")
    layer.services.mail.deliver_pending()
    assert [call.json["to"] for call in layer.resend.calls] == [["ada@acme.test"]]
    statuses = {mail.recipient: mail.status for mail in layer.services.mail.list()}
    assert statuses["no@acme.test"] is MailStatus.WITHHELD


class Crash(BaseException):
    """The process is killed."""


def test_an_interrupted_announcement_goes_on_where_it_was(
    layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(layer, *[f"a{number}@acme.test" for number in range(5)])
    reply = layer.resend.reply

    def dying(call: Call) -> Answer:
        answer = reply(call)
        if len(layer.resend.calls) == 3:
            raise Crash  # Resend has it; nobody hears of it
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(layer.resend, "reply", dying)
        with pytest.raises(Crash):
            layer.services.mail.deliver_pending()
    assert layer.services.mail.deliver_pending() == 3
    keys = [call.headers["Idempotency-Key"] for call in layer.resend.calls]
    assert (len(keys), len(set(keys)), len(layer.resend.sent)) == (6, 5, 5)
    assert {mail.status for mail in layer.services.mail.list()} == {MailStatus.ACCEPTED}


def test_who_has_unsubscribed_gets_no_announcements_and_all_else(layer: Layer) -> None:
    [mail_id] = announce(layer, "ada@acme.test")
    layer.services.mail.deliver_pending()
    [call] = layer.resend.calls
    url = f"{layer.settings.surveys_url}/mails/{mail_id}/unsubscribe"
    assert call.json["headers"] == {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert url in call.json["html"]
    assert url in call.json["text"]
    assert layer.services.mail_tracking.leave(mail_id) == "ada@acme.test"
    announce(layer, "ADA@acme.test", "bo@acme.test", key="summer")
    layer.services.mail.deliver(write(layer, recipient="ada@acme.test"))
    layer.services.mail.deliver_pending()
    told = {(mail.template, mail.recipient): mail.status.value for mail in layer.services.mail.list()}
    assert told == {
        ("announcement", "ada@acme.test"): "accepted",
        ("announcement", "ADA@acme.test"): "withheld",
        ("announcement", "bo@acme.test"): "accepted",
        ("welcome", "ada@acme.test"): "accepted",
    }
    assert "headers" not in layer.resend.calls[1].json


def test_a_bounce_counts_for_more_than_having_unsubscribed(layer: Layer) -> None:
    [mail_id] = announce(layer, "ada@acme.test")
    layer.services.mail_tracking.leave(mail_id)
    layer.deliver_resend(mail_event("email.complained", to="ada@acme.test"))
    layer.services.mail_tracking.leave(mail_id)
    assert layer.services.mail_tracking.undeliverable() == {"ada@acme.test": "complained"}
    layer.services.mail.deliver(write(layer, recipient="ada@acme.test"))
    assert status(layer) == "withheld"


def contact(layer: Layer, kind: str, *, unsubscribed: bool) -> str:
    told = mail_event(f"contact.{kind}")
    told["data"] = {"id": "c", "email": "Ada@acme.test", "unsubscribed": unsubscribed}
    return layer.deliver_resend(told, f"msg_{new_id()}")


def test_who_unsubscribes_at_resend_may_come_back_there_and_only_there(layer: Layer) -> None:
    known = layer.services.mail_tracking.undeliverable
    assert contact(layer, "updated", unsubscribed=True) == "processed"
    assert known() == {"ada@acme.test": "unsubscribed"}
    assert contact(layer, "created", unsubscribed=False) == "ignored"
    assert known() == {"ada@acme.test": "unsubscribed"}
    contact(layer, "updated", unsubscribed=False)
    assert known() == {}
    [mail_id] = announce(layer, "ada@acme.test")
    contact(layer, "created", unsubscribed=True)
    layer.services.mail_tracking.leave(mail_id)
    contact(layer, "updated", unsubscribed=False)
    assert known() == {"ada@acme.test": "unsubscribed"}


async def test_unsubscribing_by_http(layer: Layer, client: httpx.AsyncClient) -> None:
    [mail_id] = announce(layer, "ada@acme.test")
    path = f"/mails/{mail_id}/unsubscribe"
    client.headers.pop("authorization", None)
    page = await client.get(path)
    assert (page.status_code, 'method="post"' in page.text) == (200, True)
    assert layer.services.mail_tracking.undeliverable() == {}, "a program that follows links leaves nobody"
    left = await client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert (left.status_code, "ada@acme.test" in left.text) == (200, True)
    assert layer.services.mail_tracking.undeliverable() == {"ada@acme.test": "unsubscribed"}
    assert (await client.post("/mails/nobody/unsubscribe")).status_code == 404
    other = write(layer)
    assert (await client.post(f"/mails/{other}/unsubscribe")).status_code == 404


async def test_announcements_and_previews_by_http(layer: Layer, client: httpx.AsyncClient) -> None:
    body = {
        "recipients": ["ada@acme.test", "bo@acme.test"],
        "heading": "News",
        "words": "Soon.",
        "action": "Read on",
        "action_url": "https://app.test/news",
        "key": "spring",
    }
    answer = await client.post("/mails/announcements", json=body)
    assert (answer.status_code, len(answer.json()["mails"])) == (202, 2)
    assert (await client.post("/mails/announcements", json=body)).json()["mails"] == []
    names = (await client.get("/mails/templates")).json()["templates"]
    assert {"announcement", "welcome"} <= set(names)
    shown = (await client.get("/mails/templates/welcome")).json()
    assert "[organisation]" in shown["html"]
    assert (await client.get("/mails/templates/nothing")).status_code == 404
