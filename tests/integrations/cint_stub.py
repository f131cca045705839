"""An invented Cint: one account, whose drafts become live and whose respondents are reported once."""

from dataclasses import dataclass, field
from uuid import UUID

from tests.integrations.stubs import Answer, Call, Json, Stub, json_answer

MANAGER = "77777777-7777-4777-8777-777777777777"


def cint_error(status: int, kind: str = "bad_request_error", detail: str = "invented") -> Answer:
    return json_answer({"id": "e", "object": kind, "detail": detail}, status)


def cint_event(event_id: str, event_type: str, **data: object) -> Json:
    return {
        "id": event_id,
        "specversion": "1.0",
        "source": "https://api.cint.com",
        "type": event_type,
        "time": "2026-11-01T12:00:00.000Z",
        "datacontenttype": "application/json",
        "data": data,
    }


@dataclass
class CintStub(Stub):
    """Cint. Writes with a key are done once; the job of a launch is `job_status` when it is read."""

    groups: dict[str, Json] = field(default_factory=dict)
    keys: dict[str, Answer] = field(default_factory=dict)
    respondents: dict[str, int] = field(default_factory=dict)
    job_status: str = "Completed"
    capacity: int = 100_000
    tokens: int = 0
    #: Answers that are lost after the work was done.
    lose: int = 0

    def send(self, number: int = 1) -> str:
        """Let a respondent enter a survey, and return their id."""
        rid = str(UUID(int=number))
        self.respondents[rid] = 1
        return rid

    def reply(self, call: Call) -> Answer:
        match call.path.removeprefix("/v1/").strip("/").split("/"):
            case ["oauth", "token"]:
                self.tokens += 1
                return json_answer({"access_token": f"token{self.tokens}", "expires_in": 86400})
            case ["fulfillment", "respondents", *rest]:
                assert call.headers["authorization"] == "55555555-5555-4555-8555-555555555555"
                return self._respondent(call, rest[0])
            case rest:
                if call.headers.get("authorization") != f"Bearer token{self.tokens}":
                    return cint_error(401, "authorization_error")
                assert call.headers["cint-api-version"] == "2025-02-17"
                return self._keyed(call, rest)

    def _respondent(self, call: Call, rid: str) -> Answer:
        if call.method == "GET":
            status = self.respondents.get(rid)
            return (
                cint_error(404, "not_found_error")
                if status is None
                else json_answer({"id": rid, "status": status})
            )
        rid = call.json["id"]
        if self.respondents.get(rid) != 1:
            return cint_error(422, "invalid_state_error")
        self.respondents[rid] = call.json["status"]
        if self.lose:
            self.lose -= 1
            raise OSError
        return json_answer(call.json)

    def _keyed(self, call: Call, rest: list[str]) -> Answer:
        key = call.headers.get("idempotency-key")
        if key is not None and key in self.keys:
            return self.keys[key]
        answer = self._demand(call, rest)
        if key is not None:
            self.keys[key] = answer
        if key is not None and self.lose:
            self.lose -= 1
            raise OSError
        return answer

    def _demand(self, call: Call, rest: list[str]) -> Answer:
        match call.method, rest:
            case "GET", ["accounts", "101", "users"]:
                return json_answer({"users": [{"id": MANAGER, "email": "pm@acme.test", "name": "P"}]})
            case "GET", ["accounts", "101", "users", _, "business-units"]:
                return json_answer({"business_unit_id": 9001})
            case "POST", ["demand", "accounts", "101", "projects"]:
                return json_answer({"id": f"PROJECT{next(self.numbers)}"}, 202)
            case "POST", ["demand", "accounts", "101", "projects", _, "target-groups"]:
                group_id = f"GROUP{next(self.numbers)}"
                self.groups[group_id] = {**call.json, "status": "draft"}
                return json_answer({"id": group_id}, 201)
            case "POST", [*_, "target-groups", "calculate-feasibility"]:
                assert isinstance(call.json["business_unit_id"], int)
                price = {"value": "2.50", "currency_code": "GBP", "currency_scale": 2}
                goal = {"min": 1, "max": min(call.json["filling_goal"], self.capacity)}
                return json_answer({"suggested_price": price, "suggested_filling_goal_range": goal})
            case "POST", [*_, group_id, "fielding-run-jobs", "launch-from-draft"]:
                if self.groups[group_id]["status"] != "draft":
                    return cint_error(422, "invalid_state_error")
                if self.job_status == "Completed":
                    self.groups[group_id]["status"] = "live"
                return 201, {"location": f"/v1/{'/'.join(rest)}/JOB{next(self.numbers)}"}, ""
            case "GET", [*_, "launch-from-draft", job_id]:
                job = {"job_id": job_id, "status": self.job_status, "created_fielding_run_id": "RUN1"}
                failure = {"code": "TargetGroupInvalidState", "description": "it is not ready"}
                return json_answer(job | ({"failure_reason": failure} if self.job_status == "Failed" else {}))
            case "GET", [*_, group_id, "overview"]:
                group = self.groups[group_id]
                progress = {
                    "current_completes": 7,
                    "current_prescreens": 9,
                    "filling_goal": group["filling_goal"],
                }
                cost = {"value": "17.50", "currency_code": "GBP", "currency_scale": 2}
                return json_answer({"status": group["status"], "progress": progress, "current_cost": cost})
            case "GET", [*_, "fielding-runs", "RUN1"]:
                status, headers, body = json_answer({"id": "RUN1", "status": "Live"})
                return status, {**headers, "ETag": 'W/"3"'}, body
            case "POST", [*_, group_id, "fielding-runs", "RUN1", "complete"]:
                assert call.headers["if-match"] == 'W/"3"'
                if self.groups[group_id]["status"] == "completed":
                    return cint_error(422, "invalid_state_error")
                self.groups[group_id]["status"] = "completed"
                return 204, {}, ""
        raise AssertionError(f"unexpected {call.method} {call.path}")
