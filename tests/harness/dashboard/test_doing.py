"""What a person does on the pages, by clicks, looked at through the control API."""

from __future__ import annotations

from playwright.async_api import Dialog, Page, expect

from tests.harness.dashboard.conftest import Used
from tests.harness.serving import Receiver


async def said(page: Page, text: str) -> None:
    """Wait until the page says what came of the last action."""
    await expect(page.locator("p.notice")).to_contain_text(text)


async def accept(dialog: Dialog) -> None:
    """Say yes."""
    await dialog.accept()


async def test_worlds_are_made_forked_reset_and_deleted(board: Page, used: Used) -> None:
    board.on("dialog", accept)
    await board.goto(f"{used.ui}/worlds")
    new = board.get_by_role("region", name="New world")
    name = f"{used.world['name'][-12:]}-made"
    await new.get_by_label("Name").fill(name)
    await new.get_by_label("Seed").fill("11")
    await new.get_by_label("Clock").select_option("frozen")
    await new.get_by_label("Begins at").fill("2026-05-01T00:00:00Z")
    await new.get_by_label("Resend").check()
    await new.get_by_role("button", name="Make it").click()
    await said(board, f"World {name} was made.")
    made = used.server.control("GET", f"/worlds/{name}")
    assert (made["seed"], made["lenient"]) == (11, ["resend"])
    assert made["clock"] == {"mode": "frozen", "now": "2026-05-01T00:00:00.000Z", "rate": 1.0}
    await board.get_by_role("button", name="Delete").click()
    await said(board, f"World {name} was deleted.")
    assert name not in {each["name"] for each in used.server.control("GET", "/worlds")["worlds"]}

    await board.goto(f"{used.ui}/worlds")
    await board.get_by_label("Name of the fork").fill(f"{name}-twin")
    await board.get_by_role("button", name="Fork").click()
    await said(board, "was forked from")
    twin = used.server.control("GET", f"/worlds/{name}-twin/objects", provider="stripe", kind="customer")
    assert len(twin["objects"]) == 1
    await board.get_by_role("button", name="Reset").click()
    await said(board, "is as it was when it was made")
    assert not used.server.control("GET", f"/worlds/{name}-twin/objects", kind="stripe.customer")["objects"]
    used.server.control("DELETE", f"/worlds/{name}-twin")


async def test_a_name_that_is_taken_is_told(board: Page, used: Used) -> None:
    await board.goto(f"{used.ui}/worlds")
    new = board.get_by_role("region", name="New world")
    await new.get_by_label("Name").fill("default")
    await new.get_by_role("button", name="Make it").click()
    await said(board, "a world named 'default' exists already")
    await expect(board.locator("p.notice")).to_have_class("notice bad")


async def test_snapshots_are_saved_restored_and_deleted(board: Page, used: Used) -> None:
    board.on("dialog", accept)
    await board.goto(f"{used.ui}/worlds")
    await board.get_by_label("Snapshot name").fill("one-customer")
    await board.get_by_role("button", name="Save").click()
    await said(board, "Snapshot one-customer was saved.")
    used.customer(email="later@shop.test")
    await board.get_by_role("button", name="Restore one-customer").click()
    await said(board, "is as it was in snapshot one-customer")
    assert len(used.control("GET", "/objects", kind="stripe.customer")["objects"]) == 1
    await board.get_by_role("button", name="Delete snapshot one-customer").click()
    await said(board, "Snapshot one-customer was deleted.")
    assert used.control("GET", "/snapshots")["snapshots"] == []


async def test_time_is_moved_by_steps_to_what_is_due_and_to_an_instant(board: Page, used: Used) -> None:
    used.mail(scheduled_at="2026-03-05T12:00:00Z", subject="Later")
    await board.goto(f"{used.ui}/time")
    await expect(board.get_by_role("region", name="What is due")).to_contain_text("2026-03-05 12:00:00")
    await board.get_by_role("button", name="+ a day").click()
    await said(board, "It is 2026-03-02 09:00:00 now")
    await board.get_by_role("button", name="To the next event").click()
    await said(board, "It is 2026-03-05 12:00:00 now")
    assert used.control("GET", "/clock")["now"] == "2026-03-05T12:00:00.000Z"
    await board.get_by_role("button", name="+ a month").click()
    await said(board, "It is 2026-04-05 12:00:00 now")
    await board.get_by_label("To", exact=True).fill("2026-06-30T00:00:00Z")
    await board.get_by_role("button", name="Advance").click()
    await said(board, "It is 2026-06-30 00:00:00 now")
    await board.get_by_label("To", exact=True).fill("2026-01-01")
    await board.get_by_role("button", name="Advance").click()
    await said(board, "lies before the world's time")
    await expect(board.get_by_role("region", name="What has been")).to_contain_text("customer.created")


