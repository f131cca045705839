"""React InstantSearch in a real browser: search box, facet values, disjunctive counts, pages and highlighting."""

from __future__ import annotations

import re
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from aiohttp import web
from algoliasearch.search.client import SearchClientSync
from playwright.async_api import Page, expect

from tests import needs
from tests.mocks.algolia.sdk import World, config

Json = Any
PATIENCE = 30_000
"""Milliseconds."""
PLATFORMS = ("INSTAGRAM", "TIKTOK", "YOUTUBE")
DOCUMENT = '<!doctype html><meta charset="utf-8"><title>Campaigns</title><main></main><script type="module" src="/app.js"></script>'


@pytest.fixture(scope="session")
def script(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page's script with all that it imports."""
    reason = needs.missing_node()
    needs.require("node", available=reason is None, reason=reason or "")
    made = tmp_path_factory.mktemp("instantsearch") / "app.js"
    command = [
        str(needs.NODE_FOLDER / "node_modules/.bin/esbuild"),
        str(Path(__file__).with_name("instantsearch.mjs")),
        *("--bundle", "--format=esm", "--log-level=error", f"--outfile={made}"),
        '--define:process.env.NODE_ENV="production"',
    ]
    environment = {"PATH": "/usr/bin:/bin", "NODE_PATH": str(needs.NODE_FOLDER / "node_modules")}
    subprocess.run(command, check=True, env=environment)
    return made.read_text("utf-8")


@pytest.fixture
async def site(script: str) -> AsyncIterator[str]:
    """The address of a site with the page; Greenroom is another origin to it."""

    async def document(_: web.Request) -> web.Response:
        return web.Response(text=DOCUMENT, content_type="text/html")

    async def code(_: web.Request) -> web.Response:
        return web.Response(text=script, content_type="text/javascript")

    application = web.Application()
    application.router.add_get("/", document)
    application.router.add_get("/app.js", code)
    runner = web.AppRunner(application)
    await runner.setup()
    listening = web.TCPSite(runner, "127.0.0.1", 0)
    await listening.start()
    assert runner.addresses
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def campaign(number: int) -> Json:
    return {
        "objectID": str(number),
        "campaignName": f"{'Summer glow' if number % 2 else 'Winter care'} {number}",
        "platform": PLATFORMS[number % 3],
        "status": "ACTIVE" if number < 6 else "DRAFT",
        "orgId": f"org_{number % 2}",
    }


@pytest.fixture
def address(fresh_world: World, site: str) -> str:
    """The page's address for a world with 24 campaigns."""
    client = SearchClientSync.create_with_config(config(fresh_world))
    settings = {
        "searchableAttributes": ["campaignName"],
        "attributesForFaceting": ["platform", "searchable(status)", "filterOnly(orgId)"],
    }
    client.set_settings("campaigns", settings)
    client.save_objects("campaigns", [campaign(number) for number in range(24)])
    client.close()
    env = fresh_world["env"]
    port = urlsplit(env["GREENROOM_ALGOLIA_URL"]).port
    given = {"app": env["ALGOLIA_APP_ID"], "key": env["ALGOLIA_SEARCH_API_KEY"], "port": port}
    return f"{site}/?{urlencode(given)}"


async def values(page: Page, facet: str) -> dict[str, str]:
    """Return the values that a list of facet values shows, with their counts."""
    items = page.locator(f"#{facet} .ais-RefinementList-item")
    names = await items.locator(".ais-RefinementList-labelText").all_inner_texts()
    counts = await items.locator(".ais-RefinementList-count").all_inner_texts()
    return dict(zip(names, counts, strict=True))


async def found(page: Page, number: int) -> None:
    """Wait until the page says how many hits there are."""
    await expect(page.locator(".ais-Stats")).to_have_text(re.compile(f"^{number} results"), timeout=PATIENCE)


async def test_a_visitor_searches_refines_and_turns_pages(page: Page, address: str) -> None:
    await page.goto(address)
    hits = page.locator("article")
    await found(page, 24)
    await expect(hits).to_have_count(5, timeout=PATIENCE)
    assert await values(page, "platform") == dict.fromkeys(PLATFORMS, "8")
    assert await values(page, "status") == {"DRAFT": "18", "ACTIVE": "6"}

    # As it is typed, with a typo, and marked.
    await page.get_by_placeholder("Search campaigns").press_sequentially("sumer gl")
    await found(page, 12)
    await expect(hits.first.locator("mark")).to_have_text(["Summer", "gl"], timeout=PATIENCE)
    assert await values(page, "platform") == dict.fromkeys(PLATFORMS, "4")

    # Values of one facet that are alternatives: each keeps the count it would have.
    await page.locator("#platform label", has_text="TIKTOK").click()
    await found(page, 4)
    assert await values(page, "platform") == dict.fromkeys(PLATFORMS, "4")
    await page.locator("#platform label", has_text="YOUTUBE").click()
    await found(page, 8)
    assert {each.split()[-1] for each in await hits.all_inner_texts()} <= {"TIKTOK", "YOUTUBE"}
    await page.locator("#status label", has_text="ACTIVE").click()
    await found(page, 2)
    assert await values(page, "platform") == dict.fromkeys(PLATFORMS, "1")

    # Everything again, page by page.
    await page.get_by_role("button", name="Clear refinements").click()
    await found(page, 12)
    first = await hits.first.get_attribute("data-id")
    await page.locator(".ais-Pagination-item--page a", has_text="3").click()
    await expect(hits).to_have_count(2, timeout=PATIENCE)
    assert await hits.first.get_attribute("data-id") != first


async def test_values_of_a_facet_are_searched(page: Page, address: str) -> None:
    await page.goto(address)
    await page.locator("#status input[type=search]").press_sequentially("act")
    await expect(page.locator("#status .ais-RefinementList-item")).to_have_count(1, timeout=PATIENCE)
    await expect(page.locator("#status mark")).to_have_text("ACT")


async def test_a_visitor_of_one_organisation_sees_its_campaigns_alone(page: Page, address: str) -> None:
    await page.goto(f"{address}&{urlencode({'filters': 'orgId:org_1'})}")
    await found(page, 12)


async def test_a_visitor_is_told_how_many_of_the_hits_are_relevant(
    page: Page, address: str, fresh_world: World
) -> None:
    client = SearchClientSync.create_with_config(config(fresh_world))
    client.set_settings("campaigns", {"replicas": ["virtual(by_id)"]})
    client.set_settings("by_id", {"customRanking": ["desc(objectID)"]})
    client.close()
    await page.goto(f"{address}&index=by_id")
    await page.get_by_placeholder("Search campaigns").press_sequentially("glow 1")
    told = re.compile("^1 relevant result sorted out of 6 ")
    await expect(page.locator(".ais-Stats")).to_have_text(told, timeout=PATIENCE)
    await expect(page.locator("article")).to_have_count(1, timeout=PATIENCE)
