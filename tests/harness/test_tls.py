"""The TLS front: one authority that holds for the providers' hosts alone, leaves by name, routing by name."""

import socket
import ssl
import stat
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from harness.errors import StoreError
from harness.tls import Authority
from tests.harness.serving import Served


def trusting(server: Served) -> ssl.SSLContext:
    authority = httpx.get(f"{server.url}/_greenroom/ca.pem", trust_env=False)
    assert authority.is_success
    return ssl.create_default_context(cadata=authority.text)


def over_tls(server: Served, context: ssl.SSLContext, host: str, path: str = "/") -> tuple[str, bytes]:
    """Ask the TLS port for a path under a host name; return the name in the certificate and the answer."""
    with (
        socket.create_connection(("127.0.0.1", server.port + 43), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        secure.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: secure.recv(65536), b""))
        certificate = x509.load_der_x509_certificate(secure.getpeercert(binary_form=True) or b"")
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return names.get_values_for_type(x509.DNSName)[0], answer


@pytest.mark.parametrize(
    ("host", "path", "told"),
    [
        ("api.stripe.com", "/v1/customers", b"You did not provide an API key"),
        ("api.resend.com", "/emails", b"missing_api_key"),
        ("stripe.greenroom.localhost", "/v1/customers", b"You did not provide an API key"),
        ("localhost", "/stripe/v1/customers", b"You did not provide an API key"),
        ("localhost", "/_greenroom/health", b'"status":"ok"'),
    ],
)
def test_every_host_has_its_certificate_and_leads_to_its_provider(
    server: Served, host: str, path: str, told: bytes
) -> None:
    name, answer = over_tls(server, trusting(server), host, path)
    assert name == host
    assert told in answer


def test_the_address_itself_is_certified_too(server: Served) -> None:
    answer = httpx.get(
        f"https://127.0.0.1:{server.port + 43}/_greenroom/health", verify=trusting(server), trust_env=False
    )
    assert answer.json()["status"] == "ok"


def test_names_of_strangers_are_refused_in_the_handshake(server: Served) -> None:
    with pytest.raises(ssl.SSLError):
        over_tls(server, trusting(server), "bank.example")


def test_the_authority_cannot_vouch_for_others(tmp_path: Path) -> None:
    """A leaf for another host, made with the authority's own key, is refused by who trusts the authority."""
    authority = Authority(tmp_path, ["api.stripe.com", "*.algolia.net"])
    client = ssl.create_default_context(cafile=str(authority.certificate))
    assert shaken(authority, client, "abc-dsn.algolia.net")
    assert shaken(authority, client, "api.stripe.com")
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        shaken(authority, client, "bank.example")


def shaken(authority: Authority, client: ssl.SSLContext, host: str) -> bool:
    """Do a handshake in memory."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = authority.context(host).wrap_bio(to_server, to_client, server_side=True)
    theirs = client.wrap_bio(to_client, to_server, server_hostname=host)
    for _ in range(6):
        for side in (theirs, ours):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return theirs.getpeercert() is not None


def test_keys_are_for_their_owner_only_and_the_authority_stays(tmp_path: Path) -> None:
    first = Authority(tmp_path, ["api.stripe.com"])
    first.context("api.stripe.com")
    for name in ("ca-key.pem", "api.stripe.com.pem"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    kept = first.certificate.read_bytes()
    assert Authority(tmp_path, ["api.stripe.com"]).certificate.read_bytes() == kept


def test_a_new_host_needs_a_new_authority(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    kept = Authority(tmp_path, ["api.stripe.com"]).certificate.read_bytes()
    assert Authority(tmp_path, ["api.stripe.com", "api.mux.com"]).certificate.read_bytes() != kept
    assert "trust its ca.pem again" in caplog.text


def test_a_damaged_authority_is_a_clear_error(tmp_path: Path) -> None:
    Authority(tmp_path, ["api.stripe.com"])
    (tmp_path / "ca.pem").write_text("not a certificate")
    with pytest.raises(StoreError, match="remove that folder"):
        Authority(tmp_path, ["api.stripe.com"])
