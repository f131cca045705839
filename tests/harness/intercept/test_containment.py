"""Nothing leaves a run: not by address, not by a child, not by a worker, not by a name look-up or a datagram."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.harness.intercept import running
from tests.harness.serving import Served

# An address that documentation may use and nobody has (RFC 5737): nothing answers there.
NOWHERE = "192.0.2.1"
AT_ONCE = {"hook": "ECONNREFUSED", "netns": "ENETUNREACH"}
World = dict[str, Any]

NODE_REACH = """
import net from "node:net";
const reach = (port) => new Promise((resolve) => {
  const socket = net.connect(port, "%s");
  socket.on("connect", () => resolve("connected")).on("error", (error) => resolve(error.code));
});
const failed = await fetch("http://%s:8080/").catch((error) => error.cause.code);
console.log(JSON.stringify([await reach(443), await reach(5432), failed]));
"""
PYTHON_REACH = """
import errno, json, socket, urllib.request
def reach(port):
    try:
        socket.create_connection(("%s", port), timeout=60).close()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "connected"
print(json.dumps([reach(443), reach(5432), reach(8080)]))
"""


def test_an_address_elsewhere_fails_at_once(server: Served, mode: str, node: Callable[..., object]) -> None:
    """At once: the programs wait a minute and more for a connection, and the test for neither."""
    for done in (
        running.node(server, mode, NODE_REACH % (NOWHERE, NOWHERE)),
        running.python(server, mode, PYTHON_REACH % NOWHERE),
    ):
        assert done.json() == [AT_ONCE[mode]] * 3
        refused = {f"{NOWHERE}:{port}": 1 for port in (443, 5432, 8080)}
        assert done.report["refused"] == (refused if mode == "hook" else {})


def test_a_shell_reaches_nobody_in_a_network_of_its_own(server: Served) -> None:
    running.require("netns")
    script = f"(exec 3<>/dev/tcp/{NOWHERE}/80) 2>&1; cat /proc/net/route; getent hosts anything.example"
    done = running.run(server, "netns", ["bash", "-c", script])
    unreachable, header, name = done.output.strip().splitlines()[-3:]
    assert "unreachable" in unreachable
    assert header.startswith("Iface")  # and no route below it
    assert name.split() == ["127.0.0.1", "anything.example"]


NODE_FAMILY = """
import { execFileSync, execSync, fork, spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
const body = `fetch("https://api.resend.com/emails").then((a) => a.json()).then((b) => b.name, (e) => String(e.cause ?? e))`;
const script = `${body}.then((name) => console.log(name))`;
const bare = { PATH: process.env.PATH };
const seen = {};
const ended = (child) => new Promise((resolve) => {
  let text = "";
  child.stdout.on("data", (part) => (text += part));
  child.on("close", () => resolve(text.trim()));
});
const posted = (options) => new Promise((resolve) => {
  const code = `${body}.then(async (name) => (await import("node:worker_threads")).parentPort.postMessage(name))`;
  new Worker(code, { eval: true, ...options }).on("message", resolve).on("error", (error) => resolve(String(error)));
});
seen.spawn = await ended(spawn(process.execPath, ["-e", script]));
seen["spawn, bare"] = await ended(spawn(process.execPath, ["-e", script], { env: bare }));
seen.spawnSync = spawnSync(process.execPath, ["-e", script], { env: bare, encoding: "utf8" }).stdout.trim();
seen.execFileSync = execFileSync(process.execPath, ["-e", script], { env: bare, encoding: "utf8" }).trim();
writeFileSync(process.env.SCRIPT, script);
seen.execSync = execSync(`node ${process.env.SCRIPT}`, { encoding: "utf8" }).trim();
seen.fork = await ended(fork(process.env.SCRIPT, { silent: true, env: bare }));
seen.worker = await posted({});
seen["worker, bare"] = await posted({ env: {} });
seen["worker, no arguments"] = await posted({ execArgv: [] });
seen.python = await ended(spawn("python3", ["-c", process.env.CHILD], { env: bare }));
console.log(JSON.stringify(seen));
"""
PYTHON_FAMILY = """
import json, multiprocessing, os, subprocess, sys, threading, urllib.request, urllib.error
from concurrent.futures import ProcessPoolExecutor
child = os.environ["CHILD"]
bare = {"PATH": os.environ["PATH"]}
def ran(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, **more).stdout.strip()
seen = {
    "child": ran(sys.executable, "-c", child),
    "child, bare": ran(sys.executable, "-c", child, env=bare),
    "by a shell": ran("sh", "-c", 'python3 -c "$CHILD"'),
    "node": ran("node", "-e", os.environ["NODE_CHILD"], env=bare),
}
found = []
thread = threading.Thread(target=exec, args=(child.replace("print(", "found.append("), {"found": found}))
thread.start()
thread.join()
seen["thread"] = found[0]
print(json.dumps(seen))
"""
CHILD = """
import json, urllib.request, urllib.error
try:
    urllib.request.urlopen("https://api.resend.com/emails")
except urllib.error.HTTPError as error:
    print(json.load(error)["name"])
except OSError as error:
    print(repr(error))
"""
NODE_CHILD = 'fetch("https://api.resend.com/emails").then((a) => a.json()).then((b) => console.log(b.name))'
ANSWERED = "missing_api_key"


def test_children_and_workers_are_covered(
    server: Served, mode: str, node: Callable[..., object], tmp_path: Any
) -> None:
    env = {"CHILD": CHILD, "NODE_CHILD": NODE_CHILD, "SCRIPT": str(tmp_path / "child.cjs")}
    for done in (
        running.node(server, mode, NODE_FAMILY, env=env),
        running.python(server, mode, PYTHON_FAMILY, env=env),
    ):
        seen = done.json()
        bare = {name for name in seen if mode == "netns" and ("bare" in name or name in UNTRUSTING)}
        assert {name: told for name, told in seen.items() if name not in bare} == dict.fromkeys(
            set(seen) - bare, ANSWERED
        )
        # In a network of its own a program that forgets whom to trust still reaches nobody else.
        assert all(seen[name] == ANSWERED or not seen[name] or "certificate" in seen[name] for name in bare)


UNTRUSTING = frozenset({"spawnSync", "execFileSync", "fork", "python", "node"})
"""Children that the programs above give an environment without the variables of the run."""

NODE_NAMES = """
import dns from "node:dns";
import { promises, Resolver } from "node:dns";
import dgram from "node:dgram";
import http from "node:http";
import { promisify } from "node:util";
const code = (promise) => promise.then((found) => found, (error) => error.code);
const sent = new Promise((resolve) => {
  const socket = dgram.createSocket("udp4");
  socket.send("x", 53, "%s", (error) => {
    resolve(error?.code ?? "sent");
    socket.close();
  });
});
const { address } = await promises.lookup("api.stripe.com");
const [host] = await promises.resolve4("api.resend.com");
const answer = await new Promise((resolve, reject) => {
  http.get({ host, path: "/emails", headers: { host: "api.resend.com" } }, resolve).on("error", reject);
});
console.log(JSON.stringify({
  lookup: address.startsWith("127."),
  callback: (await promisify(dns.lookup)("api.stripe.com")).address.startsWith("127."),
  resolved: JSON.parse((await answer.toArray()).join("")).name,
  resolver: (await promisify(new Resolver().resolve4).call(new Resolver(), "api.mux.com"))[0].startsWith("127."),
  datagram: await sent,
  localhost: (await promises.lookup("localhost", { family: 4 })).address,
}));
"""
PYTHON_NAMES = """
import errno, json, socket
def sent():
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("%s", 53))
    except OSError as error:
        return errno.errorcode[error.errno]
    return "sent"
