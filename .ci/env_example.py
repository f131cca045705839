"""Print `.env.example`: the environment of the world `default`, as `greenroom env` prints it for base port 4400."""

import sys

import httpx

from harness.inprocess import InProcess

HEADING = """\
# Points a consumer at the world `default` of a Greenroom that was started with `greenroom up` on this machine.
# The values are the same on every machine and open nothing but that. Made by `make env-example`.
"""


def main() -> None:
    """Ask a Greenroom without sockets, so that no port must be free."""
    with InProcess() as greenroom, httpx.Client(transport=greenroom.transport, timeout=120) as http:
        answer = http.get("http://127.0.0.1:4400/_greenroom/worlds/default/env", params={"format": "dotenv"})
        answer.raise_for_status()
    sys.stdout.write(HEADING + answer.text)


if __name__ == "__main__":
    main()
