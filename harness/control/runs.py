"""Runs: the ports on which a program's calls to any host are answered, and what was called there."""

from __future__ import annotations

from fastapi import APIRouter

from harness.control import shapes
from harness.control.context import Limit, Running
from harness.control.models import NewRun
from harness.errors import Conflict
from harness.intercept.calls import Tally
from harness.intercept.runs import Run, Runs
from harness.runtime import Runtime

router = APIRouter(prefix="/runs", tags=["runs"])


def _runs(runtime: Runtime) -> Runs:
    if runtime.runs is None:
        raise Conflict(
            "this Greenroom has no sockets of its own: runs need one that was started with `greenroom up`"
        )
    return runtime.runs


def _shown(run: Run) -> shapes.Run:
    tallies = list(run.calls.hosts())
    return {
        "id": run.id,
        "tls_port": run.tls_port,
        "http_port": run.http_port,
        "certificate": run.authority.pem.decode(),
        "fingerprint": run.authority.fingerprint,
        "journal": str(run.calls.path.resolve()),
        "calls": sum(each.calls for each in tallies),
        "hosts": [_host(each) for each in tallies],
    }


def _host(tally: Tally) -> shapes.Host:
    return {
        "host": tally.host,
        "kind": tally.kind,
        "owner": tally.owner,
        "calls": tally.calls,
        "failed": tally.failed,
    }


@router.post("", status_code=201)
async def begin_run(runtime: Running, body: NewRun) -> shapes.Run:
    """Open two ports on loopback that answer for every host, with certificates of an authority made for this run."""
    run = await _runs(runtime).begin(body.pid, standins=body.standins)
    return _shown(run)


@router.get("")
async def list_runs(runtime: Running) -> shapes.Runs:
    """List the open runs."""
    return {"runs": [_shown(run) for run in _runs(runtime)]}


@router.get("/{id}")
async def show_run(runtime: Running, id: str) -> shapes.Run:
    """Show an open run: its ports, its authority, and how often each host was called."""
    return _shown(_runs(runtime).find(id))


@router.get("/{id}/calls")
async def list_calls(runtime: Running, id: str, limit: Limit = 100) -> shapes.Calls:
    """List a run's calls, the newest first."""
    newest = reversed(_runs(runtime).find(id).calls.ring)
    return {"calls": [call.shown() for call, _ in zip(newest, range(limit), strict=False)]}


@router.delete("/{id}", status_code=204)
async def end_run(runtime: Running, id: str) -> None:
    """Close a run's ports; its authority is gone with it."""
    _runs(runtime).end(id)
