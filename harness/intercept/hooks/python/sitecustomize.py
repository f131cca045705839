"""Loaded by CPython at its start (PYTHONPATH): connections that would leave this machine end at the ports of the run.

It runs in a foreign program, perhaps of an older Python, and therefore imports nothing of ours. With `sockets` in its
settings it redirects connections and name look-ups; in any case every TLS context trusts the run's authority, which is
the only way that holds for libraries with a list of authorities of their own.
"""

from __future__ import annotations

import atexit
import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HERE = os.path.dirname(os.path.abspath(__file__))
_TOLD = os.environ.get("GREENROOM_HOOK")
_NOT_OURS = ("uvloop", "grpc", "pycares", "gevent")


def _install(settings: Any) -> None:
    _trust(settings["ca"])
    _children(settings)
    if settings["sockets"]:
        _Sockets(settings).install()
        atexit.register(_warn, settings)


def _trust(certificate: Any) -> None:
    import ssl

    context: Any = ssl.SSLContext
    known, defaults = context.load_verify_locations, context.load_default_certs

    def load_verify_locations(self: Any, *args: Any, **kwargs: Any) -> None:
        known(self, *args, **kwargs)
        known(self, certificate)

    def load_default_certs(self: Any, *args: Any, **kwargs: Any) -> None:
        defaults(self, *args, **kwargs)
        known(self, certificate)

    context.load_verify_locations = load_verify_locations
    context.load_default_certs = load_default_certs


class _Sockets:
    """Names become addresses of a private loopback range; a connection to one of them goes to the run's ports."""

    def __init__(self, settings: Any) -> None:
        import socket

        self.socket: Any = socket
        self.settings = settings
        self.fronts = {443: settings["tls"], 80: settings["http"]}
        self.allowed = [(name, port) for name, port in settings["allow"]]
        self.names: dict[str, str] = {}
        self.addresses: dict[str, str] = {}

    def install(self) -> None:
        socket = self.socket
        getaddrinfo, by_name = socket.getaddrinfo, socket.gethostbyname
        by_name_more, by_address = socket.gethostbyname_ex, socket.gethostbyaddr

        def looked_up(host: Any, *args: Any, **kwargs: Any) -> Any:
            name = self.ours(host)
            return getaddrinfo(host if name is None else self.address(name), *args, **kwargs)

        def named(host: Any) -> Any:
            name = self.ours(host)
            return by_name(host) if name is None else self.address(name)

        def named_more(host: Any) -> Any:
            name = self.ours(host)
            return by_name_more(host) if name is None else (name, [], [self.address(name)])

        def addressed(host: Any) -> Any:
            name = self.names.get(host)
            return by_address(host) if name is None else (name, [], [host])

        socket.getaddrinfo, socket.gethostbyname = looked_up, named
        socket.gethostbyname_ex, socket.gethostbyaddr = named_more, addressed
        plain = socket.socket
        plain.connect = self.connecting(plain.connect)
        plain.connect_ex = self.connecting(plain.connect_ex)
        plain.sendto = self.sending(plain.sendto)
        if hasattr(plain, "sendmsg"):
            plain.sendmsg = self.sending_message(plain.sendmsg)

    def ours(self, host: Any) -> Any:
        """Return the name that nobody shall be asked for, or None for what is looked up as ever."""
        if isinstance(host, (bytes, bytearray)):
            host = bytes(host).decode("ascii", "replace")
        if not isinstance(host, str) or not host:
            return None
        name = host.lower().rstrip(".")
        if self.local(name) or self.literal(name) or any(name == allowed for allowed, _ in self.allowed):
            return None
        return name

    def address(self, name: Any) -> Any:
        known = self.addresses.get(name)
        if known is None:
            number = len(self.addresses) % 65000 + 1
            known = self.addresses[name] = "127.42.%d.%d" % (number >> 8, number & 255)
            self.names[known] = name
        return known

    def literal(self, host: Any) -> Any:
        host = host.partition("%")[0]
        for family in (self.socket.AF_INET, self.socket.AF_INET6):
            try:
                self.socket.inet_pton(family, host)
            except (OSError, ValueError):
                continue
            return True
        return False

    def local(self, host: Any) -> Any:
        if host in ("localhost", "::1", "::", "0.0.0.0", "") or host.endswith(".localhost"):  # noqa: S104
            return True
        if host.startswith("::ffff:127."):
            return True
        return host.startswith("127.") and not host.startswith("127.42.") and self.literal(host)

    def target(self, sock: Any, address: Any) -> Any:
        """Return where a connection really goes, or raise ConnectionRefusedError."""
        if sock.family not in (self.socket.AF_INET, self.socket.AF_INET6) or not isinstance(address, tuple):
            return address
        host, port = address[0], address[1]
        if isinstance(host, (bytes, bytearray)):
            host = bytes(host).decode("ascii", "replace")
        name = self.names.get(host) or self.ours(host)
        wanted = name or host.lower()
        if self.local(wanted) or any(wanted == each and at in (None, port) for each, at in self.allowed):
            return address
        front = self.fronts.get(port) if name is not None else None
        if front is None or sock.type & 15 != self.socket.SOCK_STREAM:
            self.refuse(wanted, port)
        return (
            ("127.0.0.1", front) if sock.family == self.socket.AF_INET else ("::ffff:127.0.0.1", front, 0, 0)
        )

    def refuse(self, host: Any, port: Any) -> None:
        import errno

        _report(self.settings, "%s:%s" % (host, port))
        text = "Greenroom lets nothing but http and https out of this run; --allow %s:%s would" % (host, port)
        raise ConnectionRefusedError(errno.ECONNREFUSED, text)

    def connecting(self, original: Any) -> Any:
        def connect(sock: Any, address: Any) -> Any:
            return original(sock, self.target(sock, address))

        return connect

    def sending(self, original: Any) -> Any:
        def sendto(sock: Any, data: Any, *args: Any) -> Any:
            return original(sock, data, *args[:-1], self.target(sock, args[-1]))

        return sendto

    def sending_message(self, original: Any) -> Any:
        def sendmsg(sock: Any, buffers: Any, ancdata: Any = (), flags: Any = 0, address: Any = None) -> Any:
            if address is None:
                return original(sock, buffers, ancdata, flags)
            return original(sock, buffers, ancdata, flags, self.target(sock, address))

        return sendmsg


