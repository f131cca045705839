"""The app's own routes, its errors, and its start."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy

from integrations.app import create_app, from_environment
from integrations.errors import SettingsError
from integrations.mail.messages import Welcome
from integrations.models import Base
from integrations.services import PROVIDERS, Services
from integrations.settings import load_settings
from integrations.sweeps import Sweep, run, sweeps_of
from tests.integrations import stubs
from tests.integrations.layer import Layer
from tests.integrations.stubs import ENVIRONMENT, invoice, stripe_error, subscription


async def make_organisation(client: httpx.AsyncClient) -> str:
    answer = await client.post("/organisations", json={"name": "Acme", "billing_email": "billing@acme.test"})
    assert answer.status_code == 201
    return str(answer.json()["id"])


def assert_problem(answer: httpx.Response, status: int, kind: str) -> dict[str, object]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, object] = answer.json()
    assert (problem["status"], problem["type"]) == (status, kind)
    assert problem["title"]
    assert problem["detail"]
    return problem


async def test_the_journey_by_http(client: httpx.AsyncClient, layer: Layer) -> None:
    organisation_id = await make_organisation(client)
    user = await client.post(
        "/users", json={"organisation_id": organisation_id, "email": "ada@acme.test", "name": "Ada"}
    )
    assert user.status_code == 201
    first, second = [
        await client.post("/customers", json={"organisation_id": organisation_id}) for _ in range(2)
    ]
    assert first.json() == second.json()
    customer_id = first.json()["stripe_id"]
    session = await client.post(
        "/checkout", json={"organisation_id": organisation_id, "plan": "essential_monthly"}
    )
    assert session.status_code == 201
    assert session.json()["url"].startswith(stubs.STRIPE_URL)

    before = (await client.get(f"/subscriptions/{organisation_id}")).json()
    assert before == {
        "organisation_id": organisation_id,
        "current": None,
        "past_due": False,
        "subscriptions": [],
        "invoices": [],
    }
    layer.stripe.put(subscription("sub_1", customer_id))
    layer.services.subscriptions.refresh("sub_1")
    layer.stripe.put(invoice("in_1", customer_id))
    layer.services.invoices.refresh("in_1", failed_attempt=1)
    after = (await client.get(f"/subscriptions/{organisation_id}")).json()
    assert after["current"]["status"] == "active"
    assert after["current"]["current_period_end"] == "2026-12-01T12:00:00Z"
    assert after["past_due"] is True
    assert after["invoices"][0]["dunning"] == "past_due"

    mails = (await client.get("/mails", params={"organisation_id": organisation_id})).json()["mails"]
    assert sorted(mail["template"] for mail in mails) == ["payment_failed", "welcome"]
    assert {mail["status"] for mail in mails} == {"accepted"}


async def test_health_shows_the_circuits(client: httpx.AsyncClient) -> None:
    answer = await client.get("/healthz")
    assert answer.json() == {"status": "ok", "circuits": dict.fromkeys(PROVIDERS, "closed")}


async def test_health_fails_with_the_database(
    client: httpx.AsyncClient, layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = sqlalchemy.create_engine("sqlite:////nowhere/at/all.sqlite3")
    monkeypatch.setattr(layer.services.database, "engine", broken)
    problem = assert_problem(await client.get("/healthz"), 503, "urn:problem:database-unusable")
    assert "DATABASE_URL" in str(problem["detail"])


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("/organisations", {"name": "Acme"}, "billing_email"),
        ("/organisations", {"name": " ", "billing_email": "a@acme.test"}, "name"),
        ("/organisations", {"name": "Acme", "billing_email": "nobody"}, "billing_email"),
        ("/organisations", {"name": "Acme", "billing_email": "a@acme.test", "x": 1}, "x"),
        ("/users", {"organisation_id": "", "email": "a@acme.test", "name": "A"}, "organisation_id"),
        ("/checkout", {"organisation_id": "o", "plan": "golden"}, "plan"),
    ],
)
async def test_a_wrong_body_is_explained(
    client: httpx.AsyncClient, path: str, body: dict[str, object], named: str
) -> None:
    problem = assert_problem(await client.post(path, json=body), 422, "urn:problem:invalid-request")
    assert f"body.{named}" in str(problem["errors"])


async def test_what_does_not_exist_is_404(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get("/subscriptions/nope"), 404, "urn:problem:not-found")
    assert_problem(await client.get("/no/such/route"), 404, "about:blank")
    assert_problem(await client.delete("/organisations"), 405, "about:blank")


async def test_a_user_twice_is_a_conflict(client: httpx.AsyncClient) -> None:
    body = {"organisation_id": await make_organisation(client), "email": "ada@acme.test", "name": "Ada"}
    assert (await client.post("/users", json=body)).status_code == 201
    assert_problem(await client.post("/users", json=body), 409, "urn:problem:conflict")


@pytest.mark.parametrize(
    ("failure", "status", "kind"),
    [
        (stripe_error(401, None, "invalid_request_error"), 502, "urn:problem:provider-refused"),
        (stripe_error(402, "card_declined", "card_error"), 402, "urn:problem:payment-declined"),
        (stripe_error(503), 503, "urn:problem:provider-unavailable"),
        (stripe_error(429, "rate_limit"), 503, "urn:problem:provider-unavailable"),
    ],
)
async def test_a_providers_failure_names_it(
    client: httpx.AsyncClient, layer: Layer, failure: stubs.Answer, status: int, kind: str
) -> None:
    organisation_id = await make_organisation(client)
    layer.stripe.failures.extend([failure] * 4)
    answer = await client.post("/customers", json={"organisation_id": organisation_id})
    problem = assert_problem(answer, status, kind)
    assert (problem["provider"], problem["operation"]) == ("stripe", "create customer")
    assert problem["request_id"] == "req_invented"
    assert ("retry-after" in answer.headers) == (status == 503)


async def test_a_bug_shows_nothing_of_itself(
    client: httpx.AsyncClient, layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_organisation_id: str) -> None:
        raise RuntimeError("sk_test_invented")

    monkeypatch.setattr(layer.services.customers, "ensure", fail)
    answer = await client.post("/customers", json={"organisation_id": "o"})
    assert_problem(answer, 500, "urn:problem:internal")
    assert "sk_test" not in answer.text


async def test_a_token_guards_all_but_health_and_webhooks(layer: Layer) -> None:
    token = load_settings({**ENVIRONMENT, "INTEGRATIONS_API_TOKEN": "hush"}).api_token
    settings = layer.settings.model_copy(update={"api_token": token, "clerk_secret_key": None})
    services = Services.build(settings)
    app = create_app(settings, services)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://app.test"
    ) as client:
        for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "hush"}):
            answer = await client.get("/mails", headers=headers)
            assert_problem(answer, 401, "about:blank")
            assert answer.headers["www-authenticate"] == "Bearer"
        assert (await client.get("/mails", headers={"authorization": "Bearer hush"})).status_code == 200
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.post("/webhooks/stripe", content=b"{}")).status_code == 400
    services.close()


async def test_the_start_migrates_and_sends_what_was_left(
    providers: tuple[stubs.StripeStub, stubs.ResendStub], tmp_path: Path
) -> None:
    settings = load_settings({**ENVIRONMENT, "DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}"})
    left = Services.build(settings)
    left.database.upgrade()
    organisation = left.organisations.create(name="Acme", billing_email="billing@acme.test")
    message = Welcome(organisation="Acme", plan="Essential", dashboard_url="https://app.test")
    with left.database.transaction() as session:
        left.mail.enqueue(
            session, organisation_id=organisation.id, recipient="a@acme.test", message=message, dedupe_key="k"
        )
    sent = threading.Event()
    resend = providers[1]
    reply = resend.reply

    def noticed(call: stubs.Call) -> stubs.Answer:
        sent.set()
        return reply(call)

    resend.reply = noticed  # type: ignore[method-assign]
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        assert await asyncio.to_thread(sent.wait, 20)
    (mail,) = left.mail.list()
    assert mail.status.value == "accepted"
    left.close()


async def test_a_fresh_database_gets_its_tables(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fresh.sqlite3'}"
    app = create_app(load_settings({**ENVIRONMENT, "DATABASE_URL": url, "MAIL_SWEEP_SECONDS": "0"}))
    async with app.router.lifespan_context(app):
        tables = sqlalchemy.inspect(app.state.services.database.engine).get_table_names()
    assert set(tables) >= set(Base.metadata.tables)


def test_the_factory_reads_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="STRIPE_SECRET_KEY: is missing"):
        from_environment()
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'x.sqlite3'}")
    assert from_environment().state.services.settings.stripe_api_base == stubs.STRIPE_URL


async def test_the_routes_are_documented(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert set(paths) == {
        "/audit",
        "/healthz",
        "/health/synchronisation",
        "/metrics",
        "/people/comparison",
        "/organisations/{organisation_id}/invitations",
        "/organisations/{organisation_id}/invitations/{invitation_id}",
        "/mails/announcements",
        "/mails/{mail_id}/unsubscribe",
        "/mails/templates",
        "/mails/templates/{template}",
        "/organisations",
        "/organisations/{organisation_id}",
        "/organisations/{organisation_id}/users",
        "/organisations/{organisation_id}/images",
        "/organisations/{organisation_id}/images/{image_id}",
        "/organisations/{organisation_id}/images/{image_id}/file",
        "/videos/links",
        "/videos/{video_id}/playback",
        "/videos/{video_id}/figures",
        "/people/{clerk_user_id}",
        "/campaigns",
        "/campaigns/{campaign_id}",
        "/campaigns/{campaign_id}/submit",
        "/search",
        "/studies",
        "/studies/{study_id}",
        "/studies/{study_id}/questions",
        "/studies/{study_id}/review/{action}",
        "/studies/{study_id}/launch",
        "/studies/{study_id}/refresh",
        "/studies/{study_id}/complete",
        "/studies/{study_id}/progress",
        "/studies/{study_id}/results",
        "/surveys/{study_id}",
        "/webhooks/cint",
        "/creators",
        "/creators/discover",
        "/creators/connections",
        "/creators/connections/{external_id}",
        "/creators/{creator_id}",
        "/creators/{creator_id}/credibility",
        "/studies/{study_id}/plan",
        "/studies/{study_id}/respondents/{rid}",
        "/webhooks/insightiq",
        "/videos",
        "/videos/{video_id}",
        "/videos/{video_id}/refresh",
        "/webhooks/mux",
        "/search/key",
        "/search/reindex/{kind}",
        "/search/status",
        "/search/repair/{kind}",
        "/me",
        "/users",
        "/customers",
        "/checkout",
        "/subscriptions/{organisation_id}",
        "/subscriptions/{organisation_id}/preview",
        "/subscriptions/{organisation_id}/change",
        "/subscriptions/{organisation_id}/cancel",
        "/subscriptions/{organisation_id}/resume",
        "/usage",
        "/usage/{organisation_id}",
        "/billing/reconciliation",
        "/billing/catch-up",
        "/mails",
        "/webhooks/clerk",
        "/webhooks/stripe",
        "/webhooks/resend",
    }


async def test_json_bodies_are_limited_whether_or_not_they_say_their_length(
    client: httpx.AsyncClient, layer: Layer
) -> None:
    large = b'{"name": "' + b"x" * layer.settings.webhook_body_limit_bytes + b'"}'

    async def pieces() -> AsyncIterator[bytes]:
        yield large

    for content in (large, pieces()):
        answer = await client.post(
            "/campaigns", content=content, headers={"content-type": "application/json"}
        )
        assert_problem(answer, 413, "about:blank")


async def test_what_is_not_set_up_is_said_so(layer: Layer) -> None:
    settings = load_settings({**ENVIRONMENT, "DATABASE_URL": layer.settings.database_url.get_secret_value()})
    services = Services.build(settings)
    organisation = services.organisations.create(name="Acme", billing_email="b@acme.test")
    transport = httpx.ASGITransport(create_app(settings, services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://app.test") as client:
        for method, path, body, named in (
            ("GET", f"/search?organisation_id={organisation.id}", None, "ALGOLIA_ADMIN_API_KEY"),
            ("POST", "/videos", {"organisation_id": organisation.id, "title": "T"}, "MUX_TOKEN_ID"),
            ("POST", "/creators", {"platform": "TIKTOK", "handle": "mira"}, "INSIGHTIQ_CLIENT_ID"),
            ("POST", "/webhooks/cint", {}, "CINT_WEBHOOK_SECRET"),
            ("POST", "/webhooks/clerk", {}, "CLERK_WEBHOOK_SECRET"),
        ):
            problem = assert_problem(
                await client.request(method, path, json=body), 503, "urn:problem:not-configured"
            )
            assert named in str(problem["detail"])
    services.close()


async def test_a_sweep_goes_on_after_a_fault_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    rounds: list[int] = []

    def work(_stopping: object) -> None:
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise KeyError("a fault")
        loop.call_soon_threadsafe(stopping.set)

    async with asyncio.timeout(60):
        await run(Sweep("odd", 0.001, work), stopping)
    assert rounds == [0, 1]
    assert "the odd sweep failed" in caplog.text


async def test_sweeps_run_for_the_providers_that_are_set_up(layer: Layer) -> None:
    names = ("stripe_sweep_seconds", "mail_sweep_seconds", "search_sweep_seconds", "job_sweep_seconds")
    every = dict.fromkeys(names, 5.0)
    services = Services.build(layer.settings.model_copy(update=every))
    running = [sweep.name for sweep in sweeps_of(services)]
    stripe = ["Stripe events", "customers", "closings", "usage"]
    of_studies = ["respondents", "studies", "retention"]
    assert running == [
        *stripe,
        "mail",
        "search",
        "creator jobs",
        "stale creators",
        "connections",
        *of_studies,
        "audit",
    ]
    services.close()
    bare = Services.build(load_settings({**ENVIRONMENT}))
    assert [sweep.name for sweep in sweeps_of(bare)] == [*stripe, "mail", "audit"]
    bare.close()
