"""A server that a command starts for itself."""

from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from harness.errors import GreenroomError
from harness.own_server import own_server

PATIENCE = 60


def connected(url: str) -> closing[HTTPConnection]:
    return closing(HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE))


def test_it_answers_and_is_gone_afterwards(tmp_path: Path) -> None:
    with own_server(tmp_path, "--no-tls") as (url, process), connected(url) as connection:
        connection.request("GET", "/_greenroom/health")
        assert connection.getresponse().status == 200
    assert not psutil.pid_exists(process)


def test_however_much_it_logs_it_does_not_stand_still(tmp_path: Path) -> None:
    with own_server(tmp_path, "--no-tls") as (url, _), connected(url) as connection:
        for _ in range(2000):  # a line of the log each, more in all than a pipe holds
            connection.request(
                "GET", "/stripe/v1/customers", headers={"Authorization": "Bearer sk_test_nobody"}
            )
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 401


def test_it_says_why_it_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "greenroom.db").write_text("no database")
    with (
        pytest.raises(GreenroomError, match=r"could be started: .*database"),
        own_server(tmp_path, "--no-tls"),
    ):
        pass
