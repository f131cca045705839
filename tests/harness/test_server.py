"""The server process: its ports, its end, what it refuses, and what a cut connection looks like."""

import socket
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.harness import serving
from tests.harness.serving import Served


def refused(folder: Path, *options: str, port: int | None = None) -> str:
    """Start a server that cannot start; return what it says."""
    process = serving.launch(folder, *options, port=port)
    assert process.stdout is not None
    assert process.wait(30) == 1
    assert process.stdout.read() == ""
    process.stdout.close()
    said = (folder / "stderr").read_text()
    assert "Traceback" not in said
    return said


def test_a_busy_port_is_named_with_the_option(tmp_path: Path) -> None:
    base = serving.free_base()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", base + 7))
        taken.listen()
        said = refused(tmp_path, port=base)
    assert f"port {base + 7}" in said
    assert "--port" in said
    assert "stripe" in said


def test_other_machines_are_let_in_only_with_a_token(tmp_path: Path) -> None:
    assert "--token" in refused(tmp_path, "--host", "0.0.0.0")


@pytest.mark.parametrize("content", [b"no database at all" * 300, b"SQLite format 3\0" + b"\x7f" * 9000])
def test_a_corrupt_database_is_a_clear_error_and_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/greenroom.db").write_bytes(content)
    assert "greenroom.db" in refused(tmp_path)
    assert (tmp_path / "data/greenroom.db").read_bytes() == content


def test_the_database_of_a_newer_version_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with sqlite3.connect(tmp_path / "data/greenroom.db") as database:
        database.executescript(
            "PRAGMA user_version=77; PRAGMA application_id=1196576338; CREATE TABLE objects(x)"
        )
    database.close()
    assert "newer Greenroom" in refused(tmp_path)


def test_a_second_server_on_the_same_data_is_refused(server: Served, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(server.folder / "data")
    assert "in use by another Greenroom" in refused(tmp_path)


def test_sigterm_ends_it_cleanly_even_with_a_hanging_request_and_an_open_stream(tmp_path: Path) -> None:
    process = serving.launch(tmp_path)
    url = serving.ready_url(process)
    assert url is not None
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as http:
        fault = {"kind": "timeout", "provider": "stripe"}
        assert http.post("/_greenroom/worlds/default/faults", json=fault).status_code == 201
        key = http.get("/_greenroom/worlds/default/env").json()["STRIPE_SECRET_KEY"]
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]) + 7)) as hanging:
            request = f"GET /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n\r\n"
            hanging.sendall(request.encode())
            with http.stream("GET", "/_greenroom/worlds/default/stream"):
                process.terminate()
                assert process.wait(60) == 0  # the fault would keep its request for two minutes
    assert process.stdout is not None
    process.stdout.close()


@pytest.fixture
def connection(server: Served) -> Any:
    """Send raw bytes to the Stripe port; return what comes back until the server closes or 5 s pass."""

    def send(data: bytes, end: bytes | None = b"\r\n\r\n") -> bytes:
        with socket.create_connection(("127.0.0.1", server.port + 7), timeout=5) as client:
            client.sendall(data)
            answer = b""
            try:
                while chunk := client.recv(65536):
                    answer += chunk
                    if end is not None and end in answer:
                        break
            except TimeoutError:
                pass
            return answer

    return send


def test_a_reset_fault_cuts_the_connection(
    server: Served, fresh_world: dict[str, Any], connection: Any
) -> None:
    server.control(
        "POST", f"/worlds/{fresh_world['id']}/faults", {"kind": "reset", "provider": "stripe", "times": 1}
    )
    key = fresh_world["env"]["STRIPE_SECRET_KEY"].encode()
    request = b"GET /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + key + b"\r\n\r\n"
    with pytest.raises(ConnectionResetError):
        connection(request)
    assert connection(request).startswith(b"HTTP/1.1 200")


def test_a_timeout_fault_leaves_the_client_waiting_then_cuts(
    server: Served, fresh_world: dict[str, Any], connection: Any
) -> None:
    fault = {"kind": "timeout", "provider": "stripe", "times": 1, "milliseconds": 300}
    server.control("POST", f"/worlds/{fresh_world['id']}/faults", fault)
    key = fresh_world["env"]["STRIPE_SECRET_KEY"].encode()
    request = b"GET /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + key + b"\r\n\r\n"
    with pytest.raises(ConnectionResetError):
        connection(request)


def test_a_chunked_body_is_read_whole(fresh_world: dict[str, Any], connection: Any) -> None:
    key = fresh_world["env"]["STRIPE_SECRET_KEY"].encode()
    answer = connection(
        b"POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + key + b"\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        b"5\r\nname=\r\n3\r\nAda\r\n0\r\n\r\n",
        end=None,
    )
    assert b'"name": "Ada"' in answer


def test_what_is_no_http_is_answered_400(connection: Any) -> None:
    assert connection(b"\x16\x03\x01 hello\r\n\r\n").startswith(b"HTTP/1.1 400")


def test_the_log_never_shows_a_live_key(server: Served) -> None:
    live = "sk_" + "live_" + "x" * 24
    answer = httpx.get(
        f"http://127.0.0.1:{server.port + 7}/v1/customers",
        headers={"Authorization": f"Bearer {live}"},
        trust_env=False,
    )
    assert answer.status_code == 401
    assert live not in answer.text
    assert live not in server.log()
