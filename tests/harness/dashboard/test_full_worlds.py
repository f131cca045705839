"""Every page of worlds that scenarios have filled, in both schemes, on a desk and on a phone: nothing is cut, nothing fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import ConsoleMessage, Page, ViewportSize, expect

from harness.dashboard import assets
from harness.dashboard.showing import SECTIONS
from tests import needs
from tests.harness.dashboard.conftest import Used
from tests.harness.dashboard.test_pages import detail_pages
from tests.harness.serving import START, Served

FILLED: dict[str, dict[str, Any]] = {
    "creator-crisis": {},
    "webhook-storm": {"size": 10},
    "gdpr-erasure": {},
    "provider-outage": {},
    "agency-at-scale": {"people": 5, "campaigns": 20, "completes": 10, "creators": 1000},
}
"""What is played in a world of its own, with parameters."""
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=800)
LONG = "Ada-With-A-Very-Long-Name-That-Does-Not-Break" * 4


@pytest.fixture(scope="module", params=FILLED)
def filled(request: pytest.FixtureRequest, server: Served) -> Iterator[Used]:
    """A world in which a scenario was played, and that was used a little."""
    used = Used(server, server.create_world(seed=7, clock={"mode": "frozen", "now": START}))
    name = request.param
    used.control("POST", "/endpoints", {"provider": "stripe", "url": "http://sink.greenroom.localhost/in"})
    played = used.control("POST", "/scenario/play", {"name": name, "parameters": FILLED[name]})
    assert played["passed"], [each for each in played["expectations"] if not each["passed"]]
    used.customer(email="long@shop.test", name=LONG)
    used.stripe("POST", "/customers", nonsense=LONG)
    used.mail(subject=LONG)
    used.control("POST", "/webhooks/settle")
    used.control("POST", "/faults", {"kind": "latency", "provider": "mux", "milliseconds": 1})
    yield used
    server.control("DELETE", f"/worlds/{used.world['id']}")


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_is_cut_or_fails(page: Page, filled: Used, scheme: Any) -> None:
    reason = "the dashboard's libraries are missing: run `make assets`"
    needs.require("node", available=assets.complete(), reason=reason)
    wrong: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            wrong.append(f"{page.url}: {message.text}")

    page.on("console", heard)
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    more = ["/scenarios?check=1", "/scenarios?coherence=1"]
    details = [each for each in await detail_pages(page, filled) if each != "/nothing"]
    for path in [*(path or "/" for path, _, _ in SECTIONS), *details, *more]:
        await page.set_viewport_size(DESK)
        await page.goto(f"{filled.ui}{path}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        for size in (DESK, PHONE):
            await page.set_viewport_size(size)
            if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong.append(f"{path} scrolls sideways at {size['width']} px")
    assert not wrong, "\n".join(wrong)


async def test_a_phone_has_the_map_by_provider(page: Page, filled: Used) -> None:
    await page.set_viewport_size(PHONE)
    await page.goto(f"{filled.ui}/")
    stops = page.get_by_role("list", name="Dependencies by provider")
    await expect(stops).to_contain_text("Stripe PythonBindings 16.1.0")
    await expect(stops).to_contain_text("sink.greenroom.localhost")
    await expect(page.get_by_role("group", name="Dependency map")).to_be_hidden()
    await page.set_viewport_size(DESK)
    await expect(page.get_by_role("group", name="Dependency map")).to_be_visible()
    await expect(stops).to_be_hidden()
