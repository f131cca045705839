"""Greenroom for containers: the standard ports by the providers' names, and the compose file that gives it those names.

What Docker does with the file is not tried here: that wants a daemon (docs/interception.md tells what was tried with one).
The ports are tried in a network of their own.
"""

import base64
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from harness import registry
from harness.cli.app import app
from harness.intercept.standin import Hosts, catalogue
from tests.harness.intercept import running
from tests.harness.serving import Served
from tests.needs import ROOT

PROGRAM = """
import json, socket, ssl, subprocess, sys, urllib.request, urllib.error
from pathlib import Path
folder = Path(sys.argv[1])
command = [sys.executable, "-m", "harness.cli", "up", "--data-dir", str(folder / "data"), "--standard-ports",
           "--ca-file", str(folder / "ca.pem")]
server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
seen = {"ready": server.stdout.readline().startswith("greenroom ready")}
context = ssl.create_default_context(cafile=folder / "ca.pem")
def ask(host, path):
    with socket.create_connection(("127.0.0.1", 443)) as plain, context.wrap_socket(plain, server_hostname=host) as made:
        made.sendall(f"GET {path} HTTP/1.1\\r\\nHost: {host}\\r\\nConnection: close\\r\\n\\r\\n".encode())
        return b"".join(iter(lambda: made.recv(65536), b"")).decode()
seen["provider"] = "missing_api_key" in ask("api.resend.com", "/emails")
seen["stand-in"] = "greenroom-standin: fonts" in ask("fonts.googleapis.com", "/css2?family=Inter").lower()
try:
    ask("bank.example", "/")
    seen["stranger"] = "answered"
except ssl.SSLError:
    seen["stranger"] = "refused"
with socket.create_connection(("127.0.0.1", 80)) as made:
    made.sendall(b"GET /emails HTTP/1.1\\r\\nHost: api.resend.com\\r\\nConnection: close\\r\\n\\r\\n")
    seen["plain"] = b"missing_api_key" in b"".join(iter(lambda: made.recv(65536), b""))
other = [*command, "--port", "5400", "--data-dir", str(folder / "other")]
taken = subprocess.run(other, capture_output=True, text=True)
seen["taken"] = taken.stderr
server.terminate()
seen["code"] = server.wait()
print(json.dumps(seen))
"""


def test_the_standard_ports_answer_by_name(tmp_path: Path) -> None:
    running.require("netns")
    (tmp_path / "program.py").write_text(PROGRAM)
    inside = f"ip link set lo up && exec {sys.executable} {tmp_path}/program.py {tmp_path}"
    unshare = ["unshare", "--user", "--map-root-user", "--net", "sh", "-c", inside]
    done = subprocess.run(
        unshare, capture_output=True, text=True, check=True, cwd=ROOT, timeout=running.SECONDS
    )
    seen = json.loads(done.stdout.splitlines()[-1])
    taken = seen.pop("taken")
    assert seen == {
        "ready": True,
        "provider": True,
        "stand-in": True,
        "stranger": "refused",
        "plain": True,
        "code": 0,
    }
    assert "port 80 on 127.0.0.1 (for the providers' hosts) cannot be used" in taken
    assert "leave --standard-ports out" in taken


CONTAINER = """
import json, os, socket, ssl, subprocess, sys, threading, urllib.error, urllib.request
from pathlib import Path
told = json.loads(sys.argv[1])
env = {**os.environ, "GREENROOM_TOKEN": "secret"}
server = subprocess.Popen(told["server"], env=env, stdout=subprocess.PIPE, text=True)
seen = {"user": os.getuid(), "ready": server.stdout.readline().startswith("greenroom ready")}
seen["health"] = subprocess.run(told["health"]).returncode
context, wrong = ssl.create_default_context(cafile=told["ca"]), {}
for name in told["aliases"]:
    try:
        with socket.create_connection(("127.0.0.1", 443)) as plain, context.wrap_socket(plain, server_hostname=name):
            pass
    except OSError as error:
        wrong[name] = str(error)
seen["aliases"] = wrong
try:
    urllib.request.urlopen("http://127.0.0.1:4400/_greenroom/worlds")
except urllib.error.HTTPError as error:
    seen["control"] = error.code
with socket.create_server(("127.0.0.1", 3001)) as platform:
    def greet():
        with platform.accept()[0] as made:
            made.sendall(b"from the platform")
    threading.Thread(target=greet, daemon=True).start()
    door = subprocess.Popen(told["door"])
    while True:
        try:
            with socket.create_connection(("127.0.0.1", 3000)) as made:
                seen["door"] = made.recv(100).decode()
        except ConnectionRefusedError:
            continue
        break
    door.terminate()
    door.wait()
server.terminate()
seen["code"] = server.wait()
print(json.dumps(seen))
"""
AS_IN_A_CONTAINER = """
ip link set lo up && echo {ports} > /proc/sys/net/ipv4/ip_unprivileged_port_start &&
exec unshare --user --map-user=10001 --map-group=10001 -- "$@"
"""


