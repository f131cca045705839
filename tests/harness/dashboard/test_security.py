"""Who may look, who may change something, and that nothing which a consumer stored is ever run."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from harness.dashboard.showing import SECTIONS
from tests.harness.dashboard.conftest import Used
from tests.harness.serving import Receiver

SCRIPT = "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'>\"'>"


def post(used: Used, path: str, data: dict[str, str], **headers: str) -> httpx.Response:
    return used.server.http.post(f"/_greenroom/ui/{used.world['name']}{path}", data=data, headers=headers)


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://pages.test",
        "http://localhost:3000",
        "http://127.0.0.1:1",
        "http://127.0.0.1.pages.test",
    ],
)
def test_a_change_is_taken_from_the_pages_themselves_only(used: Used, origin: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}
    answer = post(used, "/faults/preset", {"name": "outage"}, **headers)
    assert answer.status_code == 403
    assert used.control("GET", "/faults")["faults"] == []


def test_the_pages_themselves_change_things(used: Used) -> None:
    answer = post(used, "/faults/preset", {"name": "slow"}, Origin=used.server.url)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/_greenroom/ui/{used.world['name']}/faults",
    )
    assert len(used.control("GET", "/faults")["faults"]) == 1


def test_another_host_name_is_refused(used: Used) -> None:
    answer = used.server.http.get("/_greenroom/ui/default/", headers={"Host": "pages.test"})
    assert answer.status_code == 421


def test_every_answer_forbids_inline_scripts_and_everything_from_elsewhere(used: Used) -> None:
    found = [
        used.server.http.get(f"/_greenroom/ui/{used.world['name']}{path}")
        for path in [path or "/" for path, _, _ in SECTIONS] + ["/nothing/at/all", "/requests/x"]
    ]
    found.append(used.server.http.get("/_greenroom/ui/nobody/"))
    for answer in found:
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert " style=" not in answer.text
        assert "<style" not in answer.text
        assert " onclick=" not in answer.text


def test_a_page_that_is_not_there_is_a_page(used: Used) -> None:
    answer = used.server.http.get("/_greenroom/ui/nobody/")
    assert answer.status_code == 404
    assert "there is no world &#39;nobody&#39;" in answer.text
    answer = used.server.http.get(f"/_greenroom/ui/{used.world['name']}/requests/123456789")
    assert answer.status_code == 404
    assert "the inspector holds the last 1000" in answer.text
    assert used.server.http.get("/_greenroom/ui/-/static/x/nothing.js").status_code == 404
    assert used.server.http.get("/_greenroom/ui/-/static/x/..%2Fassets.py").status_code == 404


def plant(used: Used, receiver: Receiver) -> None:
    """Put a script into every field that anybody may fill."""
    used.stripe("POST", "/customers", name=SCRIPT, description=SCRIPT, **{f"metadata[{SCRIPT[:35]}]": SCRIPT})
    used.stripe("POST", "/customers", **{SCRIPT: SCRIPT})
    used.stripe("GET", f"/customers/{SCRIPT}")
    used.mail(subject=SCRIPT, html=SCRIPT, text=SCRIPT, headers={"X-Script": SCRIPT})
    httpx.get(
        f"{used.world['urls']['stripe']}/v1/customers",
        params={SCRIPT: SCRIPT},
        headers={
            "Authorization": f"Bearer {used.world['env']['STRIPE_SECRET_KEY']}",
            "User-Agent": SCRIPT,
            "X-Script": SCRIPT,
        },
        trust_env=False,
        timeout=60,
    )
    used.control(
        "POST",
        "/endpoints",
        {"provider": "resend", "url": f"{receiver.url}/?<script>window.pwned=1</script>"},
    )
    used.mail(subject=SCRIPT)
    used.control(
        "POST",
        "/faults",
        {"kind": "delivery", "mode": "fail", "provider": "clerk", "operation": "user.created"},
    )
    story = f"title: {SCRIPT!r}\n"
    used.server.http.post(
        f"/_greenroom/worlds/{used.world['id']}/scenario", json={"name": SCRIPT, "text": story}
    )
    used.control("POST", "/webhooks/settle")


@pytest.mark.timeout(1200)
async def test_a_script_in_any_field_is_shown_and_never_run(
    page: Page, used: Used, receiver: Receiver
) -> None:
    plant(used, receiver)
    requests: list[Any] = used.control("GET", "/requests")["requests"]
    deliveries: list[Any] = used.control("GET", "/deliveries")["deliveries"]
    mails: list[Any] = used.control("GET", "/emails")["emails"]
    customers: list[Any] = used.control("GET", "/objects", kind="stripe.customer")["objects"]
    paths = [path or "/" for path, _, _ in SECTIONS]
    paths += [f"/requests/{each['id']}" for each in requests]
    paths += [f"/webhooks/deliveries/{each['id']}" for each in deliveries]
    paths += [f"/inbox?mail={each['id']}" for each in mails]
    paths += [f"/objects/stripe.customer/{each['id']}" for each in customers]
    paths += [
        "/objects/stripe.customer",
        "/objects/harness.mail",
        "/contracts?provider=stripe",
        "/webhooks/events",
    ]
    paths += [f"/{name}?{name[0]}={SCRIPT}" for name in ("worlds", "contracts")]
    paths += [f"/requests?q={SCRIPT}&operation={SCRIPT}", f"/objects?id={SCRIPT}", f"/inbox?search={SCRIPT}"]
    paths += [f"/objects/{SCRIPT}", f"/webhooks/events?provider=stripe&type={SCRIPT}"]
    seen = 0
    for path in paths:
        await page.goto(f"{used.ui}{path}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert await page.evaluate("window.pwned") is None, path
        assert await page.locator("main script, main img").count() == 0, path
        seen += "window.pwned" in await page.inner_text("main")
    assert seen > 12


async def test_what_was_refused_is_shown_and_never_run(page: Page, used: Used) -> None:
    await page.goto(f"{used.ui}/worlds")
    await page.get_by_role("region", name="New world").get_by_label("Name").fill(SCRIPT[:60])
    await page.get_by_role("button", name="Make it").click()
    await expect(page.locator("p.notice")).to_contain_text("is not a world's name")
    assert await page.evaluate("window.pwned") is None
