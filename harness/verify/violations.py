"""Violations as CI reads them: graded, and written as SARIF or JUnit's XML."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree as ET

import orjson

from harness import __version__
from harness.verify.reporting import plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Json = dict[str, Any]
Grade = Literal["breaking", "gap", "notice"]
GRADES: tuple[Grade, ...] = ("breaking", "gap", "notice")
_LEVELS: dict[Grade, str] = {"breaking": "error", "gap": "warning", "notice": "note"}
MEANINGS: dict[Grade, str] = {
    "breaking": "The provider refuses such a request: it would fail in the live sandbox, too.",
    "gap": "Greenroom does not serve the operation, so that nothing is known of it.",
    "notice": "The provider lets such a request pass, and it does not do what was meant.",
}
MANIFESTS = ("package.json", "pyproject.toml", "README.md")
FORM = "application/x-www-form-urlencoded"
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
    """Return violations with their grades, the worst first, then by provider, operation, rule and field.

    What a consumer sends may hold secrets and persons anywhere: they are taken out before anything is shown or written.
    """
    found = [_cleaned({"grade": grade(each), **each}) for each in violations]
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


def _cleaned(violation: Json) -> Json:
    from harness.verify.redaction import clean_body, clean_form, clean_path, clean_text

    texts = {name: clean_text(str(violation[name] or "")) for name in ("operation", "subject", "message")}
    example = violation["example"]
    sent = {
        "path": clean_path(example["path"]),
        "query": clean_form(example["query"]),
        "body": clean_body(example["body"], FORM if "=" in example["body"] else ""),
    }
    return {**violation, **texts, "example": {**example, **sent}}


def at_least(violations: Sequence[Json], least: Grade) -> list[Json]:
    """Return the violations of a grade or worse."""
    return [each for each in violations if GRADES.index(each["grade"]) <= GRADES.index(least)]


def sample(violation: Json) -> str:
    """Write the first request of a violation in one line."""
    example = violation["example"]
    query = f"?{example['query']}" if example["query"] else ""
    return f"{example['method']} {example['path']}{query} {example['body'][:300]}".strip()


def message(violation: Json) -> str:
    """Return what the provider said of a violation; the rule where it said nothing."""
    return str(violation["message"] or violation["rule"])


def pinned(folder: Path) -> str:
    """Return the file of a consumer's that results are pinned to: the one that says what it is built of."""
    return next((name for name in MANIFESTS if (folder / name).is_file()), MANIFESTS[0])


def _rules(violations: Sequence[Json]) -> list[Json]:
    """Return a SARIF rule for each broken rule, with its level at the worst, which comes first."""
    found: dict[str, Json] = {}
    for each in violations:
        id = f"{each['provider']}/{each['rule']}"
        words = str(each["rule"]).replace("_", " ")
        found.setdefault(
            id,
            {
                "id": id,
                "name": words.title().replace(" ", ""),
                "shortDescription": {"text": f"{each['provider']}: {words}"},
                "fullDescription": {"text": MEANINGS[each["grade"]]},
                "defaultConfiguration": {"level": _LEVELS[each["grade"]]},
            },
        )
    return [found[id] for id in sorted(found)]


def _result(violation: Json, file: str) -> Json:
    """Return a SARIF result. GitHub takes none without a file, and knows it again by the hash of its line."""
    place = f"{violation['provider']}.{violation['operation']}"
    told = (violation["provider"], violation["operation"], violation["rule"], violation["subject"])
    mark = blake2b("\n".join(told).encode(), digest_size=8).hexdigest()
    about = f", {violation['subject']}" if violation["subject"] else ""
    return {
        "ruleId": f"{violation['provider']}/{violation['rule']}",
        "level": _LEVELS[violation["grade"]],
        "message": {
            "text": f"{violation['operation']}{about}: {message(violation)} ({violation['count']} times)"
        },
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": 1}},
                "logicalLocations": [{"fullyQualifiedName": place, "kind": "function"}],
            }
        ],
        "partialFingerprints": {"greenroom/v1": mark, "primaryLocationLineHash": f"{mark}:1"},
        "properties": {
            "field": violation["subject"],
            "count": violation["count"],
            "firstSeen": violation["first_at"],
            "lastSeen": violation["last_at"],
            "sample": sample(violation),
        },
    }


def sarif(violations: Sequence[Json], file: str = "package.json") -> bytes:
    """Write violations as SARIF 2.1.0: a rule for each broken rule, a result for each operation and field, pinned to a file."""
    driver = {
        "name": "greenroom",
        "version": __version__,
        "rules": _rules(violations),
    }
    run = {"tool": {"driver": driver}, "results": [_result(each, file) for each in violations]}
    return orjson.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, option=orjson.OPT_INDENT_2)


def junit(violations: Sequence[Json], least: Grade) -> bytes:
    """Write violations as JUnit's XML: those of the grade or worse fail, the rest is skipped."""
    bad = {id(each) for each in at_least(violations, least)}
    root = ET.Element("testsuites", name="greenroom violations")
    suite = ET.SubElement(
        root, "testsuite", name="violations", tests=str(len(violations)), failures=str(len(bad))
    )
    for each in violations:
        name = plain(f"{each['operation']} {each['rule']} {each['subject']}".strip())
        case = ET.SubElement(suite, "testcase", classname=each["provider"], name=name)
        told = f"{message(each)} ({each['count']} times, last {each['last_at']})\n{sample(each)}"
        found = ET.SubElement(case, "failure" if id(each) in bad else "skipped", message=plain(message(each)))
        found.text = plain(told)
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"
