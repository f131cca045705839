"""`greenroom requests`, `greenroom violations` and `greenroom fault …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.session import OfProvider, Session, command, group, segment
from harness.cli.table import table

FAULT_COLUMNS = ("id", "kind", "provider", "operation", "status", "milliseconds", "mode", "times", "hits")
REQUEST_COLUMNS = ("id", "world_time", "provider", "method", "path", "status", "operation", "fault")
VIOLATION_COLUMNS = (
    *("grade", "count", "provider", "operation", "rule", "subject", "message"),
    *("sample", "first_at", "last_at"),
)


def add(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "requests")(requests)
    command(app, "violations")(violations)
    faults = group(app, "fault", "Inject failures.")
    command(faults, "list")(listed)
    command(faults, "add")(inject)
    command(faults, "clear")(clear)


def requests(
    session: Session,
    provider: OfProvider = None,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 20,
) -> None:
    """List the last requests to a world's providers, the newest first."""
    answer = session.get("~/requests", provider=provider, limit=limit)
    session.show(answer, table(answer["requests"], REQUEST_COLUMNS, empty="no requests"))


def violations(
    session: Session,
    provider: OfProvider = None,
    fail_on: Annotated[
        str | None,
        typer.Option(help="Exit code 1 when there are any of this grade or worse: breaking, gap or notice."),
    ] = None,
    sarif: Annotated[Path | None, typer.Option(help="Write them as SARIF here.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write them as JUnit's XML here.")] = None,
    at: Annotated[
        str | None,
        typer.Option(help="File of yours that SARIF's results are pinned to; your package.json or the like."),
    ] = None,
) -> None:
    """List the rules of providers that requests broke, graded: what a consumer would meet in the live sandbox."""
    from harness.verify import violations as kept

    if fail_on is not None and fail_on not in kept.GRADES:
        raise typer.BadParameter(f"{fail_on} is no grade: use {', '.join(kept.GRADES)}")
    answer = session.get("~/violations", provider=provider)
    found = kept.graded(answer["violations"])
    least: kept.Grade = next((each for each in kept.GRADES if each == fail_on), "breaking")
    if sarif is not None:
        sarif.write_bytes(kept.sarif(found, at or kept.pinned(Path())))
    if junit is not None:
        junit.write_bytes(kept.junit(found, least))
    rows = [{**each, "sample": kept.sample(each)[:80]} for each in found]
    session.show({"violations": found}, table(rows, VIOLATION_COLUMNS, empty="no violations"))
    if fail_on is not None and kept.at_least(found, least):
        raise typer.Exit(1)


def listed(session: Session) -> None:
    """List the faults that stand."""
    answer = session.get("~/faults")
    session.show(answer, table(answer["faults"], FAULT_COLUMNS, empty="no faults"))


def inject(
    session: Session,
    kind: Annotated[
        str, typer.Argument(help="status, latency, timeout, reset, malformed, rate_limit or delivery.")
    ],
    provider: OfProvider = None,
    operation: Annotated[
        str | None, typer.Option(help="Only this operation (for deliveries: this type of event).")
    ] = None,
    status: Annotated[int | None, typer.Option(help="HTTP status, for kind status.")] = None,
    milliseconds: Annotated[
        float | None, typer.Option(help="For latency, timeout, and delivery with delay.")
    ] = None,
    mode: Annotated[
        str | None,
        typer.Option(
            help="For delivery: duplicate, drop, delay, reorder, corrupt_signature, stale_timestamp or fail."
        ),
    ] = None,
    per_second: Annotated[
        int | None, typer.Option(help="For rate_limit: let so many requests a second through.")
    ] = None,
    probability: Annotated[float | None, typer.Option(help="More than 0, at most 1.")] = None,
    times: Annotated[int | None, typer.Option(help="Gone after so many hits.")] = None,
) -> None:
    """Inject a failure."""
    body = {
        "kind": kind,
        "provider": provider,
        "operation": operation,
        "status": status,
        "milliseconds": milliseconds,
        "mode": mode,
        "per_second": per_second,
        "probability": probability,
        "times": times,
    }
    answer = session.post("~/faults", body)
    session.show(answer, table([answer], FAULT_COLUMNS, empty=""))


def clear(
    session: Session,
    id: Annotated[str | None, typer.Argument(help="Id of a fault; without one, all.")] = None,
) -> None:
    """Take away one fault, or all."""
    session.delete("~/faults" if id is None else f"~/faults/{segment(id)}")
    session.show({"cleared": id}, "all faults are cleared" if id is None else f"fault {id} is cleared")
