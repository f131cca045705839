"""A brand-lift study: launched at Cint, answered by a panel over world time, and reported."""

from __future__ import annotations

from typing import Any

from demo.acts.entrance import ADDRESS
from demo.journey import Journey, check, step

RESPONDENTS = 300
DAYS = 14
OPINION = {"kpi": "AD_RECALL", "control_rate": 0.22, "exposed_rate": 0.42}
"""What the simulated panel thinks: the share that remembers, among those who saw the campaign and those who did not."""

KPIS = {"AD_RECALL": "Do you remember seeing Aurora lately?", "BRAND_AWARENESS": "Do you know Aurora?"}


@step("cint")
def launch(journey: Journey) -> str:
    """A brand-lift study on the campaign is approved and launched at Cint."""
    study = journey.app(
        "POST",
        "/studies",
        organisation_id=journey.organisation,
        campaign_id=journey.campaign,
        name="Did Aurora stay in mind?",
        primary_kpi="AD_RECALL",
        secondary_kpis=["BRAND_AWARENESS"],
        filling_goal=RESPONDENTS,
        minutes=5,
        incidence_rate=0.9,
        fielding_days=DAYS,
    )
    journey.study = study["id"]
    options: list[Any] = [{"text": "Yes, clearly", "top_box": True}, {"text": "No"}, {"text": "Not sure"}]
    questions = [{"text": text, "kpi": kpi, "options": options} for kpi, text in KPIS.items()]
    journey.app("PUT", f"/studies/{study['id']}/questions", questions=questions)
    for action in ("request-review", "approve"):
        journey.app("POST", f"/studies/{study['id']}/review/{action}")
    journey.app("POST", f"/studies/{study['id']}/launch")
    journey.stage.world.clock.advance(minutes=1)
    live = journey.app("POST", f"/studies/{study['id']}/refresh")
    check((live["status"], live["cint_status"]) == ("COLLECTING", "live"), f"it is {live['cint_status']}")
    journey.stage.world.trigger(
        "cint", "panel.behave", **OPINION, target_group_id=live["cint_target_group_id"]
    )
    return (
        f"target group {live['cint_target_group_id']} is live, {RESPONDENTS} completes wanted in {DAYS} days"
    )


@step("cint")
def respondents(journey: Journey) -> str:
    """Three hundred people open the survey over world time and answer it."""
    days = completes = 0
    progress: Any = {}
    while completes < RESPONDENTS and days <= DAYS:
        journey.stage.world.clock.advance(days=1)
        days += 1
        progress = journey.app("GET", f"/studies/{journey.study}/progress")
        completes = sum(arm.get("complete", 0) for arm in progress["respondents"].values())
    check(completes >= RESPONDENTS, f"{completes} people completed it in {days} days")
    arms = {arm: outcomes.get("complete", 0) for arm, outcomes in progress["respondents"].items()}
    others = sum(sum(outcomes.values()) for outcomes in progress["respondents"].values()) - completes
    shares = ", ".join(f"{count} {arm}" for arm, count in arms.items())
    return f"{completes} completes in {days} days of world time ({shares}); {others} more came and did not finish"


@step("cint")
def results(journey: Journey) -> str:
    """The study ends: lift with its significance, and a mail of the results."""
    ended = journey.app("POST", f"/studies/{journey.study}/complete")
    check(ended["status"] == "COMPLETED", f"the study is {ended['status']}")
    lifts = journey.app("GET", f"/studies/{journey.study}/results")["lifts"]
    check([each["kpi"] for each in lifts] == list(KPIS), f"the KPIs are {[each['kpi'] for each in lifts]}")
    first = lifts[0]
    check(first["sufficient"], f"the sample does not suffice: {first}")
    subject = journey.delivered("study_results", ADDRESS)
    low, high = first["interval"]
    return (
        f"ad recall {first['exposed']['value']:.1%} exposed, {first['control']['value']:.1%} control: "
        f"lift {first['absolute_lift']:+.1%} (95 % {low:+.1%} to {high:+.1%}, p = {first['p_value']:.4f}, "
        f"{'significant' if first['significant'] else 'not significant'}); “{subject}” was delivered"
    )
