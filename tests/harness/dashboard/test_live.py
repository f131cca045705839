"""What scripts add: pages that follow the world, keys, themes; and that nothing needs them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from harness.application import Application
from harness.dashboard import assets
from harness.runtime import Settings, open_runtime
from tests import needs
from tests.conftest import CHROMIUM
from tests.harness.dashboard.conftest import Used
from tests.harness.sample import build


async def test_the_overview_follows_the_world(board: Page, used: Used) -> None:
    await expect(board.locator("#live")).to_have_text("live")
    picture = board.get_by_role("group", name="Dependency map")
    used.stripe("GET", "/prices")
    await expect(picture).to_contain_text("4 calls to 1 provider")
    await expect(board.get_by_role("link", name="GET /v1/prices")).to_be_visible()
    await expect(board.locator("#chart canvas")).to_have_count(1)
    used.mail(subject="Just now")
    await expect(board.get_by_role("link", name="Just now")).to_be_visible()


async def test_the_list_of_requests_follows_and_can_be_paused(board: Page, used: Used) -> None:
    await board.goto(f"{used.ui}/requests?provider=stripe")
    rows = board.locator("#found tbody tr")
    await expect(board.locator("#live")).to_have_text("live")
    used.stripe("GET", "/prices")
    await expect(rows).to_have_count(4)
    await board.keyboard.press("p")
    await expect(board.locator("#live")).to_have_text("paused")
    used.stripe("GET", "/products")
    await board.keyboard.press("p")
    await expect(rows).to_have_count(5)
    await expect(board.locator("#live")).to_have_text("live")


async def test_the_inbox_follows(board: Page, used: Used) -> None:
    await board.goto(f"{used.ui}/inbox")
    await expect(board.locator("#live")).to_have_text("live")
    used.mail(subject="Fresh")
    await expect(board.get_by_role("link", name="Fresh")).to_be_visible()


async def test_keys_lead_everywhere(board: Page, used: Used) -> None:
    await board.keyboard.press("?")
    await expect(board.get_by_role("dialog", name="Keys")).to_contain_text("Webhooks")
    await board.keyboard.press("Escape")
    await expect(board.get_by_role("dialog", name="Keys")).to_be_hidden()
    await board.keyboard.press("g")
    await board.keyboard.press("r")
    await expect(board.get_by_role("heading", level=1)).to_have_text("Requests")
    await board.keyboard.press("/")
    await expect(board.get_by_label("Search")).to_be_focused()
    await board.keyboard.press("g")
    await expect(board.get_by_label("Search")).to_have_value("g")
    await board.keyboard.press("Escape")
    await expect(board.get_by_label("Search")).not_to_be_focused()
    await board.goto(f"{used.ui}/requests")
    await board.keyboard.press("j")
    await board.keyboard.press("j")
    await board.keyboard.press("k")
    await expect(board.locator("#found tbody tr a").first).to_be_focused()
    await board.keyboard.press("Enter")
    await expect(board.get_by_role("heading", level=1)).to_have_text("POST /emails")


async def test_the_first_stop_of_the_tab_key_skips_to_the_content(board: Page, used: Used) -> None:
    await board.goto(f"{used.ui}/faults")
    await board.keyboard.press("Tab")
    await expect(board.get_by_role("link", name="Skip to the content")).to_be_focused()
    await board.keyboard.press("Enter")
    await expect(board.get_by_role("main")).to_be_focused()


async def test_the_theme_is_chosen_and_kept(board: Page, used: Used) -> None:
    await board.emulate_media(color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await board.evaluate(ground)
    await board.emulate_media(color_scheme="dark")
    dark = await board.evaluate(ground)
    assert light != dark
    await board.get_by_role("button", name="Theme: auto").click()
    await expect(board.get_by_role("button", name="Theme: light")).to_be_visible()
    assert await board.evaluate(ground) == light
    await board.goto(f"{used.ui}/requests")
    assert await board.evaluate(ground) == light
    await board.get_by_role("button", name="Theme: light").click()
    await board.get_by_role("button", name="Theme: dark").click()
    assert await board.evaluate(ground) == dark
    assert await board.evaluate("localStorage.getItem('greenroom.theme')") == "auto"


async def test_a_row_is_opened_by_a_click_anywhere_on_it(board: Page, used: Used) -> None:
    await board.goto(f"{used.ui}/requests")
    await board.locator("#found tbody tr").first.locator("td").last.click()
    await expect(board.get_by_role("heading", level=1)).to_have_text("POST /emails")


@pytest.fixture
async def plain() -> AsyncIterator[Page]:
    """A page of a browser that runs no scripts."""
    executable = needs.chromium()
    needs.require("chromium", available=executable is not None, reason="Chromium is not installed")
    async with async_playwright() as playwright:
        browser: Browser = await playwright.chromium.launch(executable_path=executable, args=CHROMIUM)
        context = await browser.new_context(java_script_enabled=False)
        context.set_default_timeout(30_000)
        yield await context.new_page()
        await browser.close()


async def test_everything_can_be_read_and_done_without_scripts(plain: Page, used: Used) -> None:
    await plain.goto(f"{used.ui}/")
    await plain.get_by_role("link", name="Requests", exact=True).click()
    await plain.get_by_label("Search").fill("ada@shop.test")
    await plain.get_by_role("button", name="Find").click()
    await expect(plain.locator("#found tbody tr")).to_have_count(1)
    await plain.get_by_role("link", name="POST /v1/customers").click()
    await plain.get_by_role("button", name="Replay").click()
    await expect(plain.locator("p.notice")).to_contain_text("was sent again")
    assert len(used.control("GET", "/objects", kind="stripe.customer")["objects"]) == 2
    for hidden in ("Theme", "Keys", "Copy as curl"):
        await expect(plain.get_by_role("button", name=hidden)).to_be_hidden()
    await plain.get_by_text("As curl", exact=True).click()
    await expect(plain.locator("#curl")).to_be_visible()


async def test_pages_work_without_the_libraries_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "VENDORED", ("missing.min.js",))
    monkeypatch.setattr(assets, "addresses", assets.addresses.__wrapped__)
    runtime = open_runtime(Settings(data_dir=tmp_path), {"parcel": build()})
    transport = httpx.ASGITransport(app=Application(runtime))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4400") as client:
        for path in ("", "requests", "scenarios", "contracts", "objects", "time"):
            answer = await client.get(f"/_greenroom/ui/default/{path}")
            assert answer.status_code == 200
            assert "make assets" in answer.text
            assert "htmx.min.js" not in answer.text
    await runtime.close()
