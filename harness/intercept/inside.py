"""Process 1 of a run's own network: makes it, hands its listening sockets out, and starts the program.

It is run as a file, inside `unshare`, by an interpreter without any packages: only the standard library is imported.
Listening sockets belong to the network that they were made in; whoever gets them accepts connections of that network,
wherever it is itself. So nothing in here needs to pass on bytes: `python inside.py FD PLAN -- COMMAND…`, where FD is a
connected unix socket (SOCK_SEQPACKET) of the process outside.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import select
import signal
import socket
import struct
import sys
from typing import Any, NoReturn

GET_FLAGS, SET_FLAGS, IS_UP = 0x8913, 0x8914, 1
BIND_MOUNT, NEW_USER = 0x1000, 0x10000000
MESSAGE = 65536
CONNECT_SECONDS = 5.0
Plan = dict[str, Any]


def main() -> NoReturn:
    """Do all of it; the exit code is the program's."""
    border = socket.socket(fileno=int(sys.argv[1]))
    plan: Plan = json.loads(sys.argv[2])
    command = sys.argv[sys.argv.index("--", 3) + 1 :]
    try:
        _up("lo")
        for source, target in plan["files"]:
            _mount_over(source, target)
        made = [_listener(*address) for address in plan["tcp"]] + [_datagrams(*each) for each in plan["udp"]]
    except OSError as error:
        border.send(json.dumps({"error": str(error)}).encode())
        os._exit(125)
    for start in range(0, len(made), 32):
        part = made[start : start + 32]
        socket.send_fds(border, [b'{"listening":1}'], [each.fileno() for each in part])
    border.send(b'{"made":1}')
    if not border.recv(MESSAGE):
        os._exit(125)
    for each in made:
        each.close()
    _watch(border, _start(plan, command), session=plan["session"])


def _up(name: str) -> None:
    """Set an interface up (ioctl SIOCSIFFLAGS)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sh14x", name.encode(), 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(probe, GET_FLAGS, request))[1]
        fcntl.ioctl(probe, SET_FLAGS, struct.pack("16sh14x", name.encode(), flags | IS_UP))


def _mount_over(source: str, target: str) -> None:
    """Show a file in another's place, for this run alone."""
    _called("mount", source.encode(), os.path.realpath(target).encode(), None, BIND_MOUNT, None)


def _called(name: str, *arguments: Any) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}", *[each for each in arguments[1:2] if each])


def _listener(address: str, port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(2048)
    return listener


def _datagrams(address: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((address, port))
    return made


def _start(plan: Plan, command: list[str]) -> int:
    """Start the program as the user who asked for it; return its process id."""
    child = os.fork()
    if child:
        return child
    try:
        if plan["session"]:
            os.setsid()
        if plan["user"] != 0:
            _become(plan["user"], plan["group"])
        os.execvp(command[0], command)  # noqa: S606 - the program that the run is for
    except FileNotFoundError:
        sys.stderr.write(f"greenroom: {command[0]}: command not found\n")
        os._exit(127)
    except OSError as error:
        sys.stderr.write(f"greenroom: {command[0]}: {error.strerror}\n")
        os._exit(126)


def _become(user: int, group: int) -> None:
    """Leave the mapped root for the user's own id, in a user namespace below."""
    _called("unshare", NEW_USER)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} 0 1"), ("gid_map", f"{group} 0 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123 - no pathlib in here
            file.write(text)


def _watch(border: socket.socket, child: int, *, session: bool) -> NoReturn:
    """Reap, and do what the process outside asks for; when either ends, all in here ends."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    while True:
        ready, _, _ = select.select([border.fileno(), woken], [], [], 1.0)
        if woken in ready:
            os.read(woken, 512)
        if (code := _reaped(child)) is not None:
            os._exit(code)
        if border.fileno() in ready:
            message = border.recv(MESSAGE)
            if not message:
                os._exit(125)
            _obey(border, json.loads(message), -child if session else child)


def _reaped(child: int) -> int | None:
    """Bury who has died; return the exit code of the program once it has."""
    code = None
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            if pid == child:
                number = os.waitstatus_to_exitcode(status)
                code = number if number >= 0 else 128 - number
    return code


def _obey(border: socket.socket, order: dict[str, Any], target: int) -> None:
    if "signal" in order:
        with contextlib.suppress(ProcessLookupError):
            os.kill(target, order["signal"])
        return
    told = json.dumps({"id": order["id"]}).encode()
    for address in ("127.0.0.1", "::1"):
        with (
            contextlib.suppress(OSError),
            socket.create_connection((address, order["connect"]), CONNECT_SECONDS) as made,
        ):
            made.setblocking(False)
            socket.send_fds(border, [told], [made.fileno()])
            return
    border.send(told)


if __name__ == "__main__":
    main()
