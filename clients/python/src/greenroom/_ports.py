"""Free ports for a Greenroom that is started for the moment."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

from greenroom._errors import StartFailed

OFFSETS = (*range(9), 43)
"""The ports that a Greenroom takes, counted from its first: control API, eight providers, TLS."""

# From 32768 on the system hands out ports to outgoing connections, which may then meet themselves.
_LOWEST, _BEYOND = 12000, 32768


def is_free(base: int) -> bool:
    """Say whether all ports of the Greenroom at `base` can be bound on loopback."""
    with ExitStack() as bound:
        for offset in OFFSETS:
            listener = bound.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            try:
                listener.bind(("127.0.0.1", base + offset))
            except OSError:
                return False
    return True


def free_base() -> int:
    """Return a first port whose whole block is free; by chance, so that starts at the same time seldom meet."""
    span = OFFSETS[-1] + 1
    candidates = range(_LOWEST, _BEYOND - span, span)
    for base in random.sample(candidates, k=len(candidates)):
        if is_free(base):
            return base
    raise StartFailed(
        f"no free block of ports between {_LOWEST} and {_BEYOND} on 127.0.0.1: end what is left of earlier runs"
    )
