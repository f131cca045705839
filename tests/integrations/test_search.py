"""Searching stays within an organisation, on the server and with the key a browser gets."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qsl

import httpx
import pytest

from integrations.errors import ConflictError
from integrations.models import IndexKind
from tests.integrations.clerk_stub import session_token
from tests.integrations.layer import Layer
from tests.integrations.stubs import OPTIONAL


async def organisation(client: httpx.AsyncClient, name: str) -> str:
    body = {"name": name, "billing_email": f"billing@{name.lower()}.test"}
    return str((await client.post("/organisations", json=body)).json()["id"])


async def campaign(client: httpx.AsyncClient, organisation_id: str, name: str) -> str:
    body = {"organisation_id": organisation_id, "name": name, "primary_kpi": "AD_RECALL"}
    answer = await client.post("/campaigns", json=body)
    assert answer.status_code == 201
    return str(answer.json()["id"])


async def test_a_search_finds_the_own_campaigns_only(client: httpx.AsyncClient, layer: Layer) -> None:
    acme, other = await organisation(client, "Acme"), await organisation(client, "Other")
    mine = await campaign(client, acme, "Spring launch")
    await campaign(client, acme, "Summer")
    await campaign(client, other, "Spring of others")
    layer.services.outbox.deliver_pending()
    found = (await client.get("/search", params={"organisation_id": acme, "query": "spring"})).json()
    assert [hit["objectID"] for hit in found["hits"]] == [mine]
    assert (found["total"], found["page"], found["pages"]) == (1, 0, 1)
    assert found["hits"][0]["primaryKPI"] == "AD_RECALL"


async def test_a_session_cannot_search_elsewhere(client: httpx.AsyncClient, layer: Layer) -> None:
    other = await organisation(client, "Other")
    headers = {"authorization": f"Bearer {session_token()}"}
    for method, path in (("GET", "/search"), ("POST", "/search/key"), ("GET", "/campaigns")):
        answer = await client.request(method, path, params={"organisation_id": other}, headers=headers)
        assert answer.status_code == 403
    foreign = await campaign(client, other, "Spring")
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/submit")):
        answer = await client.request(method, f"/campaigns/{foreign}{path}", headers=headers)
        assert answer.status_code == 404, "not even that it exists"


async def test_a_campaigns_life_by_http(client: httpx.AsyncClient) -> None:
    acme = await organisation(client, "Acme")
    made = await campaign(client, acme, "Spring")
    changed = await client.patch(f"/campaigns/{made}", json={"brand": "Northwind", "total_budget": 5})
    assert (changed.json()["brand"], changed.json()["name"]) == ("Northwind", "Spring")
    assert (await client.post(f"/campaigns/{made}/submit")).json()["status"] == "SUBMITTED"
    listed = (await client.get("/campaigns", params={"organisation_id": acme})).json()
    assert [each["id"] for each in listed] == [made]
    assert (await client.delete(f"/campaigns/{made}")).status_code == 204
    assert (await client.get(f"/campaigns/{made}")).status_code == 404


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"name": " "}, "name"),
        ({"name": "x", "currency": "pounds"}, "currency"),
        ({"name": "x", "platform": "MYSPACE"}, "platform"),
        ({"name": "x", "total_budget": -1}, "total_budget"),
        ({"name": "x", "start_date": "2026-03-02", "end_date": "2026-03-01"}, "end_date"),
        ({"name": "x", "orgId": "o"}, "orgId"),
    ],
)
async def test_a_wrong_campaign_is_explained(
    client: httpx.AsyncClient, body: dict[str, object], named: str
) -> None:
    answer = await client.post("/campaigns", json={"organisation_id": "o", **body})
    assert answer.status_code == 422
    assert named in str(answer.json()["errors"])


def test_a_browsers_key_is_bound_to_the_organisation_and_ends(layer: Layer) -> None:
    made = layer.services.search.key("org_acme")
    assert made.indices == {IndexKind.CAMPAIGNS: "campaigns", IndexKind.STUDIES: "brand_lift_studies"}
    plain = base64.b64decode(made.key).decode()
    digest, restrictions = plain[:64], plain[64:]
    parent = OPTIONAL["NEXT_PUBLIC_ALGOLIA_API_KEY"].encode()
    assert digest == hmac.new(parent, restrictions.encode(), hashlib.sha256).hexdigest()
    assert dict(parse_qsl(restrictions)) == {
        "filters": "orgId:'org_acme'",
        "restrictIndices": "campaigns,brand_lift_studies",
        "validUntil": str(int(made.expires_at.timestamp())),
    }
    assert (made.expires_at - layer.clock.now()).total_seconds() == 3600
    assert layer.algolia.calls == []


@pytest.mark.parametrize("id", ["x' OR orgId:'y", "x\\", "-x", "x<score=2>", "x,y", "x\n", "", "\u00e9"])
def test_an_id_cannot_break_out_of_the_filter(layer: Layer, id: str) -> None:
    with pytest.raises(ConflictError):
        layer.services.search.key(id)
    with pytest.raises(ConflictError):
        layer.services.search.find(id, IndexKind.CAMPAIGNS)
    assert layer.algolia.calls == []


@pytest.mark.parametrize(
    "filters",
    ["status:DRAFT", "status:X OR orgId:'other'", "status:X) OR (orgId:'other'", "a OR b) OR NOT (c"],
)
def test_filters_stand_apart_from_the_organisation(layer: Layer, filters: str) -> None:
    layer.algolia.settings["campaigns"] = {"attributesForFaceting": ["filterOnly(orgId)"]}
    layer.services.search.find("org_acme", IndexKind.CAMPAIGNS, "x", filters=filters)
    [call] = layer.algolia.calls
    assert call.json == {
        "query": "x",
        "facetFilters": [["orgId:org_acme"]],
        "filters": filters,
        "page": 0,
        "hitsPerPage": 20,
    }


async def test_reindexing_is_for_administrators(client: httpx.AsyncClient, layer: Layer) -> None:
    acme = await organisation(client, "Acme")
    await campaign(client, acme, "Spring")
    headers = {"authorization": f"Bearer {session_token()}"}
    assert (await client.post("/search/reindex/campaigns", headers=headers)).status_code == 403
    answer = await client.post("/search/reindex/campaigns")
    assert answer.json() == {"kind": "campaigns", "records": 1}
