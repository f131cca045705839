"""Where the scripts that Clerk's SDKs load into pages are kept."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "GREENROOM_CLERK_SCRIPTS"


def scripts_folder() -> Path:
    """Return the folder that `npm pack` fills: the environment's, else one in the user's cache."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "greenroom" / "clerk"