def test_what_the_containers_run_does_what_they_need_of_each_other(tmp_path: Path) -> None:
    """The commands out of the compose file and the Dockerfile, in a network of their own, by a user who is nobody."""
    running.require("netns")
    services = composed()["services"]
    options = [option.replace("/var/lib", str(tmp_path)) for option in services["greenroom"]["command"]]
    check = re.search(r"HEALTHCHECK .*\\\n +CMD (\[.*\])", (ROOT / "Dockerfile").read_text())
    assert check is not None
    (tmp_path / "greenroom-ca").mkdir()
    door = [word.replace("platform:3000", "127.0.0.1:3001") for word in services["door"]["entrypoint"]]
    told = {
        "server": [sys.executable, "-m", "harness.cli", *options],
        "health": [sys.executable, *json.loads(check[1])[1:]],
        "ca": options[-1].partition("=")[2],
        "aliases": sorted(aliases()),
        "door": [sys.executable, *door[1:]],
    }
    ports = services["greenroom"]["sysctls"]["net.ipv4.ip_unprivileged_port_start"]
    begin = [
        "unshare",
        "--user",
        "--map-root-user",
        "--net",
        "sh",
        "-ec",
        AS_IN_A_CONTAINER.format(ports=ports),
    ]
    program = [sys.executable, "-c", CONTAINER, json.dumps(told)]
    done = subprocess.run(
        [*begin, "sh", *program],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=running.SECONDS,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "user": 10001,
        "ready": True,
        "health": 0,
        "aliases": {},
        "control": 401,
        "door": "from the platform",
        "code": 0,
    }


def composed() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.offline.yml").read_text())
    return found


def aliases() -> set[str]:
    return set(composed()["services"]["greenroom"]["networks"]["offline"]["aliases"])


def test_every_alias_is_answered_for() -> None:
    named = [(host, each.name) for each in registry.providers().values() for host in each.hosts]
    known = Hosts(named + [(host, each.name) for each in catalogue().standins for host in each.hosts])
    assert {host for host in aliases() if known.find(host) is None} == set()


def test_every_host_that_is_no_wildcard_is_an_alias() -> None:
    providers = {host for each in registry.providers().values() for host in each.hosts}
    standins = {host for each in catalogue().standins for host in each.hosts}
    assert {host for host in providers | standins if "*" not in host} - aliases() == set()


def test_the_names_are_those_of_the_default_world(server: Served) -> None:
    env = server.control("GET", "/worlds/default/env")
    application = env["ALGOLIA_APP_ID"].lower()
    key = env["CLERK_PUBLISHABLE_KEY"].rpartition("_")[2]
    frontend = base64.b64decode(key + "=" * (-len(key) % 4)).decode().rstrip("$")
    wanted = {f"{application}-dsn.algolia.net", f"{application}.algolia.net", frontend}
    wanted.add(frontend.replace(".clerk.", ".", 1))  # the account portal
    assert wanted | {f"{application}-{number}.algolianet.com" for number in (1, 2, 3)} <= aliases()


def test_the_platform_has_no_way_out_but_greenroom() -> None:
    file = composed()
    assert file["services"]["platform"]["networks"] == ["offline"]
    assert file["networks"]["offline"] == {"internal": True}
    options = file["services"]["greenroom"]["command"]
    assert options[0] == "up"
    known = CliRunner().invoke(app, ["up", "--help"], env={"COLUMNS": "200"}).output
    assert all(option.partition("=")[0] in known for option in options[1:])


def test_compose_takes_the_files() -> None:
    compose = shutil.which("docker-compose")
    if compose is None:
        pytest.skip("docker-compose is not installed: the compose files are checked as YAML only")
    files = ["-f", "docker-compose.yml", "-f", "docker-compose.offline.yml"]
    env = {"GREENROOM_TOKEN": "secret", "PLATFORM_IMAGE": "platform", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [compose, *files, "config"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert set(yaml.safe_load(done.stdout)["services"]) == {"door", "greenroom", "platform"}
