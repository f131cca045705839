"""The Connect SDK: the script that consumers' pages load, the dialog that it opens, and what the dialog asks for."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import StringConstraints

from harness.messages import Reply
from harness.transaction import Transaction
from mocks.insightiq import errors
from mocks.insightiq.dialect import find
from mocks.insightiq.pages import page, script, style_sheet
from mocks.insightiq.parameters import Body, Text
from mocks.insightiq.provider import insightiq
from mocks.insightiq.resources import dialog, platforms

Json = dict[str, Any]

SCRIPTS = ("phyllo-connect.js", "insightiq-connect.js")
"""The names that the script has had; the global objects of both are there."""


class Approval(Body):
    """Which account a user connects; any password will do."""

    work_platform_id: Text
    username: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    password: Annotated[str, StringConstraints(max_length=200)] = ""


class Leaving(Body):
    """Which account a user removes."""

    account_id: Text


# --- files ---------------------------------------------------------------------------------------------------------


@insightiq.get("/connect/v2/{name}", id="greenroom:connect.script", tier="P1", public=True)
def get_script(tx: Transaction, name: str) -> Reply:
    """The Connect SDK."""
    if name not in SCRIPTS:
        raise errors.unknown_path()
    return script("connect.js")


@insightiq.get("/connect/dialog", id="greenroom:connect.dialog", tier="P1", public=True)
def get_dialog(tx: Transaction) -> Reply:
    """The dialog, as the script shows it in a frame."""
    return page("dialog.html", base=".", invite="")


@insightiq.get("/connect/links/{id}", id="greenroom:connect.link", tier="P1", public=True)
def open_link(tx: Transaction, id: str) -> Reply:
    """The dialog as a page of its own, for whoever was sent a link."""
    return page("dialog.html", base="..", invite=find(tx, dialog.INVITES, id, "invite")["id"])


@insightiq.get("/connect/dialog.js", id="greenroom:connect.dialog.js", tier="P1", public=True)
def get_dialog_script(tx: Transaction) -> Reply:
    """The dialog's script."""
    return script("dialog.js")


@insightiq.get("/connect/dialog.css", id="greenroom:connect.dialog.css", tier="P1", public=True)
def get_style(tx: Transaction) -> Reply:
    """The dialog's style sheet."""
    return style_sheet("dialog.css")


# --- what the dialog asks for --------------------------------------------------------------------------------------


@insightiq.post("/connect/invites/{id}", id="greenroom:connect.accept", tier="P1", public=True)
def accept_invite(tx: Transaction, id: str) -> Json:
    """Give whoever opens a link a token."""
    return dialog.accept(tx, id)


@insightiq.get("/connect/session", id="greenroom:connect.session", tier="P1")
def get_session(tx: Transaction) -> Json:
    """Tell the dialog whose token it has, and what it may offer."""
    _, user = dialog.session(tx)
    return dialog.show(tx, user)


@insightiq.post("/connect/accounts", id="greenroom:connect.approve", tier="P1", status=201)
def approve(tx: Transaction, params: Approval) -> Json:
    """Connect an account, as the user approves."""
    token, user = dialog.session(tx)
    return dialog.approve(tx, token, user, platforms.find(params.work_platform_id), params.username)


@insightiq.post("/connect/accounts/disconnect", id="greenroom:connect.disconnect", tier="P1")
def disconnect(tx: Transaction, params: Leaving) -> Json:
    """Disconnect an account, as the user wishes."""
    _, user = dialog.session(tx)
    return dialog.leave(tx, user, params.account_id)


@insightiq.post("/connect/token/expire", id="greenroom:connect.expire", tier="P1", status=204)
def expire_token(tx: Transaction) -> Reply:
    """Let the token expire at once, to see what a page does then."""
    token, _ = dialog.session(tx)
    dialog.expire(tx, token)
    return Reply()
