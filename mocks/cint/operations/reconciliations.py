"""Reconciliations: files of respondents whose outcome is reversed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.cint import errors, listing
from mocks.cint.parameters import Listing, Query
from mocks.cint.provider import cint
from mocks.cint.resources import accounts, reconciling
from mocks.cint.resources.reconciling import REQUESTS

PATH = "/v1/demand/accounts/{account_id}/reconciliations"
ONE = f"{PATH}/{{request_id}}"
Name = Annotated[str, Field(min_length=1, max_length=255)]


class Submitted(Query):
    """What the file is called."""

    name: Name


class Requests(Listing):
    """Which requests: those with a text in their name."""

    name: Annotated[str, Field(max_length=255)]
    status: str | None = None
    submitted_by_user_id: str | None = None
    next_cursor: str | None = None


class Groups(Query):
    """Which target groups of a request."""

    page_size: int = Field(10, ge=1, le=100)
    start_after: str | None = None


@cint.post(PATH, id="post_reconciliations", tier="P1")
def submit(tx: Transaction, params: Submitted, account_id: str) -> Json:
    """Take a file (text/csv) of lines `RID,reason code`."""
    account = accounts.find(tx, account_id)
    body = b"" if tx.request is None else tx.request.body
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise errors.bad_request("The body must be text/csv.", "body", rule="malformed_csv") from None
    request = reconciling.submit(tx, account, params.name, text)
    return {"request_name": request["name"], "request_id": request["id"]}


@cint.get(PATH, id="get_reconciliations_by_account_id", tier="P1")
def list_requests(tx: Transaction, params: Requests, account_id: str) -> Json:
    """List the requests, newest first."""
    account = accounts.find(tx, account_id)
    if params.next_cursor is not None and params.start_after is None:
        params = params.model_copy(update={"start_after": params.next_cursor})

    def wanted(request: Json) -> bool:
        return (
            params.name.lower() in request["name"].lower()
            and params.status in (None, request["status"])
            and params.submitted_by_user_id in (None, request["by"])
        )

    found, more = listing.filtered(tx, REQUESTS, params, wanted, account=account["id"])
    return {
        "reconciliation_requests": [reconciling.listed(each) for each in found],
        "next_cursor": found[-1]["id"] if more else None,
        "page_size": params.page_size,
    }


@cint.get(f"{PATH}/reason-codes", id="request_reconciliation_reason_codes", tier="P1")
def list_reasons(tx: Transaction, account_id: str) -> Json:
    """List the reason codes."""
    accounts.find(tx, account_id)
    found = [
        {"code": code, "name": name, "description": text}
        for code, (name, text, _) in reconciling.REASONS.items()
    ]
    return {"reconciliation_reasons": found}


@cint.get(ONE, id="get_reconciliation_by_request_id", tier="P1")
def retrieve_request(tx: Transaction, account_id: str, request_id: str) -> Json:
    """Retrieve a request with its counts."""
    return reconciling.shown(reconciling.find(tx, accounts.find(tx, account_id), request_id))


@cint.get(f"{ONE}/target-groups", id="get_target_groups_by_request_id", tier="P1")
def list_groups(tx: Transaction, params: Groups, account_id: str, request_id: str) -> Json:
    """List the target groups of a request's respondents, with their counts."""
    request = reconciling.find(tx, accounts.find(tx, account_id), request_id)
    groups = reconciling.groups(request)
    if params.start_after is not None and params.start_after not in groups:
        detail = "start_after is not a cursor of this list."
        raise errors.bad_request(detail, "start_after", rule="unknown_cursor")
    first = 0 if params.start_after is None else groups.index(params.start_after) + 1
    page = groups[first : first + params.page_size]
    return {
        "target_groups": [_group(request, each) for each in page],
        "next_cursor": page[-1] if len(groups) > first + len(page) else None,
        "page_size": params.page_size,
    }


@cint.get(
    f"{ONE}/target-groups/{{target_group_id}}",
    id="get_target_group_by_request_id_and_target_group_id",
    tier="P1",
)
def retrieve_group(tx: Transaction, account_id: str, request_id: str, target_group_id: str) -> Json:
    """Retrieve what a request did to a target group."""
    request = reconciling.find(tx, accounts.find(tx, account_id), request_id)
    if target_group_id not in reconciling.groups(request):
        raise errors.not_found()
    return _group(request, target_group_id)


def _group(request: Json, id: str) -> Json:
    return {"target_group_id": id, "status": request["status"], **reconciling.counts(request, id)}


@cint.timer("reconciliation.run")
def run(tx: Transaction, payload: Json) -> None:
    """Work through a file."""
    request = tx.get(REQUESTS, payload["request"])
    if request is not None and request["status"] == "processing":
        reconciling.run(tx, request)
