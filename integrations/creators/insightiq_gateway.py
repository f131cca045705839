"""The only door to InsightIQ, which has no SDK: a typed client, guarded, of what the platform relies on."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from integrations.clock import Clock
from integrations.errors import ProviderError, ProviderRefusedError, Refusal
from integrations.http_api import JsonApi
from integrations.models import JobStatus, Platform
from integrations.resilience import ProviderGuard
from integrations.settings import Settings

PROVIDER = "insightiq"
#: InsightIQ's ids of the platforms on which campaigns run.
WORK_PLATFORMS = {
    Platform.INSTAGRAM: "9bb8913b-ddd9-430b-a66a-d74d846e6c66",
    Platform.YOUTUBE: "14d9ddf5-51c6-415e-bde6-f8ed36ad7054",
    Platform.TIKTOK: "de55aeec-0dc8-4119-bf90-16b3d1f0c987",
}
#: The name under which our screening criteria are kept at InsightIQ.
CRITERIA = "platform-default"
_CATEGORIES = ("violence", "substances", "sexual_indecent_content", "hate_speech_aggression")

M = TypeVar("M", bound=BaseModel)


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore")


class CreatorHit(_Shape):
    """A creator as discovery shows them; `engagement_rate` comes as InsightIQ gave it."""

    platform_username: str
    full_name: str | None = None
    url: str | None = None
    image_url: str | None = None
    follower_count: int | None = None
    is_verified: bool | None = None
    engagement_rate: float | None = None
    introduction: str | None = None


class _Hits(_Shape):
    data: list[CreatorHit]


class Job(_Shape):
    """A job that was begun."""

    id: str
    status: str


class WorkPlatform(_Shape):
    """A platform, as it is named inside of other things."""

    id: str
    name: str | None = None


class Analytics(_Shape):
    """What an analytics job has found; `profile` is there when it succeeded."""

    id: str
    status: str
    work_platform: WorkPlatform | None = None
    #: When the report was made: naive, UTC is meant.
    report_generated_at: datetime | None = None
    profile: dict[str, Any] | None = None


class ScreeningSummary(_Shape):
    """How safe a creator's recent contents look."""

    risk_rating: str | None = None
    total_content_count: int | None = None
    flagged_content_count: int | None = None


class Screening(_Shape):
    """What a screening job has found."""

    id: str
    status: str
    report_summary: ScreeningSummary | None = None


class _Named(_Shape):
    id: str
    name: str | None = None


class _NamedList(_Shape):
    data: list[_Named]


class InsightiqUser(_Shape):
    """A user under whom accounts are connected."""

    id: str
    name: str
    external_id: str


class SdkToken(_Shape):
    """What InsightIQ's browser SDK needs; it holds for seven days."""

    sdk_token: str
    expires_at: str


class Account(_Shape):
    """An account that somebody connected."""

    id: str
    user: _Named
    work_platform: WorkPlatform | None = None
    platform_username: str | None = None
    status: str


class _Accounts(_Shape):
    data: list[Account]


class _Profiles(_Shape):
    data: list[dict[str, Any]]


def dashed(identifier: str) -> str:
    """Return an id as the API writes it; webhooks leave its dashes out."""
    try:
        return str(UUID(identifier))
    except ValueError:
        return identifier


def job_status(word: str) -> JobStatus:
    """Return where a job stands; what is neither success nor in progress has failed."""
    if word in {"SUCCESS", "COMPLETED"}:
        return JobStatus.SUCCESS
    return JobStatus.IN_PROGRESS if word == "IN_PROGRESS" else JobStatus.FAILURE


