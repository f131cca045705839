"""What the integration layer is told by its environment, under the names the platform already uses."""

import os
from collections.abc import Mapping
from typing import Annotated, Any, Self

import stripe
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from integrations.billing.plans import Plan
from integrations.errors import SettingsError
from integrations.provider_settings import CLERK_API, ProviderSettings, WebAddress, svix_secret

RESEND_API = "https://api.resend.com"
DEFAULT_DATABASE_URL = "sqlite:///integrations.sqlite3"
PriceId = Annotated[str, Field(pattern=r"^\S+$")]


class Settings(ProviderSettings):
    """All settings; each field's alias is the environment variable that sets it. Secrets never show in a `repr`."""

    model_config = SettingsConfigDict(
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    stripe_secret_key: SecretStr = Field(validation_alias="STRIPE_SECRET_KEY")
    stripe_webhook_secret: SecretStr = Field(validation_alias="STRIPE_WEBHOOK_SECRET")
    resend_api_key: SecretStr = Field(validation_alias="RESEND_API_KEY")
    resend_webhook_secret: SecretStr = Field(validation_alias="RESEND_WEBHOOK_SECRET")

    database_url: SecretStr = Field(default=SecretStr(DEFAULT_DATABASE_URL), validation_alias="DATABASE_URL")
    mail_brand_name: str = Field(default="Platform", validation_alias="MAIL_BRAND_NAME")
    mail_brand_colour: str = Field(
        default="#1c1917", pattern=r"^#[0-9a-fA-F]{6}$", validation_alias="MAIL_BRAND_COLOUR"
    )
    mail_brand_logo_url: WebAddress | None = Field(default=None, validation_alias="MAIL_BRAND_LOGO_URL")
    mail_brand_address: str | None = Field(default=None, validation_alias="MAIL_BRAND_ADDRESS")
    mails_per_second: float = Field(default=5.0, gt=0, validation_alias="MAILS_PER_SECOND")
    email_from: str = Field(default="onboarding@resend.dev", validation_alias="EMAIL_FROM")
    app_url: WebAddress = Field(default="http://localhost:3000", validation_alias="NEXT_PUBLIC_APP_URL")

    price_pay_as_you_go: PriceId = Field(validation_alias="NEXT_PUBLIC_PRICE_PAY_AS_YOU_GO")
    price_pay_as_you_go_annual: PriceId = Field(validation_alias="NEXT_PUBLIC_PRICE_PAY_AS_YOU_GO_ANNUAL")
    price_essential_monthly: PriceId = Field(validation_alias="NEXT_PUBLIC_PRICE_ESSENTIAL_MONTHLY")
    price_essential_annual: PriceId = Field(validation_alias="NEXT_PUBLIC_PRICE_ESSENTIAL_ANNUAL")
    price_professional_monthly: PriceId = Field(validation_alias="NEXT_PUBLIC_PRICE_PROFESSIONAL_MONTHLY")
    price_professional_annual: PriceId = Field(validation_alias="NEXT_PUBLIC_PRICE_PROFESSIONAL_ANNUAL")
    price_advanced_monthly: PriceId = Field(validation_alias="NEXT_PUBLIC_PRICE_ADVANCED_MONTHLY")
    price_advanced_annual: PriceId = Field(validation_alias="NEXT_PUBLIC_PRICE_ADVANCED_ANNUAL")

    stripe_api_base: WebAddress = Field(
        default=stripe.DEFAULT_API_BASE,
        validation_alias=AliasChoices("STRIPE_API_BASE", "GREENROOM_STRIPE_URL"),
    )
    resend_api_url: WebAddress = Field(
        default=RESEND_API, validation_alias=AliasChoices("RESEND_API_URL", "RESEND_BASE_URL")
    )

    api_token: SecretStr | None = Field(default=None, validation_alias="INTEGRATIONS_API_TOKEN")
    webhook_body_limit_bytes: int = Field(
        default=1_048_576, ge=1024, validation_alias="WEBHOOK_BODY_LIMIT_BYTES"
    )
    webhook_rate_per_second: float = Field(default=100.0, ge=0, validation_alias="WEBHOOK_RATE_PER_SECOND")
    webhook_burst: int = Field(default=1000, ge=1, validation_alias="WEBHOOK_BURST")
    provider_timeout_seconds: float = Field(default=10.0, gt=0, validation_alias="PROVIDER_TIMEOUT_SECONDS")
    provider_attempts: int = Field(default=4, ge=1, validation_alias="PROVIDER_ATTEMPTS")
    provider_budget_seconds: float = Field(default=12.0, gt=0, validation_alias="PROVIDER_BUDGET_SECONDS")
    circuit_failures: int = Field(default=5, ge=1, validation_alias="CIRCUIT_FAILURES")
    circuit_recovery_seconds: float = Field(default=30.0, gt=0, validation_alias="CIRCUIT_RECOVERY_SECONDS")
    stripe_sweep_seconds: float = Field(default=60.0, ge=0, validation_alias="STRIPE_SWEEP_SECONDS")
    mail_sweep_seconds: float = Field(default=30.0, ge=0, validation_alias="MAIL_SWEEP_SECONDS")

    otlp_endpoint: WebAddress | None = Field(default=None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    otlp_traces_endpoint: WebAddress | None = Field(
        default=None, validation_alias="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
    )

    @field_validator("stripe_secret_key")
    @classmethod
    def _secret_key_is_secret(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("sk_", "rk_")):
            raise ValueError("must be a secret (sk_…) or restricted (rk_…) key")
        return value

    @field_validator("stripe_webhook_secret", "api_token")
    @classmethod
    def _secret_is_not_blank(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().strip():
            raise ValueError("must not be blank")
        return value

    @field_validator("resend_api_key")
    @classmethod
    def _resend_key_has_its_prefix(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith("re_"):
            raise ValueError("must be a Resend key (re_…)")
        return value

    _resend_svix = field_validator("resend_webhook_secret")(svix_secret)

    @model_validator(mode="after")
    def _live_key_stays_home(self) -> Self:
        live = self.stripe_secret_key.get_secret_value().startswith(("sk_live_", "rk_live_"))
        if live and self.stripe_api_base != stripe.DEFAULT_API_BASE:
            raise ValueError(
                "STRIPE_SECRET_KEY is a live key while STRIPE_API_BASE (or GREENROOM_STRIPE_URL) points elsewhere "
                "than Stripe: use a test key, or unset the address"
            )
        clerk = self.clerk_secret_key
        if (
            clerk is not None
            and clerk.get_secret_value().startswith("sk_live_")
            and self.clerk_api_url != CLERK_API
        ):
            raise ValueError(
                "CLERK_SECRET_KEY is a live key while CLERK_API_URL (or GREENROOM_CLERK_URL) points elsewhere "
                "than Clerk: use a test key, or unset the address"
            )
        return self

    @property
    def traces_endpoint(self) -> str | None:
        """Where spans are sent to, None where nothing is traced."""
        if self.otlp_traces_endpoint is not None or self.otlp_endpoint is None:
            return self.otlp_traces_endpoint
        return f"{self.otlp_endpoint}/v1/traces"

    def price_id(self, plan: Plan) -> str:
        """Return the Stripe price id of a plan."""
        price: str = getattr(self, f"price_{plan.value}")
        return price

    def plan_of(self, price_id: str | None) -> Plan | None:
        """Return the plan a Stripe price belongs to, or None for a price that is not ours."""
        return next((plan for plan in Plan if self.price_id(plan) == price_id), None)


class _GivenSettings(Settings):
    """Settings that come from the given values alone, never from this process's environment."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings' own signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `environ` (default: this process's environment); names that mean nothing are ignored.

    Raises `SettingsError`, which names every variable that is missing or wrong and shows none of their values.
    """
    given: dict[str, Any] = {
        name: value for name, value in (os.environ if environ is None else environ).items() if value
    }
    try:
        return _GivenSettings(**given)
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None


def database_url() -> str:
    """Return DATABASE_URL alone, for the developer's migration commands, which need no provider."""
    return os.environ.get("DATABASE_URL") or DEFAULT_DATABASE_URL


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        missing = problem["type"] == "missing"
        reason = "is missing" if missing else problem["msg"].removeprefix("Value error, ")
        name = ".".join(str(part) for part in problem["loc"])
        lines.append(f"{name}: {reason}" if name else reason)
    return "The settings are not usable. " + "; ".join(lines) + "."
