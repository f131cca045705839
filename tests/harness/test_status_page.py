"""The status page, as a browser shows it."""

import pytest
from playwright.async_api import Page, expect

from tests.harness.serving import Served


@pytest.fixture
def world(server: Served) -> str:
    made = server.create_world(clock={"mode": "frozen", "now": "2026-03-01T09:00:00Z"})
    key = made["env"]["STRIPE_SECRET_KEY"]
    answer = server.http.post(
        f"{made['urls']['stripe']}/v1/customers", data={"email": "ada@shop.test"}, auth=(key, "")
    )
    assert answer.is_success
    name: str = made["name"]
    return name


async def test_it_shows_what_is_served_and_what_a_world_has_seen(
    server: Served, page: Page, world: str
) -> None:
    await page.goto(f"{server.url}/?world=none")
    await expect(page).to_have_title("Greenroom · default")
    await page.goto(f"{server.url}/_greenroom/")
    await page.get_by_role("link", name=world, exact=True).click()
    await expect(page).to_have_title(f"Greenroom · {world}")
    await expect(page.get_by_text("frozen at 2026-03-01T09:00:00.000Z")).to_be_visible()
    await expect(page.get_by_role("row", name="Stripe http")).to_contain_text("1")
    await expect(page.get_by_role("row", name="POST /v1/customers")).to_contain_text("PostCustomers")
    await expect(page.get_by_text("No mail was sent yet.")).to_be_visible()


def test_a_world_that_is_not_there_is_a_problem(server: Served) -> None:
    answer = server.http.get("/_greenroom/", params={"world": "nobody"})
    assert answer.status_code == 404
    assert "there is no world 'nobody'" in answer.json()["detail"]
