"""What every check of a Python SDK shares: run each, and print what became of it as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

Check = Callable[[], object]


def run(**checks: Check) -> None:
    """Run checks in their order; each is `ok`, or what went wrong. A check that ends with False is wrong."""
    found = {}
    for name, check in checks.items():
        try:
            found[name] = "differs" if check() is False else "ok"
        except Exception as error:  # noqa: BLE001 - whatever it is, the table says it
            found[name] = f"{type(error).__name__}: {error}"
    print(json.dumps(found))


def refused(call: Check, *kinds: type[Exception]) -> Exception:
    """Return the refusal that a call ends with; it must be of these kinds."""
    try:
        call()
    except kinds as error:
        return error
    raise AssertionError("nothing was refused")
