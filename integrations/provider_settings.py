"""The settings of the providers that may be absent: each group is optional, and named in full when it is needed.

A group that is incomplete does not stop the start. Whatever needs it raises `NotConfiguredError`, which names the
variables that are missing, so that the platform runs with the providers that are there.
"""

import hmac
from typing import Annotated

from pydantic import AfterValidator, AliasChoices, Field, HttpUrl, SecretStr, TypeAdapter, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from svix.webhooks import Webhook

from integrations.errors import NotConfiguredError

CLERK_API = "https://api.clerk.com"
MUX_API = "https://api.mux.com"
MUX_STREAM, MUX_IMAGE = "https://stream.mux.com", "https://image.mux.com"
INSIGHTIQ_API = "https://api.sandbox.insightiq.ai"
CINT_AUTH, CINT_API, CINT_S2S = "https://auth.lucidhq.com", "https://api.cint.com", "https://s2s.cint.com"
VERCEL_API = "https://api.vercel.com"
_HTTP_URL = TypeAdapter(HttpUrl)


def _web_address(value: str) -> str:
    """Accept an absolute http(s) URL and return it without fragment and slash at its end, ready for a path."""
    return str(_HTTP_URL.validate_python(value.partition("#")[0].strip())).rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]
Word = Annotated[str, Field(pattern=r"^\S+$")]


def svix_secret(value: SecretStr | None) -> SecretStr | None:
    """Accept a secret that Svix's library can use; shared by Resend and Clerk, which both deliver through Svix."""
    try:
        if value is not None:
            Webhook(value.get_secret_value())
    except Exception as error:
        raise ValueError("must be 'whsec_' and base64, as the provider shows it") from error
    return value


