"""A request as a curl command that a person can paste: secrets are named by their environment variables."""

from __future__ import annotations

import base64
import binascii
import shlex
from collections.abc import Mapping

from harness.journal import Exchange, is_secret

LEFT_OUT = frozenset(
    {
        "host",
        "content-length",
        "connection",
        "accept-encoding",
        "transfer-encoding",
        "content-encoding",
        "cookie",
    }
)
"""What curl writes itself, and what says nothing about the request; bodies are kept decompressed."""


def command(exchange: Exchange, origin: str, env: Mapping[str, str]) -> str:
    """Return the command; `origin` is the provider's address, `env` the world's environment, which names secrets."""
    request = exchange.request
    query = f"?{request.query}" if request.query else ""
    label = f"/~{request.label}" if request.label else ""
    first = ["curl"]
    if request.method != ("POST" if request.body else "GET"):
        first += ["-X", shlex.quote(request.method)]
    first.append(shlex.quote(f"{origin}{label}{request.path}{query}"))
    named = sorted(((value, name) for name, value in env.items() if len(value) >= 8), reverse=True)
    lines = [_header(name, value, named) for name, value in request.headers.items() if name not in LEFT_OUT]
    if request.body:
        lines.append(f"--data-binary {shlex.quote(request.body.decode('utf-8', 'replace'))}")
    return " \\\n  ".join([" ".join(first), *lines])


def _header(name: str, value: str, named: list[tuple[str, str]]) -> str:
    """Write one header; what may be secret is spelled by variables, or told to be left out."""
    scheme, _, rest = value.partition(" ")
    if name == "authorization" and scheme.lower() == "basic":
        try:
            plain = base64.b64decode(rest, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            plain = ""
        spelled, known = _spelled(plain, named)
        return f'-u "{spelled}"' if known else "-u '(redacted)'"
    spelled, known = _spelled(value, named)
    if known:
        return f'-H "{name}: {spelled}"'
    return f"-H {shlex.quote(f'{name}: (redacted)' if is_secret(name) else f'{name}: {value}')}"


def _spelled(text: str, named: list[tuple[str, str]]) -> tuple[str, bool]:
    """Return the text as within a shell's double quotes, with known values as variables, and whether there was any."""
    for value, name in named:
        before, found, after = text.partition(value)
        if found:
            return f"{_spelled(before, named)[0]}${{{name}}}{_spelled(after, named)[0]}", True
    for sign in ("\\", '"', "$", "`"):
        text = text.replace(sign, f"\\{sign}")
    return text, False
