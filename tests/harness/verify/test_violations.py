"""Violations as CI reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from harness.cli.table import table
from harness.verify import violations

Json = dict[str, Any]


def violation(rule: str, **more: Any) -> Json:
    example = {"method": "POST", "path": "/emails", "query": "", "body": '{"to":"ada@customer.test"}'}
    told = {
        "provider": "resend",
        "operation": "emails/send",
        "rule": rule,
        "subject": "to",
        "message": f"{rule}!",
    }
    times = {"first_at": "2026-03-01T09:00:00.000Z", "last_at": "2026-03-02T09:00:00.000Z"}
    return {**told, "status": 422, "lenient": False, "count": 2, **times, "example": example, **more}


FOUND = violations.graded(
    [violation("late", status=200), violation("unserved_operation", status=404), violation("missing_field")]
)


def test_they_are_graded_the_worst_first() -> None:
    assert [(each["grade"], each["rule"]) for each in FOUND] == [
        ("breaking", "missing_field"),
        ("gap", "unserved_operation"),
        ("notice", "late"),
    ]
    assert [len(violations.at_least(FOUND, grade)) for grade in violations.GRADES] == [1, 2, 3]


def test_sarif_has_a_rule_and_a_result_for_each() -> None:
    (run,) = json.loads(violations.sarif(FOUND))["runs"]
    assert [each["level"] for each in run["results"]] == ["error", "warning", "note"]
    assert {each["id"] for each in run["tool"]["driver"]["rules"]} == {
        each["ruleId"] for each in run["results"]
    }
    places = [each["locations"][0]["physicalLocation"] for each in run["results"]]
    assert {each["artifactLocation"]["uri"] for each in places} == {
        "package.json"
    }  # GitHub takes none without
    assert len({each["partialFingerprints"]["primaryLocationLineHash"] for each in run["results"]}) == 3
    assert run["results"][0]["properties"]["lastSeen"] == "2026-03-02T09:00:00.000Z"
    assert "ada@customer.test" not in json.dumps(run)


def test_junit_fails_what_is_bad_enough() -> None:
    root = ET.fromstring(violations.junit(FOUND, "gap"))
    assert [len(case.findall("failure")) for case in root.iter("testcase")] == [1, 1, 0]


def test_the_file_of_sarifs_results_is_the_consumers(tmp_path: Path) -> None:
    assert violations.pinned(tmp_path) == "package.json"
    (tmp_path / "pyproject.toml").touch()
    file = violations.pinned(tmp_path)
    (run,) = json.loads(violations.sarif(FOUND, file))["runs"]
    told = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert told == file == "pyproject.toml"


def test_what_no_file_may_hold_is_in_none() -> None:
    found = violations.graded(
        [
            violation(
                "odd\x01", subject="ada@customer.test\x00\ud800", message="\x1b[31mcard 4000 0566 5566 5556"
            )
        ]
    )
    root = ET.fromstring(violations.junit(found, "breaking"))
    told = ET.tostring(root, encoding="unicode") + table(found, ("subject", "message"), empty="")
    assert not {"\x00", "\x01", "\x1b"} & set(told)
    assert "ada@customer" not in told
    assert "5556" not in told
