"""A Next.js application with Clerk's middleware and components, unmodified, in a real browser: three ways to reach the mock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import jwt
import pytest
from playwright._impl._api_structures import SetCookieParam
from playwright.async_api import Page, expect

from harness.keys import private_key, rsa_pem
from tests.apps import people, running
from tests.harness.serving import Served, free_base

World = dict[str, Any]
pytestmark = pytest.mark.timeout(900)

WAYS = {
    "a proxy's address, without a policy": {"proxy": "{frontend}", "script": "{frontend}", "policy": ""},
    "a path of the application's own, with a strict policy": {
        "proxy": "/__clerk",
        "script": "{own}/__clerk",
        "policy": "strict",
    },
    "the instance's own host name, with a strict policy": {"proxy": "", "script": "", "policy": "strict"},
}


@contextmanager
def application(world: World, way: str, major: int) -> Iterator[str]:
    """Run the application on a major of @clerk/nextjs, pointed at a world in one of the ways."""
    env, port = world["env"], free_base()
    named = WAYS[way]
    frontend = f"{env['GREENROOM_CLERK_URL'].replace('127.0.0.1', 'localhost')}/~{world['name']}"
    values = {"frontend": frontend, "own": f"http://localhost:{port}"}
    script = named["script"].format(**values)
    own = {
        "APP_CLERK_FRONTEND": frontend,
        "APP_CLERK_PROXY_URL": named["proxy"].format(**values),
        "APP_CLERK_JS_URL": f"{script}/npm/@clerk/clerk-js@{major - 1}/dist/clerk.browser.js"
        if script
        else "",
        "APP_CLERK_UI_URL": f"{script}/npm/@clerk/ui@1/dist/ui.browser.js" if script else "",
        "APP_POLICY": named["policy"],
    }
    given = {name: value for name, value in env.items() if "CLERK" in name and "GREENROOM" not in name}
    with running.started({**given, **own}, port, major=major) as url:
        yield url


@pytest.mark.parametrize("major", running.FOLDERS)
@pytest.mark.parametrize("way", WAYS)
async def test_people_sign_up_in_out_and_work_together(
    way: str,
    major: int,
    built: Callable[[int], None],
    world: World,
    open_browser: Callable[..., Any],
    stage: Served,
) -> None:
    built(major)
    ada, bob = await open_browser(), await open_browser()
    with application(world, way, major) as url:
        await ada.goto(f"{url}/dashboard")
        await ada.wait_for_url("**/sign-in**")
        await people.sign_up(ada, f"{url}/sign-up", "ada+clerk_test@northwind.test")
        known = await people.seen(ada, url)
        assert known["userId"].startswith("user_")
        assert "orgId" not in known
        await people.create_organization(ada, "Northwind Coffee")
        await expect(people.switcher(ada)).to_contain_text("Northwind Coffee")
        known = await people.seen(ada, url)
        assert (known["orgSlug"], known["orgRole"]) == ("northwind-coffee", "org:admin")
        await invite(ada, url, "bob+clerk_test@northwind.test")
        await people.sign_up(bob, f"{url}/sign-up", "bob+clerk_test@northwind.test")
        await accept(bob)
        await people.switch_to(bob, "Northwind Coffee")
        await expect(people.switcher(bob)).to_contain_text("Northwind Coffee")
        assert (await people.seen(bob, url))["orgRole"] == "org:member"
        await renews_its_token(ada)
        await comes_back_with_an_expired_token(ada, url, world, by_handshake=True)
        await comes_back_with_an_expired_token(ada, url, world, by_handshake=False)
        await people.sign_out(ada)
        await expect(ada.locator("#signed-out")).to_be_visible()
        await people.sign_in(ada, f"{url}/sign-in", "ada+clerk_test@northwind.test")
        assert (await people.seen(ada, url))["userId"] == known["userId"]
        await the_backend_signs_out(bob, url, world)


async def invite(page: Page, url: str, email: str) -> None:
    """Invite somebody by way of the organisation's page."""
    await people.visit(page, f"{url}/organization")
    await people.press(page.get_by_role("button", name="Members"))
    await people.press(page.get_by_role("button", name="Invite").first)
    await page.get_by_role("textbox", name="Example format").press_sequentially(f"{email},")
    await expect(page.get_by_text(email, exact=True)).to_be_visible()
    async with page.expect_response(lambda answer: "/invitations/bulk" in answer.url) as sent:
        await people.press(page.get_by_role("button", name="Send invitations"))
    assert (await sent.value).status == 200


