"""A merchant of the tests: a small shop whose pages (tests/mocks/stripe/shop) load Stripe.js by the official loaders."""

from __future__ import annotations

import json
import subprocess
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import stripe
from aiohttp import web
from playwright.async_api import Browser, Error, FrameLocator, Page, async_playwright, expect

from tests import needs
from tests.conftest import CHROMIUM

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.harness.serving import Served

Json = Any
SHOP = Path(__file__).with_name("shop")
PAGES = ("billing", "card", "embedded", "payment", "react")

POLICY = (
    "default-src 'self'; script-src 'self' https://js.stripe.com; frame-src https://js.stripe.com"
    " https://checkout.stripe.com; connect-src 'self' https://api.stripe.com https://js.stripe.com"
    " https://checkout.stripe.com; style-src 'self'; form-action 'self'"
)
"""What a careful merchant allows, as Stripe's documentation asks for it: nothing of it names a mock."""

LOADERS = {"newest": "@stripe/stripe-js", "platform": "stripe-js-platform"}


def bundle(folder: Path) -> None:
    """Write the scripts of all pages into `folder`/newest and `folder`/platform, by the version of the loader."""
    for name, package in LOADERS.items():
        command = [
            str(needs.NODE_FOLDER / "node_modules/.bin/esbuild"),
            *(str(SHOP / f"{page}.mjs") for page in PAGES),
            *("--bundle", "--format=esm", "--log-level=error", f"--outdir={folder / name}"),
            '--define:process.env.NODE_ENV="production"',
            f"--alias:@stripe/stripe-js/pure={needs.NODE_FOLDER}/node_modules/{package}/pure",
        ]
        environment = {"PATH": "/usr/bin:/bin", "NODE_PATH": str(needs.NODE_FOLDER / "node_modules")}
        subprocess.run(command, check=True, env=environment)


@dataclass
class Merchant:
    """A shop: its server's Stripe client, its address, and the page that its customer looks at."""

    client: stripe.StripeClient
    env: dict[str, str]
    page: Page
    url: str = ""

    @property
    def publishable(self) -> str:
        """The key that the shop's pages know."""
        return self.env["STRIPE_PUBLISHABLE_KEY"]

    def intent(self, **more: Any) -> Any:
        """Make a payment intent."""
        return self.client.v1.payment_intents.create({"amount": 1999, "currency": "usd", **more})

    def session(self) -> Any:
        """Open a Checkout Session for a subscription."""
        price = self.env["NEXT_PUBLIC_PRICE_ESSENTIAL_MONTHLY"]
        return self.client.v1.checkout.sessions.create(
            {
                "mode": "subscription",
                "line_items": [{"price": price, "quantity": 1}],
                "success_url": f"{self.url}/thanks?session={{CHECKOUT_SESSION_ID}}",
                "cancel_url": f"{self.url}/basket",
            }
        )

    async def visit(self, name: str, *, loader: str = "newest", **query: str) -> None:
        """Let the customer open a page of the shop."""
        asked = {"loader": loader, "pk": self.publishable, **query}
        await self.page.goto(f"{self.url}/shop/{name}?{urlencode(asked)}")

    async def result(self) -> Json:
        """Wait for what the page shows of a call's result, and return it."""
        await expect(self.page.get_by_test_id("result")).not_to_be_empty()
        return json.loads(await self.page.get_by_test_id("result").inner_text())

    async def press(self, button: str) -> Json:
        """Press a button of the shop and return what came of it."""
        await self.page.evaluate("document.querySelector('#result').textContent = ''")
        await self.page.get_by_role("button", name=button, exact=True).click()
        return await self.result()

    async def pay_by(self, number: str, element: str = "card") -> None:
        """Type a card into a card or payment element."""
        names = ("cardnumber", "exp-date") if element == "card" else ("number", "expiry")
        frame = self.frame()
        await frame.locator(f"[name={names[0]}]").press_sequentially(number)
        await frame.locator(f"[name={names[1]}]").press_sequentially("1234")
        await frame.locator("[name=cvc]").fill("123")
        await frame.locator("[name=postal]" if element == "card" else "[name=postalCode]").fill("94107")

    def frame(self) -> FrameLocator:
        """The first frame of Stripe's, found as everybody finds it."""
        return self.page.frame_locator("iframe[name^=__privateStripeFrame]").first

    def challenge(self) -> FrameLocator:
        """The bank's page over the shop's."""
        return self.page.frame_locator("iframe[title='3D Secure authentication']")

    async def show(self, request: web.Request) -> web.Response:
        """Answer with one of the shop's pages."""
        name, loader = request.match_info["name"], request.query["loader"]
        script = f'<script type="module" src="/scripts/{loader}/{name}.js"></script></body>'
        text = (SHOP / "index.html").read_text("utf-8").replace("</body>", script)
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    async def make_intent(self, request: web.Request) -> web.Response:
        """Make the intent for an amount, at the page's wish."""
        intent = self.intent(amount=int(await request.text()))
        return web.json_response({"clientSecret": intent.client_secret})

    async def make_session(self, request: web.Request) -> web.Response:
        """Open a Checkout Session at the page's wish."""
        return web.json_response({"sessionId": self.session().id})


async def _plain(request: web.Request) -> web.Response:
    return web.Response(text=f"<title>Shop</title><h1>{request.path}</h1>", content_type="text/html")


@asynccontextmanager
async def browsing(server: Served) -> AsyncIterator[Browser]:
    """Start a browser in which Stripe's host names lead to the TLS port of `server`, and all others nowhere."""
    executable = needs.chromium()
    needs.require("chromium", available=executable is not None, reason="Chromium is not installed")
    rules = f"MAP *.stripe.com:443 127.0.0.1:{server.port + 43}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    options = [each for each in CHROMIUM if "host-resolver" not in each]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, args=[*options, f"--host-resolver-rules={rules}"]
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def opened(server: Served, browser: Browser, scripts: Path) -> AsyncIterator[Merchant]:
    """Open a shop in a fresh world, and a customer's page; a script error in it fails the test."""
    made = server.create_world(seed=7, clock={"mode": "frozen", "now": "2026-03-01T09:00:00Z"})
    client = stripe.StripeClient(
        made["env"]["STRIPE_SECRET_KEY"], base_addresses={"api": made["urls"]["stripe"]}
    )
    context = await browser.new_context(ignore_https_errors=True)
    context.set_default_timeout(20_000)
    merchant = Merchant(client, made["env"], await context.new_page())
    errors: list[Error] = []
    merchant.page.on("pageerror", lambda error: errors.append(error))  # noqa: PLW0108 - Playwright marks functions
    application = web.Application()
    application.router.add_get("/shop/{name}", merchant.show)
    application.router.add_post("/intent", merchant.make_intent)
    application.router.add_post("/session", merchant.make_session)
    application.router.add_static("/scripts", scripts)
    application.router.add_get("/{path:.*}", _plain)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    merchant.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield merchant
    await context.close()
    await runner.cleanup()
    assert not errors, f"the page's scripts failed: {errors}"
