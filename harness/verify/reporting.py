"""Reports of a verification: for the terminal, as JUnit's XML for CI, and as one HTML page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from harness.cli.table import table

if TYPE_CHECKING:
    from harness.verify.results import Report, Result

_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
COLUMNS = ("suite", "provider", "passed", "failed", "skipped")


def text(report: Report) -> str:
    """Write the report for a terminal: what failed and why, then the counts."""
    lines = [
        f"FAILED {each.suite} · {each.provider} · {each.name}\n{_indented(each.told)}"
        for each in report.failed
    ]
    rows = [
        {"suite": suite, "provider": provider, **counts}
        for (suite, provider), counts in report.counts().items()
    ]
    lines.append(table(rows, COLUMNS, empty="nothing was verified"))
    lines += [f"note: {each}" for each in report.notes]
    total = len(report.results)
    lines.append(f"{total - len(report.failed)} of {total} hold" if report.failed else f"all {total} hold")
    return "\n".join(lines)


def _indented(told: str) -> str:
    return "\n".join(f"    {line}" for line in told.splitlines())


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as JSON has it."""
    from dataclasses import asdict

    return {
        "results": [asdict(each) for each in report.results],
        "notes": report.notes,
        "exit_code": report.exit_code,
    }


def junit(report: Report) -> bytes:
    """Write the report as JUnit's XML: a suite for each kind and provider; no times, so that two runs are the same."""
    root = ET.Element("testsuites", name="greenroom verify")
    for (suite, provider), counts in report.counts().items():
        named = ET.SubElement(root, "testsuite", name=f"{suite}.{provider}")
        named.set("tests", str(sum(counts.values())))
        named.set("failures", str(counts["failed"]))
        named.set("skipped", str(counts["skipped"]))
        for each in report.results:
            if (each.suite, each.provider) == (suite, provider):
                _case(named, each)
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _case(suite: ET.Element, result: Result) -> None:
    case = ET.SubElement(
        suite, "testcase", classname=f"{result.suite}.{result.provider}", name=plain(result.name)
    )
    if result.outcome == "failed":
        failure = ET.SubElement(case, "failure", message=plain(result.told.partition("\n")[0]))
        failure.text = plain(result.told)
    elif result.outcome == "skipped":
        ET.SubElement(case, "skipped", message=plain(result.told))


def plain(told: str) -> str:
    """Return a text without the characters that XML forbids."""
    return _FORBIDDEN.sub("\ufffd", told)


def html(
    title: str, rows: list[dict[str, Any]], columns: tuple[str, ...], notes: list[str], verdict: str
) -> str:
    """Write a report as one HTML page that needs nothing else."""
    from jinja2 import Environment

    source = Path(__file__).with_name("report.html.j2").read_text("utf-8")
    template = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(source)
    return template.render(title=title, rows=rows, columns=columns, notes=notes, verdict=verdict)


def page(report: Report) -> str:
    """Write the report as an HTML page, what failed first."""
    order = {"failed": 0, "skipped": 1, "passed": 2}
    rows = [
        {
            "outcome": each.outcome,
            "suite": each.suite,
            "provider": each.provider,
            "name": each.name,
            "told": each.told,
        }
        for each in sorted(report.results, key=lambda one: (order[one.outcome], one))
    ]
    verdict = (
        f"{len(report.failed)} of {len(report.results)} do not hold"
        if report.failed
        else f"all {len(rows)} hold"
    )
    return html(
        "greenroom verify", rows, ("outcome", "suite", "provider", "name", "told"), report.notes, verdict
    )
