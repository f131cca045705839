"""QA's story, by the command line and the dashboard: a scenario is written, mended, loaded, watched, broken, kept and compared."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from typer.testing import CliRunner

from harness.cli.app import app
from tests.harness.serving import START, Served

Json = dict[str, Any]
FILE = """\
scenario: 1
title: A tea house whose card fails
parameters:
  mails: {description: How often it is told., type: integer, default: 2, minimum: 1, maximum: 5}
plans: [ESSENTIAL_MONTHLY]
organisations:
  - {key: tea, name: Oolong & Sons, people: 2, campaigns: 1, days_ago: 40, plan: ESSENTIAL_MONTHLY, subscribed_days_ago: 25}
videos:
  - {key: leaf, organisation: tea, title: From leaf to cup}
endpoints:
  - provider: stripe
timeline:
  - {at: 1d, provider: stripe, happens: payment fails, with: {organisation: tea}}
  - {at: 6d, every: 12h, times: "${mails}", provider: resend, happens: mail is sent, with: {to: "${people.tea-1.email}", subject: Your card was refused}}
  - {at: 9d, provider: stripe, happens: card is replaced, with: {organisation: tea}}
lasts: 20d
expectations:
  - {that: It pays again, objects: stripe.subscription, where: {customer: "${stripe.organisation.tea}", status: active}, count: 1}
  - {that: It was told, mails: resend, where: {subject: Your card was refused}, count: "${mails}"}
  - {that: It failed first, events: stripe, in_order: [invoice.payment_failed, invoice.paid]}
  - {that: All webhooks arrived, deliveries: stripe, where: {state: {not: delivered}}, count: 0}
"""


def run(server: Served, *words: str, code: int = 0) -> str:
    """Run a command; return what it prints, or what it is refused with."""
    result = CliRunner().invoke(app, [*words, "--url", server.url])
    told = f"{result.output}{result.exception or ''}"
    assert result.exit_code == code, told
    return told


class Desk:
    """QA's command line, in one world, and the file that is worked on."""

    def __init__(self, server: Served, folder: Path) -> None:
        self.server, self.file = server, folder / "tea.yaml"
        self.world: Json = server.create_world(name="qa-tea", seed=7, clock={"mode": "frozen", "now": START})

    def run(self, *words: str, code: int = 0) -> str:
        """Run a command."""
        return run(self.server, *words, code=code)

    def of_world(self, *words: str, code: int = 0) -> str:
        """Run a command on the world."""
        return self.run(*words, "--world", "qa-tea", code=code)

    def ui(self, path: str, world: str = "qa-tea") -> str:
        return f"{self.server.url}/_greenroom/ui/{world}{path}"


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("payment fails", "payment fial", "line 13, column 32: stripe knows no happening 'payment fial'; did you mean payment fails?"),
        ("organisation: tea, title", "organization: tea, title", "line 9, column 17: videos.0.organization: there is no such field; did you mean organisation?"),
        ("at: 1d", "at: 1 fortnight", "line 13, column 6: timeline.0.at: '1 fortnight' is no span of time: write 3d,"),
        ("people.tea-1", "people.tea-9", "nothing in this scenario is called 'people.tea-9.email'; did you mean people.tea-"),
        ("title: A tea", 'title: "A tea', "tea is no YAML"),
    ],
)  # fmt: skip
def test_a_mistake_says_where_and_what_to_write(
    server: Served, tmp_path: Path, right: str, wrong: str, told: str
) -> None:
    path = tmp_path / "tea.yaml"
    path.write_text(FILE.replace(right, wrong, 1), "utf-8")
    before = len(server.control("GET", "/worlds")["worlds"])
    assert told in run(server, "scenario", "play", str(path), code=1)
    assert len(server.control("GET", "/worlds")["worlds"]) == before


