"""Topics."""

from __future__ import annotations

from typing import Literal

from harness.params import Json
from harness.transaction import Transaction
from mocks.resend.dialect import find, listed
from mocks.resend.parameters import Body, Listing
from mocks.resend.provider import resend
from mocks.resend.resources import topics
from mocks.resend.resources.topics import TOPICS


class TopicChanges(Body):
    """What can be changed of a topic."""

    name: str | None = None
    description: str | None = None
    visibility: Literal["public", "private"] | None = None


class NewTopic(TopicChanges):
    """The body of `POST /topics`."""

    name: str
    default_subscription: Literal["opt_in", "opt_out"]
    visibility: Literal["public", "private"] | None = None


@resend.post("/topics", id="topics/create", tier="P1", status=201)
def create_topic(tx: Transaction, params: NewTopic) -> Json:
    """Add a topic."""
    wanted = params.model_dump()
    topic = topics.create(tx, wanted | {"visibility": wanted["visibility"] or "private"})
    return {"object": "topic", "id": topic["id"]}


@resend.get("/topics", id="topics/list", tier="P1")
def list_topics(tx: Transaction, params: Listing) -> Json:
    """List topics, newest first."""
    return listed(tx, TOPICS, params, topics.shown)


@resend.get("/topics/{id}", id="topics/get", tier="P1")
def retrieve_topic(tx: Transaction, id: str) -> Json:
    """Retrieve a topic."""
    return {"object": "topic", **topics.shown(find(tx, TOPICS, id, "Topic"))}


@resend.patch("/topics/{id}", id="topics/update", tier="P1")
def update_topic(tx: Transaction, params: TopicChanges, id: str) -> Json:
    """Change a topic."""
    topic = find(tx, TOPICS, id, "Topic")
    topics.update(tx, topic, params.model_dump(exclude_none=True))
    return {"object": "topic", "id": topic["id"]}


@resend.delete("/topics/{id}", id="topics/remove", tier="P1")
def remove_topic(tx: Transaction, id: str) -> Json:
    """Delete a topic."""
    topic = find(tx, TOPICS, id, "Topic")
    tx.delete(TOPICS, topic["id"])
    return {"object": "topic", "id": topic["id"], "deleted": True}
