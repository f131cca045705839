"""Try the installed distributions as a user would: `python .ci/smoke.py BIN` with the `bin` folder of their environment.

Starts `greenroom` outside the checkout, so that a module or a data file left out of the wheel is found out.
"""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

PORTS_USED = (*range(9), 43)  # the control API, eight providers, TLS
READY_WITHIN = 30.0  # seconds; generous, for a busy machine


def free_base_port() -> int:
    """Find a base port with all the ports above it free."""
    for base in range(5400, 9400, 100):
        try:
            for offset in PORTS_USED:
                socket.create_server(("127.0.0.1", base + offset)).close()
        except OSError:
            continue
        return base
    raise SystemExit("no free range of ports between 5400 and 9400")


def get(url: str) -> bytes:
    """Fetch a URL of the server under test; a bad status raises."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        body: bytes = answer.read()
    return body


def providers(url: str) -> list[dict[str, Any]]:
    """List the providers that the server has found."""
    listed: list[dict[str, Any]] = json.loads(get(f"{url}/_greenroom/providers"))["providers"]
    return listed


def wait_until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait for the health check to answer, or end with what went wrong."""
    end = time.monotonic() + READY_WITHIN
    while time.monotonic() < end:
        if server.poll() is not None:
            raise SystemExit(f"greenroom up ended with {server.returncode} before it was ready")
        try:
            get(f"{url}/_greenroom/health")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"greenroom up was not ready within {READY_WITHIN:.0f} s")


def main(programs: Path) -> None:
    """Run the command's help, then the server, and ask it for its providers and its pages."""
    clean = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "HOME": os.environ.get("HOME", "/")}
    with tempfile.TemporaryDirectory() as elsewhere:
        subprocess.run(["greenroom", "--help"], check=True, cwd=elsewhere, env=clean)
        subprocess.run([programs / "python", "-c", "import greenroom"], check=True, cwd=elsewhere, env=clean)
        port = free_base_port()
        url = f"http://127.0.0.1:{port}"
        command = ["greenroom", "up", "--port", str(port), "--data-dir", f"{elsewhere}/data"]
        server = subprocess.Popen(command, cwd=elsewhere, env=clean)
        try:
            wait_until_ready(url, server)
            served = {each["name"]: each["operations"] for each in providers(url)}
            if not served or not all(served.values()):
                raise SystemExit(f"the installed greenroom serves too little: {served}")
            print("operations by provider:", served)
            get(f"{url}/_greenroom/docs")
            page = get(f"{url}/_greenroom/")
            loaded = re.findall(rb'(?:src|href)="(/_greenroom/ui/-/static/[^"]+)"', page)
            if len(loaded) < 7:
                raise SystemExit(f"the dashboard was built without its libraries (make assets): {loaded}")
            for each in loaded:
                get(f"{url}{each.decode()}")
        finally:
            server.terminate()
            server.wait(timeout=10)
        if server.returncode != 0:
            raise SystemExit(f"greenroom up ended with {server.returncode} on SIGTERM")
    print("the installed distributions work")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
