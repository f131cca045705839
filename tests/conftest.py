"""Fixtures shared by all tests: what the machine may or may not have (Node, provider specs, PostgreSQL)."""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import needs
from tests.harness.serving import fresh_world, receiver, server

__all__ = ["fresh_world", "receiver", "server"]

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def node() -> Callable[..., object]:
    """`needs.run_node`, where Node and the SDKs of tests/node are installed."""
    reason = needs.missing_node()
    needs.require("node", available=reason is None, reason=reason or "")
    return needs.run_node


@pytest.fixture(scope="session")
def specs() -> Path:
    """The folder with the providers' own OpenAPI documents."""
    reason = needs.missing_specs()
    needs.require("specs", available=reason is None, reason=reason or "")
    return needs.spec_folder()


@pytest.fixture(scope="session")
def postgres() -> Iterator[needs.PostgresServer]:
    """A PostgreSQL server that lives as long as the test session."""
    programs = needs.postgres_programs()
    reason = "PostgreSQL's server programs are not installed (on Debian: apt-get install postgresql)"
    needs.require("postgres", available=programs is not None, reason=reason)
    assert programs is not None
    server = needs.PostgresServer.start(programs)
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres: needs.PostgresServer) -> str:
    """The URL of an empty PostgreSQL database of this test's own."""
    return postgres.create_database(f"test_{os.getpid()}_{next(_numbers)}")