async def test_the_clock_is_set(board: Page, used: Used) -> None:
    await board.goto(f"{used.ui}/time")
    await board.get_by_label("Mode").select_option("fast")
    await board.get_by_label("Rate").fill("3600")
    await board.get_by_role("button", name="Set the clock").click()
    await said(board, "The clock is fast at 2026-03-01")
    assert used.control("GET", "/clock")["rate"] == 3600
    await board.get_by_label("Mode").select_option("frozen")
    await board.get_by_label("Set to").fill("2027-01-31T10:00:00Z")
    await board.get_by_role("button", name="Set the clock").click()
    await said(board, "The clock is frozen at 2027-01-31 10:00:00")
    await board.get_by_role("button", name="+ a month").click()
    await said(board, "It is 2027-02-28 10:00:00 now")


async def test_a_request_is_sent_again(board: Page, used: Used) -> None:
    await board.goto(f"{used.ui}/requests?q=ada@shop.test")
    await board.get_by_role("link", name="POST /v1/customers").click()
    await board.get_by_role("button", name="Replay").click()
    await said(board, "was sent again; this is its new answer")
    customers = used.control("GET", "/objects", kind="stripe.customer")["objects"]
    assert [each["email"] for each in customers] == ["ada@shop.test"] * 2
    await expect(board.get_by_role("region", name="Answer")).to_contain_text(customers[0]["id"])


async def test_a_request_is_copied_as_curl(board: Page, used: Used) -> None:
    await board.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await board.goto(f"{used.ui}/requests?q=ada@shop.test")
    await board.get_by_role("link", name="POST /v1/customers").click()
    await board.get_by_role("button", name="Copy as curl").click()
    await expect(board.get_by_role("button", name="Copied")).to_be_visible()
    copied = await board.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"curl {used.world['urls']['stripe']}/v1/customers")
    assert "${STRIPE_SECRET_KEY}" in copied
    assert used.world["env"]["STRIPE_SECRET_KEY"] not in copied


async def test_a_delivery_is_read_and_posted_again(board: Page, used: Used, receiver: Receiver) -> None:
    receiver.answer(500)
    await board.goto(f"{used.ui}/webhooks?state=delivered")
    await board.get_by_role("link", name="customer.created").click()
    await expect(board.get_by_role("region", name="What was posted")).to_contain_text("ada@shop.test")
    await board.get_by_role("button", name="Redeliver").click()
    await said(board, "It was posted again")
    attempts = board.get_by_role("region", name="Attempts").get_by_role("article")
    await expect(attempts).to_have_count(2)
    await expect(attempts.first).to_contain_text("500")
    assert len(receiver.wait_for(2)) == 2
    await board.get_by_role("link", name="The event").click()
    await expect(board.get_by_role("heading", level=1)).to_have_text("customer.created")


async def test_endpoints_are_added_paused_and_go_on(board: Page, used: Used, receiver: Receiver) -> None:
    await board.goto(f"{used.ui}/webhooks")
    await board.get_by_text("Add an endpoint").click()
    added = board.get_by_role("region", name="Endpoints")
    await added.get_by_label("Provider").select_option("resend")
    await added.get_by_label("Address").fill(f"{receiver.url}/mails")
    await added.get_by_label("Events").fill("email.sent email.delivered")
    await board.get_by_role("button", name="Add", exact=True).click()
    await said(board, f"resend posts to {receiver.url}/mails now; the secret is whsec_")
    [endpoint] = used.control("GET", "/endpoints", provider="resend")["endpoints"]
    assert endpoint["events"] == ["email.sent", "email.delivered"]
    await board.get_by_role("button", name="Pause http").last.click()
    await said(board, "The endpoint is paused.")
    used.customer(email="held@shop.test")
    used.control("POST", "/webhooks/settle")
    assert len(receiver.received) == 1
    await board.get_by_role("button", name="Resume http").click()
    await said(board, "The endpoint goes on.")
    receiver.wait_for(2)
    await board.get_by_role("button", name="Pause all").click()
    await said(board, "2 endpoints are paused.")
    await board.get_by_role("button", name="Resume all").click()
    await said(board, "All endpoints go on")
    await board.get_by_role("button", name="Settle").click()
    await said(board, "Settled: 2 delivered, 0 failed, 0 for later.")


