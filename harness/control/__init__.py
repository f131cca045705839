"""The control API: worlds, clocks, webhooks, faults and what happened, as JSON over HTTP."""

from harness.control.app import create_app

__all__ = ["create_app"]