async def accept(page: Page) -> None:
    """Accept an invitation by way of the switcher."""
    await people.press(people.switcher(page))
    async with page.expect_response(lambda answer: "/accept" in answer.url) as sent:
        await people.press(page.get_by_role("button", name="Join"))
    assert (await sent.value).status == 200
    await page.keyboard.press("Escape")
    await expect(people.switcher(page)).to_be_visible()


async def renews_its_token(page: Page) -> None:
    """See clerk-js ask for a token by itself, before the one it has ends."""
    before = await page.evaluate("Clerk.session.lastActiveToken.getRawString()")
    async with page.expect_response(lambda answer: "/tokens" in answer.url, timeout=180_000) as sent:
        pass
    fresh = (await (await sent.value).json())["jwt"]
    assert fresh != before
    assert (
        jwt.decode(fresh, options={"verify_signature": False})["exp"]
        > (jwt.decode(before, options={"verify_signature": False})["exp"])
    )


async def comes_back_with_an_expired_token(page: Page, url: str, world: World, *, by_handshake: bool) -> None:
    """Come back after a while, with a token that has ended: a handshake brings a fresh one, and leaves what the server refreshes the next by."""
    cookies = await page.context.cookies(url)
    old: list[SetCookieParam] = []
    for each in cookies:
        if each["name"].startswith("__session"):
            old.append({"name": each["name"], "value": aged(each["value"], world), "url": url})
        elif each["name"].startswith("__client_uat"):
            # The sign-in was before that token: a token older than it would be stale rather than over.
            value = str(int(each["value"]) - 7200)
            old.append({"name": each["name"], "value": value, "url": url})
    await page.goto("about:blank")
    await page.context.add_cookies(old)
    redirected: list[str] = []
    page.on("response", lambda answer: redirected.append(answer.url) if answer.status == 307 else None)
    known = await people.seen(page, url)
    assert known["orgSlug"] == "northwind-coffee"
    handshakes = [each for each in redirected if "/v1/client/handshake" in each]
    assert bool(handshakes) is by_handshake, handshakes


def aged(token: str, world: World) -> str:
    """Return a session token as it was an hour ago, signed by the world's own key."""
    claims = jwt.decode(token, options={"verify_signature": False})
    claims |= {name: claims[name] - 3600 for name in ("exp", "iat", "nbf")}
    headers = jwt.get_unverified_header(token)
    key = private_key(rsa_pem(world["env"]["CLERK_SECRET_KEY"]))
    return jwt.encode(claims, key, "RS256", {"kid": headers["kid"], "cat": headers["cat"]})


async def the_backend_signs_out(page: Page, url: str, world: World) -> None:
    """Have the Backend API revoke a session: the page notices when it touches the session next."""
    session = await page.evaluate("Clerk.session.id")
    env = world["env"]
    async with httpx.AsyncClient(base_url=env["CLERK_API_URL"], trust_env=False) as http:
        key = {"Authorization": f"Bearer {env['CLERK_SECRET_KEY']}"}
        (await http.post(f"/v1/sessions/{session}/revoke", headers=key)).raise_for_status()
    # Not waited for: the page goes elsewhere by itself once it knows.
    await page.evaluate("void Clerk.session.touch().catch(() => null)")
    await expect(page.locator("#signed-out")).to_be_visible()
    await people.go(page, f"{url}/dashboard")
    await page.wait_for_url("**/sign-in**")
