"""A respondent in the survey: opens its page, answers after the time that it takes, and returns.

The pages are real ones: respondents visit the target group's `live_url`. Where its host may not be contacted, the
panel's model decides alone how the survey ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from fixtures.panel import people
from fixtures.panel.opinions import opinions
from harness import instants
from harness.delivery_client import allowed
from mocks.cint.resources import conduct, forms
from mocks.cint.resources.sessions import COMPLETE, INSIDE, OVERQUOTA, QUALITY, SESSIONS, TERMINATE
from mocks.cint.resources.target_groups import TARGET_GROUPS

if TYPE_CHECKING:
    from fixtures.panel.people import Respondent
    from harness.transaction import Transaction

Json = dict[str, Any]

RETURN_HOSTS = frozenset({"samplicio.us", "www.samplicio.us"})
RETURN_PATH = "/s/ClientCallBack.aspx"
FATES = {"complete": COMPLETE, "terminate": TERMINATE, "overquota": OVERQUOTA, "quality": QUALITY}
SHORTEST = 20
"""Seconds that nobody needs less than."""
MOST_PAGES = 20
FORM = ("Content-Type", "application/x-www-form-urlencoded")
ACCEPT = ("Accept", "text/html")


def open_survey(tx: Transaction, group: Json, session: Json) -> None:
    """Let a respondent open the survey's page, or decide by the model where nobody may."""
    if group["conduct"]["unreachable"]:
        decide(tx, group, session)
        return
    url = forms.filled(group["live_url"], variables(session))
    tx.visit(url, then="survey.opened", payload={"session": session["id"]}, headers=[ACCEPT])


def variables(session: Json) -> dict[str, str]:
    """Return what the `[%name%]` of an address stand for; a name that is not here stands for nothing."""
    known = {name.upper(): str(value) for name, value in session["demographics"].items()}
    return {**known, "RID": session["id"], "EXPOSURE": session["exposure"] or ""}


def decide(tx: Transaction, group: Json, session: Json) -> None:
    """Let the model decide how the survey ends, and when."""
    person = person_of(tx, group, session)
    fate = people.fate(conduct.seed(tx, group), person, conduct.panel(tx, group), group["minutes"])
    if fate != "drop":
        payload = {"session": session["id"], "client": FATES[fate]}
        tx.schedule("survey.concluded", tx.now + waits(group, person), payload)


def person_of(tx: Transaction, group: Json, session: Json) -> Respondent:
    """Return the person of a session, as the panel has them."""
    return people.respondent(conduct.seed(tx, group), session["number"], conduct.panel(tx, group))


def takes(group: Json, person: Respondent) -> int:
    """Return how long a person takes for the survey (µs), without a pause."""
    seconds: int = round(group["minutes"] * 60 * person.pace)
    return max(SHORTEST, seconds) * instants.SECOND


def waits(group: Json, person: Respondent) -> int:
    """Return after how long a person has finished the survey (µs): late ones leave it open for hours."""
    return takes(group, person) + round(person.pause * instants.HOUR)


# --- what came of a visit ----------------------------------------------------------------------------------------


def opened(tx: Transaction, session: Json, group: Json, came: Json) -> None:
    """The survey's page was opened: leave, or answer it in the time that it takes."""
    if came["status"] is None and not allowed(came["url"], frozenset()):
        group["conduct"]["unreachable"] = True
        tx.save(TARGET_GROUPS, group)
        decide(tx, group, session)
        return
    person = person_of(tx, group, session)
    if people.leaves(conduct.seed(tx, group), person, conduct.panel(tx, group), group["minutes"]):
        return
    page = _filled_in(tx, session, group, came)
    if page is not None:
        payload = {"session": session["id"], "page": page, "pages": 1}
        tx.schedule("survey.submitted", tx.now + waits(group, person), payload)


def submit(tx: Transaction, session: Json, page: Json, pages: int) -> None:
    """Send a page's form."""
    payload = {"session": session["id"], "pages": pages}
    if page["method"] == "GET":
        tx.visit(page["url"], then="survey.answered", payload=payload, headers=[ACCEPT])
        return
    headers = [ACCEPT, FORM]
    tx.visit(
        page["url"],
        then="survey.answered",
        payload=payload,
        method="POST",
        headers=headers,
        body=page["body"],
    )


def answered(tx: Transaction, session: Json, group: Json, came: Json) -> None:
    """A form was sent: answer the next page at once, if there is one."""
    page = _filled_in(tx, session, group, came) if came["pages"] < MOST_PAGES else None
    if page is not None:
        submit(tx, session, page, came["pages"] + 1)


def _filled_in(tx: Transaction, session: Json, group: Json, came: Json) -> Json | None:
    """Answer the form of a page; None where there is none. The answers are kept."""
    if came["status"] != 200 or session["client"] != INSIDE:
        return None
    form = forms.read(came["body"], came["url"], session["id"])
    if form is None:
        return None
    seed, number = conduct.seed(tx, group), session["number"]
    held = opinions(seed, number, session["exposure"], conduct.rates(group))
    chosen = forms.answer(form, held, f"{seed}|{number}", person_of(tx, group, session).care)
    answers = [{"question_identifier": name, "answer_value": value} for name, value in chosen]
    session["answers"] = [*(session["answers"] or []), *answers]
    tx.save(SESSIONS, session)
    return forms.submission(form, chosen)


def returning(url: str, rid: str) -> tuple[bool, int | None]:
    """Tell whether an address is Cint's return address for a respondent, and which client status it tells."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False, None
    query = {name.lower(): values[0] for name, values in parse_qs(parts.query).items()}
    if parts.hostname not in RETURN_HOSTS or parts.path != RETURN_PATH or query.get("rid", "").lower() != rid:
        return False, None
    return True, status_told(query.get("ris"))


def status_told(text: str | None) -> int | None:
    """Return the client status that a redirect tells; 0, which is none, for what is no number."""
    if text is None:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
