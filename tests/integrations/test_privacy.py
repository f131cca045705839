"""Respondents' data: pseudonyms after the retention time, and forgetting those who ask."""

from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from integrations.errors import NotFoundError
from integrations.models import Kpi, Respondent, Study
from integrations.studies.privacy import PREFIX
from tests.integrations.layer import Layer
from tests.integrations.study import launched, respond


def respondents(layer: Layer) -> list[Respondent]:
    with layer.services.database.transaction() as session:
        return list(session.scalars(select(Respondent).order_by(Respondent.rid)))


def favourable(layer: Layer, study: Study) -> tuple[int, int]:
    found = layer.services.results.report(layer.services.studies.get(study.id)).lifts[Kpi.AD_RECALL].exposed
    return found.favourable, found.respondents


@pytest.fixture
def study(layer: Layer) -> Study:
    made = launched(layer)
    for number in (1, 2, 3):
        respond(layer, made, number, "exposed", ("1", "2", "1"))
    return made


def test_ids_are_replaced_once_the_retention_time_is_over(layer: Layer, study: Study) -> None:
    layer.services.fielding.complete(study.id)
    before = favourable(layer, study)
    layer.clock.elapsed += 89 * 86_400
    assert layer.services.privacy.retire() == 0
    layer.clock.elapsed += 2 * 86_400
    assert layer.services.privacy.retire() == 3
    assert layer.services.privacy.retire() == 0
    found = respondents(layer)
    assert all(each.rid.startswith(PREFIX) and len(each.rid) == 34 for each in found)
    assert {each.answered_at.strftime("%H:%M:%S") for each in found if each.answered_at} == {"00:00:00"}
    assert favourable(layer, study) == before == (3, 3)


def test_respondents_of_a_running_study_keep_their_ids(layer: Layer, study: Study) -> None:
    layer.clock.elapsed += 400 * 86_400
    assert layer.services.privacy.retire() == 0
    assert not any(each.rid.startswith(PREFIX) for each in respondents(layer))


def test_who_comes_back_after_that_is_known_and_let_in_no_more(layer: Layer, study: Study) -> None:
    layer.services.fielding.complete(study.id)
    layer.clock.elapsed += 91 * 86_400
    layer.services.privacy.retire()
    rid = layer.cint.send(1)
    came = layer.services.survey_host.enter(study.id, rid, "exposed")
    assert came.return_to is not None
    assert len(respondents(layer)) == 3


def test_a_respondent_is_forgotten_but_was_there(layer: Layer, study: Study) -> None:
    rid = str(UUID(int=2))
    layer.services.privacy.erase(study.id, rid.upper())
    erased = next(each for each in respondents(layer) if each.rid == rid)
    assert (erased.answers, erased.erased_at is not None) == ({}, True)
    assert favourable(layer, study) == (2, 2)
    assert sum(sum(arm.values()) for arm in layer.services.results.counts(study.id).values()) == 3
    layer.services.privacy.erase(study.id, rid)
    with pytest.raises(NotFoundError):
        layer.services.privacy.erase("other", rid)
    with pytest.raises(NotFoundError):
        layer.services.privacy.erase(study.id, str(UUID(int=99)))


def test_a_respondent_can_be_forgotten_after_the_retention_time_too(layer: Layer, study: Study) -> None:
    layer.services.fielding.complete(study.id)
    layer.clock.elapsed += 91 * 86_400
    layer.services.privacy.retire()
    layer.services.privacy.erase(study.id, str(UUID(int=2)))
    assert favourable(layer, study) == (2, 2)


def test_pseudonyms_depend_on_the_key_alone(layer: Layer) -> None:
    rid = str(UUID(int=7))
    name = layer.services.privacy.pseudonym(rid)
    assert name == layer.services.privacy.pseudonym(rid.upper()) == layer.services.privacy.pseudonym(name)
    assert rid.replace("-", "")[:8] not in name


async def test_erasing_is_a_request(client: httpx.AsyncClient, layer: Layer, study: Study) -> None:
    rid = str(UUID(int=1))
    assert (await client.delete(f"/studies/{study.id}/respondents/{rid}")).status_code == 204
    assert (await client.delete(f"/studies/{study.id}/respondents/nobody")).status_code == 404
