"""The command `greenroom`."""

from __future__ import annotations

import sys

from harness.errors import GreenroomError


def main() -> None:
    """Run the command line; an error of ours is one line on standard error and exit code 1, wrong usage is 2."""
    from harness.cli.app import app

    try:
        app()
    except GreenroomError as error:
        sys.stderr.write(f"greenroom: {error}\n")
        sys.exit(1)
