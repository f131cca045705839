"""Fixtures shared by all tests: what the machine may or may not have (Node, provider specs, PostgreSQL)."""

import itertools
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Error, Page, async_playwright, expect

from tests import needs
from tests.harness.serving import fresh_world, receiver, server

__all__ = ["fresh_world", "receiver", "server"]

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
BROWSER_MILLISECONDS = 60_000
"""How long a page may take for anything: machines that test much at once are slow, and Playwright's five seconds short."""

expect.set_options(timeout=BROWSER_MILLISECONDS)
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def node() -> Callable[..., object]:
    """`needs.run_node`, where Node and the SDKs of tests/node are installed."""
    reason = needs.missing_node()
    needs.require("node", available=reason is None, reason=reason or "")
    return needs.run_node


@pytest.fixture(scope="session")
def specs() -> Path:
    """The folder with the providers' own OpenAPI documents."""
    reason = needs.missing_specs()
    needs.require("specs", available=reason is None, reason=reason or "")
    return needs.spec_folder()


@pytest.fixture(scope="session")
def postgres() -> Iterator[needs.PostgresServer]:
    """A PostgreSQL server that lives as long as the test session."""
    programs = needs.postgres_programs()
    reason = "PostgreSQL's server programs are not installed (on Debian: apt-get install postgresql)"
    needs.require("postgres", available=programs is not None, reason=reason)
    assert programs is not None
    server = needs.PostgresServer.start(programs)
    yield server
    server.stop()


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A page of a headless Chromium of the test's own, which finds nobody but this machine.

    A script error on the page fails the test.
    """
    executable = needs.chromium()
    reason = "Chromium is not installed (on Debian: apt-get install chromium)"
    needs.require("chromium", available=executable is not None, reason=reason)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=CHROMIUM)
        context = await browser.new_context()
        context.set_default_timeout(BROWSER_MILLISECONDS)
        opened = await context.new_page()
        errors: list[Error] = []
        opened.on("pageerror", lambda error: errors.append(error))  # noqa: PLW0108 - Playwright marks functions
        yield opened
        await browser.close()
    assert not errors, f"the page's scripts failed: {errors}"


@pytest.fixture
def postgres_url(postgres: needs.PostgresServer) -> str:
    """The URL of an empty PostgreSQL database of this test's own."""
    return postgres.create_database(f"test_{os.getpid()}_{next(_numbers)}")
