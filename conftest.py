"""Rules that hold for every test: a clean environment, no network beyond loopback, repeatable Hypothesis runs."""

import os
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Any

import hypothesis
import pytest

# The running server, worlds and webhook receivers that tests of all rooms share; what the SDKs drive.
pytest_plugins = ("tests.harness.driven", "tests.harness.serving")

_OWN_SETTINGS = (
    "ALGOLIA_",
    "CINT_",
    "CLERK_",
    "INSIGHTIQ_",
    "MUX_",
    "STRIPE_",
    "RESEND_",
    "SVIX_",
    "VERCEL_",
    "EMAIL_",
    "GREENROOM_",
    "DATABASE_URL",
)
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_KEPT = frozenset({"GREENROOM_REQUIRE", "GREENROOM_SPECS"})

hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


def _clean_environment() -> None:
    """Forget the settings of the person who runs the tests, so that no test depends on them."""
    for name in list(os.environ):
        if name in _KEPT:
            continue
        if name.upper().startswith(_OWN_SETTINGS) or name.upper() in _PROXIES:
            del os.environ[name]


_clean_environment()


@pytest.fixture(autouse=True)
def _same_environment_for_every_test() -> Iterator[None]:
    """Give each test the cleaned environment, and undo what it changed."""
    _clean_environment()
    before = dict(os.environ)
    yield
    current = os.environ.pop("PYTEST_CURRENT_TEST", None)
    os.environ.clear()
    os.environ.update(before)
    if current is not None:
        os.environ["PYTEST_CURRENT_TEST"] = current


class NetworkRefusedError(RuntimeError):
    """A test tried to reach an address outside this machine."""


def _is_local(host: object) -> bool:
    """Say whether a host name or address stays on this machine, without asking a name server."""
    if host is None or host in {"", b""}:
        return True
    name = (host.decode() if isinstance(host, bytes) else str(host)).rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name.partition("%")[0])
    except ValueError:
        return name == socket.gethostname().lower()
    return address.is_loopback or address.is_unspecified


@pytest.fixture(scope="session", autouse=True)
def refused_connections() -> Iterator[list[str]]:
    """Refuse every connection and name look-up that would leave this machine.

    Client libraries wrap or retry what a socket raises, so each refusal is also kept in the list: the test in
    which it happened fails even when the library swallowed the error.
    """
    refused: list[str] = []

    def guard(original: Callable[..., Any], host_of: Callable[..., object]) -> Callable[..., Any]:
        def guarded(*args: Any, **kwargs: Any) -> Any:
            host = host_of(*args, **kwargs)
            if _is_local(host):
                return original(*args, **kwargs)
            refused.append(str(host))
            raise NetworkRefusedError(
                f"a test tried to reach {host!r}: tests talk to this machine only. Point the client at a mock "
                "(base URL, transport or interception), or keep the code under test from connecting."
            )

        return guarded

    def peer(sock: socket.socket, address: object, *_: object) -> object:
        return None if sock.family == getattr(socket, "AF_UNIX", None) else _host(address)

    def datagram_peer(sock: socket.socket, *args: object) -> object:
        return peer(sock, args[-1])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guard(socket.socket.connect, peer))
        patch.setattr(socket.socket, "connect_ex", guard(socket.socket.connect_ex, peer))
        patch.setattr(socket.socket, "sendto", guard(socket.socket.sendto, datagram_peer))
        patch.setattr(socket, "getaddrinfo", guard(socket.getaddrinfo, lambda host, *_, **__: host))
        yield refused


def _host(address: object) -> object:
    return address[0] if isinstance(address, tuple) else address


@pytest.fixture(autouse=True)
def _no_network(refused_connections: list[str]) -> Iterator[None]:
    """Fail the test that tried to leave this machine, even if the client swallowed the refusal."""
    refused_connections.clear()
    yield
    if refused_connections:
        hosts = ", ".join(sorted(set(refused_connections)))
        pytest.fail(f"this test tried to reach addresses outside this machine: {hosts}", pytrace=False)


@pytest.fixture(autouse=True)
def _resend_as_it_comes() -> Iterator[None]:
    """Undo what a test set in the `resend` module: that SDK keeps its key and address for the whole process."""
    import resend

    before = resend.api_key, resend.api_url
    yield
    resend.api_key, resend.api_url = before
