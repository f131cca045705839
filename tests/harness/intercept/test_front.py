"""The ports of a run: which host is answered by whom, with which certificate, and what is kept of it."""

import http.client
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from harness.intercept.front import is_name
from tests.harness.serving import Served

Run = dict[str, Any]
HOSTS = {
    "algolia": (
        "abc123-dsn.algolia.net",
        "ABC123.algolia.net",
        "abc123-1.algolianet.com",
        "abc123-3.algolianet.com",
        "insights.algolia.io",
    ),
    "cint": ("api.cint.com", "auth.lucidhq.com", "s2s.cint.com", "www.samplicio.us"),
    "clerk": (
        "api.clerk.com",
        "img.clerk.com",
        "kind-duck-89.clerk.accounts.dev",
        "kind-duck-89.accounts.dev",
    ),
    "insightiq": (
        "api.insightiq.ai",
        "api.sandbox.insightiq.ai",
        "api.staging.insightiq.ai",
        "api.getphyllo.com",
    ),
    "mux": (
        "api.mux.com",
        "stream.mux.com",
        "image.mux.com",
        "stats.mux.com",
        "direct-uploads.mux.com",
        "direct-uploads.eu.production.mux.com",
        "inferred.litix.io",
        "abc123.litix.io",
    ),
    "resend": ("api.resend.com",),
    "stripe": (
        "api.stripe.com",
        "files.stripe.com",
        "js.stripe.com",
        "checkout.stripe.com",
        "billing.stripe.com",
        "buy.stripe.com",
        "hooks.stripe.com",
        "invoice.stripe.com",
    ),
    "vercel": ("api.vercel.com",),
}
OTHERS = {
    "standin": (
        "fonts.googleapis.com",
        "fonts.gstatic.com",
        "open.er-api.com",
        "api.openai.com",
        "ipinfo.io",
    ),
    "noise": ("telemetry.nextjs.org", "registry.example.org", "clerk-telemetry.com", "m.stripe.network"),
    "unknown": ("unheard-of.example", "bank.example"),
}


@pytest.fixture
def run(server: Served) -> Iterator[Run]:
    """A run of this very process."""
    made = server.control("POST", "/runs", {"pid": os.getpid()})
    yield made
    server.http.delete(f"/_greenroom/runs/{made['id']}")


def shown(server: Served, run: Run) -> Run:
    found: Run = server.control("GET", f"/runs/{run['id']}")
    return found


