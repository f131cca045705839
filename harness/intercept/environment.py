"""The environment of a program that is run: a world's credentials, whom to trust, and the hooks."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

HOOKS = Path(__file__).parent / "hooks"
NODE_HOOK = HOOKS / "node" / "hook.cjs"
PYTHON_HOOK = HOOKS / "python"
QUIET = {"NEXT_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1", "CHECKPOINT_DISABLE": "1"}
"""What keeps tools from telemetry and from asking for newer versions."""

BUNDLE_NAMES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "AWS_CA_BUNDLE")
"""Variables that name a whole bundle: it takes the place of the default one."""

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NODE_USE_ENV_PROXY")
OURS = "GREENROOM_"


class Mode(StrEnum):
    """How a program's connections are led to Greenroom, the surest first."""

    NETNS = "netns"
    HOOK = "hook"
    ENV = "env"


@dataclass(frozen=True, slots=True)
class Allowed:
    """A host that the program may really reach; without a port: its ports 443 and 80."""

    host: str
    port: int | None

    @property
    def ports(self) -> tuple[int, ...]:
        """Which ports are meant."""
        return (443, 80) if self.port is None else (self.port,)


@dataclass(frozen=True, slots=True)
class Files:
    """What a run writes for the program to read: authorities in two forms, and where the hooks tell of refusals."""

    authorities: Path
    bundle: Path
    blocked: Path


def write_files(folder: Path, certificates: Iterable[str], before: Mapping[str, str]) -> Files:
    """Write `certificates` (PEM) beside those that Node was told to trust already, and beside the system's."""
    pem = "\n".join(certificates)
    files = Files(folder / "authorities.pem", folder / "bundle.pem", folder / "blocked")
    files.authorities.write_text(_read(before.get("NODE_EXTRA_CA_CERTS")) + pem, "utf-8")
    files.bundle.write_text(f"{_system_bundle(before)}\n{pem}", "utf-8")
    files.blocked.touch()
    return files


def trust(files: Files) -> dict[str, str]:
    """Return the variables by which programs learn whom to trust."""
    return {
        "NODE_EXTRA_CA_CERTS": str(files.authorities),
        "DENO_CERT": str(files.authorities),
        **dict.fromkeys(BUNDLE_NAMES, str(files.bundle)),
    }


def built(
    before: Mapping[str, str],
    world: Mapping[str, str],
    files: Files,
    mode: Mode,
    *,
    fronts: tuple[int, int] | None = None,
    allowed: Iterable[Allowed] = (),
) -> dict[str, str]:
    """Return the program's whole environment.

    `world` is what points at a world, `fronts` are the run's ports for TLS and for HTTP. What the hooks do follows from
    the mode: in a network of its own the program needs their trust alone.
    """
    kept = trust(files)
    env = {**before, **QUIET, **world, **kept, f"{OURS}MODE": mode.value}
    if mode is Mode.ENV:
        return _beside_proxies(env)
    env = {name: value for name, value in env.items() if name.upper() not in PROXIES}
    hooks = {"PYTHONPATH": str(PYTHON_HOOK)}
    if mode is Mode.HOOK:
        hooks["NODE_OPTIONS"] = f'--require "{_escaped(str(NODE_HOOK))}"'
    told: dict[str, Any] = {
        "sockets": mode is Mode.HOOK,
        "tls": fronts[0] if fronts else 0,
        "http": fronts[1] if fronts else 0,
        "ca": str(files.authorities),
        "allow": [[each.host, each.port] for each in allowed],
        "blocked": str(files.blocked),
        "separator": os.pathsep,
        "env": {**kept, **hooks},
        "hooks": hooks,
    }
    env["PYTHONPATH"] = _joined(hooks["PYTHONPATH"], before.get("PYTHONPATH"), os.pathsep)
    if fronts:
        env |= {f"{OURS}TLS_PORT": str(fronts[0]), f"{OURS}HTTP_PORT": str(fronts[1])}
    if "NODE_OPTIONS" in hooks:
        env["NODE_OPTIONS"] = _joined(before.get("NODE_OPTIONS"), hooks["NODE_OPTIONS"], " ")
    env[f"{OURS}HOOK"] = json.dumps(told, separators=(",", ":"))
    return env


def without_addresses(world: Mapping[str, str], urls: Iterable[str]) -> dict[str, str]:
    """Leave out the variables that send an SDK elsewhere than to the provider's own host; ours stay."""
    own = set(urls)
    return {name: value for name, value in world.items() if name.startswith(OURS) or value not in own}


def _beside_proxies(env: dict[str, str]) -> dict[str, str]:
    """Keep a proxy from being asked for what is on this machine."""
    local = "localhost,127.0.0.1,.localhost"
    for name in ("NO_PROXY", "no_proxy"):
        env[name] = _joined(env.get(name), local, ",")
    return env


def _joined(first: str | None, second: str | None, separator: str) -> str:
    return separator.join(each for each in (first, second) if each)


def _escaped(path: str) -> str:
    """Write a path as NODE_OPTIONS takes it between double quotes."""
    return path.replace("\\", "\\\\").replace('"', '\\"')


def _system_bundle(before: Mapping[str, str]) -> str:
    """Return the authorities that programs trust by default: the caller's own bundle, the system's, or none."""
    named = before.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile, system_bundle()
    return next((text for name in named if (text := _read(name))), "")


def system_bundle() -> str | None:
    """Return the file in which this system keeps its authorities, where it is one."""
    usual = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
    return next((name for name in usual if Path(name).is_file()), None)


def _read(name: str | None) -> str:
    try:
        return Path(name).read_text("utf-8").rstrip() + "\n" if name else ""
    except (OSError, UnicodeDecodeError):
        return ""
