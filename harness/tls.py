"""The TLS front: a local authority, and a certificate for each host name at the first hello that asks for it.

The authority of a data directory is bound by name constraints to the providers' hosts and to loopback: a machine that
trusts it trusts it for nothing else (RFC 5280, 4.2.1.10). That of a single run must answer for any host; its key stays
in memory and is gone with the run. Nothing here is imported before the first use.
"""

from __future__ import annotations

import hashlib
import logging
import os
import ssl
import stat
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from harness import instants, realtime
from harness.errors import StoreError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

log = logging.getLogger("greenroom")
AUTHORITY_DAYS = 3650
LEAF_DAYS = 390
"""Browsers refuse certificates that are valid for more than 398 days."""
PASSING_DAYS = 30
LEAVES_KEPT = 1000
LOCAL = "localhost"
KEY = "ca-key.pem"


class Issuer:
    """Signs certificates for host names; `folder` is where those are written that a server has to read from a file."""

    folder: Path
    _key: EllipticCurvePrivateKey
    _self: x509.Certificate

    def __init__(self, folder: Path) -> None:
        """Start without any leaf."""
        self.folder = folder
        self._leaves: OrderedDict[str, ssl.SSLContext] = OrderedDict()

    def context(self, host: str) -> ssl.SSLContext:
        """Return the server side of TLS for a host name: its certificate is made at the first use."""
        known = self._leaves.get(host)
        if known is None:
            path = self.folder / f"{host}.pem"
            _write(path, self._leaf(host, self._leaf_key()))
            known = self._leaves[host] = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            known.load_cert_chain(path)
            known.set_alpn_protocols(["http/1.1"])
            self._loaded(path)
            if len(self._leaves) > LEAVES_KEPT:
                self._leaves.popitem(last=False)
        return known

    def _leaf_key(self) -> EllipticCurvePrivateKey:
        return ec.generate_private_key(ec.SECP256R1())

    def _loaded(self, path: Path) -> None:
        """Heed that a server has read a leaf's file."""

    def _leaf(self, host: str, key: EllipticCurvePrivateKey) -> bytes:
        """Return certificate and key for a host name, in one PEM; the one for `localhost` holds for loopback too."""
        names: list[x509.GeneralName] = [x509.DNSName(host)]
        if host == LOCAL:
            names += [x509.IPAddress(IPv4Address("127.0.0.1")), x509.IPAddress(IPv6Address("::1"))]
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        certificate = (
            _builder(_name(host), self._self.subject, key, LEAF_DAYS)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(_usage(authority=False), critical=True)
            .add_extension(issuer, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return certificate.public_bytes(serialization.Encoding.PEM) + _private(key)


class Passing(Issuer):
    """The authority of one run: for any host, valid for days, its key never written; leaves share one key."""

    def __init__(self, folder: Path) -> None:
        """Make it; `folder` holds a leaf for the moment in which it is read."""
        super().__init__(folder)
        self._key, name = ec.generate_private_key(ec.SECP256R1()), _name("Greenroom (one run, offline only)")
        self._shared = ec.generate_private_key(ec.SECP256R1())
        self._self = _sign_itself(_builder(name, name, self._key, PASSING_DAYS), self._key)
        self.pem = self._self.public_bytes(serialization.Encoding.PEM)

    @property
    def fingerprint(self) -> str:
        """What Chromium's `--ignore-certificate-errors-spki-list` takes: the leaves' key, hashed, in base64."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        key = self._shared.public_key().public_bytes(serialization.Encoding.DER, form)
        return b64encode(hashlib.sha256(key).digest()).decode()

    def _leaf_key(self) -> EllipticCurvePrivateKey:
        return self._shared

    def _loaded(self, path: Path) -> None:
        path.unlink(missing_ok=True)


class Authority(Issuer):
    """A certificate authority of this data directory; `certificate` is what clients have to trust."""

    def __init__(self, folder: Path, domains: Iterable[str]) -> None:
        """Read the authority in `folder`, or make one for `domains` and all names below them; raise StoreError."""
        super().__init__(folder)
        self.domains = sorted({domain.removeprefix("*.") for domain in domains} | {LOCAL})
        self.certificate = folder / "ca.pem"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._key, self._self = self._read() or self._make()
        except (OSError, ValueError) as error:
            raise StoreError(
                f"the certificate authority in {folder} cannot be used: {error}; remove that folder to get a new one"
            ) from error

    # --- the authority ---------------------------------------------------------------------------------------------

    def _read(self) -> tuple[EllipticCurvePrivateKey, x509.Certificate] | None:
        """Return what an earlier start has made, unless it knows too few hosts or will soon end."""
        if not self.certificate.exists():
            return None
        certificate = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        own = self.folder / KEY
        if (told := exposed(own)) is not None:
            raise ValueError(told)
        key = serialization.load_pem_private_key(own.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("its key is of another kind")  # noqa: TRY004 - the file's content, not a type
        constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
        permitted = {each.value for each in constraints.permitted_subtrees or ()}
        ends = certificate.not_valid_after_utc
        if ends < _now() + timedelta(days=LEAF_DAYS):
            told = (
                f"{'has expired' if ends < _now() else 'would expire soon'} ({ends:%Y-%m-%d}) and was renewed"
            )
        elif not permitted.issuperset(self.domains):
            told = "was renewed, because there are new hosts to answer for"
        else:
            return key, certificate
        log.warning(
            "the certificate authority in %s %s: trust its ca.pem again (greenroom ca install)",
            self.folder,
            told,
        )
        return None

    def _make(self) -> tuple[EllipticCurvePrivateKey, x509.Certificate]:
        key, name = ec.generate_private_key(ec.SECP256R1()), _name("Greenroom (local, offline only)")
        permitted: list[x509.GeneralName] = [x509.DNSName(domain) for domain in self.domains]
        permitted += [x509.IPAddress(IPv4Network("127.0.0.0/8")), x509.IPAddress(IPv6Network("::1/128"))]
        constraints = x509.NameConstraints(permitted, None)
        builder = _builder(name, name, key, AUTHORITY_DAYS).add_extension(constraints, critical=True)
        certificate = _sign_itself(builder, key)
        _write(self.folder / KEY, _private(key))
        self.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return key, certificate


def exposed(path: Path) -> str | None:
    """Say what is wrong with the rights of a key's file, or None: nobody but its owner may touch it."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "nt" or not mode & 0o077:
        return None
    return f"others may use its key {path.name} (rights {mode:04o}): `chmod 600 {path}` if nobody else has been here"


def front(authority: Issuer, serves: Callable[[str], bool]) -> ssl.SSLContext:
    """Return a context that answers each hello with the certificate of the host asked for.

    A hello without a name is one to an address of this machine; a name that `serves` does not know is refused in
    the handshake.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    def named(connection: ssl.SSLObject, host: str | None, _context: ssl.SSLContext) -> int | None:
        host = (host or LOCAL).lower().rstrip(".")
        if not serves(host):
            return int(ssl.AlertDescription.ALERT_DESCRIPTION_UNRECOGNIZED_NAME)
        connection.context = authority.context(host)
        return None

    context.sni_callback = named
    return context


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_now() - timedelta(days=1))
        .not_valid_after(_now() + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _sign_itself(builder: x509.CertificateBuilder, key: EllipticCurvePrivateKey) -> x509.Certificate:
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _private(key: EllipticCurvePrivateKey) -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption())


def _write(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)


def _now() -> datetime:
    return instants.moment(realtime.now())
