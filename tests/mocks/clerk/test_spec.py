"""Every answer and every event against Clerk's own documents, complete to the last field."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mocks.clerk.provider import EVENTS, clerk
from tests import needs
from tests.mocks.clerk.every_operation import answers
from tests.mocks.clerk.published import METHODS, MISPRINTED, Published, published, read
from tests.mocks.clerk.room import Room, backend_operations

Json = Any

ABSENT = {
    "organization_memberships": "only where a user is shown with them, in the Frontend API",
    "members_count": "only when it is asked for, or the organisation is shown by itself",
    "pending_invitations_count": "as members_count",
    "missing_member_with_elevated_permissions": "only when it is asked for",
    "created_by": "only where somebody made it",
    "revoked": "only of invitations that are",
    "url": "only of invitations that are pending",
    "slug": "only of organisations that were deleted",
    "external_id": "only of users who had one",
    "public_organization_data": "only in lists of all organisations' domains",
    "logo_url": "deprecated in favour of image_url",
    "id_token": "only of providers that give one",
    "token_secret": "only of OAuth 1.0",
    "external_account": "deprecated",
    "invitation_id": "an entry of the allowlist has one only where it sent an invitation",
}
"""What answers may lack of their schemas, and why."""

OTHERS = {"getHealth": "is in the document of the Frontend API"}
"""Operations that are served and not in the document of the Backend API."""


@pytest.fixture
async def strict(tmp_path: Path, specs: Path) -> AsyncIterator[Room]:
    room = Room.open(tmp_path, published(specs))
    yield room
    await room.close()


async def test_every_operation_that_is_served_answers_as_documented_and_completely(strict: Room) -> None:
    answered = await answers(strict)
    assert set(answered) == backend_operations() - {"GetClientList"}
    documents = strict.published
    assert documents is not None
    for id, answer in answered.items():
        schema = None if id in OTHERS else documents.answer(id, clerk.operations[id].status)
        if schema is None:
            continue
        shown = set(answer[0] if isinstance(answer, list) else answer)
        missing = documents.properties(schema) - shown - set(ABSENT)
        assert not missing, (id, missing)


async def test_operations_have_the_documented_ids_paths_methods_and_statuses(
    documents: Published | None,
) -> None:
    needs.require("specs", available=documents is not None, reason=needs.missing_specs() or "")
    assert documents is not None
    for id in backend_operations():
        operation = clerk.operations[id]
        if id not in OTHERS:
            path, method, described = documents.operations[id]
            assert (operation.path, operation.method) == (path, method)
            if id not in ("GetClientList", *MISPRINTED):
                assert str(operation.status) in described["responses"]


MORE = {"verifyM2MToken": {"secret"}}
"""Parameters that one of Clerk's SDKs sends and the document does not have."""


def test_parameters_are_those_of_the_document(documents: Published | None) -> None:
    needs.require("specs", available=documents is not None, reason=needs.missing_specs() or "")
    assert documents is not None
    older = {"public_metadata", "private_metadata", "unsafe_metadata"}
    for id in backend_operations():
        operation = clerk.operations[id]
        known = set(operation.params.model_fields) if operation.params else set()
        if id in OTHERS or "items" in known:
            continue
        wanted = _documented(documents, id)
        extra = older if id in ("UpdateUser", "UpdateOrganization") else MORE.get(id, set())
        assert wanted <= known | ({"paginated"} if operation.params is None else set()), id
        unknown = known - wanted - extra - {"limit", "offset"}
        assert not unknown or operation.method == "GET", (id, unknown)


def _documented(documents: Published, id: str) -> set[str]:
    described = documents.operations[id][2]
    shared = documents.api["components"]["parameters"]
    parameters = [
        shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        for each in described.get("parameters", [])
    ]
    queries = {each["name"] for each in parameters if each["in"] == "query"}
    content = described.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    return (queries if id != "GetClientList" else set()) | set(schema.get("properties", ()))


async def test_the_health_of_the_frontend_api_is_as_its_document_says(strict: Room, specs: Path) -> None:
    paths = read(specs, "clerk.fapi.yaml")["paths"]
    assert set(paths["/v1/health"]) & set(METHODS) == {"get"}
    assert await strict.ok("GET", "/health") == {"status": "healthy"}


async def test_every_event_that_is_announced_is_as_documented(strict: Room) -> None:
    for event in clerk.triggers:
        if event in EVENTS:
            strict.trigger(event)
    await answers(strict)
    assert set(strict.announced()) == set(clerk.triggers) & set(EVENTS)


def test_the_event_types_are_those_of_the_document(documents: Published | None) -> None:
    needs.require("specs", available=documents is not None, reason=needs.missing_specs() or "")
    assert documents is not None
    assert set(EVENTS) == set(documents.events)
