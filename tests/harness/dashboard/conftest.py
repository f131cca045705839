"""A world that was used a little, and the dashboard opened on it in Chromium, where no error may appear."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.async_api import ConsoleMessage, Page, expect

from harness.dashboard import assets
from tests import needs
from tests.harness.serving import Receiver, Served

World = dict[str, Any]


@dataclass
class Used:
    """A world with traffic in it, and its consumers."""

    server: Served
    world: World

    @property
    def ui(self) -> str:
        """The address of the world's pages, without a slash at the end."""
        return f"{self.server.url}/_greenroom/ui/{self.world['name']}"

    def control(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Call the control API of the world."""
        return self.server.control(method, f"/worlds/{self.world['id']}{path}", body, **query)

    def stripe(self, method: str, path: str, **data: Any) -> httpx.Response:
        """Call Stripe as its Python SDK does."""
        return httpx.request(
            method,
            f"{self.world['urls']['stripe']}/v1{path}",
            data=data or None,
            headers={
                "Authorization": f"Bearer {self.world['env']['STRIPE_SECRET_KEY']}",
                "User-Agent": "Stripe/v1 PythonBindings/16.1.0",
            },
            trust_env=False,
            timeout=60,
        )

    def customer(self, **data: Any) -> str:
        """Create a customer; return its id."""
        answer = self.stripe("POST", "/customers", **data)
        assert answer.is_success, answer.text
        id: str = answer.json()["id"]
        return id

    def mail(self, **more: Any) -> str:
        """Send a mail with Resend's API; return its id."""
        env = self.world["env"]
        body = {"from": env["EMAIL_FROM"], "to": "ada@customer.test", "subject": "Your code", **more}
        body.setdefault("html", "<h1>Hello</h1><p>The code is 123456.</p>")
        answer = httpx.post(
            f"{env['RESEND_BASE_URL']}/emails",
            json=body,
            headers={"Authorization": f"Bearer {env['RESEND_API_KEY']}", "User-Agent": "resend-node:6.38.0"},
            trust_env=False,
            timeout=60,
        )
        assert answer.is_success, answer.text
        id: str = answer.json()["id"]
        return id


@pytest.fixture
def used(server: Served, fresh_world: World, receiver: Receiver) -> Used:
    """A world with customers, a refusal, a broken rule, a mail and a delivered webhook."""
    used = Used(server, fresh_world)
    used.control("POST", "/endpoints", {"provider": "stripe", "url": f"{receiver.url}/hooks"})
    used.customer(email="ada@shop.test", name="Ada")
    assert used.stripe("GET", "/customers/cus_nobody").status_code == 404
    assert used.stripe("POST", "/customers", nonsense="1").status_code == 400
    used.mail()
    used.control("POST", "/webhooks/settle")
    return used


@pytest.fixture
async def board(page: Page, used: Used) -> AsyncIterator[Page]:
    """The overview of that world; a message of the kind error on the console fails the test."""
    reason = "the dashboard's libraries are missing: run `make assets`"
    needs.require("node", available=assets.complete(), reason=reason)
    errors: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(f"{message.text} ({message.location})")

    page.on("console", heard)
    page.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    await page.goto(f"{used.ui}/")
    yield page
    assert not errors, errors
