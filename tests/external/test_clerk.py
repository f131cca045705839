"""Clerk: people, organisations and sessions, through its own SDK and its own webhooks."""

import pytest

from integrations.errors import ConflictError, NotFoundError, SessionInvalidError
from tests.external.outside import Outside


@pytest.fixture
def clerk(outside: Outside) -> Outside:
    outside.demand("clerk", "clerk_secret_key", "clerk_webhook_secret")
    return outside


def sign_up(outside: Outside, email: str, role: str | None = None) -> str:
    """Make a user by Clerk's SDK and return their id."""
    client = outside.services.clerk._client()
    user = client.users.create(
        email_address=[email],
        first_name="Ada",
        last_name="Lovett",
        skip_password_requirement=True,
        public_metadata={} if role is None else {"role": role},
    )
    return user.id


def found(outside: Outside, name: str, creator: str) -> str:
    """Make an organisation by Clerk's SDK and return its id."""
    client = outside.services.clerk._client()
    return client.organizations.create(request={"name": name, "created_by": creator}).id


def test_a_founding_is_mirrored_by_reading(clerk: Outside) -> None:
    user_id = sign_up(clerk, "ada+clerk_test@northwind.test")
    organisation_id = found(clerk, "Northwind", user_id)
    directory = clerk.services.directory
    try:
        assert directory.refresh_membership(organisation_id, user_id)
        assert clerk.services.organisations.get(organisation_id).name == "Northwind"
        (user,) = clerk.services.organisations.users(organisation_id)
        assert (user.email, user.name) == ("ada+clerk_test@northwind.test", "Ada Lovett")
    finally:
        directory.erase(user_id)
    person = directory.person(user_id)
    assert person is not None
    assert person.deleted
    assert clerk.services.organisations.users(organisation_id) == []
    clerk.services.clerk._client().organizations.delete(organization_id=organisation_id)
    assert not directory.refresh_organisation(organisation_id)


def test_webhooks_bring_user_organisation_and_welcome(clerk: Outside) -> None:
    clerk.listen("clerk")
    user_id = sign_up(clerk, "ada@northwind.test", role="super_admin")
    organisation_id = found(clerk, "Northwind", user_id)
    clerk.settle()
    assert {status for _, status in clerk.inbox("clerk")} == {"processed"}
    assert [user.email for user in clerk.services.organisations.users(organisation_id)] == [
        "ada@northwind.test"
    ]
    person = clerk.services.directory.person(user_id)
    assert person is not None
    assert person.platform_role == "super_admin"
    (mail,) = clerk.services.mail.list(recipient="ada@northwind.test")
    assert (mail.template, mail.status.value) == ("signed_up", "accepted")
    clerk.services.clerk._client().users.delete(user_id=user_id)
    clerk.settle()
    assert clerk.services.organisations.users(organisation_id) == []
    assert clerk.services.mail.list(recipient="ada@northwind.test") == []


def test_a_session_token_opens_the_own_organisation(clerk: Outside) -> None:
    user_id = sign_up(clerk, "ada+clerk_test@northwind.test")
    organisation_id = found(clerk, "Northwind", user_id)
    client = clerk.services.clerk._client()
    session = client.sessions.create(request={"user_id": user_id, "active_organization_id": organisation_id})
    token = client.sessions.create_token(session_id=session.id).jwt
    assert token
    headers = {"authorization": f"Bearer {token}"}
    me = clerk.app.http.get("/me", headers=headers).json()
    assert me["user_id"] == user_id
    answer = clerk.app.http.get("/organisations/nobody", headers=headers)
    assert answer.status_code == 403
    with pytest.raises(SessionInvalidError):
        clerk.services.sessions.authenticate({"authorization": f"Bearer {token[:-8]}AAAAAAAA"})
    clerk.services.directory.erase(user_id)
    client.organizations.delete(organization_id=organisation_id)


def test_an_invitation_is_followed_to_its_end(clerk: Outside) -> None:
    clerk.listen("clerk")
    user_id = sign_up(clerk, "ada+clerk_test@northwind.test")
    organisation_id = found(clerk, "Northwind", user_id)
    invitations = clerk.services.invitations
    assert clerk.services.directory.refresh_membership(organisation_id, user_id)
    guest = {"email": "guest@northwind.test", "role": "org:member"}
    made = invitations.invite(organisation_id, invited_by=user_id, **guest)
    with pytest.raises(ConflictError):
        invitations.invite(organisation_id, **guest)
    clerk.services.clerk._client().organization_invitations.revoke(
        organization_id=organisation_id, invitation_id=made.clerk_id, requesting_user_id=user_id
    )
    clerk.settle()
    assert [each.status for each in invitations.list(organisation_id)] == ["revoked"]
    with pytest.raises(ConflictError):
        invitations.revoke(organisation_id, made.clerk_id)
    clerk.services.directory.erase(user_id)
    clerk.services.clerk._client().organizations.delete(organization_id=organisation_id)


@pytest.mark.filterwarnings("ignore:.*DEPRECATED:DeprecationWarning")
def test_a_mirror_is_filled_from_what_is_there(clerk: Outside) -> None:
    user_id = sign_up(clerk, "ada+clerk_test@northwind.test")
    organisation_id = found(clerk, "Northwind", user_id)
    report = clerk.services.comparison.run(repair=True)
    assert {"person", "organisation", "membership"} <= {each.kind.value for each in report.differences}
    assert report.left == []
    (user,) = clerk.services.organisations.users(organisation_id)
    assert user.email == "ada+clerk_test@northwind.test"
    assert clerk.services.comparison.run().differences == []
    clerk.services.directory.erase(user_id)
    clerk.services.clerk._client().organizations.delete(organization_id=organisation_id)


def test_what_clerk_does_not_know_is_nothing(clerk: Outside) -> None:
    assert not clerk.services.directory.refresh_person("user_2nobody000000000000000000")
    assert not clerk.services.directory.refresh_organisation("org_2nobody0000000000000000000")
    with pytest.raises(NotFoundError):
        clerk.services.organisations.get("org_2nobody0000000000000000000")
