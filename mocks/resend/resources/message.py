"""What a consumer may send: the parameters of a mail, and Resend's rules for them."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from mimetypes import MimeTypes
from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from harness import instants
from mocks.resend import errors
from mocks.resend.parameters import Body
from mocks.resend.resources import addresses, domains, schedule
from mocks.resend.resources.topics import TOPICS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

MOST_RECIPIENTS = 50
MOST_TAGS = 75
LARGEST_ATTACHMENTS = 40 << 20
"""Characters of base64, all attachments of a mail together: Resend takes 40 MB after encoding."""

OWNER = "owner@greenroom.test"
"""The account owner's own address: the only one, besides test addresses, that onboarding@resend.dev may write to."""

_tag = re.compile(r"[A-Za-z0-9_-]{1,256}").fullmatch


class Tag(Body):
    """A label that comes back in webhooks."""

    name: str
    value: str


class BufferJson(Body):
    """A Node `Buffer` as `JSON.stringify` writes it (resend-node before version 5 sends attachments so)."""

    data: list[int]


class Attachment(Body):
    """A file, by content (base64, or a list of byte values as resend-python sends it) or by URL."""

    content: str | list[int] | BufferJson | None = None
    path: str | None = None
    filename: str | None = None
    content_type: str | None = None
    contentType: str | None = None  # resend-node 4 sends attachments as its caller wrote them
    content_id: str | None = None


class Template(Body):
    """A published template to send, by id or alias, with values for its variables."""

    id: str
    variables: dict[str, Any] | None = None


class Message(Body):
    """The body of `POST /emails`, and each item of `POST /emails/batch`."""

    from_: str = Field(alias="from")
    to: str | list[str]
    subject: str
    html: str | None = None
    text: str | None = None
    cc: str | list[str] | None = None
    bcc: str | list[str] | None = None
    reply_to: str | list[str] | None = None
    headers: dict[str, str] | None = None
    tags: list[Tag] | None = None
    attachments: list[Attachment] | None = None
    scheduled_at: str | None = None
    template: Template | None = None
    topic_id: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_template(cls, given: Any) -> Any:
        """A template may bring sender and subject along: `templates.applied` demands them where it does not."""
        if isinstance(given, dict) and given.get("template") is not None:
            return {"from": "", "subject": "", **given}
        return given


def check(tx: Transaction, message: Message) -> None:
    """Raise the refusal of the first rule that a message breaks.

    In lenient mode the rules about who may write to whom, and about tags, are recorded instead.
    """
    _check_content(tx, message)
    _check_addresses(tx, message)
    if message.tags:
        _check_tags(tx, message.tags)
    _check_sender(tx, message)


def _check_content(tx: Transaction, message: Message) -> None:
    if not message.html and not message.text:
        raise errors.missing_content()
    if message.topic_id is not None and tx.get(TOPICS, message.topic_id) is None:
        raise errors.not_found("Topic")


def _check_addresses(tx: Transaction, message: Message) -> None:
    if not addresses.valid(message.from_):
        raise errors.invalid_address("from")
    for field, value in (
        ("to", message.to),
        ("cc", message.cc),
        ("bcc", message.bcc),
        ("reply_to", message.reply_to),
    ):
        if value is None:
            continue
        listed = addresses.as_list(value)
        if field == "to" and not 1 <= len(listed) <= MOST_RECIPIENTS:
            text = f"Invalid `to` field. It takes 1 to {MOST_RECIPIENTS} addresses."
            raise errors.invalid(text, field="to", rule="recipient_count")
        for address in listed:
            if not addresses.valid(address):
                raise errors.invalid_address(field)
            if field != "reply_to" and addresses.domain(address) in addresses.RESERVED:
                _refuse_reserved(tx, field, addresses.domain(address))


def _refuse_reserved(tx: Transaction, field: str, domain: str) -> None:
    text = (
        f"Invalid `{field}` field. Please use our testing email address instead of domains like `{domain}`."
    )
    tx.deviation(errors.invalid(text, field=field, rule="reserved_recipient"))


