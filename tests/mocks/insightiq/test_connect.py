"""The Connect SDK in a browser: a page loads its script, opens the dialog, and hears what happens there."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from aiohttp import web
from playwright.async_api import FrameLocator, Page, expect

from tests.harness.serving import Served
from tests.mocks.insightiq.room import INSTAGRAM, YOUTUBE

World = dict[str, Any]
PAGE = """<!doctype html><title>consumer</title><link rel="icon" href="data:,"><script src="%s"></script><script>
const heard = [];
const sdk = %s;
const connect = sdk.initialize({ clientDisplayName: "Northwind", environment: "sandbox", ...%s });
for (const name of %s) connect.on(name, (...values) => heard.push([name, ...values]));
</script>"""
EVENTS = ["accountConnected", "accountDisconnected", "tokenExpired", "exit", "connectionFailure"]


class Consumer:
    """A page of a consumer's, and its server."""

    home = html = ""

    def __init__(self, page: Page, world: World, server: Served) -> None:
        self.page, self.server, self.world = page, server, world
        self.url: str = world["env"]["INSIGHTIQ_PROD_URL"]
        self.auth = (world["env"]["INSIGHTIQ_CLIENT_ID"], world["env"]["INSIGHTIQ_SECRET"])
        self.user = self.call("POST", "/v1/users", {"name": "Ada", "external_id": "ada"})["id"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = httpx.request(method, self.url + path, json=body, auth=self.auth)
        assert answer.is_success, answer.text
        return answer.json()

    def token(self) -> str:
        products = ["IDENTITY", "IDENTITY.AUDIENCE", "ENGAGEMENT"]
        made: str = self.call("POST", "/v1/sdk-tokens", {"user_id": self.user, "products": products})[
            "sdk_token"
        ]
        return made

    async def show(
        self,
        *,
        sdk: str = "PhylloConnect",
        file: str = "phyllo-connect.js",
        events: Any = EVENTS,
        **options: Any,
    ) -> None:
        """Load the consumer's page; its script comes from InsightIQ."""
        given = {"token": self.token(), "userId": self.user, "workPlatformId": None, **options}
        self.html = PAGE % (f"{self.url}/connect/v2/{file}", sdk, json.dumps(given), json.dumps(events))
        await self.page.goto(self.home)

    async def open(self) -> FrameLocator:
        await self.page.evaluate("connect.open()")
        return self.page.frame_locator("iframe")

    async def heard(self, count: int) -> list[list[str]]:
        """Return what the page was called back with, once so much was."""
        await self.page.wait_for_function(f"heard.length >= {count}")
        told: list[list[str]] = await self.page.evaluate("heard")
        return told


@pytest.fixture
async def consumer(page: Page, fresh_world: World, server: Served) -> AsyncIterator[Consumer]:
    made = Consumer(page, fresh_world, server)

    async def shown(_: web.Request) -> web.Response:
        return web.Response(text=made.html, content_type="text/html")

    application = web.Application()
    application.router.add_get("/", shown)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.home = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield made
    await runner.cleanup()


async def test_a_user_approves_and_the_page_hears_of_it(consumer: Consumer) -> None:
    await consumer.show()
    dialog = await consumer.open()
    await expect(dialog.get_by_text("Northwind asks for access.")).to_be_visible()
    await dialog.get_by_role("button", name="YouTube").click()
    await dialog.get_by_label("User name").fill("anybody")
    await dialog.get_by_label("Password").fill("anything")
    await dialog.get_by_role("button", name="Approve").click()
    connected = (await consumer.heard(1))[0]
    assert (connected[0], connected[2:]) == ("accountConnected", [YOUTUBE, consumer.user])
    account = consumer.call("GET", f"/v1/accounts/{connected[1]}")
    assert (account["status"], account["user"]["id"]) == ("CONNECTED", consumer.user)
    await dialog.get_by_role("button", name="Done").click()
    assert (await consumer.heard(2))[1] == ["exit", "DONE_CLICKED", consumer.user]
    await expect(consumer.page.locator("iframe")).to_have_count(0)
    at = f"/worlds/{consumer.world['id']}"
    consumer.server.control("POST", f"{at}/clock/advance", {"seconds": 5})
    assert consumer.call("GET", f"/v1/profiles?account_id={account['id']}")["data"]


async def test_a_connected_account_can_be_removed_in_the_dialog(consumer: Consumer) -> None:
    await consumer.show(file="insightiq-connect.js", sdk="InsightIQConnect", workPlatformId=INSTAGRAM)
    dialog = await consumer.open()
    await dialog.get_by_label("User name").fill("anybody")
    await dialog.get_by_role("button", name="Approve").click()
    account = (await consumer.heard(1))[0][1]
    await dialog.get_by_role("button", name="Done").click()
    await consumer.heard(2)
    dialog = await consumer.open()
    await dialog.get_by_role("button", name="Back").click()
    assert (await consumer.heard(3))[2] == ["exit", "BACK_PRESSED", consumer.user]
    await consumer.show()
    dialog = await consumer.open()
    await dialog.get_by_role("button", name="Disconnect").click()
    assert (await consumer.heard(1))[0] == ["accountDisconnected", account, INSTAGRAM, consumer.user]
    assert consumer.call("GET", f"/v1/accounts/{account}")["status"] == "NOT_CONNECTED"


async def test_a_user_denies_or_closes_the_dialog(consumer: Consumer) -> None:
    await consumer.show()
    dialog = await consumer.open()
    await dialog.get_by_role("button", name="Instagram").click()
    await dialog.get_by_role("button", name="Deny").click()
    assert await consumer.heard(2) == [
        ["connectionFailure", "USER_DENIED", INSTAGRAM, consumer.user],
        ["exit", "EXIT_CONFIRMED", consumer.user],
    ]
    dialog = await consumer.open()
    await dialog.get_by_role("button", name="Close").click()
    assert (await consumer.heard(3))[2] == ["exit", "EXIT_CONFIRMED", consumer.user]
    assert consumer.call("GET", "/v1/accounts")["data"] == []


async def test_a_token_expires_by_the_worlds_clock_or_by_hand(consumer: Consumer) -> None:
    await consumer.show()
    dialog = await consumer.open()
    await dialog.get_by_role("button", name="Let the token expire").click()
    assert await consumer.heard(1) == [["tokenExpired", consumer.user]]
    await consumer.show()
    at = f"/worlds/{consumer.world['id']}"
    consumer.server.control("POST", f"{at}/clock/advance", {"seconds": 7 * 86_400})
    await consumer.open()
    assert await consumer.heard(1) == [["tokenExpired", consumer.user]]


async def test_the_script_demands_what_the_real_one_does(consumer: Consumer) -> None:
    await consumer.show(events=["exit"])
    for call, words in (
        ("connect.open()", "no handler of accountConnected, accountDisconnected, tokenExpired"),
        ("connect.on('opened', () => 0)", "there is no event opened"),
        ("sdk.initialize({ userId: 'u' })", "clientDisplayName is missing"),
        (
            "sdk.initialize({ clientDisplayName: 'n', userId: 'u', token: 't', environment: 'dev' })",
            "environment must be one of",
        ),
    ):
        failed = await consumer.page.evaluate(
            f"() => {{ try {{ {call} }} catch (e) {{ return e.message }} }}"
        )
        assert words in failed
    assert await consumer.page.evaluate("connect.version() === sdk.version()")


async def test_a_link_opens_the_dialog_as_a_page(consumer: Consumer) -> None:
    link = consumer.call("POST", "/v1/links", {"external_id": "cy", "name": "Cy"})
    assert link["external_id"] == "cy"
    page = consumer.page
    await page.goto(link["microsite_url"])
    await page.get_by_role("button", name="TikTok").click()
    await page.get_by_label("User name").fill("anybody")
    await page.get_by_role("button", name="Approve").click()
    await expect(page.get_by_text("is connected.")).to_be_visible()
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_text("You may close this window")).to_be_visible()
    user = consumer.call("GET", "/v1/users/external_id/cy")
    accounts = consumer.call("GET", f"/v1/accounts?user_id={user['id']}")["data"]
    assert [each["work_platform"]["name"] for each in accounts] == ["TikTok"]


def test_the_dialogs_doors_are_closed_without_a_token(fresh_world: World) -> None:
    env = fresh_world["env"]
    url, auth = env["INSIGHTIQ_PROD_URL"], (env["INSIGHTIQ_CLIENT_ID"], env["INSIGHTIQ_SECRET"])
    assert httpx.get(f"{url}/connect/session", auth=auth).status_code == 401
    assert httpx.get(f"{url}/connect/session", headers={"Authorization": "Bearer x"}).status_code == 401
    user = httpx.post(f"{url}/v1/users", json={"name": "A", "external_id": "a"}, auth=auth).json()["id"]
    body = {"user_id": user, "products": ["IDENTITY"]}
    token = httpx.post(f"{url}/v1/sdk-tokens", json=body, auth=auth).json()["sdk_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{url}/connect/session", headers=headers).json()["user"] == {"id": user, "name": "A"}
    assert httpx.get(f"{url}/v1/users", headers=headers).status_code == 401
    assert httpx.get(f"{url}/connect/v2/other.js").status_code == 404
    assert urlsplit(url).path == ""