async def test_from_the_file_to_the_comparison(page: Page, server: Served, tmp_path: Path) -> None:
    desk = Desk(server, tmp_path)
    desk.file.write_text(FILE, "utf-8")
    told = desk.of_world("scenario", "load", str(desk.file), "--set", "mails=9", code=1)
    assert "the parameter mails: '9' does not lie from 1 to 5" in told
    assert "loaded tea (seed 7)" in desk.of_world("scenario", "load", str(desk.file), "--set", "mails=3")
    told = desk.of_world("scenario", "check", code=1)
    assert re.search(r"FAILED +It failed first +\d+ events, invoice.payment_failed did not come", told)
    desk.of_world("snapshot", "save", "before")
    desk.run("world", "fork", "qa-tea", "--name", "qa-twin")
    await watched_and_broken(page, desk)
    assert re.search(
        r"ok +It failed first +\d+ events, these in this order", desk.of_world("scenario", "check")
    )
    assert "nothing is wrong" in desk.run("world", "check", "qa-tea")
    exported(desk, tmp_path / "out")
    await compared(page, desk)
    assert "as it was in before; it is 2026-03-01" in desk.of_world("snapshot", "restore", "before")
    desk.of_world("scenario", "check", code=1)
    for world in ("qa-tea", "qa-twin"):
        desk.run("world", "delete", world)


async def watched_and_broken(page: Page, desk: Desk) -> None:
    """Move the clock on the dashboard with a fault that stands, see a delivery fail, and everything come right."""
    await page.goto(desk.ui("/scenarios"))
    await expect(page.get_by_role("region", name="Told in qa-tea")).to_contain_text("tea seed 7")
    await page.goto(desk.ui("/time"))
    due = page.get_by_role("region", name="What is due")
    await expect(due).to_contain_text("2026-03-02 09:00:00 stripe scenario.step")
    await page.goto(desk.ui("/webhooks"))
    await page.get_by_label("deliveries of").select_option("stripe")
    await page.get_by_role("button", name="Fail").click()
    await expect(page.get_by_text("1 delivery fault stands")).to_be_visible()
    await page.goto(desk.ui("/time"))
    await page.get_by_role("button", name="+ a week").click()
    await expect(page.get_by_role("status").filter(has_text="It is 2026-03-08")).to_be_visible()
    await page.goto(desk.ui("/webhooks/events?provider=stripe&type=invoice.payment_failed"))
    await expect(page.get_by_role("region", name="Events").last).to_contain_text("invoice.payment_failed")
    deliveries = desk.server.control("GET", "/worlds/qa-tea/deliveries", limit=200)["deliveries"]
    assert [
        attempt["fault"] for each in deliveries for attempt in each["attempts"] if attempt.get("fault")
    ] == ["fail"]
    desk.of_world("clock", "advance", "20d")
    await page.goto(desk.ui("/scenarios?check=1"))
    rows = page.get_by_role("region", name="Expectations").locator("tbody tr")
    await expect(rows).to_have_count(4)
    await expect(rows.filter(has_text="yes")).to_have_count(4)
    await page.goto(desk.ui("/inbox"))
    await expect(page.get_by_role("link", name="Your card was refused")).to_have_count(3)


def exported(desk: Desk, folder: Path) -> None:
    """Export the world as CSV, which a second export does not overwrite by itself."""
    desk.run("world", "export", "qa-tea", "--to", str(folder), "--format", "csv")
    told = desk.run("world", "export", "qa-tea", "--to", str(folder), "--format", "csv", code=1)
    assert "give --truncate to replace it" in told
    with (folder / "stripe" / "subscription.csv").open(encoding="utf-8", newline="") as file:
        [subscription] = csv.DictReader(file)
    assert subscription["status"] == "active"


async def compared(page: Page, desk: Desk) -> None:
    """See on the dashboard what has come to be in the world, and not in its twin, whose clock stood still."""
    await page.goto(desk.ui("/scenarios"))
    await page.get_by_label("beside").select_option("qa-twin")
    await page.get_by_role("button", name="Compare").click()
    row = page.get_by_role("row", name="resend.email ")
    await expect(row.get_by_role("cell")).to_have_text(["5", "2", "-3"])
    await row.get_by_role("link").click()
    await expect(page.get_by_role("heading", name="Only in qa-tea (3)")).to_be_visible()
    await expect(page.get_by_text("2 are the same in both")).to_be_visible()
