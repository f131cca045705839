"""What a run tells at its end: calls for each host, what nobody answered for, what was refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.intercept.environment import Mode
from harness.intercept.front import NOISE, UNKNOWN

STRICT_CODE = 3
"""The exit code of a run whose program ended well, and that `--strict` fails."""

BLOCKED_BY = {
    Mode.NETNS: "in a network of its own: the kernel lets nothing out",
    Mode.HOOK: "hooks in Node and CPython: other programs are not kept in",
    Mode.ENV: "environment alone: nothing is intercepted, nothing is kept in",
}
NOT_SEEN = "?"
"""Begins a line by which a hook tells of a library whose sockets it does not see."""

SHOWN = 40
Json = dict[str, Any]


def read_blocked(path: Path) -> tuple[dict[str, int], list[str]]:
    """Return how often each connection was refused by a hook, and the libraries whose sockets hooks do not see."""
    lines = path.read_text("utf-8", "replace").split("\n") if path.exists() else []
    refused = Counter(line for line in lines if line and not line.startswith(NOT_SEEN))
    return dict(refused), sorted({line[1:] for line in lines if line.startswith(NOT_SEEN)})


def violations(before: Iterable[Json], after: Iterable[Json]) -> int:
    """Return how many times rules were broken between two looks at a world's violations."""
    total: int = sum(each["count"] for each in after) - sum(each["count"] for each in before)
    return total


def made(mode: Mode, code: int, run: Mapping[str, Any], blocked: Path, broken: int, *, strict: bool) -> Json:
    """Put a run's report together; `code` is the program's own exit code."""
    refused, unseen = read_blocked(blocked)
    hosts = list(run.get("hosts", ()))
    unknown = [each["host"] for each in hosts if each["kind"] == UNKNOWN]
    failed = strict and bool(unknown or refused)
    return {
        "mode": mode.value,
        "exit_code": code,
        "failed": failed,
        "calls": run.get("calls", 0),
        "hosts": hosts,
        "unknown": unknown,
        "refused": refused,
        "not_seen": unseen,
        "violations": broken,
        "journal": run.get("journal"),
    }


def code(report: Mapping[str, Any]) -> int:
    """Return what the run exits with: the program's own code, unless only `--strict` finds fault."""
    own: int = report["exit_code"]
    return STRICT_CODE if own == 0 and report["failed"] else own


def text(report: Mapping[str, Any]) -> str:
    """Write a report for people."""
    lines = [f"greenroom: {_number(report['calls'], 'call')}; {BLOCKED_BY[Mode(report['mode'])]}"]
    hosts = report["hosts"]
    width = max((len(each["host"]) for each in hosts[:SHOWN]), default=0)
    for each in hosts[:SHOWN]:
        failed = f", {each['failed']} of them 4xx or 5xx" if each["failed"] else ""
        lines.append(f"  {each['host'].ljust(width)}  {each['calls']:5}  {_answered(each)}{failed}")
    if len(hosts) > SHOWN:
        lines.append(f"  and {len(hosts) - SHOWN} more hosts")
    if report["unknown"]:
        lines.append(f"unknown hosts, answered 502: {', '.join(report['unknown'])}")
    if report["refused"]:
        told = ", ".join(f"{target} ({times})" for target, times in report["refused"].items())
        lines.append(f"connections refused: {told}")
    if report["not_seen"]:
        lines.append(
            f"not seen by the hooks, because of: {', '.join(report['not_seen'])} (--mode netns sees them)"
        )
    if report["violations"]:
        lines.append(
            f"{_number(report['violations'], 'violation')} of providers' rules: greenroom violations"
        )
    if report["calls"] and report["journal"]:
        lines.append(f"one line for each call: {report['journal']}")
    if report["failed"]:
        lines.append("--strict: this run fails")
    return "\n".join(lines)


def _answered(host: Mapping[str, Any]) -> str:
    names: dict[str, str] = {
        "provider": host["owner"],
        "standin": f"stand-in ({host['owner']})",
        NOISE: "nobody (tools)",
    }
    kind: str = host["kind"]
    return names.get(kind, "nobody" if kind == UNKNOWN else kind)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
