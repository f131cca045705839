"""Writing a new provider's room: a small one that runs and passes its tests, to be changed into the real thing."""

from __future__ import annotations

import builtins
import keyword
import re
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from harness.errors import ConfigurationError, Conflict, InvalidInput
from harness.provider import Provider

NAME = re.compile(r"[a-z][a-z0-9]{1,19}")
RESERVED = frozenset(
    {"default", "docs", "greenroom", "harness", "localhost", "mocks", "operations", "tests", "test"}
    | {"account", "dataclass", "hmac", "httpx", "listed", "pytest", "receiver", "sign", "stamped", "things"}
    | set(dir(builtins))
    | set(keyword.kwlist)
)
"""What Python and Greenroom have already, and the names that the templates use beside the provider's."""
TITLE = re.compile(r"[^\W_][^\"\\\x00-\x1f]{0,59}")
PORT = re.compile(r"^    port=(\d+),$", re.MULTILINE)
FIRST_PORT = 9
"""Those below it belong to the providers that Greenroom has."""
TLS_PORT = 43
SECTION = '[project.entry-points."greenroom.providers"]'


@dataclass(frozen=True, slots=True)
class Room:
    """What was written: the files, and the line that makes the harness find the room."""

    files: list[Path]
    port: int
    line: str
    registered: bool


def write(root: Path, name: str, title: str | None, installed: dict[str, Provider]) -> Room:
    """Write `mocks/<name>/` and its tests below `root`, a checkout of Greenroom, and register it in pyproject.toml.

    Raises InvalidInput for a name that cannot be used, Conflict where the room exists, ConfigurationError where
    `root` is no checkout. Nothing is written then.
    """
    title = title or name.capitalize()
    _check(root, name, title, installed)
    port = _free_port(root, installed)
    words = {
        "name": name,
        "title": title,
        "class_name": name.capitalize(),
        "upper": name.upper(),
        "port": port,
    }
    environment = Environment(
        loader=PackageLoader("harness.scaffold", "templates"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Python and Markdown, no HTML
    )
    files = []
    for template in sorted(environment.list_templates(extensions=["j2"])):
        part, _, rest = template.removesuffix(".j2").partition("/")
        target = root / ("mocks" if part == "room" else "tests/mocks") / name / rest
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(environment.get_template(template).render(words), "utf-8")
        files.append(target)
    line = f'{name} = "mocks.{name}.provider:{name}"'
    return Room(files, port, line, _register(root / "pyproject.toml", line))


def _check(root: Path, name: str, title: str, installed: dict[str, Provider]) -> None:
    if not NAME.fullmatch(name) or name in RESERVED:
        raise InvalidInput(
            f"{name!r} cannot be a provider's name: use a-z and 0-9, 2 to 20 characters, a letter first, and no word"
            " that Python or Greenroom uses"
        )
    if not TITLE.fullmatch(title):
        raise InvalidInput(
            f"{title!r} cannot be a provider's title: use 1 to 60 characters, a letter or digit first, and neither double"
            " quotes nor backslashes"
        )
    if not (root / "mocks" / "__init__.py").is_file():
        raise ConfigurationError(
            f"{root.resolve()} is no checkout of Greenroom: there is no folder mocks/ in it"
        )
    if name in installed or (root / "mocks" / name).exists() or (root / "tests" / "mocks" / name).exists():
        raise Conflict(f"there is a provider {name!r} already: nothing was written")


def _free_port(root: Path, installed: dict[str, Provider]) -> int:
    """Return the next offset from the base port that no provider has, a room that is not installed yet included."""
    taken = {provider.port for provider in installed.values()} | {TLS_PORT}
    for file in root.glob("mocks/*/provider.py"):
        taken |= {int(port) for port in PORT.findall(file.read_text("utf-8"))}
    return next(offset for offset in range(FIRST_PORT, 1000) if offset not in taken)


def _register(project: Path, line: str) -> bool:
    """Add the entry point in alphabetical order; False where the file has no such section."""
    lines = project.read_text("utf-8").splitlines() if project.is_file() else []
    if SECTION not in lines:
        return False
    start = end = lines.index(SECTION) + 1
    while end < len(lines) and lines[end].strip() and not lines[end].startswith("["):
        end += 1
    lines[start:end] = sorted([*lines[start:end], line])
    project.write_text("\n".join(lines) + "\n", "utf-8")
    return True
