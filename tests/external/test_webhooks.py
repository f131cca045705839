"""The receivers against the providers' own deliveries: signed, forged, stale, twice and out of order."""

from collections.abc import Callable

import pytest

from integrations.errors import IntegrationError
from tests.external.outside import Outside
from tests.external.test_cint import launched


def clerk(outside: Outside) -> None:
    outside.demand("clerk", "clerk_secret_key", "clerk_webhook_secret")
    outside.trigger("clerk", "user.created")


def mux(outside: Outside) -> None:
    outside.demand("mux", "mux_token_id", "mux_webhook_secret")
    outside.trigger("mux", "video.asset.ready")


def insightiq(outside: Outside) -> None:
    outside.demand("insightiq", "insightiq_client_id", "insightiq_secret")
    user = outside.services.connections.invite("user_ada_external", "Ada")
    outside.trigger("insightiq", "ACCOUNTS.CONNECTED", user_id=user.user_id)


def cint(outside: Outside) -> None:
    outside.demand("cint", "cint_client_id", "cint_webhook_secret")
    launched(outside)


SENDERS = pytest.mark.parametrize(
    ("provider", "cause"), [("clerk", clerk), ("mux", mux), ("insightiq", insightiq), ("cint", cint)]
)
Cause = Callable[[Outside], None]


def begin(outside: Outside, provider: str) -> None:
    outside.demand_world()
    outside.listen(provider)


@SENDERS
def test_what_the_provider_signs_is_taken(outside: Outside, provider: str, cause: Cause) -> None:
    begin(outside, provider)
    cause(outside)
    outside.settle()
    events = outside.inbox(provider)
    assert events
    assert {status for _, status in events} == {"processed"}
    assert set(outside.statuses(provider)) == {200}


@SENDERS
@pytest.mark.parametrize("mode", ["corrupt_signature", "stale_timestamp"])
def test_what_is_forged_or_stale_is_refused_and_comes_right_at_the_next_attempt(
    outside: Outside, provider: str, cause: Cause, mode: str
) -> None:
    if (provider, mode) == ("insightiq", "stale_timestamp"):
        pytest.skip("InsightIQ signs no timestamp")
    begin(outside, provider)
    outside.fault(provider, mode)
    cause(outside)
    outside.settle()
    assert 400 in outside.statuses(provider)
    outside.advance(24 * 3600)
    outside.settle()
    assert {status for _, status in outside.inbox(provider)} == {"processed"}


@SENDERS
@pytest.mark.parametrize("mode", ["duplicate", "reorder"])
def test_duplicates_and_disorder_change_nothing(
    outside: Outside, provider: str, cause: Cause, mode: str
) -> None:
    begin(outside, provider)
    outside.fault(provider, mode, times=20)
    cause(outside)
    outside.settle()
    events = outside.services.inbox.list(limit=1000)
    assert events
    assert len({event.event_id for event in events}) == len(events)
    assert {event.status.value for event in events} == {"processed"}


def test_an_unset_provider_is_said_so(outside: Outside) -> None:
    bare = outside.settings.model_copy(update={"mux_token_id": None})
    with pytest.raises(IntegrationError, match="MUX_TOKEN_ID"):
        bare.required("mux", "mux_token_id")