def over_tls(run: Run, host: str, path: str = "/", method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """Ask for a path of a host, which must have a certificate of the run's authority."""
    context = ssl.create_default_context(cadata=run["certificate"])
    with (
        socket.create_connection(("127.0.0.1", run["tls_port"]), timeout=30) as plain,
        context.wrap_socket(plain, server_hostname=host.lower()) as secure,
    ):
        secure.sendall(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = http.client.HTTPResponse(secure, method=method)
        answer.begin()
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()


@pytest.mark.parametrize(
    ("provider", "host"), [(name, host) for name, hosts in HOSTS.items() for host in hosts]
)
def test_every_host_of_a_provider_leads_to_its_room(
    server: Served, run: Run, provider: str, host: str
) -> None:
    status, _, _ = over_tls(run, host, "/v1/nothing")
    assert status != 421
    [counted] = shown(server, run)["hosts"]
    assert (counted["host"], counted["kind"], counted["owner"]) == (host.lower(), "provider", provider)


@pytest.mark.parametrize(("kind", "host"), [(kind, host) for kind, hosts in OTHERS.items() for host in hosts])
def test_other_hosts_are_answered_for_what_they_are(server: Served, run: Run, kind: str, host: str) -> None:
    status, headers, body = over_tls(run, host, "/")
    [counted] = shown(server, run)["hosts"]
    assert (counted["host"], counted["kind"]) == (host, kind)
    if kind == "standin":
        assert headers["greenroom-standin"] == counted["owner"]
    else:
        types = {"noise": "greenroom_offline", "unknown": "greenroom_unknown_host"}
        assert (status, headers["greenroom-error"]) == (502, types[kind])
        assert host.encode() in body


def test_stand_ins_can_be_left_out(server: Served) -> None:
    run = server.control("POST", "/runs", {"pid": os.getpid(), "standins": False})
    assert over_tls(run, "fonts.googleapis.com", "/css2?family=Inter")[0] == 502
    assert shown(server, run)["hosts"][0]["kind"] == "unknown"
    server.control("DELETE", f"/runs/{run['id']}")


def test_plain_http_is_answered_too(server: Served, run: Run) -> None:
    url = f"http://127.0.0.1:{run['http_port']}"
    answer = httpx.get(f"{url}/emails", headers={"Host": "api.resend.com"}, trust_env=False)
    assert answer.json()["name"] == "missing_api_key"
    assert httpx.get(f"{url}/_greenroom/health", trust_env=False).json()["status"] == "ok"
    assert {each["kind"] for each in shown(server, run)["hosts"]} == {"provider", "greenroom"}


def test_each_call_is_kept(server: Served, run: Run) -> None:
    over_tls(run, "api.resend.com", "/emails?key=hidden", "POST")
    over_tls(run, "api.resend.com", "/domains", "HEAD")
    newest, oldest = server.control("GET", f"/runs/{run['id']}/calls")["calls"]
    assert (newest["method"], newest["path"], oldest["method"], oldest["path"]) == (
        "HEAD",
        "/domains",
        "POST",
        "/emails",
    )
    lines = Path(run["journal"]).read_text().splitlines()
    assert [line.split()[1:4] for line in lines] == [
        ["POST", "https://api.resend.com/emails", "401"],
        ["HEAD", "https://api.resend.com/domains", "401"],
    ]


def test_a_call_like_an_earlier_one_is_kept_with_its_own_time(server: Served, run: Run) -> None:
    """The header lines of the second are known, so it is put together without the parser."""
    begun = time.monotonic()
    for _ in range(3):
        over_tls(run, "api.resend.com", "/domains")
    taken = (time.monotonic() - begun) * 1000
    calls = server.control("GET", f"/runs/{run['id']}/calls")["calls"]
    assert len(calls) == 3
    assert sum(each["milliseconds"] for each in calls) <= taken


@pytest.mark.parametrize(
    ("name", "sensible"),
    [
        ("api.stripe.com", True),
        ("_dmarc.example.com", True),
        ("localhost", True),
        ("../../etc/passwd", False),
        ("a/b.example", False),
        ("a" * 64 + ".example", False),
        (".".join(["abcdefgh"] * 30), False),
        ("", False),
    ],
)
def test_certificates_are_made_for_names_alone(name: str, *, sensible: bool) -> None:
    assert is_name(name) is sensible


def test_the_authority_s_key_is_never_written(server: Served, run: Run) -> None:
    over_tls(run, "api.stripe.com")
    folder = Path(run["journal"]).with_suffix("")
    assert folder.is_dir()
    assert list(folder.iterdir()) == []
    server.control("DELETE", f"/runs/{run['id']}")
    assert not folder.exists()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", run["tls_port"]), timeout=30)


def test_a_run_whose_process_is_gone_is_tidied_away(server: Served, run: Run) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = server.control("POST", "/runs", {"pid": gone.pid})
    server.control("DELETE", f"/runs/{server.control('POST', '/runs', {'pid': os.getpid()})['id']}")
    open_now = {each["id"] for each in server.control("GET", "/runs")["runs"]}
    assert left["id"] not in open_now
    assert run["id"] in open_now


def test_a_run_that_is_not_there(server: Served) -> None:
    assert server.http.get("/_greenroom/runs/nothing").status_code == 404
    assert server.http.post("/_greenroom/runs", json={"pid": 0}).status_code == 422
