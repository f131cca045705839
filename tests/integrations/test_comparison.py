"""The mirror of Clerk against Clerk: filled from nothing, mended where it differs, reported in any case."""

import json

import httpx
import pytest

from integrations import reconcile
from integrations.differences import Finding, Report
from integrations.errors import ProviderUnavailableError
from integrations.models import ClerkMembership
from integrations.services import Services
from tests.integrations.clerk_stub import clerk_error
from tests.integrations.layer import Layer

# The SDK warns of itself: it reads its own deprecated parameters to build a query.
pytestmark = pytest.mark.filterwarnings("ignore:.*DEPRECATED:DeprecationWarning")


def crowd(layer: Layer, people: int = 230) -> None:
    """Let an organisation of many people be at Clerk, more than two pages of them."""
    layer.clerk.add_organisation()
    for number in range(people):
        user = f"user_{number:03}"
        layer.clerk.add_user(user, f"p{number}@acme.test")
        layer.clerk.roles["org_acme", user] = "org:member"
    layer.clerk.organisations["org_acme"]["created_by"] = "user_000"


def found(report: Report) -> list[tuple[str, str, Finding]]:
    return sorted((each.kind.value, each.id, each.finding) for each in report.differences)


def test_a_mirror_is_filled_from_nothing(layer: Layer) -> None:
    crowd(layer)
    report = layer.services.comparison.run(repair=True)
    assert report.compared == {"person": 230, "organisation": 1, "membership": 230}
    assert (len(report.differences), report.left) == (461, [])
    assert len(layer.services.organisations.users("org_acme")) == 230
    again = layer.services.comparison.run()
    assert (again.differences, again.compared) == ([], report.compared)
    pages = [call.query["offset"] for call in layer.clerk.calls if call.path == "/v1/users"]
    assert pages[:3] == ["0", "100", "200"]


def test_what_differs_is_reported_and_left_until_it_is_mended(layer: Layer) -> None:
    crowd(layer, 3)
    layer.services.comparison.run(repair=True)
    layer.clerk.users["user_000"]["public_metadata"] = {"role": "admin"}
    layer.clerk.users["user_001"]["banned"] = True
    del layer.clerk.users["user_002"]
    del layer.clerk.roles["org_acme", "user_002"]
    layer.clerk.organisations["org_acme"]["name"] = "Acme Ltd"
    layer.clerk.roles["org_acme", "user_000"] = "org:admin"
    layer.clerk.add_user("user_new", "new@acme.test")
    expected = [
        ("membership", "org_acme:user_000", Finding.DIFFERS),
        ("membership", "org_acme:user_002", Finding.MISSING_THERE),
        ("organisation", "org_acme", Finding.DIFFERS),
        ("person", "user_000", Finding.DIFFERS),
        ("person", "user_001", Finding.DIFFERS),
        ("person", "user_002", Finding.MISSING_THERE),
        ("person", "user_new", Finding.MISSING_HERE),
    ]
    report = layer.services.comparison.run()
    assert (found(report), len(report.left)) == (expected, 7)
    (role,) = [each.fields for each in report.differences if each.id == "user_000"]
    assert role == {"platform_role": (None, "admin")}
    mended = layer.services.comparison.run(repair=True)
    # Who is gone takes the membership along, before memberships are compared.
    assert found(mended) == [each for each in expected if each[:2] != ("membership", "org_acme:user_002")]
    assert mended.left == []
    assert layer.services.comparison.run().differences == []
    person = layer.services.directory.person("user_000")
    assert person is not None
    assert person.platform_role == "admin"


def test_a_membership_that_ended_unheard_is_ended_here(layer: Layer) -> None:
    crowd(layer, 2)
    layer.services.comparison.run(repair=True)
    del layer.clerk.roles["org_acme", "user_001"]
    report = layer.services.comparison.run(repair=True)
    assert found(report) == [("membership", "org_acme:user_001", Finding.MISSING_THERE)]
    with layer.services.database.transaction() as session:
        assert session.get(ClerkMembership, ("org_acme", "user_001")) is None


def test_clerk_that_breaks_off_mends_nothing(layer: Layer) -> None:
    crowd(layer, 2)
    layer.clerk.failures.extend([clerk_error(503, "x")] * 4)
    with pytest.raises(ProviderUnavailableError):
        layer.services.comparison.run(repair=True)
    assert layer.services.directory.person("user_000") is None


async def test_the_comparison_is_asked_for_by_http(client: httpx.AsyncClient, layer: Layer) -> None:
    crowd(layer, 1)
    seen = (await client.get("/people/comparison")).json()
    assert (seen["left"], seen["differences"][0]["finding"]) == (3, "missing_here")
    mended = (await client.post("/people/comparison")).json()
    assert (mended["left"], {each["repaired"] for each in mended["differences"]}) == (0, {True})


def test_the_command_says_what_differs(
    layer: Layer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    crowd(layer, 1)
    monkeypatch.setattr(reconcile, "load_settings", lambda _: layer.settings)
    monkeypatch.setattr(Services, "build", lambda _: layer.services)
    monkeypatch.setattr(Services, "close", lambda _: None)
    assert reconcile.main(["people"]) == 1
    told = capsys.readouterr().out
    assert "person user_000: missing_here" in told
    assert "3 differ, 3 of them still do." in told
    assert reconcile.main(["people", "--repair", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["left"] == 0


def test_the_command_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert reconcile.main(["people"], {"DATABASE_URL": "nonsense"}) == 2
    assert capsys.readouterr().err
    with pytest.raises(SystemExit):
        reconcile.main(["people", "--organisation", "org_acme"])
    assert "--organisation is for billing" in capsys.readouterr().err
