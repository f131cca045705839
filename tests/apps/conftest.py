import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests import needs
from tests.apps import running
from tests.conftest import CHROMIUM
from tests.harness.serving import Served, serving

World = dict[str, Any]
Opener = Callable[..., Any]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Play a journey in Clerk's own scripts once more before it counts as failed.

    They lose races of their own on about one page in a hundred of a busy machine (`people.visit` tells of one). What
    fails twice is ours; a journey that needed its second chance is counted as `rerun` in pytest's last line.
    """
    for item in items:
        if item.path.parent == running.HERE:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def stage() -> Iterator[Served]:
    """A Greenroom that serves Clerk's own scripts."""
    reason = running.missing_scripts()
    needs.require("apps", available=reason is None, reason=reason or "")
    os.environ["GREENROOM_CLERK_SCRIPTS"] = str(running.SCRIPTS)
    with serving() as served:
        yield served
    os.environ.pop("GREENROOM_CLERK_SCRIPTS", None)


@pytest.fixture
def world(stage: Served) -> World:
    """A world of the test's own, whose clock is that of this machine."""
    return stage.create_world(clock={"mode": "real"})


@pytest.fixture(scope="session")
def built() -> Callable[[int], None]:
    """Build the application for a major of @clerk/nextjs, once."""
    reason = running.missing()
    needs.require("apps", available=reason is None, reason=reason or "")
    return running.build


def tell(page: Page) -> None:
    """Print what a page complains of and asks for: pytest shows it when the test fails."""
    began = time.monotonic()

    def told(what: str) -> None:
        print(f"{time.monotonic() - began:7.2f} {what}"[:300])

    page.on("console", lambda message: told(f"console {message.type}: {message.text}"))
    page.on("pageerror", lambda error: told(f"error {error}"))
    page.on("requestfailed", lambda request: told(f"failed {request.url} {request.failure}"))
    page.on("response", lambda answer: told(f"{answer.status} {answer.request.method} {answer.url}"))
    page.on("framenavigated", lambda frame: told(f"at {frame.url}"))


@pytest.fixture
async def open_browser(stage: Served) -> AsyncIterator[Opener]:
    """Open pages, each in a browser of its own: `await open_browser(host)` reaches the TLS front by that host name."""
    executable = needs.chromium()
    reason = "Chromium is not installed (on Debian: apt-get install chromium)"
    needs.require("chromium", available=executable is not None, reason=reason)
    rules = [
        f"MAP *.accounts.dev:443 127.0.0.1:{stage.port + 43}",
        f"MAP img.clerk.com:443 127.0.0.1:{stage.port + 43}",
        "MAP * ~NOTFOUND",
        "EXCLUDE localhost",
    ]
    flags = [each for each in CHROMIUM if not each.startswith("--host-resolver-rules")]
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        browser: Browser = await playwright.chromium.launch(
            executable_path=executable,
            args=[*flags, f"--host-resolver-rules={', '.join(rules)}", "--ignore-certificate-errors"],
        )
        stack.push_async_callback(browser.close)

        async def opened(seconds: int = 60) -> Page:
            context = await browser.new_context()
            context.set_default_timeout(seconds * 1000)
            page = await context.new_page()
            tell(page)
            return page

        yield opened
