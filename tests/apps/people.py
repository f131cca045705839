"""What people do in Clerk's own components, found by what these say to people."""

from __future__ import annotations

from typing import Any

import orjson
from playwright.async_api import Error, Locator, Page, expect

PASSWORD = "correct horse battery"
CODE = "424242"


async def sign_up(page: Page, url: str, email: str) -> None:
    """Sign up at the form that is shown, with a password and the code of test addresses; end at the dashboard."""
    await page.goto(url)
    await page.get_by_label("Email address").fill(email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Continue", exact=True).click()
    await enter_code(page)
    await page.wait_for_url("**/dashboard")


async def enter_code(page: Page) -> None:
    """Type the code, which sends itself with its last digit."""
    field = page.locator("input[autocomplete='one-time-code'], input[name='codeInput-0']").first
    await field.wait_for(state="attached")
    await field.focus()
    await page.keyboard.type(CODE)


async def sign_in(page: Page, url: str, email: str) -> None:
    """Sign in at the form that is shown, with a password; end at the dashboard."""
    await page.goto(url)
    await page.get_by_label("Email address").fill(email)
    await page.get_by_role("button", name="Continue", exact=True).click()
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Continue", exact=True).click()
    await page.wait_for_url("**/dashboard")


async def seen(page: Page, url: str) -> Any:
    """Return what the application's server knows of who visits the dashboard."""
    await page.goto(f"{url}/dashboard")
    await expect(page.locator("#auth")).to_be_visible()
    return orjson.loads(await page.locator("#auth").inner_text())


def switcher(page: Page) -> Locator:
    """Return the organisation switcher, which shows the active organisation."""
    return page.get_by_role("button", name="Open organization switcher")


def choice(page: Page, name: str) -> Locator:
    """Return an entry of the menu that is open: one major makes it an item, the other a button."""
    return page.get_by_role("menuitem", name=name).or_(page.get_by_role("button", name=name)).last


async def create_organization(page: Page, name: str) -> None:
    """Make an organisation by way of the switcher, and skip inviting."""
    await switcher(page).click()
    await choice(page, "Create organization").click()
    dialog = page.get_by_role("dialog").last
    await dialog.get_by_label("Name", exact=False).first.fill(name)
    await dialog.get_by_role("button", name="Create organization").click()
    await dialog.get_by_role("button", name="Skip").click()


async def switch_to(page: Page, name: str) -> None:
    """Make an organisation (or the personal account) the active one."""
    await switcher(page).click()
    await choice(page, name).click()


async def sign_out(page: Page) -> None:
    """Sign out by the user button; a person reloads a page on which it does not come."""
    button = page.get_by_role("button", name="Open user menu")
    try:
        await button.wait_for(timeout=30_000)
    except Error:  # Clerk's loader gives a script that comes late no second chance
        await page.reload()
    await button.click()
    await choice(page, "Sign out").click()