def _children(settings: Any) -> None:
    """Take the hook along into programs that are given an environment of their own."""
    import subprocess

    process: Any = subprocess.Popen
    begin = process.__init__

    def started(self: Any, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("env") is not None:
            kwargs["env"] = _kept(dict(kwargs["env"]), settings)
        begin(self, *args, **kwargs)

    process.__init__ = started


def _kept(env: Any, settings: Any) -> Any:
    if any(isinstance(name, bytes) for name in env):
        return env
    for name, value in settings["env"].items():
        if name in settings["hooks"]:
            own, before = settings["hooks"][name], env.get(name)
            joint = os.pathsep if name == "PYTHONPATH" else " "
            if not before:
                env[name] = own
            elif own not in before:
                env[name] = joint.join((own, before) if name == "PYTHONPATH" else (before, own))
        else:
            env.setdefault(name, value)
    env["GREENROOM_HOOK"] = _TOLD
    return env


def _warn(settings: Any) -> None:
    """Say at the end which libraries opened sockets that a hook does not see."""
    for name in _NOT_OURS:
        if name in sys.modules:
            _report(settings, "?" + name)


def _report(settings: Any, line: Any) -> None:
    try:
        with open(settings["blocked"], "a") as file:
            file.write(line + "\n")
    except OSError:
        pass  # the run is over, or the program may not write there


def _next() -> None:
    """Run the `sitecustomize` that this one stands before."""
    import importlib.machinery
    import importlib.util

    others = [each for each in sys.path if os.path.abspath(each or os.getcwd()) != _HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)


if _TOLD:
    _install(json.loads(_TOLD))
_next()
