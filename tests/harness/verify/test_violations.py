"""Violations as CI reads them."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

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
    assert run["results"][0]["properties"]["lastSeen"] == "2026-03-02T09:00:00.000Z"
    assert "ada@customer.test" not in json.dumps(run)


def test_junit_fails_what_is_bad_enough() -> None:
    root = ET.fromstring(violations.junit(FOUND, "gap"))
    assert [len(case.findall("failure")) for case in root.iter("testcase")] == [1, 1, 0]
