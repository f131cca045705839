"""Versions of SDKs: which there are, where each is installed, and how it is installed.

`python -m tests.matrix.sdks` installs all of `versions.toml`, each into a folder of its own below build/matrix.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.needs import NODE_FOLDER, ROOT

HERE = Path(__file__).parent
BUILD = ROOT / "build" / "matrix"


@dataclass(frozen=True, slots=True)
class Sdk:
    """One version of an SDK."""

    provider: str
    language: str
    package: str
    version: str
    alias: str | None
    """Its folder in tests/node/node_modules, where it is there."""
    beside: str | None = None
    """What it asks to be installed with it."""
    known: tuple[tuple[str, str], ...] = ()
    """Checks that it fails by a fault of its own, each with what it does."""

    @property
    def folder(self) -> Path:
        """Where it is installed by itself."""
        return BUILD / self.language / f"{self.package.strip('@').replace('/', '-')}-{self.version}"

    @property
    def entry(self) -> Path:
        """Where its packages are: what PYTHONPATH names, or the folder that is imported from."""
        if self.language == "python":
            return self.folder
        own = self.folder / "node_modules" / self.package
        beside = NODE_FOLDER / "node_modules" / self.alias if self.alias else own
        return own if own.is_dir() else beside

    @property
    def is_there(self) -> bool:
        """Tell whether it is installed."""
        return self.entry.is_dir()

    def install(self) -> None:
        """Install it from its registry, unless it is there; nothing of an installation that failed is kept."""
        if self.is_there:
            return
        self.folder.mkdir(parents=True)
        wanted = (
            f"{self.package}=={self.version}"
            if self.language == "python"
            else f"{self.package}@{self.version}"
        )
        pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--target"]
        npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]
        command = pip if self.language == "python" else npm
        try:
            more = [self.beside] if self.beside else []
            subprocess.run([*command, str(self.folder), wanted, *more], check=True)
        except (OSError, subprocess.CalledProcessError):
            shutil.rmtree(self.folder)
            raise


def listed() -> list[Sdk]:
    """Return all versions of the list, in its order."""
    told = tomllib.loads((HERE / "versions.toml").read_text("utf-8"))["sdk"]
    return [
        Sdk(
            *(each["provider"], each["language"], each["package"], version),
            each.get("installed", {}).get(version),
            each.get("beside", {}).get(version),
            tuple(each.get("known", {}).get(version, {}).items()),
        )
        for each in told
        for version in each["versions"]
    ]


if __name__ == "__main__":
    for sdk in listed():
        sdk.install()
