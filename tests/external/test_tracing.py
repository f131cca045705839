"""A request through the layer into a mock, and the webhook that comes back, are one trace."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from integrations import tracing
from integrations.errors import ProviderUnavailableError
from integrations.services import PROVIDERS, Services
from integrations.settings import load_settings
from tests.external.outside import LIVE, SWEEPS, App, Outside
from tests.harness.collector import Collector, Seen
from tests.harness.serving import serving

pytestmark = pytest.mark.skipif(LIVE, reason="live sandboxes send no spans to a collector of ours")
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = {"traceparent": f"00-{TRACE}-{PARENT}-01"}


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()


@contextmanager
def traced(folder: Path, collector: Collector) -> Iterator[Outside]:
    """The layer and a Greenroom of its own; both have sent all their spans when they are closed."""
    with serving("--otlp", collector.url) as greenroom:
        world = greenroom.create_world(seed=7)
        own = {
            "DATABASE_URL": f"sqlite:///{folder / 'platform.sqlite3'}",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        }
        settings = load_settings({**world["env"], **SWEEPS, **own})
        services = Services.build(settings)
        services.database.upgrade()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        app = App(settings, services, port)
        try:
            yield Outside(settings, services, app, greenroom, world)
        finally:
            app.close()
            services.close()


def parent(collector: Collector, span: Seen) -> Seen:
    """Return the span that another one lies below."""
    (found,) = [each for each in collector.spans if each.id == span.parent]
    return found


def test_a_request_its_call_and_the_webhook_back_are_one_trace(tmp_path: Path, collector: Collector) -> None:
    with traced(tmp_path, collector) as outside:
        outside.listen("stripe")
        organisation = outside.services.organisations.create(name="Acme", billing_email="ada@acme.test")
        answer = outside.app.http.post(
            "/customers", json={"organisation_id": organisation.id}, headers=TRACEPARENT
        )
        assert answer.is_success, answer.text
        outside.settle()
        assert ("customer.created", "processed") in outside.inbox("stripe")
    chain = [collector.named("stripe customer.created")]
    while chain[-1].parent != PARENT:
        chain.append(parent(collector, chain[-1]))
    assert [(each.service, each.name) for each in chain] == [
        ("integrations", "stripe customer.created"),
        ("integrations", "POST /webhooks/stripe"),
        ("greenroom", "stripe deliver customer.created"),
        ("greenroom", "stripe PostCustomers"),
        ("integrations", "stripe create customer"),
        ("integrations", "POST /customers"),
    ]
    assert {each.trace for each in chain} == {TRACE}
    assert not any(each.failed for each in chain)
    assert chain[0].attributes["integrations.outcome"] == "processed"
    assert "acme.test" not in str(collector.spans)


def test_every_provider_joins_the_trace(tmp_path: Path, collector: Collector) -> None:
    with traced(tmp_path, collector) as outside:
        services = outside.services
        assert services.tracing is not None
        organisation = services.organisations.create(name="Acme", billing_email="ada@acme.test")
        with services.tracing.request("GET", TRACEPARENT):
            services.customers.ensure(organisation.id)
            ada = services.organisations.add_user(organisation.id, email="ada@acme.test", name="Ada")
            services.organisations.add_user(
                organisation.id, email="bea@acme.test", name="Bea", invited_by=ada.id
            )
            services.mail.deliver_pending()
            services.clerk.user("user_nobody")
            services.campaigns.create(organisation.id, {"name": "Spring"})
            services.outbox.deliver_pending()
            services.videos.request_upload(organisation.id, title="Teaser")
            services.connections.invite("user_ada", "Ada")
            services.cint.respondent_status("nobody")
            services.vercel.variables()
        assert tracing.outgoing() == {}
    joined = {
        each.attributes["greenroom.provider"]
        for each in collector.spans
        if each.service == "greenroom"
        and each.trace == TRACE
        and parent(collector, each).service != each.service
    }
    assert joined == set(PROVIDERS)
    assert "acme.test" not in str(collector.spans)


def test_what_fails_is_a_failed_span(tmp_path: Path, collector: Collector) -> None:
    with traced(tmp_path, collector) as outside:
        outside.control("POST", "/faults", {"provider": "clerk", "kind": "status", "status": 500})
        with pytest.raises(ProviderUnavailableError):
            outside.services.clerk.user("user_nobody")
        assert outside.app.http.get("/organisations/nobody").status_code == 404
    (call,) = [
        each for each in collector.spans if each.name.startswith("clerk ") and each.service == "integrations"
    ]
    assert call.failed
    assert call.attributes["http.response.status_code"] == 500
    assert call.attributes["integrations.attempts"] > 1


def test_a_layer_without_a_collector_traces_nothing(outside: Outside) -> None:
    assert outside.services.tracing is None
    assert tracing.outgoing() == {}
