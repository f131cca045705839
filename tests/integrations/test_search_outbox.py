"""Every committed change reaches the search engine in the end, and nothing else does."""

import random
import threading
from collections.abc import Callable
from datetime import date

import pytest

from integrations.errors import NotConfiguredError, ProviderError, ProviderRefusedError, Refusal
from integrations.models import Campaign, IndexKind, Platform
from integrations.services import Services
from integrations.settings import load_settings
from tests.integrations.algolia_stub import algolia_error
from tests.integrations.layer import Layer
from tests.integrations.stubs import ENVIRONMENT, Answer, Call


@pytest.fixture
def organisation_id(layer: Layer) -> str:
    return layer.services.organisations.create(name="Acme", billing_email="billing@acme.test").id


def indexed(layer: Layer) -> dict[str, str]:
    return {key: record["campaignName"] for key, record in layer.algolia.records.get("campaigns", {}).items()}


def test_a_new_campaign_is_indexed_in_the_platforms_form(layer: Layer, organisation_id: str) -> None:
    made = layer.services.campaigns.create(
        organisation_id,
        {
            "name": "Spring",
            "start_date": date(2026, 3, 1),
            "platform": Platform.TIKTOK,
            "currency": "GBP",
            "total_budget": 20000,
        },
    )
    assert layer.algolia.calls == [], "no request waits for the search engine"
    assert layer.services.outbox.deliver_pending(wait=True) == 1
    assert layer.algolia.records["campaigns"][made.id] == {
        "objectID": made.id,
        "id": made.id,
        "orgId": organisation_id,
        "campaignName": "Spring",
        "description": "",
        "status": "DRAFT",
        "startDate": "2026-03-01",
        "platform": "TIKTOK",
        "currency": "GBP",
        "totalBudget": 20000,
    }
    assert layer.services.outbox.pending() == []


def test_settings_come_before_the_first_record_and_once(layer: Layer, organisation_id: str) -> None:
    for name in ("Spring", "Summer"):
        layer.services.campaigns.create(organisation_id, {"name": name})
        layer.services.outbox.deliver_pending()
    assert layer.algolia.settings["campaigns"]["attributesForFaceting"][0] == "filterOnly(orgId)"
    assert layer.algolia.paths() == [
        "PUT /1/indexes/campaigns/settings",
        "GET /1/indexes/campaigns/task/1",
        "POST /1/indexes/campaigns/batch",
        "POST /1/indexes/campaigns/batch",
    ]


def test_changes_of_one_object_are_indexed_once_and_as_it_is(layer: Layer, organisation_id: str) -> None:
    campaigns = layer.services.campaigns
    made = campaigns.create(organisation_id, {"name": "Spring"})
    campaigns.update(made.id, {"name": "Easter"})
    campaigns.submit(made.id)
    campaigns.submit(made.id)
    assert layer.services.outbox.deliver_pending() == 1
    assert layer.algolia.records["campaigns"][made.id]["status"] == "SUBMITTED"
    assert indexed(layer) == {made.id: "Easter"}


def test_a_deleted_campaign_is_deleted_from_the_index(layer: Layer, organisation_id: str) -> None:
    made = layer.services.campaigns.create(organisation_id, {"name": "Spring"})
    layer.services.outbox.deliver_pending()
    layer.services.campaigns.delete(made.id)
    layer.services.outbox.deliver_pending()
    assert indexed(layer) == {}


def test_what_is_rolled_back_is_never_indexed(layer: Layer, organisation_id: str) -> None:
    with layer.services.database.transaction() as session:
        now = layer.clock.now()
        session.add(
            Campaign(id="c", organisation_id=organisation_id, name="X", created_at=now, updated_at=now)
        )
        layer.services.outbox.note(session, IndexKind.CAMPAIGNS, "c")
        session.rollback()
    assert layer.services.outbox.pending() == []


def test_an_outage_only_delays(layer: Layer, organisation_id: str) -> None:
    made = layer.services.campaigns.create(organisation_id, {"name": "Spring"})
    layer.algolia.failures.extend([algolia_error(503, "down")] * 4)
    assert layer.services.outbox.deliver_pending() == 0
    (left,) = layer.services.outbox.pending()
    assert (left.attempts, left.refused) == (1, False)
    assert "set settings failed" in str(left.error)
    assert layer.services.outbox.deliver_pending() == 0, "not before its time"
    layer.clock.sleep(40)
    assert layer.services.outbox.deliver_pending() == 1
    assert indexed(layer) == {made.id: "Spring"}


@pytest.mark.parametrize("body", ["<html>Sign in to this network</html>", "{}", "[1]", "null"])
def test_an_answer_that_cannot_be_read_only_delays(layer: Layer, organisation_id: str, body: str) -> None:
    made = layer.services.campaigns.create(organisation_id, {"name": "Spring"})
    layer.services.outbox.set_up(IndexKind.CAMPAIGNS)
    layer.algolia.failures.extend([(200, {"Content-Type": "text/html"}, body)] * 4)
    assert layer.services.outbox.deliver_pending() == 0
    [left] = layer.services.outbox.pending()
    assert (left.refused, "batch failed" in str(left.error)) == (False, True)
    layer.clock.sleep(60)
    assert layer.services.outbox.deliver_pending() == 1
    assert indexed(layer) == {made.id: "Spring"}


