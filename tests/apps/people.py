"""What people do in Clerk's own components, found by what these say to people."""

from __future__ import annotations

from typing import Any

import orjson
from playwright.async_api import Error, Locator, Page, expect

PASSWORD = "correct horse battery"
CODE = "424242"
DASHBOARD = "**/dashboard"
OVERTAKEN = ("interrupted by another navigation", "net::ERR_ABORTED")
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
    await go(page, url)
    found = await page.wait_for_function(STANDING, arg=MISSED_SECONDS)
    if await found.json_value() == "missed":
        await page.reload()
        await page.wait_for_selector(".cl-rootBox", state="attached")


async def go(page: Page, url: str) -> None:
    """Go to a page, from one too that is on its way elsewhere by itself, as pages are after a change of session."""
    try:
        await page.goto(url)
    except Error as error:
        if not any(told in error.message for told in OVERTAKEN):
            raise
        await page.wait_for_load_state()
        await page.goto(url)


async def press(place: Locator) -> None:
    """Press a button wherever it is by then: lists and notices come in above it, and move it away under a click."""
    await expect(place).to_be_visible()
    await expect(place).to_be_enabled()
    await place.dispatch_event("click")


async def fill(field: Locator, value: str) -> None:
    """Fill a field, and see that it keeps what it was given: a form that is drawn anew forgets it."""
    await field.fill(value)
    await expect(field).to_have_value(value)


async def sign_up(page: Page, url: str, email: str, end: str = DASHBOARD) -> None:
    """Sign up at the form that is shown, with a password and the code of test addresses; end where `end` fits."""
    await visit(page, url)
    password = page.get_by_label("Password", exact=True)
    await fill(page.get_by_label("Email address"), email)
    await fill(password, PASSWORD)
    await expect(page.get_by_label("Email address")).to_have_value(email)
    # By the key: what the form says of the password comes a moment later and moves the button, under a click as well.
    async with page.expect_response(lambda answer: "/prepare_verification" in answer.url):
        await password.press("Enter")
    await enter_code(page)
    await page.wait_for_url(end)


async def enter_code(page: Page) -> None:
    """Type the code, which sends itself with its last digit."""
    field = page.locator("input[autocomplete='one-time-code'], input[name='codeInput-0']").first
    await field.wait_for(state="attached")
    await field.focus()
    await page.keyboard.type(CODE)


async def sign_in(page: Page, url: str, email: str, end: str = DASHBOARD) -> None:
    """Sign in at the form that is shown, with a password; end where `end` fits."""
    await visit(page, url)
    address, password = page.get_by_label("Email address"), page.get_by_label("Password", exact=True)
    await fill(address, email)
    await address.press("Enter")
    await expect(address).to_be_hidden()
    await fill(password, PASSWORD)
    await password.press("Enter")
    await page.wait_for_url(end)


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
    await press(switcher(page))
    await press(choice(page, "Create organization"))
    dialog = page.get_by_role("dialog").last
    await fill(dialog.get_by_label("Name", exact=False).first, name)
    await press(dialog.get_by_role("button", name="Create organization"))
    await press(dialog.get_by_role("button", name="Skip"))


async def switch_to(page: Page, name: str) -> None:
    """Make an organisation (or the personal account) the active one."""
    await press(switcher(page))
    await press(choice(page, name))


async def sign_out(page: Page) -> None:
    """Sign out by the user button."""
    await press(page.get_by_role("button", name="Open user menu"))
    await press(choice(page, "Sign out"))
