"""Every page, as a person sees it: it opens, tells what it should, is usable by all, and fits a phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from harness.dashboard.showing import SECTIONS
from tests import needs
from tests.harness.dashboard.conftest import Used

TITLES = {title: path for path, title, _ in SECTIONS}
AXE = needs.NODE_FOLDER / "node_modules" / "axe-core" / "axe.min.js"


async def judged(page: Page) -> list[str]:
    """Return what axe finds serious on a page."""
    reason = "tests/node/node_modules/axe-core is missing: run `make node`"
    needs.require("node", available=AXE.is_file(), reason=reason)
    await page.evaluate(AXE.read_text("utf-8"))
    told: dict[str, Any] = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in told["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


async def detail_pages(page: Page, used: Used) -> list[str]:
    """Return the addresses of one page of each kind that lies below a section."""
    [request, *_] = used.control("GET", "/requests")["requests"]
    [delivery, *_] = used.control("GET", "/deliveries")["deliveries"]
    [event, *_] = used.control("GET", "/events", provider="stripe")["events"]
    [mail, *_] = used.control("GET", "/emails")["emails"]
    return [
        f"/requests/{request['id']}",
        "/requests?violations=1",
        f"/webhooks/deliveries/{delivery['id']}",
        "/webhooks/events?provider=stripe",
        f"/webhooks/events/stripe/{event['id']}",
        f"/inbox?mail={mail['id']}",
        "/objects/stripe.customer",
        f"/objects/stripe.customer/{event['body']['data']['object']['id']}",
        "/contracts?provider=resend",
        "/scenarios?beside=default&kind=stripe.price",
        "/nothing",
    ]


@pytest.mark.parametrize("title", TITLES)
async def test_each_section_is_reached_by_its_name(board: Page, used: Used, title: str) -> None:
    await board.get_by_role("navigation", name="Sections").get_by_role("link", name=title).click()
    await expect(board.get_by_role("heading", level=1)).to_have_text(title)
    await expect(board).to_have_title(f"{title} · {used.world['name']} · Greenroom")
    current = board.get_by_role("navigation", name="Sections").locator("[aria-current=page]")
    await expect(current).to_have_text(title)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_them(page: Page, used: Used, scheme: Any) -> None:
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    used.control("POST", "/faults", {"kind": "latency", "milliseconds": 1})
    used.control("POST", "/snapshots", {"name": "kept"})
    found: list[str] = []
    for path in [*(path or "/" for path in TITLES.values()), *await detail_pages(page, used)]:
        await page.goto(f"{used.ui}{path}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        found += [f"{path}: {each}" for each in await judged(page)]
    assert not found, "\n".join(found)


async def test_a_phone_shows_which_section_is_open(page: Page, used: Used) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    for section in ("worlds", "webhooks", "contracts"):
        await page.goto(f"{used.ui}/{section}")
        await expect(page.locator("nav.side a[aria-current]")).to_be_in_viewport(ratio=1)


async def test_they_fit_a_phone(page: Page, used: Used) -> None:
    await page.set_viewport_size({"width": 390, "height": 800})
    wide: list[str] = []
    for path in [*(path or "/" for path in TITLES.values()), *await detail_pages(page, used)]:
        await page.goto(f"{used.ui}{path}")
        if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
    assert not wide


async def test_the_overview_draws_who_calls_whom(board: Page, used: Used) -> None:
    picture = board.get_by_role("group", name="Dependency map")
    await expect(picture).to_contain_text("Stripe PythonBindings 16.1.0")
    await expect(picture).to_contain_text("resend-node 6.38.0")
    await expect(picture.get_by_role("link", name="Stripe:")).to_contain_text("67% errors")
    await expect(picture.get_by_role("link", name="Clerk: not called yet")).to_be_visible()
    await expect(picture).to_contain_text("1 delivery, 0 failed")
    row = board.locator("tr", has=board.get_by_role("rowheader", name="Stripe"))
    await expect(row.get_by_role("cell").first).to_have_text("3")
    await expect(board.get_by_role("listitem").filter(has_text="rules broken")).to_contain_text("1")
    await expect(board.locator("#chart canvas")).to_be_visible()
    await picture.get_by_role("link", name="Resend").click()
    await expect(board.get_by_role("row", name="POST /emails")).to_be_visible()
    await expect(board.get_by_role("row", name="/v1/customers")).to_have_count(0)


async def test_a_request_is_shown_whole_with_the_rule_that_it_broke(board: Page, used: Used) -> None:
    await board.goto(f"{used.ui}/requests")
    await expect(board.get_by_role("row", name="violation")).to_have_count(1)
    await board.get_by_label("only violations").check()
    await expect(board.locator("#found tbody tr")).to_have_count(1)
    await board.get_by_role("link", name="POST /v1/customers").click()
    violation = board.get_by_role("region", name="Violation")
    await expect(violation).to_contain_text("Received unknown parameter: nonsense")
    asked = board.get_by_role("region", name="Request", exact=True)
    await expect(asked.get_by_role("row", name="nonsense")).to_contain_text("1")
    await asked.get_by_text("headers").click()
    await expect(asked).to_contain_text("(redacted)")
    await expect(board.get_by_role("region", name="Answer")).to_contain_text('"invalid_request_error"')


async def test_requests_are_found_by_words_and_filters(board: Page, used: Used) -> None:
    await board.goto(f"{used.ui}/requests")
    rows = board.locator("#found tbody tr")
    await expect(rows).to_have_count(4)
    await board.get_by_label("Search").fill("ada@shop.test")
    await expect(rows).to_have_count(1)
    await board.get_by_label("Search").fill("")
    await expect(rows).to_have_count(4)
    await board.get_by_label("Answer").select_option("4xx")
    await expect(rows).to_have_count(2)
    await board.get_by_label("Operation").fill("GetCustomersCustomer")
    await board.get_by_role("button", name="Find").click()
    await expect(rows).to_have_count(1)
    assert "operation=GetCustomersCustomer" in board.url


async def test_a_long_journal_is_read_page_by_page(page: Page, used: Used) -> None:
    for number in range(60):
        used.stripe("GET", f"/customers/cus_{number:02}")
    await page.goto(f"{used.ui}/requests")
    rows = page.locator("#found tbody tr")
    await expect(rows).to_have_count(50)
    await expect(rows.first).to_contain_text("cus_59")
    await page.get_by_role("link", name="Older").click()
    await expect(rows).to_have_count(14)
    await expect(rows.first).to_contain_text("cus_09")
    await page.get_by_role("link", name="Newest").click()
    await expect(rows).to_have_count(50)


async def test_objects_are_browsed_and_ids_lead_across_providers(board: Page, used: Used) -> None:
    user = "user_2abcDEFghiJKLmno"
    created = used.customer(
        email="bob@shop.test", **{"metadata[mail]": used.mail(), "metadata[nobody]": user}
    )
    await board.goto(f"{used.ui}/objects")
    await board.get_by_role("navigation", name="Kinds").get_by_role("link", name="customer").first.click()
    await board.get_by_role("link", name=created).click()
    document = board.get_by_role("region", name="Document")
    await expect(document).to_contain_text(user)
    await expect(document.get_by_role("link", name=user)).to_have_count(0)
    await board.get_by_role("region", name="Holds on to").get_by_role("link", name="resend.email").click()
    await expect(board.get_by_role("region", name="Document")).to_contain_text("ada@customer.test")
    await board.goto(f"{used.ui}/objects")
    await board.get_by_label("Find an id").fill(created)
    await board.get_by_role("button", name="Open").click()
    await expect(board.get_by_role("heading", level=1)).to_have_text(created)
    await board.goto(f"{used.ui}/objects?id=nobody")
    await expect(board.get_by_role("status").filter(has_text="Nothing here has the id")).to_be_visible()


async def test_many_objects_are_read_page_by_page(page: Page, used: Used) -> None:
    made = [used.customer(email=f"c{number}@shop.test") for number in range(60)]
    await page.goto(f"{used.ui}/objects/stripe.customer")
    rows = page.locator("table.rows tbody tr")
    await expect(rows).to_have_count(50)
    await expect(rows.first).to_contain_text(made[-1])
    await page.get_by_role("link", name="Older").click()
    await expect(rows).to_have_count(11)
    await expect(rows.first).to_contain_text(made[9])


async def test_contracts_show_the_surface_and_the_broken_rules(board: Page, used: Used) -> None:
    await board.goto(f"{used.ui}/contracts")
    await expect(board.get_by_role("region", name="Violations").last).to_contain_text(
        "unknown parameter: nonsense"
    )
    await board.get_by_role("link", name="Resend", exact=True).click()
    await board.get_by_label("Search").fill("emails/send")
    await board.get_by_role("button", name="Find").click()
    row = board.get_by_role("row", name="emails/send").first
    await expect(row).to_contain_text("POST /emails")
    await row.get_by_role("link", name="1").click()
    await expect(board.locator("#found tbody tr")).to_have_count(1)


async def test_two_worlds_are_compared(board: Page, used: Used) -> None:
    twin = used.control("POST", "/fork", {})
    extra = used.customer(email="only@here.test")
    await board.goto(f"{used.ui}/scenarios")
    await board.get_by_label("beside").select_option(twin["name"])
    await board.get_by_role("button", name="Compare").click()
    row = board.get_by_role("row", name="stripe.customer ")
    await expect(row.get_by_role("cell")).to_have_text(["2", "1", "-1"])
    await row.get_by_role("link").click()
    await expect(board.get_by_role("link", name=extra)).to_be_visible()
    await expect(board.get_by_text("1 are the same in both")).to_be_visible()
    used.server.control("DELETE", f"/worlds/{twin['id']}")


async def test_the_old_addresses_lead_here(page: Page, used: Used) -> None:
    await page.goto(used.server.url)
    await expect(page).to_have_title("Overview · default · Greenroom")
    await page.goto(f"{used.server.url}/_greenroom/?world={used.world['name']}")
    await expect(page).to_have_title(f"Overview · {used.world['name']} · Greenroom")
    await page.goto(f"{used.server.url}/_greenroom/worlds/{used.world['id']}/inbox?search=code")
    await expect(page.get_by_role("link", name="Your code")).to_be_visible()
