"""Violations as CI reads them: graded, and written as SARIF or JUnit's XML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree as ET

import orjson

from harness import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

Json = dict[str, Any]
Grade = Literal["breaking", "gap", "notice"]
GRADES: tuple[Grade, ...] = ("breaking", "gap", "notice")
_LEVELS: dict[Grade, str] = {"breaking": "error", "gap": "warning", "notice": "note"}
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def grade(violation: Json) -> Grade:
    """Return what a violation means for the consumer in the live sandbox.

    `breaking`: the provider would refuse the request (a lenient world let it pass, or it was refused here too). `gap`: the
    operation is not served here, so that nothing is known. `notice`: the provider lets it pass.
    """
    if str(violation["rule"]).startswith("unserved"):
        return "gap"
    return "breaking" if violation["status"] >= 400 else "notice"


def graded(violations: Sequence[Json]) -> list[Json]:
    """Return violations with their grades, the worst first, then by provider, operation, rule and field."""
    found = [{"grade": grade(each), **each} for each in violations]
    return sorted(
        found,
        key=lambda each: (
            GRADES.index(each["grade"]),
            each["provider"],
            each["operation"],
            each["rule"],
            each["subject"],
        ),
    )


def at_least(violations: Sequence[Json], least: Grade) -> list[Json]:
    """Return the violations of a grade or worse."""
    return [each for each in violations if GRADES.index(each["grade"]) <= GRADES.index(least)]


def sample(violation: Json) -> str:
    """Write the first request of a violation in one line, without its values of secrets."""
    from harness.verify.redaction import clean_path, clean_text

    example = violation["example"]
    query = f"?{example['query']}" if example["query"] else ""
    place = clean_path(f"{example['path']}{query}")
    return f"{example['method']} {place} {clean_text(example['body'])[:300]}".strip()


def message(violation: Json) -> str:
    """Return what the provider said of a violation, without the values it quotes of secrets and persons."""
    from harness.verify.redaction import clean_text

    return clean_text(str(violation["message"] or violation["rule"]))


def sarif(violations: Sequence[Json]) -> bytes:
    """Write violations as SARIF 2.1.0: a rule for each broken rule, a result for each operation and field."""
    rules = sorted({f"{each['provider']}/{each['rule']}" for each in violations})
    results = [
        {
            "ruleId": f"{each['provider']}/{each['rule']}",
            "level": _LEVELS[each["grade"]],
            "message": {"text": f"{each['operation']}: {message(each)} ({each['count']} times)"},
            "locations": [
                {
                    "logicalLocations": [
                        {"fullyQualifiedName": f"{each['provider']}.{each['operation']}", "kind": "function"}
                    ]
                }
            ],
            "partialFingerprints": {"greenroom/v1": each["id"]} if "id" in each else {},
            "properties": {
                "field": each["subject"],
                "count": each["count"],
                "firstSeen": each["first_at"],
                "lastSeen": each["last_at"],
                "sample": sample(each),
            },
        }
        for each in violations
    ]
    driver = {"name": "greenroom", "version": __version__, "rules": [{"id": each} for each in rules]}
    run = {"tool": {"driver": driver}, "results": results}
    return orjson.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, option=orjson.OPT_INDENT_2)


def junit(violations: Sequence[Json], least: Grade) -> bytes:
    """Write violations as JUnit's XML: those of the grade or worse fail, the rest is skipped."""
    bad = {id(each) for each in at_least(violations, least)}
    root = ET.Element("testsuites", name="greenroom violations")
    suite = ET.SubElement(
        root, "testsuite", name="violations", tests=str(len(violations)), failures=str(len(bad))
    )
    for each in violations:
        name = f"{each['operation']} {each['rule']} {each['subject']}".strip()
        case = ET.SubElement(suite, "testcase", classname=each["provider"], name=name)
        told = f"{message(each)} ({each['count']} times, last {each['last_at']})\n{sample(each)}"
        found = ET.SubElement(case, "failure" if id(each) in bad else "skipped", message=message(each))
        found.text = told
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"
