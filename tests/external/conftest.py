"""A world of the test's own (or the live sandboxes), and the integration layer set up for it by its environment."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.errors import SettingsError
from integrations.services import Services
from integrations.settings import load_settings
from tests.external.outside import ENVIRONMENT, LIVE, SWEEPS, App, Outside


@pytest.fixture
def outside(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outside]:
    """The layer, migrated and served, its sweeps switched off so that tests decide when they run."""
    greenroom = None if LIVE else request.getfixturevalue("server")
    world = None if greenroom is None else greenroom.create_world(seed=7)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = ENVIRONMENT if world is None else world["env"]
    own = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'platform.sqlite3'}",
        "SURVEYS_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    try:
        settings = load_settings({**given, **SWEEPS, **own})
    except SettingsError as error:
        if world is not None:  # Greenroom's own environment has to be complete
            raise
        pytest.skip(str(error))
    services = Services.build(settings)
    services.database.upgrade()
    app = App(settings, services, port)
    yield Outside(settings, services, app, greenroom, world)
    app.close()
    services.close()
    if greenroom is not None and world is not None:
        greenroom.http.delete(f"/_greenroom/worlds/{world['id']}")
