"""Invitations to organisations: made and taken back at Clerk, and mirrored whatever way they change."""

import httpx
import pytest

from integrations.errors import ConflictError, NotFoundError
from tests.integrations.clerk_stub import clerk_error, session_token
from tests.integrations.layer import Layer


@pytest.fixture
def acme(layer: Layer) -> str:
    """Ada has founded Acme, and the mirror knows."""
    layer.clerk.add_user()
    layer.clerk.add_organisation()
    layer.clerk.roles["org_acme", "user_ada"] = "org:admin"
    layer.services.directory.refresh_membership("org_acme", "user_ada")
    return "org_acme"


def statuses(layer: Layer, organisation: str) -> list[tuple[str, str]]:
    return [(each.email, each.status) for each in layer.services.invitations.list(organisation)]


def test_an_invitation_is_made_at_clerk_and_kept_here(layer: Layer, acme: str) -> None:
    made = layer.services.invitations.invite(
        acme, email="bob@acme.test", role="org:member", invited_by="user_ada"
    )
    assert (made.status, made.role, made.invited_by) == ("pending", "org:member", "user_ada")
    assert (made.expires_at or made.created_at) > made.created_at
    (asked,) = [call.json for call in layer.clerk.calls if call.method == "POST"]
    assert asked["redirect_url"] == f"{layer.settings.app_url}/sign-up"
    with pytest.raises(ConflictError, match="invited already"):
        layer.services.invitations.invite(acme, email="bob@acme.test", role="org:member")
    assert statuses(layer, acme) == [("bob@acme.test", "pending")]


def test_an_invitation_is_taken_back_once(layer: Layer, acme: str) -> None:
    made = layer.services.invitations.invite(acme, email="bob@acme.test", role="org:admin")
    revoked = layer.services.invitations.revoke(acme, made.clerk_id, revoked_by="user_ada")
    assert revoked.status == "revoked"
    with pytest.raises(ConflictError, match="pending no more"):
        layer.services.invitations.revoke(acme, made.clerk_id)
    with pytest.raises(NotFoundError):
        layer.services.invitations.revoke(acme, "orginv_nobody")


def test_who_accepts_is_told_by_the_webhook(layer: Layer, acme: str) -> None:
    invited = layer.clerk.invite()
    assert layer.deliver_clerk("organizationInvitation.created", invited) == "processed"
    assert statuses(layer, acme) == [("bob@acme.test", "pending")]
    accepted = invited | {"status": "accepted", "url": None}
    layer.clerk.invitations[invited["id"]] = accepted
    assert layer.deliver_clerk("organizationInvitation.accepted", accepted | {"user_id": "user_bob"}) == (
        "processed"
    )
    # A delivery that was late changes nothing: the invitation is read again.
    assert layer.deliver_clerk("organizationInvitation.created", invited) == "processed"
    assert statuses(layer, acme) == [("bob@acme.test", "accepted")]
    assert layer.services.invitations.list(acme, "pending") == []


def test_an_invitation_that_clerk_has_no_more_is_gone_here(layer: Layer, acme: str) -> None:
    invited = layer.clerk.invite()
    layer.deliver_clerk("organizationInvitation.created", invited)
    del layer.clerk.invitations[invited["id"]]
    layer.deliver_clerk("organizationInvitation.revoked", invited)
    assert statuses(layer, acme) == []


def test_who_is_deleted_is_not_invited_any_more(layer: Layer, acme: str) -> None:
    layer.clerk.add_user("user_bob", "bob@acme.test")
    layer.services.directory.refresh_person("user_bob")
    layer.services.invitations.invite(acme, email="bob@acme.test", role="org:member")
    layer.services.directory.erase("user_bob")
    assert statuses(layer, acme) == []


def test_only_organisations_of_clerks_invite(layer: Layer) -> None:
    made = layer.services.organisations.create(name="By hand", billing_email="b@hand.test")
    with pytest.raises(ConflictError, match="not one of Clerk's"):
        layer.services.invitations.invite(made.id, email="bob@acme.test", role="org:member")
    with pytest.raises(NotFoundError):
        layer.services.invitations.list("org_nobody")


async def test_administrators_of_an_organisation_invite_by_http(
    client: httpx.AsyncClient, layer: Layer, acme: str
) -> None:
    headers = {"authorization": f"Bearer {session_token(o={'id': acme, 'rol': 'admin'})}"}
    path = f"/organisations/{acme}/invitations"
    made = await client.post(path, json={"email": "bob@acme.test"}, headers=headers)
    assert (made.status_code, made.json()["invited_by"]) == (201, "user_ada")
    listed = (await client.get(path, headers=headers)).json()
    assert [each["email"] for each in listed] == ["bob@acme.test"]
    gone = await client.delete(f"{path}/{made.json()['clerk_id']}", headers=headers)
    assert (gone.status_code, gone.json()["status"]) == (200, "revoked")
    assert (await client.get(path, params={"status": "pending"}, headers=headers)).json() == []
    wrong = await client.post(path, json={"email": "b@acme.test", "role": "boss"}, headers=headers)
    assert wrong.status_code == 422


async def test_members_invite_nobody(client: httpx.AsyncClient, layer: Layer, acme: str) -> None:
    layer.clerk.add_user("user_bob", "bob@acme.test")
    layer.clerk.roles[acme, "user_bob"] = "org:member"
    token = session_token(sub="user_bob", o={"id": acme, "rol": "member"})
    headers = {"authorization": f"Bearer {token}"}
    path = f"/organisations/{acme}/invitations"
    answer = await client.post(path, json={"email": "c@acme.test"}, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:problem:forbidden")
    assert (await client.get(path, headers=headers)).status_code == 200
    assert (await client.delete(f"{path}/orginv_1", headers=headers)).status_code == 403


async def test_a_refusal_of_clerks_is_passed_on(client: httpx.AsyncClient, layer: Layer, acme: str) -> None:
    layer.clerk.failures.append(clerk_error(403, "organization_membership_quota_exceeded"))
    answer = await client.post(f"/organisations/{acme}/invitations", json={"email": "c@acme.test"})
    assert (answer.status_code, answer.json()["code"]) == (502, "organization_membership_quota_exceeded")
