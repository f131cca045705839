"""The inbox: mail found, shown as a mail program would, its links followed, and passed on over SMTP."""

from __future__ import annotations

import asyncio
import email
import json
import socket
import threading
from collections.abc import Iterator
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect
from svix.webhooks import Webhook

from harness.errors import ConfigurationError
from harness.smtp import address
from tests.harness.serving import Receiver, Served, end, launch, ready_url

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
World = dict[str, Any]


def send(world: World, **more: Any) -> str:
    """Send a mail with Resend's API; return its id."""
    env = world["env"]
    body = {
        "from": env["EMAIL_FROM"],
        "to": "ada@customer.test",
        "subject": "Hello",
        "html": "<p>Hi</p>",
        **more,
    }
    key = {"Authorization": f"Bearer {env['RESEND_API_KEY']}", "User-Agent": "tests"}
    answer = httpx.post(
        f"{env['RESEND_BASE_URL']}/emails", json=body, headers=key, trust_env=False, timeout=30
    )
    assert answer.is_success, answer.text
    id: str = answer.json()["id"]
    return id


def track(world: World) -> None:
    """Let the account's domain track opens and clicks."""
    env = world["env"]
    key = {"Authorization": f"Bearer {env['RESEND_API_KEY']}", "User-Agent": "tests"}
    with httpx.Client(base_url=env["RESEND_BASE_URL"], headers=key, trust_env=False, timeout=30) as resend:
        [domain] = resend.get("/domains").json()["data"]
        settings = {"open_tracking": True, "click_tracking": True}
        assert resend.patch(f"/domains/{domain['id']}", json=settings).is_success


def test_a_mail_is_there_as_soon_as_it_was_accepted(server: Served, fresh_world: World) -> None:
    id = send(fresh_world)
    [line] = server.control("GET", f"/worlds/{fresh_world['id']}/emails")["emails"]
    assert (line["id"], line["status"]) == (id, "accepted")


def test_mail_is_found_by_words(server: Served, fresh_world: World) -> None:
    first = send(fresh_world, subject="Your invoice", html="<p>Nothing special</p>")
    second = send(fresh_world, subject="Welcome", html="<p>The code is 123456</p>", to="bob@customer.test")
    path = f"/worlds/{fresh_world['id']}/emails"

    def found(search: str, **more: Any) -> list[str]:
        return [each["id"] for each in server.control("GET", path, search=search, **more)["emails"]]

    assert found("INVOICE special") == [first]
    assert found("bob@customer.test") == [second]
    assert found("123456") == [second]
    assert found("customer.test", limit=1) == [second]
    assert found("nowhere") == []


def test_source_html_and_files(server: Served, fresh_world: World) -> None:
    files = [
        {"filename": "logo.png", "content": PIXEL, "content_id": "logo"},
        {"filename": "page.html", "content": "PGI+eDwvYj4=", "content_type": "text/html"},
    ]
    html = '<img src="cid:logo" alt="Logo"><script>alert(1)</script>'
    id = send(fresh_world, html=html, attachments=files, bcc="secret@customer.test")
    base = f"/_greenroom/worlds/{fresh_world['id']}/emails/{id}"
    source: Message = email.message_from_bytes(server.http.get(f"{base}/source").content, policy=default)
    assert (source["Subject"], source["To"], source["Bcc"]) == ("Hello", "ada@customer.test", None)
    kinds = [part.get_content_type() for part in source.walk() if not part.is_multipart()]
    assert {"text/html", "image/png"} <= set(kinds)
    page = server.http.get(f"{base}/html")
    assert 'src="attachments/0"' in page.text
    assert page.headers["content-security-policy"].startswith("sandbox")
    picture, script = (server.http.get(f"{base}/attachments/{number}") for number in (0, 1))
    assert (picture.headers["content-type"], script.headers["content-type"]) == (
        "image/png",
        "application/octet-stream",
    )
    assert server.http.get(f"{base}/attachments/2").status_code == 404


