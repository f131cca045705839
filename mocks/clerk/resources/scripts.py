"""Clerk's own browser scripts, out of the npm packages that somebody put into a folder with `npm pack`.

They are Clerk's and are never part of Greenroom; a package's archive is read whole when it is first asked for.
"""

from __future__ import annotations

import re
import tarfile
import zlib
from functools import lru_cache
from pathlib import Path

from mocks.clerk import settings

PACKAGES = {"@clerk/clerk-js": "clerk-clerk-js", "@clerk/ui": "clerk-ui"}
_ARCHIVE = re.compile(r"(clerk-clerk-js|clerk-ui)-(\d+)\.(\d+)\.(\d+)\.tgz")
_LEFT_OUT = ("legacy", "headless", "native", "chrome", ".map", ".d.ts", ".mjs")
Version = tuple[int, int, int]


def find(package: str, asked: str, file: str) -> tuple[bytes, str] | None:
    """Return a script and the exact version it is of; `asked` may be `5`, `5.128.0`, `latest` or a range. None if missing."""
    for version, path in _archives(package):
        if _fits(version, asked):
            content = _scripts(path).get(f"package/dist/{file}")
            if content is not None:
                return content, ".".join(map(str, version))
    return None


def missing(package: str, asked: str) -> str:
    """Return what to do about a script that is not there."""
    folder = settings.scripts_folder()
    wanted = asked if re.fullmatch(r"[\w.^~-]{1,40}", asked) else "latest"
    damaged = [
        path.name for version, path in _archives(package) if _fits(version, asked) and not _scripts(path)
    ]
    return "".join(f"{name} is damaged: remove it.\n" for name in damaged) + (
        f"Greenroom has no {package}@{wanted}: Clerk's scripts are not part of it. Fetch it once, while online:\n\n"
        f'  mkdir -p "{folder}" && npm pack --pack-destination "{folder}" {package}@{wanted}\n\n'
        f"(@clerk/nextjs 6 and earlier need @clerk/clerk-js@5; 7 needs @clerk/clerk-js@6 and @clerk/ui@1. "
        f"{settings.VARIABLE} names another folder.)\n"
    )


def lacking() -> str | None:
    """Say that there is no clerk-js to serve and how it is fetched, None if there is one."""
    if _archives("@clerk/clerk-js"):
        return None
    folder = settings.scripts_folder()
    return (
        f"no @clerk/clerk-js in {folder}: pages with Clerk's components stay empty; fetch it once, while online:"
        f' mkdir -p "{folder}" && npm pack --pack-destination "{folder}" @clerk/clerk-js@5'
    )


def _archives(package: str) -> list[tuple[Version, Path]]:
    """Return the archives of a package, the newest first."""
    found = []
    folder = settings.scripts_folder()
    for path in folder.glob("*.tgz") if folder.is_dir() else ():
        match = _ARCHIVE.fullmatch(path.name)
        if match is not None and match[1] == PACKAGES[package]:
            found.append(((int(match[2]), int(match[3]), int(match[4])), path))
    return sorted(found, reverse=True)


def _fits(version: Version, asked: str) -> bool:
    """Tell whether a version is one that was asked for; what is no number, such as `latest`, any version is."""
    numbers = re.match(r"[\^~]?(\d+)(?:\.(\d+))?(?:\.(\d+))?", asked)
    if numbers is None:
        return True
    wanted = [int(each) for each in numbers.groups() if each is not None]
    if asked.startswith(("^", "~")):
        wanted = wanted[:1] if asked.startswith("^") else wanted[:2]
    return list(version[: len(wanted)]) == wanted


def _scripts(path: Path) -> dict[str, bytes]:
    """Return the scripts of an archive by their names; none of one that is damaged, as a download that broke off is."""
    try:
        return _content(str(path), path.stat().st_mtime_ns)
    except (OSError, EOFError, tarfile.TarError, zlib.error):
        return {}


@lru_cache(maxsize=8)
def _content(path: str, _changed: int) -> dict[str, bytes]:
    """Return the scripts of an archive by their names; those that no browser asks for are left out."""
    found = {}
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            if member.isfile() and "/dist/" in member.name and member.name.endswith(".js"):
                name = member.name.rpartition("/")[2]
                if any(part in name for part in _LEFT_OUT):
                    continue
                file = archive.extractfile(member)
                if file is not None:
                    found[member.name] = file.read()
    return found
