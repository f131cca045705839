"""Frontend API: Clerk's browser scripts, which its SDKs load from there."""

from __future__ import annotations

import logging

from harness.messages import Reply
from harness.transaction import Transaction
from mocks.clerk import browsing, frontend
from mocks.clerk.resources import scripts

log = logging.getLogger("greenroom")
SCRIPT, PLAIN = "text/javascript; charset=utf-8", "text/plain; charset=utf-8"


@browsing.get("/npm/@clerk/{package}/dist/{file}", id="getScript", tier="P0")
def retrieve_script(tx: Transaction, package: str, file: str) -> Reply:
    """Serve a script of `@clerk/clerk-js` or `@clerk/ui`; the package may have a version behind its name.

    Under its exact version a browser keeps it for good, under any other it asks whether that is still the one.
    """
    name, _, asked = (
        f"@clerk/{package}".rpartition("@") if "@" in package else (f"@clerk/{package}", "", "latest")
    )
    if name not in scripts.PACKAGES:
        return Reply(f"Greenroom serves no package {name}.\n", 404, content_type=PLAIN)
    found = scripts.find(name, asked, file)
    if found is None:
        told = scripts.missing(name, asked)
        log.warning("%s", told)
        return Reply(told, 404, content_type=PLAIN)
    content, version = found
    kept = "public, max-age=31536000, immutable" if asked == version else "no-cache"
    headers = [("Cache-Control", kept), ("ETag", f'"{version}"')]
    known = frontend.request_of(tx.request).header("if-none-match")
    if known is not None and known.removeprefix("W/") == f'"{version}"':
        return Reply(None, 304, headers)
    return Reply(content, 200, headers, content_type=SCRIPT)