async def test_a_mail_is_read_and_its_link_clicked_in_a_browser(
    server: Served, fresh_world: World, page: Page, receiver: Receiver
) -> None:
    track(fresh_world)
    wanted = {"provider": "resend", "url": f"{receiver.url}/mail", "events": ["email.clicked"]}
    server.control("POST", f"/worlds/{fresh_world['id']}/endpoints", wanted)
    target = f"{server.url}/_greenroom/health"
    html = (
        f'<body><h1>Sale</h1><a href="{target}">Visit the shop</a><script>document.title="x"</script></body>'
    )
    send(fresh_world, subject="Sale", html=html)
    await page.goto(f"{server.url}/_greenroom/worlds/{fresh_world['id']}/inbox")
    await page.get_by_role("link", name="Sale").click()
    frame = page.frame_locator("iframe")
    await expect(frame.get_by_role("heading", name="Sale")).to_be_visible()
    async with page.context.expect_page() as popup:
        await frame.get_by_role("link", name="Visit the shop").click()
    opened = await popup.value
    await opened.wait_for_url(target)
    events = server.control("GET", f"/worlds/{fresh_world['id']}/events")["events"]
    assert {"email.opened", "email.clicked"} <= {each["type"] for each in events}
    [clicked] = [each for each in events if each["type"] == "email.clicked"]
    assert clicked["body"]["data"]["click"]["link"] == target
    assert "Chrome" in clicked["body"]["data"]["click"]["userAgent"]
    (delivered,) = await asyncio.to_thread(receiver.wait_for, 1)
    secret = fresh_world["env"]["RESEND_WEBHOOK_SECRET"]
    Webhook(secret).verify(delivered.body, dict(delivered.headers))
    assert json.loads(delivered.body)["data"]["click"]["link"] == target


class Catcher:
    """A mail server that takes everything; what it needs of the protocol (RFC 5321) and no more."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.mails: list[tuple[list[str], bytes]] = []
        self.came = threading.Condition()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                self._talk(stream)

    def _talk(self, stream: Any) -> None:
        def say(line: str) -> None:
            stream.write(line.encode() + b"\r\n")
            stream.flush()

        say("220 catcher")
        recipients: list[str] = []
        for raw in stream:
            command = raw.decode().strip()
            if command.upper().startswith("RCPT"):
                recipients.append(command.partition("<")[2].partition(">")[0])
            if command.upper() == "DATA":
                say("354 go on")
                lines = []
                for line in stream:
                    if line == b".\r\n":
                        break
                    lines.append(line)
                with self.came:
                    self.mails.append((recipients, b"".join(lines)))
                    self.came.notify_all()
                recipients = []
            say("221 bye" if command.upper() == "QUIT" else "250 ok")
            if command.upper() == "QUIT":
                return

    def wait_for(self, count: int) -> list[tuple[list[str], bytes]]:
        with self.came:
            assert self.came.wait_for(lambda: len(self.mails) >= count, 30)
            return list(self.mails)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    made = Catcher()
    yield made
    made.close()


def test_mail_is_passed_on_over_smtp_when_a_server_is_named(catcher: Catcher, tmp_path: Path) -> None:
    process = launch(tmp_path, "--smtp", f"127.0.0.1:{catcher.port}", "--no-tls")
    try:
        url = ready_url(process)
        assert url is not None, (tmp_path / "stderr").read_text("utf-8")
        world = httpx.get(f"{url}/_greenroom/worlds/default", trust_env=False, timeout=30).json()
        send(world, to="Ada <ada@customer.test>", bcc="bob@customer.test", subject="Grüße")
        [(recipients, content)] = catcher.wait_for(1)
    finally:
        end(process)
    assert recipients == ["ada@customer.test", "bob@customer.test"]
    mail = email.message_from_bytes(content, policy=default)
    assert (mail["Subject"], mail["To"], mail["Bcc"]) == ("Grüße", "Ada <ada@customer.test>", None)


@pytest.mark.parametrize("text", ["", "host:", "host:x", ":25", "host:99999"])
def test_an_address_that_is_none_is_a_clear_error(text: str) -> None:
    with pytest.raises(ConfigurationError, match="HOST:PORT"):
        address(text)
