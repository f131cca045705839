"""Metrics against the mails and events that the API and the world show: each number counted anew."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.mocks.resend.room import Room

Json = dict[str, Any]
ZONE = "America/New_York"
RECIPIENTS = (
    "ada@customer.test",
    "bob@customer.test",
    "bounced@resend.dev",
    "complained@resend.dev",
    "suppressed@resend.dev",
)


async def metrics(room: Room, query: str = "") -> Json:
    found: Json = await room.ok("GET", f"/emails/metrics{query}")
    return found


async def lived(room: Room) -> list[str]:
    """Let mails of several days come to all kinds of ends; return their ids."""
    ids: list[str] = []
    for hours in (1, 5, 30):
        ids += [await room.send(to) for to in RECIPIENTS]
        await room.advance(hours * 3600)
        room.trigger("email.opened", email_id=ids[-5])
        room.trigger("email.opened", email_id=ids[-5])
        room.trigger("email.clicked", email_id=ids[-4], link="https://a.test/")
        room.trigger("email.bounced", type="Transient", sub_type="MailboxFull")
        room.trigger("email.delivery_delayed")
        room.trigger("email.failed")
    both = {"sending": "enabled", "receiving": "enabled"}
    await room.ok("POST", "/domains", {"name": "in.test", "capabilities": both})
    room.trigger("email.received", to="hello@in.test")
    return ids


async def test_totals_are_what_was_announced(room: Room) -> None:
    await lived(room)
    announced = Counter(each["type"].removeprefix("email.") for each in room.events())
    answer = await metrics(room)
    assert (answer["object"], answer["dimensions"], answer["granularity"]) == ("metrics", [], "daily")
    assert (answer["start_date"], answer["end_date"]) == (
        "2026-02-24T21:00:00.000Z",
        "2026-03-02T21:00:00.000Z",
    )
    assert "data" not in answer
    totals = answer["totals"]
    assert list(totals) == answer["metrics"]
    for name in (
        "received",
        "delivered",
        "complained",
        "suppressed",
        "bounced",
        "opened",
        "clicked",
        "failed",
    ):
        assert totals[name] == announced[name] > 0, name
    assert totals["delivery_delayed"] == announced["delivery_delayed"] == 3
    assert (totals["bounced_permanent"], totals["bounced_transient"], totals["bounced_undetermined"]) == (
        3,
        3,
        0,
    )
    assert (totals["opened"], totals["unique_opened"], totals["unique_clicked"]) == (6, 3, 3)
    assert totals["bounce_rate"] == 6 / announced["sent"]
    assert totals["delivery_rate"] == announced["delivered"] / announced["sent"]
    assert totals["open_rate"] == 3 / announced["delivered"]
    assert totals["complaint_rate"] == 3 / announced["delivered"]


@pytest.mark.parametrize("granularity", ["hourly", "daily", "weekly", "monthly"])
async def test_periods_hold_what_happened_in_them_by_the_clocks_of_a_zone(
    room: Room, granularity: str
) -> None:
    await lived(room)
    answer = await metrics(room, f"?dimensions=period&granularity={granularity}&timezone={ZONE}&metrics=sent")
    counted: Counter[str] = Counter()
    for each in room.events():
        if each["type"] == "email.sent":
            counted[period(each["created_at"], granularity)] += 1
    shown = {row["period"]: row["sent"] for row in answer["data"]}
    assert {name: count for name, count in shown.items() if count} == counted
    assert sum(shown.values()) == answer["totals"]["sent"]
    assert list(shown) == sorted(shown)
    assert len(shown) > len(counted) or granularity in ("weekly", "monthly")


def period(text: str, granularity: str) -> str:
    """Return when the period of an instant began, in UTC."""
    local = datetime.fromisoformat(text).astimezone(ZoneInfo(ZONE)).replace(minute=0, second=0, microsecond=0)
    if granularity != "hourly":
        local = local.replace(hour=0)
    if granularity == "weekly":
        local -= timedelta(days=local.weekday())
    if granularity == "monthly":
        local = local.replace(day=1)
    return local.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%S.000Z")


async def test_rows_are_of_domains_and_mails(room: Room) -> None:
    ids = await lived(room)
    by_domain = await metrics(room, "?dimensions=domain&metrics=sent,received")
    names = {row["domain_name"]: (row["sent"], row["received"]) for row in by_domain["data"]}
    assert names == {"greenroom.test": (by_domain["totals"]["sent"], 0), "in.test": (0, 1)}
    [own] = [row["domain_id"] for row in by_domain["data"] if row["domain_name"] == "in.test"]
    assert (await metrics(room, f"?domain_id={own}"))["totals"]["received"] == 1
    by_mail = await metrics(
        room, f"?dimensions=email&email_id={ids[0]}&email_id={ids[1]},{ids[2]}&metrics=opened"
    )
    assert {row["email_id"]: row["opened"] for row in by_mail["data"]} == {ids[0]: 2, ids[1]: 0, ids[2]: 0}
    both = await metrics(room, "?dimensions=period,domain&metrics=sent")
    assert {tuple(row) for row in both["data"]} == {("period", "domain_id", "domain_name", "sent")}
    assert sum(row["sent"] for row in both["data"]) == both["totals"]["sent"]


async def test_a_broadcast_has_its_own_and_who_leaves_it_is_counted_once(room: Room) -> None:
    segment = (await room.ok("POST", "/segments", {"name": "All"}))["id"]
    for name in ("ada", "bo"):
        await room.ok("POST", "/contacts", {"email": f"{name}@customer.test", "segments": [segment]})
    html = '<a href="{{{RESEND_UNSUBSCRIBE_URL}}}">Leave</a>'
    body = {"segment_id": segment, "from": "news@greenroom.test", "subject": "News", "html": html}
    made = await room.ok("POST", "/broadcasts", body | {"name": "Spring", "send": True})
    await room.advance(60)
    await room.send()
    await room.advance(60)
    mails = room.mails()
    [leave] = [each["headers"]["List-Unsubscribe"].strip("<>") for each in mails if each["to"] == ["ada@customer.test"] and "List-Unsubscribe" in each["headers"]]  # fmt: skip
    for method in ("POST", "GET"):
        assert (await room.client.request(method, leave)).status_code == 200
    [row] = (await metrics(room, "?dimensions=broadcast&metrics=sent,unsubscribed,unsubscribe_rate"))["data"]
    assert row == {
        "broadcast_id": made["id"],
        "broadcast_name": "Spring",
        "sent": 2,
        "unsubscribed": 1,
        "unsubscribe_rate": 0.5,
    }
    assert (await metrics(room, f"?broadcast_id={made['id']}"))["totals"]["sent"] == 2
    assert (await metrics(room))["totals"]["sent"] == 3


async def test_only_the_range_counts(room: Room) -> None:
    await room.send()
    await room.advance(10 * 86400)
    assert (await metrics(room))["totals"]["sent"] == 0
    assert (await metrics(room, "?start_date=2026-03-01"))["totals"]["sent"] == 1
    assert (await metrics(room, "?start_date=2026-03-01&end_date=2026-03-01T08:00:00Z"))["totals"][
        "sent"
    ] == 0
    later = await metrics(room, "?end_date=2050-01-01")
    assert later["end_date"] == "2026-03-11T09:00:00.000Z"


async def test_a_world_without_mail_has_noughts(room: Room) -> None:
    answer = await metrics(room, "?dimensions=period")
    assert set(answer["totals"].values()) == {0}
    assert len(answer["data"]) == 7


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("metrics=sent,none", "Invalid `metrics` field."),
        ("dimensions=tag", "Invalid `dimensions` field."),
        ("granularity=yearly", "Invalid `granularity` field."),
        ("timezone=Mars/Base", "Invalid `timezone` field."),
        ("timezone=../../etc/passwd", "Invalid `timezone` field."),
        ("start_date=yesterday", "Invalid `start_date` field."),
        ("start_date=2026-03-02&end_date=2026-03-01", "The `start_date` must be on or before"),
        ("dimensions=email,broadcast", "The `email` dimension"),
        ("dimensions=email&broadcast_id=1", "The `email` dimension"),
        (
            "dimensions=period&granularity=hourly&start_date=2000-01-01",
            "The date range cannot have more than",
        ),
        ("email_id=" + ",".join(map(str, range(101))), "Invalid `email_id` field."),
    ],
)
async def test_wrong_questions_are_refused(room: Room, query: str, message: str) -> None:
    status, name, text = await room.refused("GET", f"/emails/metrics?{query}")
    assert (status, name) == (422, "validation_error")
    assert text.startswith(message)
