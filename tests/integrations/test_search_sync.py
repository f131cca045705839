"""The indexes are held against the database: told, compared, repaired and rebuilt without a gap."""

import httpx
import pytest

from integrations.errors import ConflictError, ProviderRefusedError
from integrations.models import IndexKind
from integrations.search.records import PLANS
from integrations.search.sync import Divergence, SearchSync
from tests.integrations.algolia_stub import algolia_error
from tests.integrations.clerk_stub import session_token
from tests.integrations.layer import Layer
from tests.integrations.stubs import Answer, Call, Json

CAMPAIGNS = IndexKind.CAMPAIGNS


@pytest.fixture
def organisation_id(layer: Layer) -> str:
    return layer.services.organisations.create(name="Acme", billing_email="billing@acme.test").id


@pytest.fixture
def sync(layer: Layer) -> SearchSync:
    return layer.services.search_sync


def campaigns(layer: Layer, organisation_id: str, count: int) -> list[str]:
    make = layer.services.campaigns.create
    return [make(organisation_id, {"name": f"Campaign {number}"}).id for number in range(count)]


def test_an_index_that_is_not_there_is_behind(layer: Layer, sync: SearchSync, organisation_id: str) -> None:
    campaigns(layer, organisation_id, 2)
    layer.clock.sleep(30)
    status = sync.status(CAMPAIGNS)
    assert (status.stored, status.indexed, status.waiting, status.in_step) == (2, None, 2, False)
    assert status.lag_seconds == 30
    assert status.drift == ["attributesForFaceting", "customRanking", "searchableAttributes"]
    layer.services.outbox.deliver_pending()
    status = sync.status(CAMPAIGNS)
    assert (status.indexed, status.waiting, status.lag_seconds, status.in_step) == (2, 0, 0, True)


def test_the_last_error_is_told(layer: Layer, sync: SearchSync, organisation_id: str) -> None:
    campaigns(layer, organisation_id, 1)
    layer.services.campaigns.create(organisation_id, {"name": "Bad", "description": "huge"})
    layer.services.outbox.deliver_pending()
    status = sync.status(CAMPAIGNS)
    assert (status.refused, status.waiting, status.in_step) == (1, 0, False)
    assert "Record is too big" in str(status.last_error)


def test_divergence_is_found_and_repaired(layer: Layer, sync: SearchSync, organisation_id: str) -> None:
    ids = campaigns(layer, organisation_id, 3)
    layer.services.outbox.deliver_pending()
    held = layer.algolia.records["campaigns"]
    del held[ids[0]]
    held[ids[1]] = held[ids[1]] | {"campaignName": "Other"}
    held["ghost"] = {"objectID": "ghost"}
    layer.algolia.settings["campaigns"]["customRanking"] = []
    assert sync.drift(CAMPAIGNS) == ["customRanking"]
    found = Divergence(missing=[ids[0]], stale=[ids[1]], extra=["ghost"])
    assert sync.compare(CAMPAIGNS) == found
    assert sync.repair(CAMPAIGNS) == found
    assert not sync.compare(CAMPAIGNS), "what waits is not counted twice"
    layer.services.outbox.deliver_pending()
    assert set(held) == set(ids)
    assert sync.status(CAMPAIGNS).in_step
    assert not sync.repair(CAMPAIGNS)


def test_searches_see_the_old_index_until_the_new_one_is_whole(
    layer: Layer, sync: SearchSync, organisation_id: str
) -> None:
    ids = campaigns(layer, organisation_id, 5)
    layer.algolia.page = 2
    layer.algolia.records["campaigns"] = {"ghost": {"objectID": "ghost"}}
    layer.algolia.settings["campaigns"] = {}
    assert sync.rebuild(CAMPAIGNS) == 5
    assert set(layer.algolia.records["campaigns"]) == set(ids)
    paths = layer.algolia.paths()
    move = paths.index("POST /1/indexes/campaigns_next/operation")
    assert not [path for path in paths[:move] if path.startswith("POST /1/indexes/campaigns/batch")]
    assert "campaigns_next" not in layer.algolia.records


