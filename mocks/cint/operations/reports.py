"""Reports: asked for, made a little later, downloaded as CSV or shared by an address that needs no token."""

from __future__ import annotations

import hmac
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import Field

from harness import instants
from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.cint import errors, listing
from mocks.cint.parameters import Body, Listing, Query
from mocks.cint.provider import cint
from mocks.cint.resources import accounts, reports
from mocks.cint.resources.reports import REPORTS

PATH = "/v1/demand/accounts/{account_id}/reports"
Kind = Literal[
    "completes",
    "reconciliations",
    "reconciliations-status",
    "reconciliation-eligible-rids",
    "sample-bought",
    "respondent-analysis",
    "term-details",
]
CSV = "text/csv"


class Options(Body):
    """What one kind of report holds besides."""

    include_respondent_answers: bool | None = None
    link_type: float | None = None


class Wanted(Body):
    """Of what, and of when; without ids of all that the filter names."""

    filter: Literal["Business Unit", "Target Group", "Project"] | None = None
    start_date: str
    end_date: str
    filter_ids: Annotated[list[str], Field(max_length=reports.MOST_FILTERS)] = []
    report_options: Options | None = None


class Reports(Listing):
    """Which reports."""

    report_type: Kind | None = None


class Download(Query):
    """Which file."""

    report_type: Kind | None = None
    file: str


class Shared(Query):
    """What proves that an address was given out."""

    signature: str = ""


class OfKind(Query):
    """Of which kind."""

    report_type: Kind | None = None


@cint.post(f"{PATH}/{{report_type}}", id="generate_report", tier="P1", status=202)
def generate_report(tx: Transaction, params: Wanted, account_id: str, report_type: str) -> Json:
    """Ask for a report."""
    account = accounts.find(tx, account_id)
    if report_type not in reports.TABLES:
        raise errors.not_found()
    report = reports.request(tx, account, report_type, params.model_dump(exclude_none=True))
    return {
        "message": "The report is being made.",
        "report_id": report["id"],
        "report_url": reports.url(report),
        "start_date": params.start_date,
        "end_date": params.end_date,
        "status": "pending",
    }


@cint.get(PATH, id="report_requests", tier="P1")
def list_reports(tx: Transaction, params: Reports, account_id: str) -> Json:
    """List the reports, newest first."""
    account = accounts.find(tx, account_id)
    found, more = listing.filtered(
        tx,
        REPORTS,
        params,
        lambda report: params.report_type in (None, report["kind"]),
        account=account["id"],
    )
    shown = [
        {
            "account_name": account["name"],
            "create_date": instants.iso(report["created"]),
            "create_params": str(report["wanted"].get("filter", "Account")),
            "requestor_name": report["by"],
            "report_id": report["id"],
            "report_type": report["kind"],
            "report_url": reports.url(report),
            "status": report["status"],
        }
        for report in found
    ]
    return {"reports_requests": shown, "next_cursor": found[-1]["id"] if more else None}


@cint.get(f"{PATH}/download", id="download_report", tier="P1")
def download_report(tx: Transaction, params: Download, account_id: str) -> Reply:
    """Download a report."""
    account = accounts.find(tx, account_id)
    report = tx.first(REPORTS, file=params.file)
    if report is None or report["account"] != account["id"]:
        raise errors.not_found()
    return Reply(reports.content(tx, report), content_type=CSV)


@cint.get(f"{PATH}/{{report_id}}/status", id="report_status", tier="P1")
def report_status(tx: Transaction, account_id: str, report_id: str) -> Json:
    """Tell whether a report is made."""
    report = reports.find(tx, accounts.find(tx, account_id), report_id)
    return {
        "report_id": report["id"],
        "status": report["status"].upper(),
        "message": "The report is ready." if report["status"] == "completed" else "The report is being made.",
        "start_date": report["wanted"]["start_date"],
        "end_date": report["wanted"]["end_date"],
        "report_url": reports.url(report),
    }


@cint.get(f"{PATH}/{{report_id}}/share", id="share_report", tier="P1")
def share_report(tx: Transaction, params: OfKind, account_id: str, report_id: str) -> Json:
    """Give out an address of a report that needs no token."""
    report = reports.find(tx, accounts.find(tx, account_id), report_id)
    reports.content(tx, report)
    origin = tx.request.origin if tx.request is not None else "https://api.cint.com"
    at = f"{origin}/~{quote(tx.world.name)}/shared-reports/{report['file']}"
    return {"report_pre_signed_url": f"{at}?signature={report['key']}"}


@cint.get("/shared-reports/{file}", id="shared_report", tier="P1", public=True)
def shared_report(tx: Transaction, params: Shared, file: str) -> Reply:
    """Download a report by the address that was given out."""
    report = tx.first(REPORTS, file=file)
    if report is None or not hmac.compare_digest(report["key"].encode(), params.signature.encode()):
        raise errors.not_found()
    return Reply(reports.content(tx, report), content_type=CSV)


@cint.timer("report.make")
def make(tx: Transaction, payload: Json) -> None:
    """Make a report."""
    report = tx.get(REPORTS, payload["report"])
    if report is not None and report["status"] == "pending":
        reports.make(tx, report)
