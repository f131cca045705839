"""The machinery that knows no provider by name: worlds, transactions, clock, webhooks, faults, server."""

__version__ = "0.1.0"
