"""The layer under test: real SDKs, a database of the test's own, invented providers."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import responses

from integrations.app import create_app
from integrations.services import Services
from integrations.settings import load_settings
from tests.integrations import stubs
from tests.integrations.algolia_stub import AlgoliaStub
from tests.integrations.cint_stub import CintStub
from tests.integrations.clerk_stub import ClerkStub
from tests.integrations.insightiq_stub import InsightiqStub
from tests.integrations.layer import Layer
from tests.integrations.mux_stub import MuxStub
from tests.integrations.stub_server import StubServer
from tests.integrations.vercel_stub import VercelStub


@pytest.fixture(scope="session")
def stub_server() -> Iterator[StubServer]:
    """The port behind which the invented providers with HTTP clients of their own answer."""
    server = StubServer()
    yield server
    server.close()


@pytest.fixture
def providers(stub_server: StubServer) -> Iterator[tuple[stubs.StripeStub, stubs.ResendStub]]:
    """Stripe and Resend, answering what the SDKs send."""
    stripe, resend = stubs.StripeStub(), stubs.ResendStub()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        stripe.serve(mock, stubs.STRIPE_URL)
        resend.serve(mock, stubs.RESEND_URL)
        mock.add_passthru(stub_server.url)
        yield stripe, resend


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Where the layer keeps its data; a test module may give another one."""
    return f"sqlite:///{tmp_path / 'platform.sqlite3'}"


@pytest.fixture
def layer(
    providers: tuple[stubs.StripeStub, stubs.ResendStub],
    stub_server: StubServer,
    database_url: str,
    tmp_path: Path,
) -> Iterator[Layer]:
    """The services on a migrated database."""
    stripe, resend = providers
    clerk, algolia, mux, insightiq, cint = ClerkStub(), AlgoliaStub(), MuxStub(), InsightiqStub(), CintStub()
    vercel = VercelStub()
    stub_server.stubs = {
        "clerk": clerk,
        "algolia": algolia,
        "mux": mux,
        "insightiq": insightiq,
        "cint": cint,
        "vercel": vercel,
    }
    stub_server.unexpected.clear()
    settings = load_settings(
        {
            **stubs.ENVIRONMENT,
            **{name: value.format(url=stub_server.url) for name, value in stubs.OPTIONAL.items()},
            **dict.fromkeys(
                ("STRIPE_SWEEP_SECONDS", "MAIL_SWEEP_SECONDS", "SEARCH_SWEEP_SECONDS", "JOB_SWEEP_SECONDS"),
                "0",
            ),
            "DATABASE_URL": database_url,
            "IMAGE_FOLDER": str(tmp_path / "images"),
        }
    )
    clock = stubs.FakeClock()
    services = Services.build(settings, clock)
    services.database.upgrade()
    yield Layer(settings, services, clock, stripe, resend, clerk, algolia, mux, insightiq, cint, vercel)
    services.close()
    assert stub_server.unexpected == []


@pytest.fixture
async def client(layer: Layer) -> AsyncIterator[httpx.AsyncClient]:
    """The HTTP app over the services of `layer`."""
    app = create_app(layer.settings, layer.services)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://app.test") as client:
        yield client
