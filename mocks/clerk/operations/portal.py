"""The account portal: pages that show Clerk's own components, for applications that have none of their own."""

from __future__ import annotations

from urllib.parse import urlsplit

from harness.messages import Reply
from harness.transaction import Transaction
from mocks.clerk import frontend
from mocks.clerk.pages import file, page
from mocks.clerk.provider import clerk
from mocks.clerk.resources import instance, scripts

TITLES = {
    "sign-in": "Sign in",
    "sign-up": "Sign up",
    "user": "Your account",
    "organization": "Your organisation",
    "create-organization": "New organisation",
    "waitlist": "Join the waitlist",
    "unauthorized-sign-in": "Sign in",
    "default-redirect": "You are signed in",
}
COMPONENTS = {"unauthorized-sign-in": "sign-in"}


@clerk.get(f"{frontend.PORTAL}/{{name}}", id="portal/page", tier="P1", public=True)
def show_page(tx: Transaction, name: str) -> Reply:
    """Show a page of the account portal, or a file that belongs to them."""
    if name in ("portal.js", "portal.css"):
        return file("page.css" if name == "portal.css" else name)
    if name not in TITLES:
        raise frontend.unserved(frontend.request_of(tx.request))
    at, portal = instance.frontend_url(tx), instance.portal_url(tx)
    ui = scripts.find("@clerk/clerk-js", "5", "clerk.browser.js") is None
    return page(
        "portal.html",
        policy=_policy(at),
        title=TITLES[name],
        application=instance.APPLICATION,
        component=COMPONENTS.get(name, name),
        portal=portal,
        frontend=at,
        proxied=at != instance.issuer(tx),
        key=tx.world.accounts["clerk"]["tokens"]["publishable_key"],
        version="6" if ui else "5",
        ui=ui,
    )


def _policy(address: str) -> str:
    """Let the page load Clerk's scripts, which write styles of their own into it, and speak with the Frontend API."""
    parts = urlsplit(address)
    api = f"{parts.scheme}://{parts.netloc}"
    return (
        f"default-src 'none'; script-src 'self' {api}; connect-src 'self' {api}; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data: {api} https://{frontend.IMAGES}; worker-src blob:; base-uri 'none'; frame-ancestors 'none'"
    )
