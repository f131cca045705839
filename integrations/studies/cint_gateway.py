"""The only door to Cint, which has no SDK: a typed client, guarded, of what the platform relies on.

Three hosts and two credentials: a token opens the Demand API, and a key of its own the server-to-server (S2S) API,
by which a survey's host asks who came and reports how it ended.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, ValidationError

from integrations.clock import Clock
from integrations.errors import ProviderError, ProviderRefusedError, Refusal
from integrations.http_api import Answer, JsonApi
from integrations.resilience import ProviderGuard
from integrations.settings import Settings

PROVIDER = "cint"
API_VERSION = "2025-02-17"
#: A respondent who is in the survey.
IN_SURVEY = 1
#: Seconds before its end at which a token is not used any more.
_EARLY = 300

M = TypeVar("M", bound=BaseModel)


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Token(_Shape):
    access_token: str
    expires_in: int


class _Created(_Shape):
    id: str


class _Person(_Shape):
    id: str


class _People(_Shape):
    users: list[_Person]


class _Unit(_Shape):
    business_unit_id: int | str


class LaunchJob(_Shape):
    """Where a launch stands: Processing, Completed or Failed."""

    status: str
    created_fielding_run_id: str | None = None
    failure_reason: dict[str, Any] | None = None


class Progress(_Shape):
    """How many have answered."""

    current_completes: int = 0
    current_prescreens: int = 0
    filling_goal: int = 0


class Money(_Shape):
    """An amount; the value is a decimal number."""

    value: str
    currency_code: str


class Overview(_Shape):
    """Where a target group stands: draft, scheduled, live, paused, completed or archived."""

    status: str
    progress: Progress
    current_cost: Money | None = None


class Feasibility(_Shape):
    """What an interview would cost, and how many completes there would be."""

    suggested_price: Money
    suggested_filling_goal_range: dict[str, int] = {}


class _Respondent(_Shape):
    id: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetGroup:
    """What is asked of Cint's panel. `minutes` is the length of the interview, `incidence_rate` between 0 and 1."""

    name: str
    project_manager_id: str
    business_unit_id: str
    locale: str
    filling_goal: int
    minutes: int
    incidence_rate: float
    starts_at: datetime
    ends_at: datetime
    live_url: str
    test_url: str
    #: As `Study.quotas`.
    quotas: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Return the request's body: who may enter is what the quotas say, and no fielding assistant is used."""
        return {
            "name": self.name,
            "business_unit_id": self.business_unit_id,
            "project_manager_id": self.project_manager_id,
            "locale": self.locale,
            "study_type_code": "adhoc",
            "industry_code": "other",
            "collects_pii": False,
            "filling_goal": self.filling_goal,
            "expected_length_of_interview_minutes": self.minutes,
            "expected_incidence_rate": self.incidence_rate,
            "fielding_specification": {"start_at": instant(self.starts_at), "end_at": instant(self.ends_at)},
            "live_url": self.live_url,
            "test_url": self.test_url,
            "fielding_assistant_assignment": {},
            "profile": {"profile_adjustment_type": "percentage", "drafts": drafts(self.quotas)},
        }


