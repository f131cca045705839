"""Operations of the Frontend API: how they are registered, who asks, and the envelope of their answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ConfigDict, Field

from harness.messages import Reply
from harness.params import Json, Params
from mocks.clerk import errors, frontend
from mocks.clerk.provider import clerk
from mocks.clerk.resources import browsers, views
from mocks.clerk.resources.sessions import ALIVE
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.provider import Tier
    from harness.transaction import Transaction
    from mocks.clerk.resources.browsers import Browser

Handler = TypeVar("Handler", bound=Callable[..., Any])
COOKIE_SECONDS = 315_360_000


class Form(Params):
    """What a browser sends: texts of a form, read as what they are for; what an operation does not know is left alone."""

    model_config = ConfigDict(extra="ignore")


class Page(Form):
    """A page of a list."""

    limit: int = Field(10, ge=1, le=500)
    offset: int = Field(0, ge=0, le=1 << 31)
    paginated: bool = False


class Factor(Form):
    """A factor whose proof is to be prepared: a code that is sent, or another identity provider."""

    strategy: str
    email_address_id: str | None = None
    phone_number_id: str | None = None
    redirect_url: str | None = None
    action_complete_redirect_url: str | None = None


class Proof(Form):
    """The proof of a factor."""

    strategy: str
    code: str | None = None
    password: str | None = None
    ticket: str | None = None


def operation(method: str, path: str, *, id: str, tier: Tier) -> Callable[[Handler], Handler]:
    """Register an operation by its path and name in the Frontend API's document."""
    return clerk.operation(method, f"{frontend.API}{path}", id=f"frontend/{id}", tier=tier, public=True)


def get(path: str, *, id: str, tier: Tier) -> Callable[[Handler], Handler]:
    """Register a GET operation."""
    return operation("GET", path, id=id, tier=tier)


def post(path: str, *, id: str, tier: Tier) -> Callable[[Handler], Handler]:
    """Register a POST operation."""
    return operation("POST", path, id=id, tier=tier)


def patch(path: str, *, id: str, tier: Tier) -> Callable[[Handler], Handler]:
    """Register a PATCH operation, which browsers send as POST with `_method`."""
    return operation("PATCH", path, id=id, tier=tier)


def delete(path: str, *, id: str, tier: Tier) -> Callable[[Handler], Handler]:
    """Register a DELETE operation, which browsers send as POST with `_method`."""
    return operation("DELETE", path, id=id, tier=tier)


# --- who asks ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Me:
    """A signed-in user: browser, session, and the user itself."""

    browser: Browser
    session: Json
    user: Json


def me(tx: Transaction) -> Me:
    """Return who asks; refuse a browser that nobody is signed in with."""
    browser = browsers.of_request(tx)
    session = browsers.active(tx, browser.client)
    user = None if session is None else tx.get(USERS, session["user_id"])
    if session is None or user is None:
        raise errors.unauthenticated()
    return Me(browser, session, user)


def own_session(tx: Transaction, id: str) -> Me:
    """Return who asks by a session of the path; refuse one that is over as signed out."""
    browser = browsers.of_request(tx)
    found = [each for each in browsers.living(tx, browser.client) if each["id"] == id]
    user = tx.get(USERS, found[0]["user_id"]) if found else None
    if user is None or found[0]["status"] not in ALIVE:
        raise errors.signed_out()
    return Me(browser, found[0], user)


# --- answers -----------------------------------------------------------------------------------------------------


def wrapped(tx: Transaction, browser: Browser, response: Json) -> Reply:
    """Answer with something, and with the browser's client beside it, as it is now."""
    document = browser.client
    shown = None if document is None else views.client(tx, document)
    return Reply({"response": response, "client": shown}, headers=_credentials(tx, browser))


def of_client(tx: Transaction, browser: Browser) -> Reply:
    """Answer with the client itself."""
    document = browser.client
    shown = None if document is None else views.client(tx, document)
    return Reply({"response": shown, "client": None}, headers=_credentials(tx, browser))


def _credentials(tx: Transaction, browser: Browser) -> list[tuple[str, str]]:
    """Return what lets the browser be known again: a cookie, or for native applications a header."""
    token = "" if browser.client is None else browsers.token_of(tx, browser.client)
    if browser.native:
        return [("Authorization", token)] if token else []
    if not token or tx.request is None or browsers.cookies(tx.request).get("__client") == token:
        return []
    safe = "; Secure; SameSite=None" if tx.request.origin.startswith("https:") else "; SameSite=Lax"
    return [("Set-Cookie", f"__client={token}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly{safe}")]