class InsightiqGateway:
    """Calls InsightIQ. Every method raises `ProviderError`, or `NotConfiguredError` when there is no InsightIQ."""

    def __init__(self, settings: Settings, guard: ProviderGuard, clock: Clock) -> None:
        self._settings = settings
        self._api = JsonApi(
            guard,
            clock,
            timeout=settings.provider_timeout_seconds,
            request_id="request-id",
            explain=_explain,
        )

    def search(self, platform: Platform, filters: dict[str, Any]) -> list[CreatorHit]:
        """Find creators on a platform, the most followed first; `filters` are InsightIQ's, without the platform."""
        body = {
            "sort_by": {"field": "FOLLOWER_COUNT", "order": "DESCENDING"},
            "work_platform_id": WORK_PLATFORMS[platform],
            **filters,
        }
        return self._post("search creators", "social/creators/profiles/search", body, _Hits).data

    def start_analytics(self, platform: Platform, handle: str) -> Job:
        """Begin a job that analyses a creator."""
        body = {"identifier": handle, "work_platform_id": WORK_PLATFORMS[platform]}
        return self._post(
            "start analytics", "social/creators/async/profiles/analytics", body, Job, repeatable=False
        )

    def analytics(self, job_id: str) -> Analytics:
        """Read an analytics job."""
        return self._get("read analytics", f"social/creators/async/profiles/analytics/{job_id}", Analytics)

    def start_screening(self, platform: Platform, profile_url: str, criteria_id: str) -> Job:
        """Begin a job that looks through a creator's contents for what a brand would avoid."""
        body = {
            "work_platform_id": WORK_PLATFORMS[platform],
            "profile_url": profile_url,
            "flagging_criteria_id": criteria_id,
        }
        return self._post("start screening", "safety/social-profile-screening", body, Job, repeatable=False)

    def screening(self, job_id: str) -> Screening:
        """Read a screening job."""
        return self._get("read screening", f"safety/social-profile-screening/{job_id}", Screening)

    def screening_criteria(self) -> str:
        """Return the id of our criteria, which are made if they are not there."""
        listed = self._get("list flagging criteria", "safety/flagging-criteria?limit=100", _NamedList).data
        for each in listed:
            if each.name == CRITERIA:
                return each.id
        body = {
            "name": CRITERIA,
            "media_types": ["IMAGE", "VIDEO"],
            "time_period_in_months": 12,
            "content_limit": 50,
            "work_platforms": [{"id": platform_id} for platform_id in WORK_PLATFORMS.values()],
            "categories": list(_CATEGORIES),
            "keywords": [],
        }
        return self._post("create flagging criteria", "safety/flagging-criteria", body, _Named).id

    def ensure_user(self, *, external_id: str, name: str) -> InsightiqUser:
        """Return the user of an external id, made if there is none: the id is what makes the call repeatable."""
        body = {"name": name, "external_id": external_id}
        try:
            return self._post("create user", "users", body, InsightiqUser)
        except ProviderRefusedError as error:
            if error.status not in {400, 409} or "exist" not in f"{error.code} {error.refusal.message}":
                raise
        return self._get("retrieve user", f"users/external_id/{external_id}", InsightiqUser)

    def sdk_token(self, user_id: str) -> SdkToken:
        """Make a token with which a browser connects accounts for a user."""
        body = {"user_id": user_id, "products": ["IDENTITY", "ENGAGEMENT"]}
        return self._post("create SDK token", "sdk-tokens", body, SdkToken)

    def account(self, account_id: str) -> Account | None:
        """Read a connected account, or None if InsightIQ knows none."""
        try:
            return self._get("retrieve account", f"accounts/{account_id}", Account)
        except ProviderError as error:
            if error.status != 404:
                raise
            return None

    def accounts_of(self, user_id: str) -> list[Account]:
        """Read the accounts that were connected under a user; none for a user whom InsightIQ does not know."""
        return self._get("list accounts", f"accounts?user_id={user_id}&limit=100", _Accounts).data

    def disconnect(self, account_id: str) -> Account:
        """End a connection; given again, it changes nothing."""
        return self._post("disconnect account", f"accounts/{account_id}/disconnect", {}, Account)

    def profile_of(self, account_id: str) -> dict[str, Any] | None:
        """Read the profile behind a connected account, or None while there is none."""
        found = self._get("list profiles", f"profiles?account_id={account_id}", _Profiles).data
        return found[0] if found else None

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _get(self, operation: str, path: str, shape: type[M]) -> M:
        return self._call(operation, "GET", path, None, shape, repeatable=True)

    def _post(
        self, operation: str, path: str, body: dict[str, Any], shape: type[M], *, repeatable: bool = True
    ) -> M:
        return self._call(operation, "POST", path, body, shape, repeatable=repeatable)

    def _call(
        self, operation: str, method: str, path: str, body: Any, shape: type[M], *, repeatable: bool
    ) -> M:
        client_id, secret = self._settings.required(PROVIDER, "insightiq_client_id", "insightiq_secret")
        answer = self._api.call(
            operation,
            method,
            f"{self._settings.insightiq_url}/v1/{path}",
            json=body,
            auth=(client_id, secret),
            repeatable=repeatable,
        )
        try:
            return shape.model_validate(answer.body)
        except ValidationError as error:
            raise ProviderRefusedError(
                Refusal(
                    provider=PROVIDER,
                    operation=operation,
                    message=f"the answer has another shape: {error.errors(include_input=False)[0]['msg']}",
                    request_id=answer.headers.get("request-id"),
                )
            ) from error


def _explain(body: dict[str, Any]) -> tuple[str | None, str]:
    error = body.get("error")
    if not isinstance(error, dict):
        return None, ""
    return error.get("error_code") or error.get("code") or error.get("type"), str(error.get("message") or "")
