"""Settings come from the environment; what is wrong with them is said without showing them."""

import pytest

from integrations.billing.plans import Plan
from integrations.errors import SettingsError
from integrations.settings import Settings, load_settings
from tests.integrations.stubs import ENVIRONMENT

SMALLEST = {
    name: value for name, value in ENVIRONMENT.items() if not name.endswith(("_BASE", "_URL", "_FROM"))
}


def test_defaults_are_the_real_providers() -> None:
    settings = load_settings(SMALLEST)
    assert settings.stripe_api_base == "https://api.stripe.com"
    assert settings.resend_api_url == "https://api.resend.com"
    assert settings.database_url.get_secret_value() == "sqlite:///integrations.sqlite3"
    assert settings.email_from == "onboarding@resend.dev"
    assert settings.app_url == "http://localhost:3000"


@pytest.mark.parametrize("name", sorted(SMALLEST))
def test_each_missing_setting_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=rf"\b{name}: is missing"):
        load_settings({key: value for key, value in SMALLEST.items() if key != name})


def test_an_empty_setting_is_a_missing_one() -> None:
    with pytest.raises(SettingsError, match="RESEND_API_KEY: is missing"):
        load_settings({**SMALLEST, "RESEND_API_KEY": ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STRIPE_SECRET_KEY", "pk_test_wrong_kind"),
        ("STRIPE_WEBHOOK_SECRET", "   "),
        ("RESEND_API_KEY", "sk_not_resend"),
        ("RESEND_WEBHOOK_SECRET", "whsec_?"),
        ("RESEND_API_URL", "not a url"),
        ("STRIPE_API_BASE", "ftp://127.0.0.1"),
        ("NEXT_PUBLIC_PRICE_ADVANCED_ANNUAL", "price with spaces"),
        ("PROVIDER_ATTEMPTS", "0"),
    ],
)
def test_each_invalid_setting_is_named_and_not_shown(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({**SMALLEST, name: value})
    assert name in str(caught.value)
    assert value not in str(caught.value)
    assert caught.value.__cause__ is None, "the original error shows values in a traceback"


@pytest.mark.parametrize(
    ("given", "stripe", "resend"),
    [
        ({"GREENROOM_STRIPE_URL": "http://127.0.0.1:4407"}, "http://127.0.0.1:4407", None),
        ({"GREENROOM_STRIPE_URL": "http://a:1", "STRIPE_API_BASE": "http://b:2/p/"}, "http://b:2/p", None),
        ({"RESEND_BASE_URL": "http://127.0.0.1:4406/"}, None, "http://127.0.0.1:4406"),
        ({"RESEND_BASE_URL": "http://a:1", "RESEND_API_URL": "http://b:2"}, None, "http://b:2"),
    ],
)
def test_addresses_can_be_redirected(given: dict[str, str], stripe: str | None, resend: str | None) -> None:
    settings = load_settings({**SMALLEST, **given})
    assert settings.stripe_api_base == (stripe or "https://api.stripe.com")
    assert settings.resend_api_url == (resend or "https://api.resend.com")


def test_a_live_key_is_never_sent_elsewhere() -> None:
    live = {**SMALLEST, "STRIPE_SECRET_KEY": "sk_live_x"}
    assert load_settings(live).stripe_api_base == "https://api.stripe.com"
    with pytest.raises(SettingsError, match="live key"):
        load_settings({**live, "GREENROOM_STRIPE_URL": "http://127.0.0.1:4407"})


def test_secrets_show_nowhere() -> None:
    settings = load_settings({**ENVIRONMENT, "DATABASE_URL": "postgresql://u:hidden@h/d"})
    shown = f"{settings} {settings!r} {settings.model_dump()}"
    for secret in ("sk_test_invented", "whsec_", "re_invented", "hidden"):
        assert secret not in shown


def test_given_settings_ignore_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESEND_BASE_URL", "http://127.0.0.1:1")
    assert load_settings(SMALLEST).resend_api_url == "https://api.resend.com"


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    loaded = load_settings()
    assert loaded.stripe_api_base == ENVIRONMENT["STRIPE_API_BASE"]
    assert Settings.model_validate({}).model_dump() == loaded.model_dump()


def test_every_plan_has_a_price_and_every_price_a_plan() -> None:
    settings = load_settings(SMALLEST)
    for plan in Plan:
        assert settings.plan_of(settings.price_id(plan)) is plan
    assert settings.plan_of("price_of_somebody_else") is None
    assert settings.plan_of(None) is None
