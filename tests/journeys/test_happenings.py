"""Every happening that a room declares, in a world that the scenario `starter` has filled: it brings about what it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.builder import Draft, scenario
from harness import registry
from harness.errors import GreenroomError
from harness.happenings import vocabulary
from harness.inprocess import InProcess

NOW = "2026-03-01T09:00:00.000Z"
Json = dict[str, Any]
CAMPAIGN = {"record.objectID": "${algolia.campaign.northwind-campaign-1}"}
LUMEN = {"customer": "${stripe.organisation.lumen}"}

CASES: dict[tuple[str, str], tuple[Json, Json]] = {
    ("algolia", "campaign goes missing"): (
        {"campaign": "northwind-campaign-1"},
        {"objects": "algolia.record", "where": CAMPAIGN, "count": 0},
    ),
    ("algolia", "campaign goes stale"): (
        {"campaign": "northwind-campaign-1", "changes": {"brand": "Other"}},
        {"objects": "algolia.record", "where": {**CAMPAIGN, "record.brand": "Other"}, "count": 1},
    ),
    ("algolia", "index is emptied"): (
        {"index": "brand_lift_studies"},
        {"objects": "algolia.record", "where": {"record.studyStatus": {"exists": True}}, "count": 0},
    ),
    ("algolia", "stray record appears"): (
        {"record": {"objectID": "stray", "campaignName": "Of nobody"}},
        {"objects": "algolia.record", "where": {"record.objectID": "stray"}, "count": 1},
    ),
    ("algolia", "study goes missing"): (
        {"study": "first-lift"},
        {"objects": "algolia.record", "where": {"record.objectID": "first-lift"}, "count": 0},
    ),
    ("cint", "fielding turns"): (
        {"study": "first-lift", "status": "paused"},
        {"objects": "cint.target_group", "where": {"status": "paused"}, "count": 1},
    ),
    ("cint", "opinion changes"): (
        {"study": "first-lift", "kpi": "AD_RECALL", "exposed_rate": 0.1},
        {"objects": "cint.target_group", "where": {"conduct.rates.AD_RECALL.1": 0.1}, "count": 1},
    ),
    ("cint", "respondents complete"): (
        {"study": "first-lift", "share": 1},
        {"objects": "cint.target_group", "where": {"status": "completed"}, "count": 1},
    ),
    ("clerk", "organisation is deleted"): (
        {"organisation": "lumen"},
        {"objects": "clerk.organization", "count": 1},
    ),
    ("clerk", "person becomes admin"): (
        {"person": "lumen-2", "organisation": "lumen"},
        {"objects": "clerk.membership", "where": {"role": "org:admin"}, "count": 3},
    ),
    ("clerk", "person is banned"): (
        {"person": "lumen-2"},
        {"objects": "clerk.user", "where": {"banned": True}, "count": 1},
    ),
    ("clerk", "person is erased"): (
        {"person": "lumen-2"},
        {
            "events": "clerk",
            "where": {"body.data.id": "${clerk.person.lumen-2}"},
            "in_order": ["user.created", "user.deleted"],
        },
    ),
    ("clerk", "person is locked out"): (
        {"person": "lumen-2"},
        {"objects": "clerk.user", "where": {"locked": True, "id": "${clerk.person.lumen-2}"}, "count": 1},
    ),
    ("clerk", "person joins"): (
        {"person": "lumen-2", "organisation": "northwind"},
        {"objects": "clerk.membership", "where": {"user_id": "${clerk.person.lumen-2}"}, "count": 2},
    ),
    ("clerk", "person leaves"): (
        {"person": "lumen-2", "organisation": "lumen"},
        {"objects": "clerk.membership", "where": {"user_id": "${clerk.person.lumen-2}"}, "count": 0},
    ),
    ("clerk", "person signs in"): (
        {"person": "lumen-2"},
        {
            "objects": "clerk.session",
            "where": {"user_id": "${clerk.person.lumen-2}", "status": "active"},
            "count": 1,
        },
    ),
    ("insightiq", "creator comes back"): (
        {"organisation": "northwind"},
        {"events": "insightiq", "in_order": ["SESSION.EXPIRED", "ACCOUNTS.CONNECTED"]},
    ),
    ("insightiq", "creator disconnects"): (
        {"organisation": "northwind"},
        {"objects": "insightiq.account", "where": {"status": "NOT_CONNECTED"}, "count": 1},
    ),
    ("insightiq", "creator is screened"): (
        {"organisation": "northwind", "fails": True},
        {"objects": "insightiq.job", "where": {"kind": "screening", "status": "FAILURE"}, "count": 1},
    ),
    ("insightiq", "creator loses the session"): (
        {"organisation": "northwind"},
        {"objects": "insightiq.account", "where": {"status": "SESSION_EXPIRED"}, "count": 1},
    ),
    ("insightiq", "creators connect"): ({"count": 2}, {"objects": "insightiq.account", "count": 3}),
    ("insightiq", "user is erased"): (
        {"organisation": "northwind"},
        {"objects": "insightiq.user", "where": {"id": "${insightiq.user.northwind}"}, "count": 0},
    ),
    ("mux", "encoding fails"): (
        {"count": 2},
        {"objects": "mux.asset", "where": {"status": "errored"}, "count": 2},
    ),
    ("mux", "file arrives"): (
        {"video": "awaited"},
        {"objects": "mux.asset", "where": {"status": "ready"}, "count": 2},
    ),
    ("mux", "upload fails"): (
        {"video": "awaited"},
        {"objects": "mux.upload", "where": {"status": "errored"}, "count": 1},
    ),
    ("mux", "video is deleted"): (
        {"video": "teaser"},
        {"events": "mux", "in_order": ["video.asset.deleted"]},
    ),
    ("mux", "video is watched"): (
        {"video": "teaser", "count": 40},
        {"objects": "mux.view_block", "count": 2},
    ),
    ("mux", "videos are made"): (
        {"count": 3},
        {"objects": "mux.asset", "where": {"status": "ready"}, "count": 4},
    ),
    ("resend", "bounce storm"): (
        {"count": 4},
        {"objects": "resend.suppression", "where": {"origin": "bounce"}, "count": 4},
    ),
    ("resend", "complaints"): (
        {"count": 4},
        {"objects": "resend.suppression", "where": {"origin": "complaint"}, "count": 4},
    ),
    ("resend", "mail is sent"): (
        {"to": ["${people.lumen-1.email}", "${people.lumen-2.email}"], "subject": "Both of you"},
        {"mails": "resend", "where": {"subject": "Both of you", "to": "${people.lumen-2.email}"}, "count": 1},
    ),
    ("stripe", "card is replaced"): (
        {"organisation": "lumen"},
        {"objects": "stripe.payment_method", "where": {**LUMEN}, "count": 2},
    ),
    ("stripe", "charge is disputed"): (
        {"organisation": "lumen", "reason": "product_not_received"},
        {
            "objects": "stripe.dispute",
            "where": {"reason": "product_not_received", "amount": 49900},
            "count": 1,
        },
    ),
    ("stripe", "charge is refunded"): (
        {"organisation": "lumen"},
        {"objects": "stripe.charge", "where": {**LUMEN, "refunded": True}, "count": 1},
    ),
    ("stripe", "customer is deleted"): (
        {"organisation": "lumen"},
        {"objects": "stripe.subscription", "where": {**LUMEN, "status": "canceled"}, "count": 1},
    ),
    ("stripe", "payment fails"): (
        {"organisation": "lumen"},
        {"objects": "stripe.subscription", "where": {**LUMEN, "status": "past_due"}, "count": 1},
    ),
    ("stripe", "plan changes"): (
        {"organisation": "lumen", "plan": "ADVANCED_MONTHLY", "at_once": True},
        {
            "objects": "stripe.invoice",
            "where": {**LUMEN, "billing_reason": "subscription_update"},
            "count": 1,
        },
    ),
    ("stripe", "subscription is cancelled"): (
        {"organisation": "lumen"},
        {"objects": "stripe.subscription", "where": {**LUMEN, "status": "canceled"}, "count": 1},
    ),
    ("vercel", "release begins"): (
        {},
        {"objects": "vercel.deployment", "where": {"readyState": "READY"}, "count": 2},
    ),
    ("vercel", "release fails"): (
        {},
        {"objects": "vercel.deployment", "where": {"readyState": "ERROR"}, "count": 1},
    ),
    ("vercel", "release succeeds"): (
        {"branch": "hotfix"},
        {"objects": "vercel.deployment", "where": {"readyState": "READY", "branch": "hotfix"}, "count": 1},
    ),
}
LASTS = {"payment fails": "12d", "person is locked out": "10m"}
BEFORE = {"creator comes back": "creator loses the session"}


@pytest.fixture(scope="module")
def greenroom() -> Iterator[InProcess]:
    with InProcess() as running:
        yield running


def base() -> Draft:
    return (
        scenario("mine")
        .extends("starter", without=["expectations"])
        .put(creators={"size": 100, "connected": ["northwind"]})
        .video("awaited", "northwind", "A cut that is awaited", status="uploading")
    )


def play(greenroom: InProcess, draft: Draft) -> Json:
    world = greenroom.create_world(seed="7", clock={"mode": "frozen", "now": NOW})
    return greenroom.play(world["id"], draft.request())


def test_every_happening_is_tried() -> None:
    known = {
        (each["provider"], each["happens"])
        for room in registry.providers().values()
        for each in vocabulary(room)
    }
    assert known == set(CASES)


def test_nothing_of_it_is_so_by_itself(greenroom: InProcess) -> None:
    draft = base().put(lasts="2h")
    for (_, words), (_, check) in CASES.items():
        draft = draft.expect(words, **check)
    assert [each["that"] for each in play(greenroom, draft)["expectations"] if each["passed"]] == []


@pytest.mark.parametrize(("provider", "words"), CASES, ids=[" ".join(each) for each in CASES])
def test_it_brings_about_what_it_says(greenroom: InProcess, provider: str, words: str) -> None:
    given, check = CASES[provider, words]
    draft = base().put(lasts=LASTS.get(words, "2h"))
    if words in BEFORE:
        draft = draft.happens("1m", provider, BEFORE[words], **given)
    played = play(greenroom, draft.happens("5m", provider, words, **given).expect(words, **check))
    assert played["passed"], played["expectations"]


@pytest.mark.parametrize(
    ("provider", "words", "given", "told"),
    [
        ("cint", "respondents complete", {"study": "first-lift"}, "give share .* or count"),
        ("clerk", "person leaves", {"person": "lumen-2", "organisation": "northwind"}, "is no member of"),
        ("stripe", "plan changes", {"organisation": "lumen", "plan": "NONE"}, "there is no plan 'NONE'"),
    ],
)
def test_what_cannot_happen_is_told_with_its_place(
    greenroom: InProcess, provider: str, words: str, given: Json, told: str
) -> None:
    with pytest.raises(GreenroomError, match=rf"mine, line \d+, column 3 \({words}\): .*{told}"):
        play(greenroom, base().happens("5m", provider, words, **given))


@pytest.mark.parametrize(
    ("provider", "words", "given"),
    [
        ("mux", "video is deleted", {"video": "teaser"}),
        ("mux", "file arrives", {"video": "awaited"}),
        ("algolia", "campaign goes missing", {"campaign": "northwind-campaign-1"}),
        ("stripe", "charge is refunded", {"organisation": "lumen"}),
    ],
)
def test_what_has_happened_cannot_happen_again(
    greenroom: InProcess, provider: str, words: str, given: Json
) -> None:
    twice = base().happens("5m", provider, words, **given).happens("6m", provider, words, **given)
    with pytest.raises(GreenroomError, match=rf"\({words}\)"):
        play(greenroom, twice)
