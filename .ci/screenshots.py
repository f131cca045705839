"""Takes the pictures in docs/ anew (`make screenshots`): the dashboard after the demo's journey, a page of each section.

Needs Chromium, and what `make assets` fetches. Look at them before they are committed.
"""

from __future__ import annotations

import asyncio
import io
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import stripe
from PIL import Image
from playwright.async_api import Page, async_playwright

from demo.__main__ import play
from demo.stage import Stage
from greenroom import World
from harness.dashboard import assets
from harness.dashboard.showing import SECTIONS
from tests import needs
from tests.conftest import CHROMIUM

DOCS = Path(__file__).resolve().parent.parent / "docs"
LARGEST = 150_000
"""Bytes of a picture at most."""
DESK, PHONE = (1280, 800), (390, 844)
PATIENCE_MILLISECONDS = 120_000


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: its name after `dashboard-`, and the page below the world's that it is of."""

    name: str
    path: str
    size: tuple[int, int] = DESK
    scheme: str = "light"


def main() -> None:
    """Play the journey, make the world fuller, and take all pictures."""
    if not assets.complete() or needs.chromium() is None:
        sys.exit("this takes Chromium, and the pages' libraries: run `make assets`")
    stage = Stage()
    try:
        if not play(stage):
            sys.exit("the journey failed: no pictures were taken")
        fill(stage)
        asyncio.run(take(f"{stage.server.url}/_greenroom/ui/{stage.world.name}", shots(stage.world)))
    finally:
        stage.close()


def fill(stage: Stage) -> None:
    """Let happen what the journey does without: a broken rule, a failed delivery, faults, scenarios, a snapshot."""
    world = stage.world
    world.snapshots.save("after-the-journey")
    world.scenario("creator-crisis")
    client = world.client("stripe")
    with suppress(stripe.InvalidRequestError):
        client.raw_request("post", "/v1/customers", email="ada@northlight.test", nickname="Ada")
    world.faults.add(kind="delivery", provider="stripe", mode="fail", times=1)
    client.v1.customers.create({"email": "grace@northlight.test", "name": "Grace Quill"})
    world.webhooks.settle()
    world.faults.add(kind="rate_limit", provider="algolia", per_second=5)
    world.faults.add(kind="latency", provider="mux", milliseconds=800, probability=0.25)


def shots(world: World) -> list[Shot]:
    """Return what is to be seen."""
    broken = next(each.id for each in world.requests("stripe") if each.status == 400)
    delivery = next(each.id for each in world.webhooks.deliveries() if each.provider == "stripe")
    subscription = world.objects(provider="stripe", kind="subscription")[-1]["id"]
    mail = next(each.id for each in world.emails() if "payment" in each.subject)
    # What is chosen on a page that is for choosing.
    chosen = {"/inbox": f"?mail={mail}", "/objects": "/stripe.invoice", "/scenarios": "?check=1"}
    pages = [Shot(title.lower(), f"{path or '/'}{chosen.get(path, '')}") for path, title, _ in SECTIONS]
    pages.append(Shot("request", f"/requests/{broken}"))
    pages.append(Shot("object", f"/objects/stripe.subscription/{subscription}"))
    pages.append(Shot("delivery", f"/webhooks/deliveries/{delivery}"))
    pages += [Shot("overview-dark", "/", scheme="dark"), Shot("overview-phone", "/", PHONE)]
    return [*pages, Shot("scenarios-phone", "/scenarios", PHONE, "dark")]


async def take(address: str, pictures: list[Shot]) -> None:
    """Open each page and keep a picture of what is seen of it without scrolling."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=needs.chromium(), args=CHROMIUM)
        page = await browser.new_page(reduced_motion="reduce")
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        for each in pictures:
            await picture(page, address, each)
        await browser.close()


async def picture(page: Page, address: str, shot: Shot) -> None:
    """Take one picture; end the program when it is too large for a repository."""
    width, height = shot.size
    await page.set_viewport_size({"width": width, "height": height})
    await page.emulate_media(color_scheme="dark" if shot.scheme == "dark" else "light")
    await page.goto(f"{address}{shot.path}")
    await page.locator("main h1").wait_for()
    if "mail=" in shot.path:
        await page.frame_locator("iframe").locator("body *").first.wait_for()
    content = small(await page.screenshot(animations="disabled"))
    if len(content) > LARGEST:
        sys.exit(f"the picture {shot.name} has {len(content):,} bytes, more than {LARGEST:,}")
    file = DOCS / f"dashboard-{shot.name}.png"
    file.write_bytes(content)
    print(f"{file.relative_to(DOCS.parent)}  {len(content):,} bytes")


def small(content: bytes) -> bytes:
    """Return a PNG with a palette, which is enough for flat colours and a third of the size."""
    kept = io.BytesIO()
    Image.open(io.BytesIO(content)).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
        kept, "PNG", optimize=True
    )
    return kept.getvalue()


if __name__ == "__main__":
    main()