def drafts(quotas: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return quotas as Cint's profiles: age in ranges (question 42), gender by options (43)."""
    found = []
    ages, genders = quotas.get("age") or [], quotas.get("gender") or {}
    if ages:
        ranges = [{"min": each["min"], "max": each["max"]} for each in ages]
        found.append(_profile(42, "range", ranges, [each["percent"] for each in ages]))
    if genders:
        options = [{"option": _GENDERS[name]} for name in genders]
        found.append(_profile(43, "selection", options, list(genders.values())))
    return found


_GENDERS = {"male": "1", "female": "2"}


def _profile(question: int, kind: str, data: list[dict[str, Any]], shares: list[int]) -> dict[str, Any]:
    single = [{"index": index, "quota_percentage": share} for index, share in enumerate(shares)]
    return {
        "question_id": question,
        "quotas_enabled": True,
        "conditions": {"object": f"{kind}_conditions_details_template", "data": data},
        "quotas": {"ungrouped": single, "grouped": []},
    }


def instant(moment: datetime) -> str:
    """Write an instant as Cint does: RFC 3339 in UTC, with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class CintGateway:
    """Calls Cint. Every method raises `ProviderError`, or `NotConfiguredError` when there is no Cint."""

    def __init__(self, settings: Settings, guard: ProviderGuard, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._api = JsonApi(
            guard,
            clock,
            timeout=settings.provider_timeout_seconds,
            request_id="x-correlation-id",
            explain=_explain,
        )
        self._lock = threading.Lock()
        self._token: tuple[str, float] | None = None

    # Who runs the account

    def project_manager(self) -> str:
        """Return CINT_PROJECT_MANAGER_ID, or else the account's first project manager."""
        if self._settings.cint_project_manager_id is not None:
            return self._settings.cint_project_manager_id
        path = f"accounts/{self._account()}/users"
        answer = self._demand("list project managers", "GET", path, params={"user_type": "project_manager"})
        people = self._shaped("list project managers", answer, _People).users
        if not people:
            raise self._odd("list project managers", "the account has no project manager", answer)
        return people[0].id

    def business_unit(self, project_manager_id: str) -> str:
        """Return CINT_BUSINESS_UNIT_ID, or else the unit a project manager belongs to."""
        if self._settings.cint_business_unit_id is not None:
            return self._settings.cint_business_unit_id
        path = f"accounts/{self._account()}/users/{project_manager_id}/business-units"
        answer = self._demand("retrieve business unit", "GET", path)
        return str(self._shaped("retrieve business unit", answer, _Unit).business_unit_id)

    # Projects, target groups and their launch

    def create_project(self, *, name: str, project_manager_id: str, idempotency_key: str) -> str:
        """Create a project and return its id."""
        body = {"name": name, "project_manager_id": project_manager_id}
        answer = self._demand("create project", "POST", self._projects(), body, key=idempotency_key)
        return self._shaped("create project", answer, _Created).id

    def create_target_group(self, project_id: str, group: TargetGroup, *, idempotency_key: str) -> str:
        """Create a target group as a draft and return its id."""
        path = f"{self._projects()}/{project_id}/target-groups"
        answer = self._demand("create target group", "POST", path, group.body(), key=idempotency_key)
        return self._shaped("create target group", answer, _Created).id

    def feasibility(self, project_id: str, group: TargetGroup) -> Feasibility:
        """Ask what a target group would cost, before it is made."""
        body = {
            "business_unit_id": int(group.business_unit_id),
            "locale": group.locale,
            "collects_pii": False,
            "incidence_rate": group.incidence_rate,
            "length_of_interview": group.minutes,
            "filling_goal": group.filling_goal,
            "start_date": instant(group.starts_at),
            "end_date": instant(group.ends_at),
        }
        path = f"{self._projects()}/{project_id}/target-groups/calculate-feasibility"
        answer = self._demand("calculate feasibility", "POST", path, body)
        return self._shaped("calculate feasibility", answer, Feasibility)

    def launch(self, project_id: str, group_id: str, *, ends_at: datetime, idempotency_key: str) -> str:
        """Begin to launch a draft, and return the id of the job that does it."""
        path = f"{self._group(project_id, group_id)}/fielding-run-jobs/launch-from-draft"
        body = {"end_fielding_at": instant(ends_at)}
        answer = self._demand("launch target group", "POST", path, body, key=idempotency_key)
        job_id: str = answer.headers.get("location", "").rstrip("/").rpartition("/")[2]
        if not job_id:
            raise self._odd("launch target group", "the answer names no job", answer)
        return job_id

    def launch_job(self, project_id: str, group_id: str, job_id: str) -> LaunchJob:
        """Read the job of a launch."""
        path = f"{self._group(project_id, group_id)}/fielding-run-jobs/launch-from-draft/{job_id}"
        return self._shaped("read launch job", self._demand("read launch job", "GET", path), LaunchJob)

    def overview(self, project_id: str, group_id: str) -> Overview:
        """Read where a target group stands."""
        answer = self._demand("read overview", "GET", f"{self._group(project_id, group_id)}/overview")
        return self._shaped("read overview", answer, Overview)

    def complete(self, project_id: str, group_id: str, run_id: str) -> None:
        """End a fielding run; one that has ended already is fine."""
        path = f"{self._group(project_id, group_id)}/fielding-runs/{run_id}"
        etag = self._demand("retrieve fielding run", "GET", path).headers.get("etag")
        try:
            self._demand("complete fielding run", "POST", f"{path}/complete", etag=etag)
        except ProviderRefusedError as error:
            if error.status != 422:
                raise

    # Respondents

    def respondent_status(self, rid: str) -> int | None:
        """Return where a respondent is (1: in the survey), or None for one Cint does not know."""
        path = f"fulfillment/respondents/{quote(rid, safe='')}"
        try:
            answer = self._s2s("retrieve respondent", "GET", path)
        except ProviderError as error:
            if error.status != 404:
                raise
            return None
        return self._shaped("retrieve respondent", answer, _Respondent).status

    def transition(self, rid: str, status: int) -> None:
        """Report how a respondent's survey ended (5 complete, 2 terminate, 3 over quota, 4 quality).

        Cint takes it once. When it refuses, and the respondent is not in the survey any more, an earlier report whose
        answer was lost has done it.
        """
        body = {"id": rid, "status": status}
        try:
            self._s2s("report outcome", "POST", "fulfillment/respondents/transition", body)
        except ProviderRefusedError as error:
            if error.status not in {409, 422} or self.respondent_status(rid) in {IN_SURVEY, None}:
                raise

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    # How Cint is called

    def _account(self) -> str:
        return self._settings.required(PROVIDER, "cint_account_id")[0]

    def _projects(self) -> str:
        return f"demand/accounts/{self._account()}/projects"

    def _group(self, project_id: str, group_id: str) -> str:
        return f"{self._projects()}/{project_id}/target-groups/{group_id}"

    def _demand(
        self,
        operation: str,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        params: dict[str, str] | None = None,
        key: str | None = None,
        etag: str | None = None,
    ) -> Answer:
        headers = {"Cint-API-Version": API_VERSION}
        headers |= {} if key is None else {"idempotency-key": key}
        headers |= {} if etag is None else {"If-Match": etag}
        url = f"{self._settings.cint_api_url}/v1/{path}"

        def send() -> Answer:
            authorised = {**headers, "Authorization": f"Bearer {self._access_token()}"}
            return self._api.call(operation, method, url, json=body, params=params, headers=authorised)

        try:
            return send()
        except ProviderRefusedError as error:
            if error.status != 401:
                raise
            # Tokens may be revoked before they expire: once more, with a fresh one.
            self._token = None
            return send()

    def _s2s(self, operation: str, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        (key,) = self._settings.required(PROVIDER, "cint_s2s_key")
        url = f"{self._settings.cint_s2s_url}/{path}"
        return self._api.call(operation, method, url, json=body, headers={"Authorization": key})

    def _access_token(self) -> str:
        client_id, secret = self._settings.required(PROVIDER, "cint_client_id", "cint_client_secret")
        with self._lock:
            if self._token is None or self._clock.monotonic() >= self._token[1]:
                answer = self._api.call(
                    "obtain token",
                    "POST",
                    f"{self._settings.cint_auth_url}/oauth/token",
                    json={
                        "client_id": client_id,
                        "client_secret": secret,
                        "grant_type": "client_credentials",
                        "lucid_scopes": "app:api",
                        "audience": "https://api.luc.id",
                    },
                )
                token = self._shaped("obtain token", answer, _Token)
                lifetime = max(token.expires_in - _EARLY, token.expires_in / 2)
                self._token = (token.access_token, self._clock.monotonic() + lifetime)
            return self._token[0]

    def _shaped(self, operation: str, answer: Answer, shape: type[M]) -> M:
        try:
            return shape.model_validate(answer.body)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            raise self._odd(operation, f"the answer has another shape: {first['msg']}", answer) from error

    @staticmethod
    def _odd(operation: str, message: str, answer: Answer) -> ProviderRefusedError:
        request_id = answer.headers.get("x-correlation-id")
        return ProviderRefusedError(
            Refusal(provider=PROVIDER, operation=operation, message=message, request_id=request_id)
        )


def _explain(body: dict[str, Any]) -> tuple[str | None, str]:
    """Read Cint's `{id, object, detail}` (429: `details`), its field errors, and the token host's OAuth errors."""
    text = body.get("detail") or body.get("details") or body.get("error_description") or ""
    fields = [
        f"{each.get('name')}: {each.get('reason')}"
        for each in body.get("invalid_params") or []
        if isinstance(each, dict)
    ]
    return body.get("object") or body.get("error"), "; ".join([str(text), *fields])
