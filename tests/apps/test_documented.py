"""docs/nextjs.md, tried line by line on a clean copy of the application: by its environment, and by `greenroom run`."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import needs
from tests.apps import people, running
from tests.harness.serving import Served, free_base

pytestmark = pytest.mark.timeout(900)

PAGE = needs.ROOT / "docs" / "nextjs.md"
TRIED = (
    'eval "$(greenroom env --format shell)"',
    "export NEXT_PUBLIC_CLERK_PROXY_URL=http://localhost:4403/~default",
    "export NEXT_PUBLIC_CLERK_JS_URL=$NEXT_PUBLIC_CLERK_PROXY_URL/npm/@clerk/clerk-js@5/dist/clerk.browser.js",
    "npm run dev",
    "greenroom run --expose 3000 -- npm run dev",
)
"""The lines that are run here, with the ports of the test's own Greenroom and application in place of the usual ones."""

OTHERWISE = {
    "make install": "how this checkout came to be",
    'export PATH="$PWD/.venv/bin:$PATH"': "`shell`, for the environment that the tests run in",
    "mkdir -p ~/.cache/greenroom/clerk": "`make apps` does it, for a folder of the tests' own",
    "npm pack --pack-destination ~/.cache/greenroom/clerk @clerk/clerk-js@5 @clerk/clerk-js@6 @clerk/ui@1": "the same",
    "greenroom up": "the fixture `stage`, on other ports",
    "export NEXT_PUBLIC_CLERK_PROXY_URL=/__clerk": "test_next.py",
    "export NEXT_PUBLIC_CLERK_JS_URL=http://localhost:3000/__clerk/npm/@clerk/clerk-js@5/dist/clerk.browser.js": "the same",
    "chromium --user-data-dir=/tmp/greenroom-browser --ignore-certificate-errors \\": "the fixture `open_browser`",
    '--host-resolver-rules="MAP *.accounts.dev:443 127.0.0.1:4443, MAP img.clerk.com:443 127.0.0.1:4443" http://localhost:3000': "the same",
}
"""The lines that something else tries, and what."""


def shell_lines() -> list[str]:
    """Return the lines of the page's shell blocks."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [line.strip() for kind, block in blocks if not kind for line in block.splitlines() if line.strip()]


def test_every_line_of_the_page_is_tried() -> None:
    assert set(shell_lines()) == {*TRIED, *OTHERWISE}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A clean copy of the application, which finds its packages where they were installed."""
    reason = running.missing()
    needs.require("apps", available=reason is None, reason=reason or "")
    source = running.FOLDERS[6]
    made = shutil.copytree(
        source, tmp_path / "app", ignore=shutil.ignore_patterns("node_modules", ".next", ".build-lock")
    )
    (made / "node_modules").symlink_to(source / "node_modules")
    return Path(made)


@contextmanager
def shell(folder: Path, lines: tuple[str, ...], stage: Served, port: int) -> Iterator[str]:
    """Run lines in a shell in a folder; yield the application's address once it answers, and end it all."""
    script = "\n".join(lines).replace("4403", str(stage.port + 3)).replace("3000", str(port))
    env = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder.parent),
        "GREENROOM_URL": stage.url,
        "NEXT_TELEMETRY_DISABLED": "1",
        "PORT": str(port),
    }
    with (folder.parent / "output").open("w") as output:
        process = subprocess.Popen(
            ["sh", "-ec", script],
            cwd=folder,
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait(process, port, folder.parent / "output")
            yield f"http://localhost:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, output: Path) -> None:
    """Wait until a page comes, which a development server builds at its first visit."""
    with httpx.Client(trust_env=False, timeout=300) as http:
        for _ in range(1200):
            if process.poll() is not None:
                pytest.fail(f"it ended with {process.returncode}\n{output.read_text()}", pytrace=False)
            try:
                http.get(f"http://localhost:{port}/favicon.ico")
            except httpx.TransportError:
                try:
                    process.wait(0.25)
                except subprocess.TimeoutExpired:
                    continue
            else:
                return
    pytest.fail(f"nothing answered\n{output.read_text()}", pytrace=False)


async def test_the_environment_alone_points_an_application_at_greenroom(
    stage: Served, copy: Path, open_browser: Callable[..., Any]
) -> None:
    page = await open_browser(180)
    with shell(copy, TRIED[:4], stage, free_base()) as url:
        await people.sign_up(page, f"{url}/sign-up", "documented+clerk_test@northwind.test")
        assert (await people.seen(page, url))["userId"].startswith("user_")


async def test_greenroom_run_needs_no_word_in_the_environment(
    stage: Served, copy: Path, open_browser: Callable[..., Any]
) -> None:
    page = await open_browser(180)
    with shell(copy, TRIED[4:], stage, free_base()) as url:
        await people.sign_up(page, f"{url}/sign-up", "run+clerk_test@northwind.test")
        assert (await people.seen(page, url))["userId"].startswith("user_")
        await people.go(page, f"{url}/api/me")
        assert "run+clerk_test@northwind.test" in await page.content()
