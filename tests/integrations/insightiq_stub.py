"""An invented InsightIQ: creators whose jobs end when a test says so, users and connected accounts."""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.integrations.stubs import OPTIONAL, Answer, Call, Json, Stub, json_answer

STAMP = "2026-11-01T12:00:00.000000"


def insightiq_error(status: int, code: str, **headers: str) -> Answer:
    error = {"type": "ERROR", "error_code": code, "code": code, "message": f"invented {code}"}
    body = {"error": error | {"http_status_code": status, "request_id": "r"}}
    return json_answer(body, status, **{"request-id": "request-1", **headers})


def profile(handle: str, **changes: Any) -> Json:
    """A report about a creator that looks harmless."""
    return {
        "platform_username": handle,
        "full_name": "Mira Quill",
        "url": f"https://instagram.test/{handle}",
        "image_url": "https://cdn.test/mira.jpg",
        "is_verified": True,
        "follower_count": 60_000,
        "engagement_rate": 0.02,
        "reputation_history": [
            {"month": "2026-10", "follower_count": 60_000},
            {"month": "2026-09", "follower_count": 59_000},
        ],
        "audience": {
            "credibility_score": 0.92,
            "follower_types": [
                {"name": "REAL", "value": 91},
                {"name": "SUSPICIOUS", "value": 5},
                {"name": "MASS_FOLLOWERS", "value": 3},
                {"name": "INFLUENCERS", "value": 1},
            ],
        },
    } | changes


@dataclass
class InsightiqStub(Stub):
    """InsightIQ. A job stays IN_PROGRESS until `results` has what it found; `polls` lets it end by itself."""

    results: dict[str, Json] = field(default_factory=dict)
    jobs: dict[str, str] = field(default_factory=dict)
    users: dict[str, Json] = field(default_factory=dict)
    accounts: dict[str, Json] = field(default_factory=dict)
    profiles: dict[str, Json] = field(default_factory=dict)
    criteria: list[Json] = field(default_factory=list)
    #: What a job finds by itself, and after how many polls.
    finds: dict[str, Json] = field(default_factory=dict)
    polls: int = 0

    def new_id(self) -> str:
        return str(UUID(int=next(self.numbers)))

    def reply(self, call: Call) -> Answer:
        match call.method, call.path.removeprefix("/v1/").split("/"):
            case "POST", ["social", "creators", "profiles", "search"]:
                hit = {
                    name: value
                    for name, value in profile("mira").items()
                    if not isinstance(value, dict | list)
                }
                return json_answer({"data": [hit], "metadata": {"offset": 0, "limit": 20}})
            case "POST", ["social", "creators", "async", "profiles", "analytics"]:
                return self._job("analytics")
            case "POST", ["safety", "social-profile-screening"]:
                return self._job("screening")
            case "GET", ["social", "creators", "async", "profiles", "analytics", job_id]:
                return self._result(job_id)
            case "GET", ["safety", "social-profile-screening", job_id]:
                return self._result(job_id)
            case "GET", ["safety", "flagging-criteria"]:
                return json_answer({"data": self.criteria})
            case "POST", ["safety", "flagging-criteria"]:
                self.criteria.append({"id": self.new_id(), **call.json})
                return json_answer(self.criteria[-1], 201)
            case "POST", ["users"]:
                if call.json["external_id"] in self.users:
                    return insightiq_error(400, "user_exists_with_external_id")
                self.users[call.json["external_id"]] = {"id": self.new_id(), "status": "ACTIVE", **call.json}
                return json_answer(self.users[call.json["external_id"]], 201)
            case "GET", ["users", "external_id", external_id]:
                return json_answer(self.users[external_id])
            case "POST", ["sdk-tokens"]:
                return json_answer({"sdk_token": f"token-{call.json['user_id']}", "expires_at": STAMP}, 201)
            case "GET", ["accounts"]:
                theirs = [
                    each for each in self.accounts.values() if each["user"]["id"] == call.query["user_id"]
                ]
                return json_answer({"data": theirs})
            case "POST", ["accounts", account_id, "disconnect"]:
                self.accounts[account_id]["status"] = "NOT_CONNECTED"
                return json_answer(self.accounts[account_id])
            case "GET", ["accounts", account_id]:
                found = self.accounts.get(account_id)
                return json_answer(found) if found else insightiq_error(404, "incorrect_account_id")
            case "GET", ["profiles"]:
                found = self.profiles.get(call.query["account_id"])
                return json_answer({"data": [found] if found else []})
        raise AssertionError(f"unexpected {call.method} {call.path}")

    def _job(self, kind: str) -> Answer:
        job_id = self.new_id()
        self.jobs[job_id] = kind
        return json_answer({"id": job_id, "status": "IN_PROGRESS"}, 202)

    def _result(self, job_id: str) -> Answer:
        kind = self.jobs[job_id]
        asked = sum(job_id in call.path for call in self.calls if call.method == "GET")
        if job_id not in self.results and kind in self.finds and asked > self.polls:
            self.results[job_id] = self.finds[kind]
        found = self.results.get(job_id, {"status": "IN_PROGRESS"})
        return json_answer({"id": job_id, "status": "SUCCESS"} | found)


def screening(rating: str = "LOW", flagged: int = 0) -> Json:
    return {
        "report_summary": {"risk_rating": rating, "total_content_count": 50, "flagged_content_count": flagged}
    }


def insightiq_event(event_id: str, event: str, **data: Any) -> Json:
    """Build an event; its ids come without dashes."""
    plain = {name: value.replace("-", "") for name, value in data.items()}
    return {"event": event, "name": "invented", "id": event_id, "data": plain | {"last_updated_time": STAMP}}


def sign_digest(body: str, secret: str = OPTIONAL["INSIGHTIQ_SECRET"]) -> str:
    return hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