def _check_tags(tx: Transaction, tags: list[Tag]) -> None:
    if len(tags) > MOST_TAGS:
        raise errors.invalid(
            f"Invalid `tags` field. It takes at most {MOST_TAGS} tags.", field="tags", rule="tag_count"
        )
    if not all(_tag(tag.name) and _tag(tag.value) for tag in tags):
        text = "Tags should only contain ASCII letters, numbers, underscores, or dashes, and be 1 to 256 characters long."
        tx.deviation(errors.invalid(text, field="tags", rule="tag_characters"))


def _check_sender(tx: Transaction, message: Message) -> None:
    """Require a verified domain, or the onboarding sender writing to the owner or to test addresses."""
    if addresses.bare(message.from_) == addresses.ONBOARDING:
        everybody = [
            *addresses.as_list(message.to),
            *addresses.as_list(message.cc),
            *addresses.as_list(message.bcc),
        ]
        if not all(_testing(address) for address in everybody):
            text = (
                f"You can only send testing emails to your own email address ({OWNER}). To send emails to other"
                " recipients, please verify a domain at resend.com/domains, and change the `from` address to an email"
                " using this domain."
            )
            tx.deviation(errors.forbidden(text, field="to", rule="onboarding_recipient"))
        return
    name = addresses.domain(message.from_)
    if not domains.may_send(tx, name):
        text = f"The {name} domain is not verified. Please, add and verify your domain on https://resend.com/domains"
        tx.deviation(errors.forbidden(text, field="from", rule="unverified_domain"))


def _testing(address: str) -> bool:
    return addresses.domain(address) == addresses.TEST_DOMAIN or addresses.bare(address) == OWNER


def due(tx: Transaction, scheduled_at: str) -> int:
    """Return the instant (µs) a mail is scheduled for; refuse what cannot be read, is past, or over 30 days ahead."""
    at = schedule.parse(scheduled_at, tx.now)
    if at is None:
        text = (
            "Invalid `scheduled_at` field. Use ISO 8601, or words such as `in 1 hour` or `tomorrow at 9am`."
        )
        raise errors.invalid(text, field="scheduled_at", rule="invalid_schedule")
    if at > tx.now + schedule.MAX_AHEAD:
        text = "Invalid `scheduled_at` field. Emails can be scheduled up to 30 days in advance."
        raise errors.invalid(text, field="scheduled_at", rule="schedule_too_far")
    if at < tx.now - instants.MINUTE:
        text = "Invalid `scheduled_at` field. The date must be in the future."
        tx.deviation(errors.invalid(text, field="scheduled_at", rule="schedule_in_the_past"))
    return max(at, tx.now)


def attached(attachments: list[Attachment]) -> list[Json]:
    """Return attachments as they are kept: {filename, content_type, content_id, content (base64) | path}."""
    kept = [_attached(each) for each in attachments]
    if sum(len(each["content"] or "") for each in kept) > LARGEST_ATTACHMENTS:
        raise errors.invalid_attachment(
            "The attachments of an email may take 40 MB at most, after Base64 encoding."
        )
    return kept


def _attached(attachment: Attachment) -> Json:
    content = attachment.content
    if isinstance(content, BufferJson):
        content = content.data
    if isinstance(content, list):
        try:
            content = b64encode(bytes(content)).decode()
        except ValueError:
            raise errors.invalid_attachment("Attachment `content` must hold bytes, from 0 to 255.") from None
    if not content and not attachment.path:
        raise errors.invalid_attachment()
    filename = attachment.filename or (attachment.path or "").rpartition("/")[2] or "attachment"
    return {
        "filename": filename,
        "content_type": attachment.content_type or attachment.contentType or _type_of(filename),
        "content_id": attachment.content_id,
        "content": content or None,
        "path": None if content else attachment.path,
    }


def _type_of(filename: str) -> str:
    return _types().guess_type(filename)[0] or "application/octet-stream"


@cache
def _types() -> MimeTypes:
    """Return Python's own table, without what this machine's files add to it."""
    return MimeTypes()
