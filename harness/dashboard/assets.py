"""The files that pages load: our own style and scripts, and the libraries that `make assets` fetched."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response

from harness.errors import NotFound

STATIC = Path(__file__).with_name("static")
OWN = ("dashboard.css", "theme.js", "dashboard.js")
VENDORED = ("htmx.min.js", "idiomorph-ext.min.js", "uPlot.iife.min.js", "uPlot.min.css")
"""What is copied from npm's packages into `static/vendor`, which is not committed."""
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@cache
def addresses() -> dict[str, str]:
    """Return the address of each file that is there, with a fingerprint: a changed file is fetched anew."""
    files = {name: STATIC / name for name in OWN} | {name: STATIC / "vendor" / name for name in VENDORED}
    return {
        name: f"/_greenroom/ui/-/static/{hashlib.sha256(file.read_bytes()).hexdigest()[:12]}/{name}"
        for name, file in files.items()
        if file.is_file()
    }


def complete() -> bool:
    """Tell whether the libraries are there; without them pages are for reading, and their forms still work."""
    return set(VENDORED) <= set(addresses())


def serve(name: str) -> Response:
    """Return a file; raise NotFound for a name that is none of ours."""
    if name not in addresses():
        raise NotFound(f"the dashboard has no file {name!r}")
    file = STATIC / name if name in OWN else STATIC / "vendor" / name
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(file.read_bytes(), media_type=KINDS[file.suffix], headers=headers)
