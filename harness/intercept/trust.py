"""The standing authority of a data directory, seen from outside: is it well, and how is it made known to browsers."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from harness import instants, realtime
from harness.errors import ConfigurationError, GreenroomError, StoreError
from harness.tls import KEY, Authority, exposed

NICKNAME = "greenroom"
FOLDER = "tls"
STORES = {
    "Debian, Ubuntu": "sudo cp {pem} /usr/local/share/ca-certificates/greenroom.crt && sudo update-ca-certificates",
    "Fedora, RHEL": "sudo cp {pem} /etc/pki/ca-trust/source/anchors/greenroom.pem && sudo update-ca-trust",
    "macOS": "sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain {pem}",
    "Firefox": "Settings > Privacy & Security > View Certificates > Authorities > Import: {pem}",
    "Node": "export NODE_EXTRA_CA_CERTS={pem}",
}
"""How each store is told; a person runs this, Greenroom asks for no rights of theirs."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An authority that lies in a data directory; `wrong` says what must be mended before it can be used."""

    pem: Path
    name: str
    ends: datetime
    fingerprint: str
    domains: tuple[str, ...]
    wrong: str | None


def look(data_dir: Path) -> Standing | None:
    """Return the authority of a data directory, None where there is none yet; raise StoreError for a damaged one."""
    pem = data_dir / FOLDER / "ca.pem"
    if not pem.exists():
        return None
    try:
        certificate = x509.load_pem_x509_certificate(pem.read_bytes())
        constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
        wrong = exposed(pem.with_name(KEY))
    except (OSError, ValueError, x509.ExtensionNotFound) as error:
        raise StoreError(
            f"the certificate authority in {pem.parent} is damaged: {error}; remove that folder and start"
            " `greenroom up` to get a new one"
        ) from error
    ends = certificate.not_valid_after_utc
    if ends < instants.moment(realtime.now()):
        wrong = f"it has expired ({ends:%Y-%m-%d}): start `greenroom up` anew, which renews it, then install it again"
    return Standing(
        pem=pem.resolve(),
        name=str(next(iter(certificate.subject)).value),
        ends=ends,
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(":").upper(),
        domains=tuple(
            each.value for each in constraints.permitted_subtrees or () if isinstance(each, x509.DNSName)
        ),
        wrong=wrong,
    )


def found_or_made(data_dir: Path, domains: Iterable[str]) -> Standing:
    """Return the authority of a data directory, made for `domains` where there is none; raise StoreError."""
    standing = look(data_dir)
    if standing is None:
        Authority(data_dir / FOLDER, domains)
        standing = look(data_dir)
    if standing is None:
        raise StoreError(f"no certificate authority could be made in {data_dir}")
    return standing


def install(standing: Standing, database: Path) -> None:
    """Make an authority known to an NSS database (Chromium on Linux, Firefox profiles); raise GreenroomError."""
    if standing.wrong is not None:
        raise StoreError(f"the certificate authority {standing.pem} is not installed: {standing.wrong}")
    tool = shutil.which("certutil")
    if tool is None:
        raise ConfigurationError(
            "the program `certutil` is not installed, which writes browsers' stores: install libnss3-tools (Debian),"
            " nss-tools (Fedora) or nss (Homebrew); `greenroom ca show` tells how other stores are told"
        )
    at = f"sql:{database}"
    if not (database / "cert9.db").exists():
        try:
            database.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ConfigurationError(f"the store {database} cannot be made: {error.strerror}") from error
        _run(tool, "-N", "-d", at, "--empty-password")
    _run(tool, "-D", "-d", at, "-n", NICKNAME, needed=False)  # an older one of ours
    _run(tool, "-A", "-d", at, "-t", "C,,", "-n", NICKNAME, "-i", str(standing.pem))


def _run(tool: str, *words: str, needed: bool = True) -> None:
    done = subprocess.run([tool, *words], capture_output=True, text=True, check=False)  # noqa: S603 - found on PATH
    if needed and done.returncode != 0:
        raise GreenroomError(f"`certutil {' '.join(words)}` failed: {done.stderr.strip()}")