def test_a_host_that_failed_is_asked_again(layer: Layer, organisation_id: str) -> None:
    layer.services.campaigns.create(organisation_id, {"name": "Spring"})
    layer.algolia.failures.extend([algolia_error(500, "x"), OSError()])
    assert layer.services.outbox.deliver_pending() == 1


def test_a_record_that_is_refused_does_not_keep_others_out(layer: Layer, organisation_id: str) -> None:
    create = layer.services.campaigns.create
    good = [create(organisation_id, {"name": f"C{n}"}).id for n in range(3)]
    bad = create(organisation_id, {"name": "Bad", "description": "huge"})
    good += [create(organisation_id, {"name": f"D{n}"}).id for n in range(3)]
    assert layer.services.outbox.deliver_pending() == 6
    assert sorted(indexed(layer)) == sorted(good)
    (left,) = layer.services.outbox.pending()
    assert (left.object_id, left.refused) == (bad.id, True)
    assert "Record is too big" in str(left.error)
    layer.clock.sleep(3600)
    assert layer.services.outbox.deliver_pending() == 0
    layer.services.campaigns.update(bad.id, {"description": "small"})
    assert layer.services.outbox.deliver_pending() == 1


def test_wrong_keys_refuse_no_record(layer: Layer, organisation_id: str) -> None:
    layer.services.campaigns.create(organisation_id, {"name": "Spring"})
    layer.algolia.failures.append(algolia_error(403, "Invalid Application-ID or API key"))
    layer.services.outbox.deliver_pending()
    assert [change.refused for change in layer.services.outbox.pending()] == [False]


def test_a_change_while_it_is_being_indexed_is_indexed_too(layer: Layer, organisation_id: str) -> None:
    made = layer.services.campaigns.create(organisation_id, {"name": "Old"})
    reply = layer.algolia.reply
    changed = threading.Event()

    def change_once(call: object) -> object:
        answer = reply(call)  # type: ignore[arg-type]
        if "batch" in call.path and not changed.is_set():  # type: ignore[attr-defined]
            changed.set()
            layer.services.campaigns.update(made.id, {"name": "New"})
        return answer

    layer.algolia.reply = change_once  # type: ignore[method-assign, assignment]
    layer.services.outbox.deliver_pending()
    assert indexed(layer) == {made.id: "New"}
    assert layer.services.outbox.pending() == []


def test_two_workers_never_have_the_same_change(layer: Layer, organisation_id: str) -> None:
    layer.services.campaigns.create(organisation_id, {"name": "Spring"})
    reply = layer.algolia.reply
    others: list[int] = []

    def second_worker(call: object) -> object:
        others.append(layer.services.outbox.deliver_pending())
        return reply(call)  # type: ignore[arg-type]

    layer.algolia.reply = second_worker  # type: ignore[method-assign, assignment]
    assert layer.services.outbox.deliver_pending() == 1
    assert set(others) == {0}


def test_a_worker_that_died_is_replaced(layer: Layer, organisation_id: str) -> None:
    layer.services.campaigns.create(organisation_id, {"name": "Spring"})
    layer.services.outbox._take()
    assert layer.services.outbox.deliver_pending() == 0
    layer.clock.sleep(121)
    assert layer.services.outbox.deliver_pending() == 1


def test_settings_that_are_refused_are_no_records_fault(layer: Layer, organisation_id: str) -> None:
    for number in range(3):
        layer.services.campaigns.create(organisation_id, {"name": f"C{number}"})
    layer.algolia.failures.append(algolia_error(400, "Invalid settings"))
    assert layer.services.outbox.deliver_pending() == 0
    assert layer.algolia.paths() == ["PUT /1/indexes/campaigns/settings"], "asked once, not for each record"
    assert [change.refused for change in layer.services.outbox.pending()] == [False] * 3
    layer.clock.sleep(60)
    assert layer.services.outbox.deliver_pending() == 3


def slow(layer: Layer, during: Callable[[], object]) -> None:
    """Let the next batch be so slow that its notes may be taken over; `during` is what happens meanwhile."""
    reply = layer.algolia.reply

    def answer(call: Call) -> Answer:
        if call.path.endswith("/batch"):
            layer.algolia.reply = reply  # type: ignore[method-assign]
            layer.clock.sleep(121)
            during()
        return reply(call)

    layer.algolia.reply = answer  # type: ignore[method-assign]


