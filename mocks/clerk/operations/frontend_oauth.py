"""Frontend API: other identity providers, for all of which one page of Greenroom's own stands in."""

from __future__ import annotations

from pydantic import Field

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import browsing, validation
from mocks.clerk.browsing import Form
from mocks.clerk.pages import file, page, redirect
from mocks.clerk.resources import external_accounts, oauth


class State(Form):
    """The attempt that the page is for."""

    state: str = ""


class Identity(State):
    """Who somebody says to be."""

    email_address: str = ""
    first_name: str = Field("", max_length=256)
    last_name: str = Field("", max_length=256)
    cancel: str | None = None


class Callback(State):
    """How the identity provider sends the browser back."""

    code: str | None = None
    error: str | None = None


@browsing.get("/v1/greenroom/identity", id="showIdentityPage", tier="P1")
def show_identity_page(tx: Transaction, params: State) -> Reply:
    """The page that stands in for an identity provider: it asks who to be."""
    state = external_accounts.state_of(tx, params.state)
    return _asked(state, Identity(state=params.state))


@browsing.post("/v1/greenroom/identity", id="enterIdentity", tier="P1")
def enter_identity(tx: Transaction, params: Identity) -> Reply:
    """Take who somebody says to be, and send the browser back as an identity provider does."""
    state = external_accounts.state_of(tx, params.state)
    if params.cancel is not None:
        return redirect(f"../oauth_callback?state={state['id']}&error=access_denied")
    if not validation.is_email(params.email_address):
        return _asked(state, params, problem="Enter a mail address, such as ada@northwind.test.")
    names = params.first_name.strip(), params.last_name.strip()
    code = oauth.identify(tx, state, params.email_address, *names)
    return redirect(f"../oauth_callback?state={state['id']}&code={code}")


def _asked(state: Json, entered: Identity, problem: str = "") -> Reply:
    return page(
        "identity.html",
        status=422 if problem else 200,
        state=state["id"],
        provider=external_accounts.title(state["strategy"]),
        problem=problem,
        entered=entered,
    )


@browsing.get("/v1/oauth_callback", id="getOauthCallback", tier="P1")
def finish_oauth(tx: Transaction, params: Callback) -> Reply:
    """Decide what comes of an attempt, and send the browser on."""
    state = external_accounts.state_of(tx, params.state)
    return redirect(oauth.settle(tx, state, params.code))


@browsing.get("/v1/greenroom/identity.css", id="getIdentityStyle", tier="P1")
def retrieve_identity_style(tx: Transaction) -> Reply:
    """The style sheet of that page."""
    return file("page.css")
