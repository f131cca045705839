"""The codes that other requests use: a selection of Cint's, the same in every world."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import orjson

Json = dict[str, Any]


@cache
def _definitions() -> Json:
    found: Json = orjson.loads(Path(__file__).parent.with_name("definitions.json").read_bytes())
    return found


def only(name: str) -> Json:
    """Return one list of definitions under its name."""
    return {name: _definitions()[name]}


@cache
def locales() -> frozenset[str]:
    """Return the locales, as `eng_us`: each language of each country."""
    return frozenset(
        f"{language['code']}_{each['country']['code']}"
        for each in _definitions()["locales"]
        for language in each["languages"]
    )
