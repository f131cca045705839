"""Clerk's own scripts out of the archives that `npm pack` leaves: which version, how long it is kept, what is missing."""

import io
import tarfile
from pathlib import Path

import httpx
import pytest

from tests.mocks.clerk.room import Room
from tests.mocks.clerk.tab import anonymous

BUNDLE = "dist/clerk.browser.js"


def pack(folder: Path, version: str, files: dict[str, str]) -> Path:
    """Write an archive as `npm pack @clerk/clerk-js@version` does."""
    path = folder / f"clerk-clerk-js-{version}.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with three versions of clerk-js."""
    made = tmp_path / "scripts"
    made.mkdir()
    monkeypatch.setenv("GREENROOM_CLERK_SCRIPTS", str(made))
    for version in ("5.9.0", "5.128.0", "6.40.0"):
        pack(made, version, {BUNDLE: f"// {version}", "dist/clerk.mjs": "// a module"})
    return made


async def fetched(room: Room, package: str, file: str = "clerk.browser.js", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    path = f"/~{room.world.name}/npm/@clerk/{package}/dist/{file}"
    return await anonymous(room).get(path, headers=named)


@pytest.mark.parametrize(
    ("asked", "version"),
    [
        ("clerk-js@5", "5.128.0"),
        ("clerk-js@^5.9.0", "5.128.0"),
        ("clerk-js@~5.9.0", "5.9.0"),
        ("clerk-js@5.9.0", "5.9.0"),
        ("clerk-js@latest", "6.40.0"),
        ("clerk-js", "6.40.0"),
    ],
)
async def test_any_spelling_of_a_version_finds_the_newest_that_fits(
    room: Room, folder: Path, asked: str, version: str
) -> None:
    answer = await fetched(room, asked)
    assert (answer.status_code, answer.text) == (200, f"// {version}")
    exact = asked.endswith(f"@{version}")
    assert ("immutable" in answer.headers["cache-control"]) is exact


async def test_a_script_that_a_browser_has_is_not_sent_again(room: Room, folder: Path) -> None:
    tag = (await fetched(room, "clerk-js@5")).headers["etag"]
    again = await fetched(room, "clerk-js@5", If_None_Match=tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await fetched(room, "clerk-js@6", If_None_Match=tag)).status_code == 200
    pack(folder, "5.129.0", {BUNDLE: "// newer"})
    assert (await fetched(room, "clerk-js@5", If_None_Match=tag)).text == "// newer"


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08\x00cut off"])
async def test_a_damaged_archive_is_named_and_an_older_one_serves(
    room: Room, folder: Path, content: bytes
) -> None:
    (folder / "clerk-clerk-js-7.0.0.tgz").write_bytes(content)
    answer = await fetched(room, "clerk-js@7")
    assert answer.status_code == 404
    assert "clerk-clerk-js-7.0.0.tgz is damaged" in answer.text
    assert "npm pack" in answer.text
    assert (await fetched(room, "clerk-js@latest")).text == "// 6.40.0"


@pytest.mark.parametrize(
    "file", ["clerk.mjs", "missing.js", "..%2f..%2fetc%2fpasswd", "clerk.browser.js.map"]
)
async def test_what_no_browser_loads_is_not_there(room: Room, folder: Path, file: str) -> None:
    answer = await fetched(room, "clerk-js@5", file)
    assert answer.status_code == 404


async def test_other_packages_are_not_served(room: Room, folder: Path) -> None:
    answer = await fetched(room, "react@19")
    assert (answer.status_code, "no package @clerk/react" in answer.text) == (404, True)
