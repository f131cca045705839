"""What a run takes from the environment of who starts it: the one place of this package that reads it."""

from __future__ import annotations

import os


def inherited() -> dict[str, str]:
    """Return the environment that the program would have without Greenroom."""
    return dict(os.environ)
