"""What browsers open: the address that respondents return to, and Cint's entry for trying a survey."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from harness.messages import Reply
from harness.transaction import Transaction
from mocks.cint.parameters import Query
from mocks.cint.provider import cint
from mocks.cint.resources import forms, outcomes, sessions, survey
from mocks.cint.resources.sessions import INSIDE
from mocks.cint.resources.target_groups import TARGET_GROUPS
from mocks.cint.signing import redirect_hash

PAGE = "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><body><h1>{title}</h1><p>{text}</p></body></html>"
URL_SIGNS = ":/?#[]@!$&'()*+,;=%~"
RETURN_ADDRESS = "https://samplicio.us/s/ClientCallBack.aspx"


class Back(Query):
    """The query of the return address."""

    rid: str = ""
    ris: str | None = None
    hash: str | None = None


class Trial(Query):
    """The query of the test entry."""

    surveysid: str = ""


def _page(title: str, text: str, status: int = 200) -> Reply:
    body = PAGE.format(title=escape(title), text=escape(text))
    return Reply(body, status, content_type="text/html; charset=utf-8")


@cint.get("/s/ClientCallBack.aspx", id="client_callback", tier="P1", public=True)
def come_back(tx: Transaction, params: Back) -> Reply:
    """Take a respondent back from a survey. A `hash` in the address must be right; a status without one is taken too."""
    session = sessions.find(tx, params.rid)
    if session is None or session["client"] is None:
        return _page("Unknown respondent", "This respondent id is not known here.", 404)
    told = survey.status_told(params.ris)
    if params.hash is not None and not _signed(tx, params.hash):
        told = None
    outcomes.come_back(tx, session, told)
    if session["client"] == INSIDE:
        return _page("Thank you", "You have left the survey before its end was reported.")
    return _page("Thank you", "Your participation was recorded.")


def _signed(tx: Transaction, given: str) -> bool:
    """Tell whether a redirect's hash is right, with or without the `&` that stands before it."""
    query = tx.request.query if tx.request is not None else ""
    address = f"{RETURN_ADDRESS}?{query.partition('hash=')[0]}"
    key = tx.world.accounts["cint"]["env"].get("CINT_REDIRECT_KEY", "")
    return given in (redirect_hash(key, address), redirect_hash(key, address.removesuffix("&")))


@cint.get("/fulcrum/SurveyTestLink.aspx", id="survey_test_link", tier="P1", public=True)
def try_survey(tx: Transaction, params: Trial) -> Reply:
    """Lead a person who tries a survey to its test address, with a RID that is counted apart."""
    group = tx.first(TARGET_GROUPS, survey_sid=params.surveysid)
    if group is None:
        return _page("Unknown survey", "This survey is not known here.", 404)
    session = sessions.enter_test(tx, group)
    address = quote(forms.filled(group["test_url"], survey.variables(session)), safe=URL_SIGNS)
    return Reply("", 302, [("Location", address)], "text/html; charset=utf-8")
