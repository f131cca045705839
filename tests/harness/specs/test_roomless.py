"""A provider with a document and no room is served from the document alone."""

from pathlib import Path

import httpx
import pytest

from harness.inprocess import InProcess
from harness.specs import sources
from tests.harness.sample import build
from tests.harness.specs.parcels import folder


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "published.toml"
    told = 'title = "Depots"\nport = 9\nhosts = ["api.depots.test"]\nenv = ["DEPOTS_TOKEN"]'
    file.write_text(f'[depots]\n{told}\n[[depots.document]]\nfile = "parcel.yaml"\n', "utf-8")
    original = sources.published
    monkeypatch.setattr("harness.specs.serving.published", lambda: original(file))


@pytest.mark.usefixtures("settings")
def test_it_has_an_account_an_address_and_errors_of_a_plain_kind(tmp_path: Path) -> None:
    with InProcess(tmp_path / "data", {"parcel": build()}, folder(tmp_path)) as greenroom:
        world = greenroom.create_world(seed=7)
        bearer = {"Authorization": f"Bearer {world['env']['DEPOTS_TOKEN']}"}
        base = world["urls"]["depots"]
        with httpx.Client(transport=greenroom.transport) as client:
            changed = client.patch(f"{base}/settings", json={"colour": "red", "nested": {}}, headers=bearer)
            assert changed.json() == {"colour": "red", "nested": {}}
            assert client.get("https://api.depots.test/settings", headers=bearer).json() == changed.json()
            assert client.get(f"{base}/settings").status_code == 401
            wrong = client.patch(f"{base}/settings", json={"nested": 7}, headers=bearer)
            assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "bad_request")
            nothing = client.get(f"{base}/nothing", headers=bearer)
            assert (nothing.status_code, nothing.headers["greenroom-unserved"]) == (404, "GET /nothing")
