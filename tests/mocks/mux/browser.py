"""A Chromium that finds Mux's own host names at a running Greenroom, and pages for it to open."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.async_api import Page, async_playwright

from harness.runtime import TLS_PORT
from tests import needs
from tests.conftest import CHROMIUM
from tests.harness.serving import Served

NODE = needs.NODE_FOLDER / "node_modules"
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src * data: blob:;"
    " media-src blob: https:; worker-src blob:; connect-src 'self' https://*.mux.com https://storage.googleapis.com"
    " https://inferred.litix.io"
)
"""What a page may do: the hosts of Mux that the platform's own policy lists."""
WAIT = 60.0


@asynccontextmanager
async def opened(server: Served, origin: str) -> AsyncIterator[Page]:
    """Open the page that lies at an address."""
    executable = needs.chromium()
    reason = "Chromium is not installed (on Debian: apt-get install chromium)"
    needs.require("chromium", available=executable is not None, reason=reason)
    front = f"127.0.0.1:{server.port + TLS_PORT}"
    rules = f"MAP *.mux.com:443 {front}, MAP *.litix.io:443 {front}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    flags = [each for each in CHROMIUM if not each.startswith("--host-resolver-rules")]
    flags += [f"--host-resolver-rules={rules}", "--autoplay-policy=no-user-gesture-required"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=flags)
        context = await browser.new_context(ignore_https_errors=True)
        context.set_default_timeout(WAIT * 1000)
        page = await context.new_page()
        await page.goto(origin)
        yield page
        await browser.close()


@contextmanager
def site(html: str, files: dict[str, bytes] | None = None, **scripts: str) -> Iterator[str]:
    """Serve a page on this machine, as an application in development does; return its origin.

    `files` are served under their names, `scripts` are files below node_modules, served as `/<name>.js`.
    """
    kinds = {"js": "text/javascript", "mp4": "video/mp4"}

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

        def do_GET(self) -> None:
            name = self.path.strip("/")
            found = html.encode() if not name else (files or {}).get(name)
            if name.removesuffix(".js") in scripts:
                found = (NODE / scripts[name.removesuffix(".js")]).read_bytes()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", kinds.get(name.rpartition(".")[2], "text/html; charset=utf-8"))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(found or b"")

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{listener.server_address[1]}"
    listener.shutdown()
    thread.join()
    listener.server_close()


async def until(look: Callable[[], Any], seconds: float = WAIT) -> Any:
    """Return what `look` returns once that is something; fail when it stays nothing."""
    for _ in range(int(seconds * 20)):
        found = look()
        if found:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"it did not happen within {seconds} s")
