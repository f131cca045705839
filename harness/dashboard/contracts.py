"""Contracts: what is served and how far it is used, the rules that were broken, and what the last verification said."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from harness import instants
from harness.control.context import Named, Running, reading
from harness.dashboard import showing
from harness.dashboard.traffic import traffic
from harness.provider import Tier
from harness.runtime import Runtime
from harness.transaction import VIOLATIONS

router = APIRouter(prefix="/{w}")
TIERS: tuple[Tier, ...] = ("P0", "P1", "P2")
REPORT = "verified.json"
"""Where the last verification is looked for, in the data directory: `greenroom verify --stamp .greenroom/verified.json`."""
LARGEST_REPORT = 8 << 20
FAILED_SHOWN = 50
Json = dict[str, Any]


@router.get("/contracts")
async def show(
    request: Request, runtime: Running, world: Named, provider: str = "", tier: str = "", q: str = ""
) -> HTMLResponse:
    """Show the surface of all providers or the operations of one, violations, and the last verification."""
    used = traffic(world.journal).operations
    page = reading(runtime, world).page(VIOLATIONS, where={"provider": provider or None}, limit=100)
    return showing.page(
        request,
        runtime,
        world,
        "contracts.html",
        section="/contracts",
        tiers=TIERS,
        tier=tier,
        q=q,
        provider=provider if provider in runtime.providers else "",
        surfaces=_surfaces(runtime, used),
        operations=_operations(runtime, used, provider, tier, q) if provider in runtime.providers else [],
        violations=[{**each, "last": instants.iso(each["last_at"])} for each in page.items],
        report=_report(runtime.settings.data_dir / REPORT),
        report_file=runtime.settings.data_dir / REPORT,
        documents=_documents(runtime),
    )


def _surfaces(runtime: Runtime, used: Counter[tuple[str, str]]) -> list[Json]:
    lines = []
    for name, provider in runtime.providers.items():
        provider.load()
        tiers = Counter(each.tier for each in provider.operations.values())
        called = sum(1 for room, operation in used if room == name and operation in provider.operations)
        lines.append(
            {
                "name": name,
                "title": provider.title,
                "served": len(provider.operations),
                "tiers": [tiers[tier] for tier in TIERS],
                "called": called,
            }
        )
    return lines


def _operations(
    runtime: Runtime, used: Counter[tuple[str, str]], provider: str, tier: str, q: str
) -> list[Json]:
    """Return the operations of a provider that hold all words, those that are called first."""
    words = q.casefold().split()
    lines = [
        {
            "id": each.id,
            "tier": each.tier,
            "method": each.method,
            "path": each.path,
            "summary": each.summary,
            "calls": used[provider, each.id],
        }
        for each in runtime.providers[provider].operations.values()
        if tier in ("", each.tier)
        and all(word in f"{each.id} {each.method} {each.path} {each.summary}".casefold() for word in words)
    ]
    return sorted(lines, key=lambda line: (-line["calls"], line["tier"], line["path"]))


def _report(file: Path) -> Json | None:
    """Return the last verification in short, None where there is none that can be read."""
    try:
        about = file.stat()
        if about.st_size > LARGEST_REPORT:
            return None
        return _read(file, about.st_mtime_ns)
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return None


@lru_cache(2)
def _read(file: Path, changed: int) -> Json:
    """Read a report; `changed` (ns) is when it was written, so that a new one is read anew."""
    told = orjson.loads(file.read_bytes())
    outcomes = Counter((each["suite"], each["provider"], each["outcome"]) for each in told["results"])
    rows: dict[tuple[str, str], Json] = {}
    for (suite, provider, outcome), count in sorted(outcomes.items()):
        line = rows.setdefault((suite, provider), {"suite": suite, "provider": provider, "outcomes": {}})
        line["outcomes"][outcome] = count
    failed = [each for each in told["results"] if each["outcome"] == "failed"]
    return {
        "holds": told["exit_code"] == 0,
        "commit": (told.get("commit") or "")[:12],
        "at": instants.iso(changed // 1000),
        "rows": list(rows.values()),
        "failed": failed[:FAILED_SHOWN],
        "failures": len(failed),
    }


def _documents(runtime: Runtime) -> list[Json]:
    """Return the providers' documents that are at hand: what the suite `documents` of a verification goes by."""
    folder = runtime.settings.specs
    if folder is None:
        return []
    from harness.specs.pulling import manifest

    kept = sorted(manifest(folder).items())
    return [{"file": file, "version": each.version, "operations": each.operations} for file, each in kept]
