"""What the README promises exists."""

import ast
import re
from pathlib import Path
from typing import Any

from pydantic import AliasChoices

from integrations.app import create_app
from integrations.billing.plans import Plan
from integrations.settings import Settings
from tests.integrations.layer import Layer

README = (Path(__file__).parents[2] / "integrations/README.md").read_text("utf-8")


def variables() -> set[str]:
    names: set[str] = set()
    for field in Settings.model_fields.values():
        alias = field.validation_alias
        names |= set(map(str, alias.choices)) if isinstance(alias, AliasChoices) else {str(alias)}
    return names


def test_every_setting_is_in_the_table_and_no_other() -> None:
    table = (
        README.partition("## Settings")[2].partition("## From HTTP")[0].replace("`…_", "`NEXT_PUBLIC_PRICE_")
    )
    cells = " ".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`([A-Z0-9_]+)`", cells)) == variables()


def test_every_default_in_the_table_is_the_real_one() -> None:
    defaults = {
        name: field.default
        for field in Settings.model_fields.values()
        for name in [field.validation_alias]
        if isinstance(name, str) and isinstance(field.default, (int, float, str)) and "PRICE" not in name
    }
    rows = dict(re.findall(r"^\| `([A-Z0-9_]+)` \| `?([^`|]+?)`? \|", README, re.MULTILINE))
    shown = {name: rows[name] for name in defaults if name in rows}
    assert len(shown) >= 6
    assert shown == {
        name: f"{defaults[name]:g}" if isinstance(defaults[name], float) else str(defaults[name])
        for name in shown
    }


def test_every_route_is_in_the_table(layer: Layer) -> None:
    paths: dict[str, Any] = create_app(layer.settings, layer.services).openapi()["paths"]
    for path, operations in paths.items():
        for method in operations:
            assert f"`{method.upper()} {path}`" in README


def test_every_plan_can_be_read_off() -> None:
    for plan in Plan:
        assert f"`{plan}`" in README or f"`{plan.split('_')[0]}`" in README


def test_the_python_example_calls_what_there_is(layer: Layer) -> None:
    (source,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    called = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("services."):
            thing: object = layer.services
            for name in ast.unparse(node.func).split(".")[1:]:
                thing = getattr(thing, name)
            assert callable(thing)
            called.append(ast.unparse(node.func))
    assert len(called) >= 12