def test_what_was_read_before_another_workers_sending_is_not_sent(
    layer: Layer, organisation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = layer.services
    made = services.campaigns.create(organisation_id, {"name": "Old"})
    set_up = services.outbox.set_up

    def slowly(kind: IndexKind) -> None:
        set_up(kind)
        monkeypatch.undo()
        layer.clock.sleep(121)
        services.campaigns.update(made.id, {"name": "New"})
        assert services.outbox.deliver_pending() == 1

    monkeypatch.setattr(services.outbox, "set_up", slowly)
    assert services.outbox.deliver_pending() == 0, "another worker has it done"
    assert layer.algolia.paths().count("POST /1/indexes/campaigns/batch") == 1
    assert indexed(layer) == {made.id: "New"}


def test_a_worker_that_was_replaced_takes_no_later_note_away(layer: Layer, organisation_id: str) -> None:
    services = layer.services
    services.campaigns.create(organisation_id, {"name": "Spring"})
    services.outbox.set_up(IndexKind.CAMPAIGNS)

    def replaced() -> None:
        assert services.outbox.deliver_pending() == 1
        services.campaigns.create(organisation_id, {"name": "Summer"})  # its note may get the id that is free

    slow(layer, replaced)
    services.outbox.deliver_pending()
    assert sorted(indexed(layer).values()) == ["Spring", "Summer"]
    assert services.outbox.pending() == []


def test_what_arrives_after_a_later_sending_is_mended(layer: Layer, organisation_id: str) -> None:
    services = layer.services
    made = services.campaigns.create(organisation_id, {"name": "Old"})
    services.outbox.set_up(IndexKind.CAMPAIGNS)

    def replaced() -> None:
        services.campaigns.update(made.id, {"name": "New"})
        assert services.outbox.deliver_pending() == 1

    slow(layer, replaced)
    services.outbox.deliver_pending()
    assert indexed(layer) == {made.id: "New"}


def test_a_worker_that_was_replaced_delays_no_other(layer: Layer, organisation_id: str) -> None:
    services = layer.services
    made = services.campaigns.create(organisation_id, {"name": "Spring"})
    services.outbox.set_up(IndexKind.CAMPAIGNS)
    late = services.outbox._take()
    layer.clock.sleep(121)
    services.outbox._take()
    held = services.outbox.pending()[0].due_at
    error = ProviderRefusedError(Refusal(provider="Algolia", operation="batch", message="No", status=403))
    services.outbox._postpone(late, error, refused=False)
    assert services.outbox.pending()[0].due_at == held
    assert services.outbox._settle(late) == 1
    assert [change.object_id for change in services.outbox.pending()] == [made.id]


def test_an_object_that_changes_all_the_time_is_seen_to_be_behind(layer: Layer, organisation_id: str) -> None:
    made = layer.services.campaigns.create(organisation_id, {"name": "Spring"})
    for number in range(3):
        layer.clock.sleep(10)
        layer.services.campaigns.update(made.id, {"name": f"Spring {number}"})
    assert layer.services.search_sync.status(IndexKind.CAMPAIGNS).lag_seconds == 30


@pytest.mark.parametrize("seed", [6, 9, *range(20, 26)])
def test_whatever_happens_in_whatever_order_the_index_ends_as_the_database(
    layer: Layer, organisation_id: str, seed: int
) -> None:
    """Changes, outages, replays and workers that die or are slow, by chance; then all is worked off."""
    chance, services = random.Random(seed), layer.services
    ids: list[str] = []

    def change() -> None:
        kind = chance.choice(("create", "update", "delete"))
        if kind == "create" or not ids:
            ids.append(services.campaigns.create(organisation_id, {"name": f"C{chance.random()}"}).id)
        elif kind == "update":
            services.campaigns.update(chance.choice(ids), {"name": f"U{chance.random()}"})
        else:
            services.campaigns.delete(ids.pop(chance.randrange(len(ids))))

    def overtaken() -> None:
        change()
        services.outbox.deliver_pending()
        change()

    def slow_batch() -> None:
        slow(layer, overtaken)
        services.outbox.deliver_pending()

    steps: list[Callable[[], object]] = [
        *[change] * 4,
        services.outbox.deliver_pending,
        services.outbox._take,  # a worker that dies with them
        lambda: layer.algolia.failures.extend([algolia_error(503, "down")] * 4),
        lambda: services.search_sync.rebuild(IndexKind.CAMPAIGNS),
        lambda: services.search_sync.repair(IndexKind.CAMPAIGNS),
        slow_batch,
        lambda: layer.clock.sleep(60),
    ]
    for _ in range(30):
        try:
            chance.choice(steps)()
        except ProviderError:
            layer.clock.sleep(60)
    layer.algolia.failures.clear()
    for _ in range(5):
        layer.clock.sleep(1000)
        services.outbox.deliver_pending()
    stored = {each.id: each.name for each in services.campaigns.list(organisation_id)}
    assert (indexed(layer), services.outbox.pending()) == (stored, [])


def test_without_algolia_campaigns_work_and_changes_wait() -> None:
    services = Services.build(load_settings({**ENVIRONMENT, "DATABASE_URL": "sqlite:///:memory:"}))
    with pytest.raises(NotConfiguredError, match="NEXT_PUBLIC_ALGOLIA_APP_ID, ALGOLIA_ADMIN_API_KEY"):
        services.algolia.search("campaigns", {})
    services.close()
