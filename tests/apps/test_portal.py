"""The account portal, under its own host name: pages that show Clerk's components, for applications that have none of their own."""

import base64
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests import needs
from tests.apps import people, running
from tests.harness.serving import Served, serving

pytestmark = pytest.mark.timeout(600)
ADA = "ada+clerk_test@northwind.test"


@pytest.fixture(scope="module", params=["clerk-js-5", "clerk-js-6"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A Greenroom that has the scripts of one major alone: the portal takes what is there."""
    reason = running.missing_scripts()
    needs.require("apps", available=reason is None, reason=reason or "")
    folder: Path = tmp_path_factory.mktemp("scripts")
    for archive in running.SCRIPTS.glob("*.tgz"):
        if request.param in archive.name or "clerk-ui" in archive.name:
            (folder / archive.name).symlink_to(archive)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "GREENROOM_CLERK_SCRIPTS", str(folder))
        with serving() as served:
            yield served


async def test_people_sign_up_out_and_in_at_the_portal(
    stage: Served, open_browser: Callable[..., Any]
) -> None:
    world = stage.create_world(clock={"mode": "real"})
    key = world["env"]["CLERK_PUBLISHABLE_KEY"].rpartition("_")[2]
    host = base64.b64decode(key + "=" * (-len(key) % 4)).decode().rstrip("$")
    portal = f"https://{host.replace('.clerk.accounts.dev', '.accounts.dev')}"
    page: Page = await open_browser()
    await people.go(page, f"{portal}/user")
    await page.wait_for_url(f"{portal}/sign-in*")
    await people.sign_up(page, f"{portal}/sign-up", ADA, "**/default-redirect*")
    async with page.expect_navigation():
        await people.create_organization(page, "Northwind Coffee")
    await expect(people.switcher(page)).to_contain_text("Northwind Coffee")
    await people.visit(page, f"{portal}/organization")
    await expect(page.get_by_text("Northwind Coffee").first).to_be_visible()
    await people.visit(page, f"{portal}/user")
    await expect(page.get_by_text(ADA).first).to_be_visible()
    await people.visit(page, f"{portal}/default-redirect")
    await people.sign_out(page)
    await page.wait_for_url(f"{portal}/sign-in*")
    await people.sign_in(page, f"{portal}/sign-in", ADA, "**/default-redirect*")
    await expect(people.switcher(page)).to_be_visible()
