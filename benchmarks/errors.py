"""What makes a measurement worthless."""

from __future__ import annotations


class BenchmarkError(Exception):
    """A run that must not count: a port in use, a server that died, an answer that is no success, no work done."""
