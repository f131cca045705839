"""Clerk's own scripts, unmodified, in a page without any framework: both majors that applications load."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.apps import people
from tests.harness.serving import Served

World = dict[str, Any]
pytestmark = pytest.mark.timeout(600)


@contextmanager
def page_of(html: str) -> Iterator[str]:
    """Serve one page at every path; yield its origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if "favicon" not in self.path else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def html_of(world: World, major: int) -> str:
    """Return a page with Clerk's scripts of a major, which shows the component that its path names."""
    env = world["env"]
    proxy = f"{env['GREENROOM_CLERK_URL'].replace('127.0.0.1', 'localhost')}/~{world['name']}"
    ui = f'<script crossorigin="anonymous" src="{proxy}/npm/@clerk/ui@1/dist/ui.browser.js"></script>'
    key = env["NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY"]
    return f"""<!doctype html><title>Plain</title><main><div id="component"></div></main>
{ui if major > 5 else ""}
<script crossorigin="anonymous" data-clerk-publishable-key="{key}" data-clerk-proxy-url="{proxy}"
 src="{proxy}/npm/@clerk/clerk-js@{major}/dist/clerk.browser.js"></script>
<script>
const urls = {{ signInUrl: "/sign-in", signUpUrl: "/sign-up", routing: "hash" }};
const ui = window.__internal_ClerkUICtor ? {{ ui: {{ ClerkUI: window.__internal_ClerkUICtor }} }} : {{}};
const after = {{ signInFallbackRedirectUrl: "/dashboard", signUpFallbackRedirectUrl: "/dashboard", afterSignOutUrl: "/sign-in" }};
Clerk.load({{ ...after, ...ui }}).then(() => {{
  const place = document.getElementById("component");
  if (location.pathname === "/sign-up") Clerk.mountSignUp(place, urls);
  else if (location.pathname === "/sign-in") Clerk.mountSignIn(place, urls);
  else {{
    for (const name of ["mountOrganizationSwitcher", "mountUserButton"])
      Clerk[name](place.appendChild(document.createElement("div")), {{ afterCreateOrganizationUrl: "/dashboard" }});
    document.title = Clerk.user ? "signed in" : "signed out";
  }}
}});
</script>"""


@pytest.mark.parametrize("major", [5, 6])
async def test_a_page_signs_people_up_in_and_out(
    major: int, world: World, stage: Served, open_browser: Callable[..., Any]
) -> None:
    page: Page = await open_browser()
    with page_of(html_of(world, major)) as url:
        await people.sign_up(page, f"{url}/sign-up", "ada+clerk_test@northwind.test")
        await expect(page).to_have_title("signed in")
        async with page.expect_navigation():
            await people.create_organization(page, "Northwind Coffee")
        await expect(people.switcher(page)).to_contain_text("Northwind Coffee")
        await page.evaluate("Clerk.session.reload()")
        assert await page.evaluate("Clerk.organization.slug") == "northwind-coffee"
        await people.sign_out(page)
        await page.wait_for_url("**/sign-in**")
        await people.sign_in(page, f"{url}/sign-in", "ada+clerk_test@northwind.test")
        await expect(page).to_have_title("signed in")


@pytest.mark.parametrize("major", [5, 6])
async def test_people_come_by_another_identity_provider_and_come_back(
    major: int, world: World, stage: Served, open_browser: Callable[..., Any]
) -> None:
    """The first time the sign-in becomes a sign-up, and the second time it is one."""
    page: Page = await open_browser()
    known = []
    with page_of(html_of(world, major)) as url:
        for _ in range(2):
            await people.visit(page, f"{url}/sign-in")
            await people.press(page.get_by_role("button", name="Google"))
            await people.fill(page.get_by_label("Mail address"), "ada@northwind.test")
            await people.fill(page.get_by_label("First name"), "Ada")
            await people.fill(page.get_by_label("Last name"), "King")
            await people.press(page.get_by_role("button", name="Continue"))
            await page.wait_for_url(people.DASHBOARD)
            await expect(page).to_have_title("signed in")
            known.append(await page.evaluate("[Clerk.user.id, Clerk.user.fullName]"))
            await people.sign_out(page)
            await page.wait_for_url("**/sign-in**")
    assert known[0][1] == "Ada King"
    assert known[0] == known[1]


@pytest.mark.parametrize("major", [5, 6])
async def test_the_buttons_of_identity_providers_have_icons(
    major: int, world: World, stage: Served, open_browser: Callable[..., Any]
) -> None:
    """One major uses some icons as masks, which a browser refuses to do with what other origins may not read."""
    page: Page = await open_browser()
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    with page_of(html_of(world, major)) as url:
        async with (
            page.expect_response("https://img.clerk.com/static/google.svg*") as google,
            page.expect_response("https://img.clerk.com/static/github.svg*") as github,
        ):
            await people.visit(page, f"{url}/sign-in")
        for icon in (google, github):
            assert (await (await icon.value).header_value("content-type")) == "image/svg+xml"
            await (await icon.value).finished()
    assert failed == []


async def test_a_page_without_scripts_is_told_what_to_fetch(world: World, stage: Served) -> None:
    import httpx

    address = (
        f"{world['env']['GREENROOM_CLERK_URL']}/~{world['name']}/npm/@clerk/clerk-js@4/dist/clerk.browser.js"
    )
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(address)
    assert answer.status_code == 404
    assert "npm pack" in answer.text
    assert "@clerk/clerk-js@4" in answer.text