class ProviderSettings(BaseSettings):
    """The six optional groups."""

    model_config = SettingsConfigDict(populate_by_name=True)

    clerk_secret_key: SecretStr | None = Field(default=None, validation_alias="CLERK_SECRET_KEY")
    clerk_webhook_secret: SecretStr | None = Field(default=None, validation_alias="CLERK_WEBHOOK_SECRET")
    clerk_jwt_key: SecretStr | None = Field(default=None, validation_alias="CLERK_JWT_KEY")
    clerk_authorized_parties: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), validation_alias="CLERK_AUTHORIZED_PARTIES"
    )
    clerk_api_url: WebAddress = Field(
        default=CLERK_API, validation_alias=AliasChoices("CLERK_API_URL", "GREENROOM_CLERK_URL")
    )

    algolia_app_id: Word | None = Field(default=None, validation_alias="NEXT_PUBLIC_ALGOLIA_APP_ID")
    algolia_search_key: SecretStr | None = Field(default=None, validation_alias="NEXT_PUBLIC_ALGOLIA_API_KEY")
    algolia_admin_key: SecretStr | None = Field(default=None, validation_alias="ALGOLIA_ADMIN_API_KEY")
    algolia_campaigns_index: Word = Field(
        default="campaigns", validation_alias="ALGOLIA_CAMPAIGNS_INDEX_NAME"
    )
    algolia_studies_index: Word = Field(
        default="brand_lift_studies", validation_alias="ALGOLIA_BRAND_LIFT_STUDIES_INDEX_NAME"
    )
    algolia_url: WebAddress | None = Field(default=None, validation_alias="GREENROOM_ALGOLIA_URL")
    search_key_seconds: int = Field(default=3600, ge=60, validation_alias="SEARCH_KEY_SECONDS")
    search_sweep_seconds: float = Field(default=2.0, ge=0, validation_alias="SEARCH_SWEEP_SECONDS")

    mux_token_id: Word | None = Field(default=None, validation_alias="MUX_TOKEN_ID")
    mux_token_secret: SecretStr | None = Field(default=None, validation_alias="MUX_TOKEN_SECRET")
    mux_webhook_secret: SecretStr | None = Field(default=None, validation_alias="MUX_WEBHOOK_SIGNING_SECRET")
    mux_url: WebAddress = Field(
        default=MUX_API, validation_alias=AliasChoices("MUX_BASE_URL", "GREENROOM_MUX_URL")
    )

    mux_signing_key: Word | None = Field(default=None, validation_alias="MUX_SIGNING_KEY")
    mux_private_key: SecretStr | None = Field(default=None, validation_alias="MUX_PRIVATE_KEY")
    mux_stream_url: WebAddress = Field(default=MUX_STREAM, validation_alias="MUX_STREAM_URL")
    mux_image_url: WebAddress = Field(default=MUX_IMAGE, validation_alias="MUX_IMAGE_URL")
    playback_seconds: int = Field(default=3600, ge=60, validation_alias="PLAYBACK_SECONDS")
    image_folder: str = Field(default="images", min_length=1, validation_alias="IMAGE_FOLDER")
    image_limit_bytes: int = Field(default=20_971_520, ge=1024, validation_alias="IMAGE_LIMIT_BYTES")

    insightiq_client_id: Word | None = Field(default=None, validation_alias="INSIGHTIQ_CLIENT_ID")
    insightiq_secret: SecretStr | None = Field(default=None, validation_alias="INSIGHTIQ_SECRET")
    insightiq_webhook_secret: SecretStr | None = Field(
        default=None, validation_alias="INSIGHTIQ_WEBHOOK_SECRET"
    )
    insightiq_url: WebAddress = Field(
        default=INSIGHTIQ_API,
        validation_alias=AliasChoices(
            "INSIGHTIQ_SANDBOX_URL", "INSIGHTIQ_PROD_URL", "GREENROOM_INSIGHTIQ_URL"
        ),
    )
    creator_fresh_days: int = Field(default=7, ge=1, validation_alias="CREATOR_FRESH_DAYS")
    insightiq_job_seconds: float = Field(default=20.0, ge=0, validation_alias="INSIGHTIQ_JOB_SECONDS")

    cint_client_id: Word | None = Field(default=None, validation_alias="CINT_CLIENT_ID")
    cint_client_secret: SecretStr | None = Field(default=None, validation_alias="CINT_CLIENT_SECRET")
    cint_account_id: Word | None = Field(default=None, validation_alias="CINT_ACCOUNT_ID")
    cint_s2s_key: SecretStr | None = Field(default=None, validation_alias="CINT_S2S_API_KEY")
    cint_webhook_secret: SecretStr | None = Field(default=None, validation_alias="CINT_WEBHOOK_SECRET")
    cint_project_manager_id: Word | None = Field(default=None, validation_alias="CINT_PROJECT_MANAGER_ID")
    cint_business_unit_id: Word | None = Field(default=None, validation_alias="CINT_BUSINESS_UNIT_ID")
    cint_auth_url: WebAddress = Field(
        default=CINT_AUTH, validation_alias=AliasChoices("CINT_AUTH_URL", "GREENROOM_CINT_URL")
    )
    cint_api_url: WebAddress = Field(
        default=CINT_API, validation_alias=AliasChoices("CINT_API_URL", "GREENROOM_CINT_URL")
    )
    cint_s2s_url: WebAddress = Field(
        default=CINT_S2S, validation_alias=AliasChoices("CINT_S2S_URL", "GREENROOM_CINT_URL")
    )
    vercel_token: SecretStr | None = Field(default=None, validation_alias="VERCEL_TOKEN")
    vercel_team_id: Word | None = Field(default=None, validation_alias="VERCEL_TEAM_ID")
    vercel_project_id: Word | None = Field(default=None, validation_alias="VERCEL_PROJECT_ID")
    vercel_url: WebAddress = Field(
        default=VERCEL_API, validation_alias=AliasChoices("VERCEL_API_URL", "GREENROOM_VERCEL_URL")
    )
    rotation_key: SecretStr | None = Field(default=None, validation_alias="ROTATION_KEY")
    audit_retention_days: int = Field(default=365, ge=0, validation_alias="AUDIT_RETENTION_DAYS")
    respondent_retention_days: int = Field(default=90, ge=1, validation_alias="RESPONDENT_RETENTION_DAYS")
    respondent_pseudonym_key: SecretStr | None = Field(
        default=None, validation_alias="RESPONDENT_PSEUDONYM_KEY"
    )
    surveys_url: WebAddress = Field(default="http://localhost:8000", validation_alias="SURVEYS_PUBLIC_URL")
    job_sweep_seconds: float = Field(default=15.0, ge=0, validation_alias="JOB_SWEEP_SECONDS")
    freshness_sweep_seconds: float = Field(default=3600.0, ge=0, validation_alias="FRESHNESS_SWEEP_SECONDS")

    _svix = field_validator("clerk_webhook_secret")(svix_secret)

    @property
    def pseudonym_key(self) -> str:
        """The key of respondents' pseudonyms: RESPONDENT_PSEUDONYM_KEY, or else one that follows from Cint's S2S key.

        Whoever changes it loses sight of who came before.
        """
        if self.respondent_pseudonym_key is not None:
            return self.respondent_pseudonym_key.get_secret_value()
        own = self.cint_s2s_key.get_secret_value() if self.cint_s2s_key is not None else ""
        return hmac.digest(own.encode(), b"respondents' pseudonyms", "sha256").hex()

    @field_validator("clerk_secret_key")
    @classmethod
    def _clerk_key_is_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith("sk_"):
            raise ValueError("must be a secret key (sk_…)")
        return value

    @field_validator("clerk_authorized_parties", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    def required(self, provider: str, *names: str) -> tuple[str, ...]:
        """Return the values of optional settings, by field name; raises `NotConfiguredError` naming what is missing."""
        values = [getattr(self, name) for name in names]
        missing = [
            str(type(self).model_fields[name].validation_alias)
            for name, value in zip(names, values, strict=True)
            if value is None
        ]
        if missing:
            raise NotConfiguredError(provider, missing)
        return tuple(
            value.get_secret_value() if isinstance(value, SecretStr) else str(value) for value in values
        )
