"""There is no official SDK: the calls that a platform makes, from Node as it makes them, and typed from Python."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from tests.harness.serving import Receiver, Served
from tests.mocks.insightiq.room import INSTAGRAM, LARGEST_FIRST

HERE = Path(__file__).parent
World = dict[str, Any]


class Found(BaseModel):
    """What a consumer reads of a search result."""

    platform_username: str
    follower_count: int
    engagement_rate: float
    is_verified: bool
    url: str
    image_url: str


class Job(BaseModel):
    """What a consumer reads of a job."""

    id: str
    status: str
    profile: dict[str, Any] | None = None


class Client:
    """A consumer's typed client."""

    def __init__(self, env: dict[str, str]) -> None:
        auth = (env["INSIGHTIQ_CLIENT_ID"], env["INSIGHTIQ_SECRET"])
        self.http = httpx.Client(base_url=env["INSIGHTIQ_SANDBOX_URL"], auth=auth)

    def search(self, **filters: Any) -> list[Found]:
        body = {"work_platform_id": INSTAGRAM, "sort_by": LARGEST_FIRST, **filters}
        answer = self.http.post("/v1/social/creators/profiles/search", json=body).raise_for_status()
        return [Found.model_validate(each) for each in answer.json()["data"]]

    def analyse(self, handle: str) -> Job:
        body = {"identifier": handle, "work_platform_id": INSTAGRAM}
        path = "/v1/social/creators/async/profiles/analytics"
        return Job.model_validate(self.http.post(path, json=body).raise_for_status().json())

    def job(self, id: str) -> Job:
        answer = self.http.get(f"/v1/social/creators/async/profiles/analytics/{id}").raise_for_status()
        return Job.model_validate(answer.json())


@pytest.mark.parametrize("label", ["", "/~sandbox"])
def test_a_platform_makes_its_calls(
    server: Served, fresh_world: World, node: Callable[..., Any], label: str
) -> None:
    env = {**fresh_world["env"], "GREENROOM_URL": server.url, "WORLD": fresh_world["id"]}
    env["INSIGHTIQ_PROD_URL"] += f"{label}/#production"
    assert node(HERE / "platform.mjs", env) == {
        "health": 1,
        "waited": 2,
        "profile": "404",
        "audience": "404",
        "user": ["user_1", "string", True],
        "found": [6, True],
        "fields": True,
        "same": ["IN_PROGRESS", "IN_PROGRESS", False, "SUCCESS", "the handle"],
        "nobody": ["IN_PROGRESS", "IN_PROGRESS", False, "FAILURE", None],
        "term": "400",
        "screening": "400",
        "overlap": ["IN_PROGRESS", 2],
        "emails": ["IN_PROGRESS", ["nobody@else.test"]],
        "ids": True,
    }


def test_a_typed_client_finds_and_analyses(server: Served, fresh_world: World) -> None:
    client = Client(fresh_world["env"])
    found = client.search(limit=3)
    job = client.analyse(found[1].platform_username)
    assert client.job(job.id).profile is None
    server.control("POST", f"/worlds/{fresh_world['id']}/clock/advance", {"seconds": 1})
    done = client.job(job.id)
    assert done.profile is not None
    assert Found.model_validate(done.profile) == found[1]
    client.http.close()


def test_under_a_real_clock_a_job_ends_by_itself(server: Served, receiver: Receiver) -> None:
    world = server.create_world(clock={"mode": "real"})
    endpoint = {"provider": "insightiq", "url": receiver.url, "events": ["PROFILE_ANALYTICS.SUCCESS"]}
    server.control("POST", f"/worlds/{world['id']}/endpoints", endpoint)
    client = Client(world["env"])
    job = client.analyse(client.search(limit=1)[0].platform_username)
    (received,) = receiver.wait_for(1)
    assert json.loads(received.body)["data"] == {"job_id": job.id.replace("-", "")}
    assert client.job(job.id).status == "SUCCESS"
    client.http.close()
