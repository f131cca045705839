"""The TLS of addresses that are about to be used: the certificate is valid for the name, its chain is known, days are left."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.verify.preflight import Check, is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PATIENCE = 10
DAY = 86_400
FEW_DAYS = 14
"""With fewer days left a certificate is told as about to end."""
HTTPS = 443
Look = Callable[[str, int], float]
"""Asks a host and port when the certificate they show ends, in unix seconds."""


def certificates(urls: Iterable[tuple[str, str]], now: float, look: Look | None) -> Iterator[Check]:
    """Judge the certificates behind (subject, address) pairs; `look` is None where nobody may be asked.

    `now` is in unix seconds. Addresses of this machine, and those without TLS, are told of by other checks.
    """
    seen: set[tuple[str, str, int]] = set()
    for subject, url in urls:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or HTTPS
        if parts.scheme != "https" or is_loopback(host) or (subject, host, port) in seen:
            continue
        seen.add((subject, host, port))
        if look is None:
            yield Check("note", subject, "certificate", f"{host} was not looked at: --live does")
        else:
            yield _judged(subject, host, port, now, look)


def _judged(subject: str, host: str, port: int, now: float, look: Look) -> Check:
    try:
        days = (look(host, port) - now) / DAY
    except ssl.SSLCertVerificationError as error:
        return Check("no", subject, "certificate", f"{host}: {error}")
    except OSError as error:
        return Check("no", subject, "certificate", f"{host} cannot be reached over TLS: {error}")
    if days < FEW_DAYS:
        return Check(
            "no" if days < 0 else "note", subject, "certificate", f"{host}: {days:.0f} days are left"
        )
    return Check("ok", subject, "certificate", f"{host} is valid, {days:.0f} days are left")


def expiry(host: str, port: int, context: ssl.SSLContext | None = None, *, at: str | None = None) -> float:
    """Return when the certificate that a host shows ends, in unix seconds; `at` is where it is, if not at its name.

    Raises SSLCertVerificationError where its chain is not known, its name another, or its time over.
    """
    chosen = context or ssl.create_default_context()
    with (
        socket.create_connection((at or host, port), timeout=PATIENCE) as plain,
        chosen.wrap_socket(plain, server_hostname=host) as secure,
    ):
        shown = secure.getpeercert() or {}
    return ssl.cert_time_to_seconds(str(shown["notAfter"]))
