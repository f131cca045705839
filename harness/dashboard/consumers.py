"""Who calls: consumers told apart by the SDK that their user agent names."""

from __future__ import annotations

import re
from functools import lru_cache

UNNAMED = "no user agent"
LONGEST = 40
_PRODUCT = re.compile(
    r"([A-Za-z@][\w.@+-]*(?:/[A-Za-z][\w.-]*)?)[/:] ?v?(\d[\w.-]*)|([\w.@-]+) \((\d[\w.-]*)\)"
)
_PREFIXED = re.compile(r"([A-Za-z]+)/v\d+ (.*)")
_GENERATED = re.compile(r"speakeasy-sdk/\w+ (\d[\w.-]*) .* ([\w.@/-]+)")
_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))


@lru_cache(4096)
def consumer(agent: str) -> str:
    """Return a short name: `acme-python 12.1.0` of `acme-python/12.1.0 (Linux)`, `Chrome` of a browser's line.

    SDKs write `name/1.2.3`, `name:1.2.3`, `Name for Python (1.2.3)` or `Name/v1 PythonBindings/1.2.3`, where `v1` is the
    API's version; generated ones name their generator first and themselves last.
    """
    agent = agent.strip()
    if not agent:
        return UNNAMED
    if agent.startswith("Mozilla/"):
        return next((name for mark, name in _BROWSERS if mark in agent), "a browser")
    if generated := _GENERATED.fullmatch(agent):
        return f"{generated[2]} {generated[1]}"[:LONGEST]
    maker = ""
    if prefixed := _PREFIXED.fullmatch(agent):
        maker, agent = f"{prefixed[1]} ", prefixed[2]
    spelled = agent.replace(" for ", "-")
    for found in _PRODUCT.finditer(spelled):
        name, version = found[1] or found[3], found[2] or found[4]
        if "." in version:
            return f"{maker}{name} {version}"[:LONGEST]
    return agent.replace(" | ", " ")[:LONGEST]
