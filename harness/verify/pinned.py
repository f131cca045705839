"""Which version of a provider's API the installed SDKs speak, held against what is served and what the account answers."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from harness.verify.preflight import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.provider import Pin, Provider


def pinned(provider: Provider, project: Path) -> Iterator[Check]:
    """Look at each SDK that sends a version: this environment's Python packages, and the Node packages of a project."""
    if provider.api is None:
        return
    versions, account = provider.api.versions(), provider.api.account
    for pin in provider.api.pins:
        name = f"SDK {pin.package} ({'Node' if pin.node else 'Python'}): API version"
        file = _file(pin, project)
        if file is None:
            yield Check("note", provider.name, name, "the SDK is not installed here")
            continue
        found = re.search(pin.pattern, file.read_text("utf-8")) if file.is_file() else None
        if found is None:
            yield Check("note", provider.name, name, f"{file.name} does not say which it sends")
        elif found[1] not in versions:
            told = f"it speaks {found[1]}, which is not served: what was tested is {versions[-1]} at most"
            yield Check("no", provider.name, name, told)
        elif account is not None and found[1] != account:
            told = f"it speaks {found[1]}, the account {account}: events are told in the account's, unless an endpoint has its own"
            yield Check("note", provider.name, name, told)
        else:
            yield Check("ok", provider.name, name, f"it speaks {found[1]}, which is served")


def _file(pin: Pin, project: Path) -> Path | None:
    """Return the file that says it; None where the package is not installed."""
    if pin.node:
        folder = project / "node_modules" / pin.package
        return folder / pin.file if folder.is_dir() else None
    try:
        return Path(str(distribution(pin.package).locate_file(pin.file)))
    except PackageNotFoundError:
        return None
