"""What changed between two documents is told with its grade."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.specs.alike import Alike
from harness.specs.changes import between
from harness.specs.document import Document
from harness.specs.reading import parsed
from harness.specs.sources import Source
from harness.specs.usage import Usage
from tests.harness.specs.parcels import DOCUMENT, SOURCE

Json = dict[str, Any]


def schema(tree: Json, name: str) -> Json:
    found: Json = tree["components"]["schemas"][name]
    return found


def operation(tree: Json, path: str, method: str) -> Json:
    found: Json = tree["paths"][path][method]
    return found


NOTES = "/parcels/{parcel}/notes"
CASES: list[tuple[Callable[[Json], object], set[tuple[str, str, str]]]] = [
    (lambda tree: tree["paths"].pop("/label.pdf"), {("breaking", "operation-removed", "print_label")}),
    (
        lambda tree: tree["paths"].update({"/new": {"get": {"operationId": "new", "responses": {}}}}),
        {("info", "operation-added", "new")},
    ),
    (
        lambda tree: operation(tree, NOTES, "get").update(deprecated=True),
        {("notice", "operation-deprecated", "list_notes")},
    ),
    (
        lambda tree: schema(tree, "Depot")["properties"].pop("tags"),
        {
            ("breaking", "answer-field-removed", "get_depot"),
            ("breaking", "answer-field-removed", "put_depot"),
        },
    ),
    (
        lambda tree: schema(tree, "Settings")["properties"]["colour"].update(nullable=True),
        {
            ("notice", "answer-may-be-null", "get_settings"),
            ("notice", "answer-may-be-null", "change_settings"),
            ("info", "request-type-widened", "change_settings"),
        },
    ),
    (
        lambda tree: schema(tree, "NewNote")["required"].append("level"),
        {
            ("breaking", "request-field-required", "add_note"),
            ("breaking", "request-field-required", "update_note"),
        },
    ),
    (
        lambda tree: schema(tree, "NewNote")["properties"]["level"]["enum"].remove("low"),
        {
            ("breaking", "request-value-removed", "add_note"),
            ("breaking", "request-value-removed", "update_note"),
        },
    ),
    (
        lambda tree: schema(tree, "Depot")["properties"].update(beds={"type": "string"}),
        {("breaking", "answer-type-changed", "get_depot"), ("breaking", "answer-type-changed", "put_depot")},
    ),
    (
        lambda tree: operation(tree, NOTES, "get")["parameters"].append(
            {"name": "depot", "in": "query", "required": True, "schema": {"type": "string"}}
        ),
        {("breaking", "parameter-added", "list_notes")},
    ),
    (
        lambda tree: operation(tree, NOTES, "get")["parameters"].pop(),
        {("notice", "parameter-removed", "list_notes")},
    ),
]


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_a_change_is_told_with_its_grade(
    change: Callable[[Json], object], expected: set[tuple[str, str, str]]
) -> None:
    tree = parsed(DOCUMENT.read_bytes(), SOURCE)
    later = deepcopy(tree)
    change(later)
    found = between(Document(SOURCE, tree), Document(SOURCE, later))
    assert {(each.grade, each.rule, each.operation) for each in found} == expected


def test_the_command_fails_on_a_grade(tmp_path: Path) -> None:
    tree = parsed(DOCUMENT.read_bytes(), SOURCE)
    del tree["paths"]["/label.pdf"]
    later = tmp_path / "later.json"
    later.write_text(json.dumps(tree), "utf-8")
    diff = ["specs", "diff", str(DOCUMENT), str(later)]
    told = CliRunner().invoke(app, diff)
    assert (told.exit_code, "print_label" in told.stdout) == (0, True)
    assert CliRunner().invoke(app, [*diff, "--fail-on", "breaking"]).exit_code == 1
    assert (
        "nothing changed" in CliRunner().invoke(app, ["specs", "diff", str(DOCUMENT), str(DOCUMENT)]).stdout
    )


def test_drift_is_told_by_use(tmp_path: Path) -> None:
    tree = parsed(DOCUMENT.read_bytes(), SOURCE)
    for name in ("pinned", "status"):
        del schema(tree, "Note")["properties"][name]
    del schema(tree, "Depot")["properties"]["tags"]
    later = tmp_path / "parcel.json"
    later.write_text(json.dumps(tree), "utf-8")
    answer = {"status": 200, "body": {"content": {"id": "n", "status": "open"}}}
    interaction = {
        "description": "read a note",
        "request": {"method": "GET", "path": "/parcels/p/notes/n"},
        "response": answer,
    }
    told = {"consumer": {"name": "shop"}, "provider": {"name": ""}, "interactions": [interaction]}
    pacts = tmp_path / "pacts"
    pacts.mkdir()
    (pacts / "shop.json").write_text(json.dumps(told), "utf-8")
    done = CliRunner().invoke(
        app, ["specs", "diff", str(DOCUMENT), str(later), "--used-by", str(pacts), "--json"]
    )
    (row,) = json.loads(done.stdout)["changes"]
    assert (row["operation"], row["field"], row["touches"]) == (
        "get_note",
        "answer.status",
        ["shop.json: read a note"],
    )


def test_what_a_form_sends_is_used_field_by_field(tmp_path: Path) -> None:
    source = Source(provider="", file="shop.json")
    items = {"type": "array", "items": {"type": "object", "properties": {"price": {"type": "string"}}}}
    form = {"type": "object", "properties": {"items": items, "note": {"type": "string"}}}
    content = {"application/x-www-form-urlencoded": {"schema": form}}
    order = {
        "operationId": "order",
        "requestBody": {"content": content},
        "responses": {"200": {"description": ""}},
    }
    tree: Json = {"openapi": "3.0.0", "info": {}, "paths": {"/orders": {"post": order}}}
    later = deepcopy(tree)
    sent = later["paths"]["/orders"]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
    del sent["schema"]["properties"]["items"]["items"]["properties"]["price"]
    del sent["schema"]["properties"]["note"]
    body = {"content": "items%5B0%5D%5Bprice%5D=p_1&amount=2"}
    interaction = {
        "description": "order",
        "request": {"method": "POST", "path": "/orders", "body": body},
        "response": {"status": 200},
    }
    told = {"consumer": {"name": "shop"}, "provider": {"name": ""}, "interactions": [interaction]}
    (tmp_path / "shop.json").write_text(json.dumps(told), "utf-8")
    before = Document(source, tree)
    usage = Usage(before)
    usage.pacts([tmp_path / "shop.json"], "")
    found = usage.touched(between(before, Document(source, later), usage.operations))
    assert [(change.field, touched) for change, touched in found] == [
        ("body.items[].price", ["shop.json: order"])
    ]


def test_what_many_fields_hold_is_told_once_nearest_to_the_top() -> None:
    thing = {"type": "object", "properties": {"name": {"type": "string"}}}
    holds = {"$ref": "#/components/schemas/Thing"}
    union = {"anyOf": [{"type": "string"}, holds]}
    deep = {"type": "object", "properties": {"a": {"type": "object", "properties": {"b": holds}}, "z": union}}
    answer = {"description": "", "content": {"application/json": {"schema": deep}}}
    tree: Json = {
        "openapi": "3.0.0",
        "info": {},
        "paths": {"/things": {"get": {"operationId": "things", "responses": {"200": answer}}}},
        "components": {"schemas": {"Thing": thing}},
    }
    later = deepcopy(tree)
    del later["components"]["schemas"]["Thing"]["properties"]["name"]
    source = Source(provider="", file="things.json")
    (found,) = between(Document(source, tree), Document(source, later))
    assert (found.grade, found.field) == ("breaking", "answer.z.name")


def test_a_change_behind_a_circle_of_references_is_found_and_what_is_alike_is_passed_over() -> None:
    def ref(name: str) -> Json:
        return {"$ref": f"#/components/schemas/{name}"}

    def holds(**properties: Json) -> Json:
        return {"type": "object", "properties": properties}

    schemas = {
        "A": holds(b=ref("B"), own={"type": "string"}),
        "B": holds(a=ref("A"), c=ref("C")),
        "C": holds(deep={"type": "string"}),
        "D": holds(other={"type": "string"}, gone=ref("Nowhere")),
    }
    tree: Json = {"openapi": "3.0.0", "info": {}, "paths": {}, "components": {"schemas": schemas}}
    for name in "ad":
        content = {"application/json": {"schema": ref(name.upper())}}
        answers = {"200": {"description": "", "content": content}}
        tree["paths"][f"/{name}"] = {"get": {"operationId": name, "responses": answers}}
    later, source = deepcopy(tree), Source(provider="", file="circle.json")
    assert between(Document(source, deepcopy(tree)), Document(source, deepcopy(tree))) == []
    schema(later, "C")["properties"]["deep"]["type"] = "integer"
    before, after = Document(source, tree), Document(source, later)
    assert [(each.operation, each.field) for each in between(before, after)] == [("a", "answer.b.c.deep")]
    alike = Alike(before, after)
    assert not alike(ref("A"), ref("A"))
    assert not alike(ref("Nowhere"), ref("Nowhere"))
    assert alike(ref("D"), ref("D"))  # a document drops its dead references
    assert alike(holds(text={"type": "string"}), holds(text={"type": "string"}))