async def test_the_next_delivery_meets_trouble(board: Page, used: Used, receiver: Receiver) -> None:
    await board.goto(f"{used.ui}/webhooks")
    await board.get_by_label("deliveries of").select_option("stripe")
    await board.get_by_role("button", name="Duplicate").click()
    await said(board, "Duplicate, for Stripe: it is posted twice.")
    await expect(board.get_by_text("1 delivery fault stands")).to_be_visible()
    used.customer(email="twice@shop.test")
    used.control("POST", "/webhooks/settle")
    assert len(receiver.wait_for(3)) == 3
    assert used.control("GET", "/faults")["faults"] == []


async def test_faults_are_added_and_cleared(board: Page, used: Used) -> None:
    await board.goto(f"{used.ui}/faults")
    presets = board.get_by_role("region", name="Presets")
    await presets.get_by_label("For").select_option("stripe")
    await board.get_by_role("button", name="Outage").click()
    await said(board, "Outage, for Stripe")
    assert used.stripe("GET", "/customers").status_code == 503
    await board.get_by_role("button", name="Clear status").click()
    await said(board, "The fault is gone.")
    assert used.stripe("GET", "/customers").status_code == 200
    own = board.get_by_role("region", name="By hand")
    await own.get_by_role("textbox", name="Operation or event").fill("PostCustomer")
    await own.get_by_role("textbox", name="Status").fill("500")
    await own.get_by_role("button", name="Add").click()
    await said(board, "did you mean PostCustomers")
    await own.get_by_role("textbox", name="Operation or event").fill("PostCustomers")
    await own.get_by_role("textbox", name="Status").fill("500")
    await own.get_by_role("textbox", name="Times").fill("2")
    await own.get_by_role("button", name="Add").click()
    await said(board, "A fault of kind status was added.")
    await expect(board.get_by_role("row", name="PostCustomers")).to_contain_text("2 times more")
    await board.get_by_role("button", name="Clear all").click()
    await said(board, "All faults are gone.")
    assert used.control("GET", "/faults")["faults"] == []


async def test_a_scenario_is_loaded(board: Page, used: Used) -> None:
    await board.goto(f"{used.ui}/scenarios")
    outage = board.get_by_role("listitem").filter(has_text="provider-outage")
    await expect(outage).to_contain_text("provider=stripe (or algolia, cint")
    limited = board.get_by_role("listitem").filter(has_text="rate-limiting")
    await expect(limited).to_contain_text("refused=5 (1 to 500) How many calls")
    await board.get_by_role("button", name="Load empty-org").click()
    await said(board, "empty-org was loaded with seed 7")
    assert used.control("GET", "/objects", provider="clerk", kind="organization")["objects"]
    await expect(board.get_by_text("empty-org seed 7")).to_be_visible()
    await board.get_by_role("button", name="Check wld").click()
    coherence = board.get_by_role("region", name="Coherence")
    await expect(coherence.get_by_role("heading")).to_be_in_viewport()
    await expect(coherence).to_contain_text("references followed")
    await expect(coherence.get_by_text("coherent", exact=True)).to_be_visible()
    await board.get_by_text("One of your own").click()
    await board.get_by_label("YAML").fill("nonsense: 1\n")
    await board.get_by_role("button", name="Load it").click()
    await said(board, "nonsense")
    await expect(board.locator("p.notice")).to_have_class("notice bad")


async def test_the_list_of_worlds_says_what_was_told_in_them(board: Page, used: Used) -> None:
    used.control("POST", "/scenario", {"name": "empty-org"})
    await board.goto(f"{used.ui}/worlds")
    row = board.get_by_role("row").filter(has_text=used.world["name"])
    await expect(row).to_contain_text("empty-org")


async def test_a_scenario_is_played(board: Page, used: Used) -> None:
    await board.goto(f"{used.ui}/scenarios")
    await board.get_by_role("button", name="Play trial-to-churn").click()
    await said(board, "trial-to-churn was played to 2026-")
    played = used.control("GET", "/scenario/check")["expectations"]
    rows = board.get_by_role("region", name="Expectations").locator("tbody tr")
    await expect(rows).to_have_count(len(played))
    assert len(await rows.filter(has_text="yes").all()) == sum(each["passed"] for each in played) > 0


async def test_a_mail_is_found_and_read(board: Page, used: Used) -> None:
    used.mail(subject="Invoice", html="<p>Nothing special</p>")
    await board.goto(f"{used.ui}/inbox")
    await board.get_by_label("Search").fill("123456")
    await board.get_by_role("button", name="Find").click()
    await expect(board.get_by_role("link", name="Invoice")).to_have_count(0)
    await board.get_by_role("link", name="Your code").click()
    await expect(board.get_by_role("article", name="Mail")).to_contain_text("123456")
    await expect(board.frame_locator("iframe").get_by_role("heading", name="Hello")).to_be_visible()
