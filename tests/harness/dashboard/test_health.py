"""The page of health, and the banners of alerts."""

from __future__ import annotations

import json
import re
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
from playwright.async_api import Page, expect

from harness.alerts import Alerts, Rule
from harness.dashboard import health
from harness.dashboard.showing import brief, percent
from harness.delivery_client import Client
from harness.health import HOUR, MINUTE, Health, by_hour
from tests.harness.controlling import Control
from tests.harness.dashboard.conftest import Used


async def page(control: Control, path: str) -> str:
    """Return a page of the world `default` as text."""
    answer = await control.raw("GET", f"/ui/default/{path}")
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def series(text: str, place: str) -> Any:
    """Return the columns of a chart."""
    found = re.search(rf"id=\"{place}\" data-series='([^']*)'", text)
    assert found is not None
    return json.loads(found[1])


async def test_it_tells_figures_keys_and_series_without_scripts(control: Control) -> None:
    await control.parcel("one")
    world = control.lab.runtime.worlds.find(control.world)
    assert (await control.lab.call(world, "GET", "/parcels/none")).status_code == 404
    text = await page(control, "health?provider=parcel&minutes=15")
    assert '<td class="number">100 %</td><td class="number warn">50 %</td>' in text
    assert '<tr><th scope="row"><time' in text
    assert world.accounts["parcel"]["tokens"]["key"] not in text
    assert "Requests by the hour, the oldest first: 0," in text
    assert "No rules were given" in text
    traffic, lines = series(text, "chart"), series(text, "times")
    assert (sum(traffic["good"]), sum(traffic["refused"]), sum(traffic["failed"])) == (1, 1, 0)
    assert len(traffic["at"]) == len(lines["at"]) == 15
    assert max(each for each in lines["lines"]["errors"] if each is not None) >= 50


async def test_nothing_happened_and_no_provider_of_that_name(control: Control) -> None:
    text = await page(control, "health?provider=nobody&minutes=7")
    assert "Nothing happened in that time." in text
    assert '<option value="7" selected>7 minutes</option>' in text
    answer = await control.raw("GET", "/ui/default/health?minutes=0")
    assert answer.status_code == 422


async def test_an_alert_that_fires_is_a_banner_until_it_ends(control: Control) -> None:
    runtime = control.lab.runtime
    rule = Rule(name="<b>busy</b>", metric="requests", above=0, over_minutes=1, actions=["page"])
    quiet = Rule(name="told elsewhere", metric="requests", above=0, over_minutes=1, actions=["log"])
    counted = runtime.engine.health
    runtime.alerts = Alerts(counted, Client(frozenset()), [rule, quiet], list(runtime.providers))
    assert "notice bad" not in await page(control, "")
    counted._of("parcel").minute(100).count = 1
    await runtime.alerts.look(100 * MINUTE)
    for path in ("", "health"):
        answer = await control.raw("GET", f"/ui/default/{path}")
        assert answer.text.count('<p class="notice bad" role="alert">') == 1
        assert "&lt;b&gt;busy&lt;/b&gt;</strong>: parcel requests is 1 (above 0)" in answer.text
    assert "told elsewhere" in await page(control, "health")
    await runtime.alerts.look(102 * MINUTE)
    assert "notice bad" not in await page(control, "")


@pytest.mark.parametrize(("minutes", "size"), [(1, 1), (60, 1), (61, 2), (360, 6), (1440, 24)])
def test_a_long_time_is_drawn_in_longer_steps(minutes: int, size: int) -> None:
    counted = Health()
    for at in (1440, 2879, 2880):
        counted._of("parcel").minute(at).count += 1
    steps = list(health.spans(counted, ["parcel"], minutes, 2880 * MINUTE))
    assert health.step(minutes) == size
    assert len(steps) <= health.BARS
    assert all(later.at - each.at == size for each, later in pairwise(steps))
    assert steps[-1].at <= 2880 < steps[-1].at + size
    assert sum(each.count for each in steps) == 1 if minutes == 1 else 2


async def test_uses_of_a_key_are_counted_by_the_hour(control: Control) -> None:
    await control.parcel("one")
    counted = control.lab.runtime.engine.health
    (key,) = counted._of("parcel").keys.values()
    hour = key.last // HOUR
    assert by_hour(key.hours, hour)[-2:] == [0, 1]
    assert by_hour(key.hours, hour + 2)[-4:] == [0, 1, 0, 0]
    assert sum(by_hour(key.hours, hour + 24)) == 0


def test_figures_are_short() -> None:
    assert [percent(each) for each in (0.0, 1.0, 0.5, 0.9995)] == ["0 %", "100 %", "50 %", "99.95 %"]
    assert [brief(each) for each in (None, 3.0, 0.33333)] == ["–", "3", "0.3333"]


async def test_it_is_reached_and_draws(board: Page, used: Used) -> None:
    await board.get_by_role("navigation", name="Sections").get_by_role("link", name="Health").click()
    await expect(board.get_by_role("heading", level=1)).to_have_text("Health")
    await expect(board.locator("#chart canvas")).to_be_visible()
    await expect(board.locator("#times canvas")).to_be_visible()
    await board.get_by_role("link", name="Stripe", exact=True).click()
    await expect(board.get_by_role("heading", name="Over time: Stripe")).to_be_visible()
    await board.get_by_label("The last").select_option("6 hours")
    await board.get_by_role("button", name="Show").click()
    await expect(board.get_by_role("region", name="Figures over time")).to_be_visible()
    assert "minutes=360" in board.url
    used.stripe("GET", "/prices")
    await expect(board.locator("#times canvas")).to_have_count(1)
