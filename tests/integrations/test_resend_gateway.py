"""The door to Resend: what the SDK sends, and what its errors become."""

import threading

import pytest
import requests
import resend
import responses

from integrations.errors import ProviderRefusedError, ProviderUnavailableError, RateLimitedError
from integrations.mail.resend_gateway import OutgoingMail, ResendGateway
from integrations.resilience import ProviderGuard, ResiliencePolicy
from integrations.settings import load_settings
from tests.integrations import stubs
from tests.integrations.stubs import FakeClock, ResendStub, resend_error

MAIL = OutgoingMail(
    sender="Platform <billing@platform.test>",
    recipient="someone@acme.test",
    subject="Hello",
    html="<p>Hello</p>",
    text="Hello",
    tags={"template": "welcome"},
)


def gateway(clock: FakeClock, **environment: str) -> ResendGateway:
    settings = load_settings({**stubs.ENVIRONMENT, **environment})
    return ResendGateway(
        settings, ProviderGuard("resend", ResiliencePolicy(circuit_failures=99), clock), clock
    )


@pytest.fixture
def stub(providers: tuple[stubs.StripeStub, ResendStub]) -> ResendStub:
    return providers[1]


def test_a_mail_is_sent_as_resend_documents_it(stub: ResendStub) -> None:
    assert gateway(FakeClock()).send(MAIL, "mail-1") == "00000000-0000-4000-8000-000000000001"
    (call,) = stub.calls
    assert call.headers["Authorization"] == "Bearer re_invented"
    assert call.headers["Idempotency-Key"] == "mail-1"
    assert call.json == {
        "from": "Platform <billing@platform.test>",
        "to": ["someone@acme.test"],
        "subject": "Hello",
        "html": "<p>Hello</p>",
        "text": "Hello",
        "tags": [{"name": "template", "value": "welcome"}],
    }


def test_a_repeated_send_carries_the_same_key(stub: ResendStub) -> None:
    stub.failures.extend([requests.ReadTimeout("slow"), resend_error(500, "application_error")])
    gateway(FakeClock()).send(MAIL, "mail-1")
    assert [call.headers["Idempotency-Key"] for call in stub.calls] == ["mail-1"] * 3


@pytest.mark.parametrize(
    ("answer", "error", "calls"),
    [
        (resend_error(500, "internal_server_error"), ProviderUnavailableError, 4),
        (resend_error(409, "concurrent_idempotent_requests"), ProviderUnavailableError, 4),
        (resend_error(409, "invalid_idempotent_request"), ProviderRefusedError, 1),
        (resend_error(422, "missing_required_field"), ProviderRefusedError, 1),
        (resend_error(401, "missing_api_key"), ProviderRefusedError, 1),
        (resend_error(403, "validation_error"), ProviderRefusedError, 1),
        (resend_error(429, "rate_limit_exceeded"), RateLimitedError, 4),
        (resend_error(429, "daily_quota_exceeded"), ProviderRefusedError, 1),
        (requests.ConnectionError("reset"), ProviderUnavailableError, 4),
        ((502, {"Content-Type": "text/html"}, "<h1>Bad gateway</h1>"), ProviderUnavailableError, 4),
        (stubs.json_answer({}), ProviderUnavailableError, 4),
    ],
)
def test_errors_are_told_apart(
    stub: ResendStub, answer: stubs.Answer | Exception, error: type[Exception], calls: int
) -> None:
    stub.failures.extend([answer] * 4)
    with pytest.raises(error) as caught:
        gateway(FakeClock()).send(MAIL, "mail-1")
    assert type(caught.value) is error
    assert len(stub.calls) == calls


def test_retry_after_is_waited_for(stub: ResendStub) -> None:
    clock = FakeClock()
    stub.failures.append(resend_error(429, "rate_limit_exceeded", **{"Retry-After": "1"}))
    gateway(clock).send(MAIL, "mail-1")
    assert clock.slept == [1]


def test_two_accounts_in_one_process_do_not_mix() -> None:
    """The SDK's key and address are module globals: two threads would otherwise send with each other's."""
    keys: dict[str, set[str]] = {"one": set(), "two": set()}
    barrier = threading.Barrier(2)

    def answer_as(name: str) -> responses.CallbackResponse:
        def answer(request: requests.PreparedRequest) -> stubs.Answer:
            keys[name].add(str(request.headers["Authorization"]))
            return stubs.json_answer({"id": name})

        return responses.CallbackResponse("POST", f"http://{name}.test/emails", callback=answer)

    def send(name: str) -> None:
        door = gateway(FakeClock(), RESEND_API_KEY=f"re_{name}", RESEND_API_URL=f"http://{name}.test")
        for number in range(10):
            barrier.wait(timeout=10)
            assert door.send(MAIL, f"mail-{number}") == name

    with responses.RequestsMock() as mock:
        for name in keys:
            mock.add(answer_as(name))
        threads = [threading.Thread(target=send, args=(name,)) for name in keys]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert keys == {"one": {"Bearer re_one"}, "two": {"Bearer re_two"}}


def test_others_who_use_the_sdk_in_this_process_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    gateway(FakeClock())
    monkeypatch.setattr(resend, "api_key", "re_other")
    with responses.RequestsMock() as mock:
        mock.post("https://api.resend.com/emails", json={"id": "theirs"})
        sent = resend.Emails.send({"from": "a@other.test", "to": "b@other.test", "subject": "s", "text": "t"})
        assert sent["id"] == "theirs"
        assert mock.calls[0].request.headers["Authorization"] == "Bearer re_other"