address = socket.gethostbyname("api.resend.com")
with socket.create_connection((address, 80)) as made:
    made.sendall(b"GET /emails HTTP/1.1\\r\\nHost: api.resend.com\\r\\nConnection: close\\r\\n\\r\\n")
    answer = b"".join(iter(lambda: made.recv(65536), b""))
print(json.dumps({
    "lookup": address.startswith("127."),
    "callback": socket.getaddrinfo("api.stripe.com", 443)[0][4][0].startswith("127."),
    "resolved": json.loads(answer.partition(b"\\r\\n\\r\\n")[2])["name"],
    "resolver": socket.gethostbyname_ex("api.mux.com")[2][0].startswith("127."),
    "datagram": sent(),
    "localhost": socket.gethostbyname("localhost"),
}))
"""


@pytest.mark.parametrize("program", ["node", "python"])
def test_names_are_looked_up_at_home(
    server: Served, mode: str, program: str, node: Callable[..., object]
) -> None:
    start = running.node if program == "node" else running.python
    done = start(server, mode, (NODE_NAMES if program == "node" else PYTHON_NAMES) % NOWHERE)
    assert done.json() == {
        "lookup": True,
        "callback": True,
        "resolved": ANSWERED,
        "resolver": True,
        "datagram": AT_ONCE[mode],
        "localhost": "127.0.0.1",
    }


def test_what_a_hook_does_not_see_is_said(server: Served) -> None:
    done = running.python(server, "hook", "import uvloop")
    assert done.report["not_seen"] == ["uvloop"]
    assert "not seen by the hooks, because of: uvloop" in done.told


def test_a_sitecustomize_of_the_program_s_own_still_runs(server: Served, mode: str, tmp_path: Any) -> None:
    (tmp_path / "sitecustomize.py").write_text("import builtins; builtins.OWN = 7")
    done = running.python(server, mode, "print(OWN)", env={"PYTHONPATH": str(tmp_path)})
    assert done.json() == 7


def test_options_of_node_are_kept(
    server: Served, mode: str, node: Callable[..., object], tmp_path: Any
) -> None:
    own = tmp_path / "own hook.cjs"
    own.write_text("globalThis.own = 7")
    done = running.node(
        server,
        mode,
        'const a = await fetch("https://api.resend.com/emails"); console.log(JSON.stringify([own, a.status]))',
        env={"NODE_OPTIONS": f'--require "{own}"'},
    )
    assert done.json() == [7, 401]


def test_a_proxy_of_the_person_is_left_aside(server: Served, mode: str, node: Callable[..., object]) -> None:
    proxies = {"HTTPS_PROXY": "http://proxy.example:3128", "https_proxy": "http://proxy.example:3128"}
    code = 'import requests; print(requests.get("https://api.resend.com/emails").status_code)'
    assert running.python(server, mode, code, env=proxies).json() == 401
    assert json.loads(running.python(server, mode, PYTHON_REACH % NOWHERE, env=proxies).output)