def test_a_rebuild_that_was_broken_off_is_resumed(
    layer: Layer, sync: SearchSync, organisation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.search.sync._BATCH", 2)
    ids = campaigns(layer, organisation_id, 6)
    sent = iter([None, algolia_error(403, "No")])
    reply = layer.algolia.reply

    def second_batch_fails(call: object) -> object:
        answer = next(sent, None) if call.path.endswith("_next/batch") else None  # type: ignore[attr-defined]
        return answer or reply(call)  # type: ignore[arg-type]

    monkeypatch.setattr(layer.algolia, "reply", second_batch_fails)
    with pytest.raises(ProviderRefusedError):
        sync.rebuild(CAMPAIGNS)
    assert len(layer.algolia.records["campaigns_next"]) == 2
    assert "campaigns" not in layer.algolia.records
    before = layer.algolia.paths().count("POST /1/indexes/campaigns_next/batch")
    assert sync.rebuild(CAMPAIGNS) == 6
    assert layer.algolia.paths().count("POST /1/indexes/campaigns_next/batch") - before == 2
    assert set(layer.algolia.records["campaigns"]) == set(ids)


def test_an_index_that_does_not_become_equal_takes_no_place(
    layer: Layer, sync: SearchSync, organisation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaigns(layer, organisation_id, 1)
    monkeypatch.setattr(layer.services.algolia, "batch", lambda *_: 1)
    with pytest.raises(ConflictError, match="does not become equal"):
        sync.rebuild(CAMPAIGNS)
    assert "POST /1/indexes/campaigns_next/operation" not in layer.algolia.paths()


def test_what_changes_during_a_rebuild_is_not_lost(
    layer: Layer, sync: SearchSync, organisation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [id] = campaigns(layer, organisation_id, 1)
    layer.services.outbox.deliver_pending()
    move = layer.services.algolia.move

    def changed_before(index: str, to: str) -> int:
        layer.services.campaigns.update(id, {"name": "Late"})
        layer.services.outbox.deliver_pending()  # into the index that is about to go
        return move(index, to)

    monkeypatch.setattr(layer.services.algolia, "move", changed_before)
    sync.rebuild(CAMPAIGNS)
    layer.services.outbox.deliver_pending()
    assert layer.algolia.records["campaigns"][id]["campaignName"] == "Late"


def test_what_a_worker_has_in_hand_during_a_rebuild_is_not_lost(
    layer: Layer, sync: SearchSync, organisation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [id] = campaigns(layer, organisation_id, 1)
    layer.services.outbox.deliver_pending()
    move, reply = layer.services.algolia.move, layer.algolia.reply

    def rebuilt_meanwhile(call: Call) -> Answer:
        answer = reply(call)  # into the index that is about to go
        if call.path.endswith("/campaigns/batch"):
            monkeypatch.undo()
            move("campaigns_next", "campaigns")
            sync.repair(CAMPAIGNS)
        return answer

    layer.services.algolia.set_settings("campaigns_next", PLANS[CAMPAIGNS].settings)
    layer.algolia.records["campaigns_next"] = dict(layer.algolia.records["campaigns"])
    layer.services.campaigns.update(id, {"name": "Late"})
    monkeypatch.setattr(layer.algolia, "reply", rebuilt_meanwhile)
    layer.services.outbox.deliver_pending()
    assert layer.algolia.records["campaigns"][id]["campaignName"] == "Late"


def test_a_rebuild_keeps_rules_and_what_settings_the_code_does_not_name(
    layer: Layer, sync: SearchSync, organisation_id: str
) -> None:
    campaigns(layer, organisation_id, 1)
    layer.services.outbox.deliver_pending()
    layer.algolia.settings["campaigns"] |= {"ignorePlurals": True, "customRanking": []}
    layer.algolia.rules["campaigns"] = ["a merchandiser's"]
    sync.rebuild(CAMPAIGNS)
    assert layer.algolia.rules["campaigns"] == ["a merchandiser's"]
    assert layer.algolia.settings["campaigns"]["ignorePlurals"] is True
    assert sync.drift(CAMPAIGNS) == []


def test_an_index_without_its_settings_takes_no_place(
    layer: Layer, sync: SearchSync, organisation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when another rebuild has moved the index away that was being filled: searches would find nothing."""
    campaigns(layer, organisation_id, 1)
    batch = layer.services.algolia.batch

    def without_settings(index: str, save: list[Json], delete: list[str]) -> int:
        layer.algolia.settings[index] = {}
        return batch(index, save, delete)

    monkeypatch.setattr(layer.services.algolia, "batch", without_settings)
    with pytest.raises(ConflictError, match="has not its settings: attributesForFaceting"):
        sync.rebuild(CAMPAIGNS)
    assert "POST /1/indexes/campaigns_next/operation" not in layer.algolia.paths()


async def test_watching_over_the_indexes_is_for_administrators(
    client: httpx.AsyncClient, layer: Layer, organisation_id: str
) -> None:
    campaigns(layer, organisation_id, 1)
    headers = {"authorization": f"Bearer {session_token()}"}
    for method, path in (("GET", "/search/status"), ("POST", "/search/repair/campaigns")):
        assert (await client.request(method, path, headers=headers)).status_code == 403
    told = (await client.get("/search/status")).json()
    assert (told[0]["kind"], told[0]["stored"], told[0]["in_step"]) == ("campaigns", 1, False)
    assert (await client.post("/search/repair/campaigns")).json() == {"missing": [], "stale": [], "extra": []}
