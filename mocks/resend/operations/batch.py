"""Sending up to a hundred mails in one request, all or none of them, or as many as are valid."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from harness.errors import Refusal
from harness.params import Json
from harness.transaction import Transaction
from mocks.resend import errors
from mocks.resend.parameters import Body, explain
from mocks.resend.provider import resend
from mocks.resend.resources import addresses, api_keys, lifecycle, message, quotas, templates
from mocks.resend.resources.message import Message

MOST = 100


class Batch(Body):
    """The body of `POST /emails/batch`: an array, here under a name."""

    emails: list[Any]


@resend.post("/emails/batch", id="emails/send-batch", tier="P0")
def send_batch(tx: Transaction, params: Batch) -> Json:
    """Send a batch of emails; header `x-batch-validation: permissive` sends the valid ones and names the others."""
    if not 1 <= len(params.emails) <= MOST:
        raise errors.invalid(f"A batch takes 1 to {MOST} emails.", rule="batch_size")
    quotas.check(tx)
    permissive = tx.request is not None and tx.request.header("x-batch-validation") == "permissive"
    checked: list[tuple[Message, Json]] = []
    wrong: list[Json] = []
    for index, item in enumerate(params.emails):
        try:
            checked.append(_checked(tx, item))
        except Refusal as refusal:
            if not permissive:
                raise
            wrong.append({"index": index, "message": _explained(refusal)})
    answer: Json = {"data": [{"id": lifecycle.accept(tx, each, **kept)["id"]} for each, kept in checked]}
    if permissive:
        answer["errors"] = wrong
    return answer


def _checked(tx: Transaction, item: Any) -> tuple[Message, Json]:
    try:
        sent = Message.model_validate(item)
    except ValidationError as error:
        raise explain(error.errors(include_url=False), item) from None
    for field in ("attachments", "scheduled_at"):
        if getattr(sent, field) is not None:
            text = f"The `{field}` field is not supported in a batch."
            raise errors.invalid(text, field=field, rule="not_in_batch")
    wanted, kept = templates.applied(tx, sent)
    api_keys.check_domain(tx, addresses.domain(wanted.from_))
    message.check(tx, wanted)
    return wanted, kept


def _explained(refusal: Refusal) -> str:
    """Return what the list of errors says; for a missing field it has words of its own (Resend docs: batch emails)."""
    if refusal.body["name"] == "missing_required_field":
        return refusal.message.replace("Missing", "The").replace(" field.", " field is missing.")
    return refusal.message
