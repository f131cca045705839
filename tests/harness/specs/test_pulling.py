"""`greenroom specs pull` fetches from a server or a folder, verifies, keeps, and never commits."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from tests.harness.specs.parcels import DOCUMENT


class Publisher:
    """A server that publishes documents, and answers with their ETags."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, int]] = []
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                """Stay silent."""

            def do_GET(self) -> None:
                content = publisher.files.get(self.path)
                etag = f'"{hash(content)}"'
                status = 404 if content is None else 304 if self.headers.get("If-None-Match") == etag else 200
                publisher.asked.append((self.path, status))
                self.send_response(status)
                self.send_header("ETag", etag)
                body = content if status == 200 and content is not None else b""
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    made = Publisher()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture
def settings(tmp_path: Path, publisher: Publisher) -> Path:
    file = tmp_path / "published.toml"
    file.write_text(
        f'[parcel]\n[[parcel.document]]\nfile = "parcel.yaml"\nurl = "{publisher.url}/parcel.yaml"\n'
        '[secret]\n[[secret.document]]\nfile = "secret.yaml"\n',
        "utf-8",
    )
    publisher.files["/parcel.yaml"] = DOCUMENT.read_bytes()
    return file


@pytest.fixture(autouse=True)
def no_other_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder with the documents that a machine may name is none of these tests' business."""
    monkeypatch.delenv("GREENROOM_SPECS", raising=False)


def run(*arguments: object) -> tuple[int, list[dict[str, object]]]:
    done = CliRunner().invoke(app, ["specs", *map(str, arguments), "--json"])
    (rows,) = json.loads(done.stdout).values()
    return done.exit_code, rows


def test_a_document_is_fetched_once_and_kept(tmp_path: Path, settings: Path, publisher: Publisher) -> None:
    pull = ("pull", "--data-dir", tmp_path / "data", "--settings", settings)
    code, rows = run(*pull)
    assert (code, [row["outcome"] for row in rows]) == (0, ["new", "not published"])
    kept = tmp_path / "data" / "specs"
    assert (kept / "parcel.yaml").read_bytes() == DOCUMENT.read_bytes()
    assert (kept / ".gitignore").read_text() == "*\n"
    assert [row["outcome"] for row in run(*pull)[1]] == ["unchanged", "not published"]
    publisher.files["/parcel.yaml"] += b"\n# later\n"
    assert [row["outcome"] for row in run(*pull)[1]] == ["changed", "not published"]
    assert [status for _, status in publisher.asked] == [200, 304, 200]


@pytest.mark.parametrize("broken", [None, b"nonsense: [", b"openapi: 3.0.0"])
def test_what_is_broken_replaces_nothing(
    tmp_path: Path, settings: Path, publisher: Publisher, broken: bytes | None
) -> None:
    pull = ("pull", "parcel", "--data-dir", tmp_path, "--settings", settings)
    run(*pull)
    publisher.files["/parcel.yaml"] = broken  # type: ignore[assignment]
    code, rows = run(*pull)
    assert (code, rows[0]["outcome"]) == (1, "failed")
    assert (tmp_path / "specs" / "parcel.yaml").read_bytes() == DOCUMENT.read_bytes()


def test_a_folder_works_the_same(tmp_path: Path, settings: Path) -> None:
    code, rows = run(
        "pull", "parcel", "--data-dir", tmp_path, "--settings", settings, "--from", DOCUMENT.parent
    )
    assert (code, rows[0]["outcome"]) == (0, "new")
    code, listed = run("list", "parcel", "--data-dir", tmp_path, "--settings", settings)
    assert (listed[0]["operations"], listed[0]["version"], listed[0]["hand-written"]) == (16, "3", 0)


def test_an_unknown_provider_is_named(tmp_path: Path, settings: Path) -> None:
    done = CliRunner().invoke(app, ["specs", "pull", "letter", "--settings", str(settings)])
    assert "no document is known of letter" in str(done.exception)
