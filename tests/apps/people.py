"""What people do in Clerk's own components, found by what these say to people."""

from __future__ import annotations

from typing import Any

import orjson
from playwright.async_api import Locator, Page, expect

PASSWORD = "correct horse battery"
CODE = "424242"
MISSED_SECONDS = 10
STANDING = """seconds => {
  if (document.querySelector(".cl-rootBox")) return "shown";
  if (!window.Clerk?.loaded || Clerk.status !== "ready") return false;
  window.readySince ??= performance.now();
  return performance.now() - window.readySince > seconds * 1000 && "missed";
}"""
"""Tells that a component of Clerk's is there, or that Clerk has long been ready, by its own word, and none is."""


async def visit(page: Page, url: str) -> None:
    """Go to a page that has some component of Clerk's, and see that it is there.

    @clerk/clerk-react, which @clerk/nextjs 6 has, starts Clerk in its first rendering and listens for its readiness in an
    effect that comes later. What becomes ready in between it never hears of (`clerkStatus` of its provider stays
    `loading`), and then it shows nothing, whatever Clerk answers. A person reloads such a page, and so is it done here: once,
    and for nothing else.
    """
    await page.goto(url)
    if await _standing(page) == "missed":
        await page.reload()
        assert await _standing(page) == "shown", "Clerk is ready, and shows nothing"


async def _standing(page: Page) -> Any:
    found = await page.wait_for_function(STANDING, arg=MISSED_SECONDS)
    return await found.json_value()


async def sign_up(page: Page, url: str, email: str) -> None:
    """Sign up at the form that is shown, with a password and the code of test addresses; end at the dashboard."""
    await visit(page, url)
    address, password = page.get_by_label("Email address"), page.get_by_label("Password", exact=True)
    await address.fill(email)
    await password.fill(PASSWORD)
    await expect(address).to_have_value(email)
    # By the key: what the form says of the password comes a moment later and moves the button, under a click as well.
    await password.press("Enter")
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
    await visit(page, url)
    await page.get_by_label("Email address").fill(email)
    await page.get_by_role("button", name="Continue", exact=True).click()
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Continue", exact=True).click()
    await page.wait_for_url("**/dashboard")


async def seen(page: Page, url: str) -> Any:
    """Return what the application's server knows of who visits the dashboard."""
    await visit(page, f"{url}/dashboard")
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
    """Sign out by the user button."""
    await page.get_by_role("button", name="Open user menu").click()
    await choice(page, "Sign out").click()
