"""Clerk's people, organisations and memberships become ours, in whatever order the webhooks come."""

import itertools

import pytest

from integrations.errors import EventFailedError, NotConfiguredError, ProviderUnavailableError
from integrations.models import ClerkOrganisation, InboxStatus
from integrations.services import Services
from integrations.settings import load_settings
from tests.integrations.clerk_stub import clerk_error
from tests.integrations.layer import Layer
from tests.integrations.stubs import ENVIRONMENT, Json


def populate(layer: Layer) -> dict[str, Json]:
    """Ada has founded Acme; the data of the webhooks that say so."""
    user = layer.clerk.add_user()
    organisation = layer.clerk.add_organisation()
    layer.clerk.roles["org_acme", "user_ada"] = "org:admin"
    return {
        "user.created": user,
        "organization.created": organisation,
        "organizationMembership.created": layer.clerk.membership("org_acme", "user_ada"),
    }


def emails(layer: Layer, organisation_id: str = "org_acme") -> list[str]:
    return [user.email for user in layer.services.organisations.users(organisation_id)]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_founding_ends_the_same_in_any_order(layer: Layer, order: tuple[int, ...]) -> None:
    events = list(populate(layer).items())
    for index in order:
        assert layer.deliver_clerk(*events[index]) == "processed"
    organisation = layer.services.organisations.get("org_acme")
    assert (organisation.name, organisation.billing_email) == ("Acme", "ada@acme.test")
    (user,) = layer.services.organisations.users("org_acme")
    assert (user.email, user.name) == ("ada@acme.test", "Ada Lovett")
    assert layer.mail_keys() == ["signed_up:user_ada"]
    assert layer.mail("signed_up").subject == "Welcome, Ada Lovett"


def test_a_delivery_twice_has_one_effect(layer: Layer) -> None:
    user = populate(layer)["user.created"]
    assert layer.deliver_clerk("user.created", user, "msg_same") == "processed"
    assert layer.deliver_clerk("user.created", user, "msg_same") == "duplicate"
    assert layer.deliver_clerk("user.created", user, "msg_other") == "processed"
    assert len(layer.services.mail.list()) == 1


def test_the_primary_address_counts(layer: Layer) -> None:
    user = layer.clerk.add_user()
    second = user["email_addresses"][0] | {"id": "idn_2", "email_address": "ada@home.test"}
    user |= {"email_addresses": [*user["email_addresses"], second], "primary_email_address_id": "idn_2"}
    layer.deliver_clerk("user.created", user)
    person = layer.services.directory.person("user_ada")
    assert person is not None
    assert person.email == "ada@home.test"


def test_an_update_is_read_from_clerk_and_reaches_our_user(layer: Layer) -> None:
    for event, data in populate(layer).items():
        layer.deliver_clerk(event, data)
    stale = layer.clerk.users["user_ada"] | {"first_name": "Stale"}
    layer.clerk.add_user(email="ada@new.test", first="Adah", public_metadata={"role": "super_admin"})
    layer.deliver_clerk("user.updated", stale)
    (user,) = layer.services.organisations.users("org_acme")
    assert (user.email, user.name) == ("ada@new.test", "Adah Lovett")
    person = layer.services.directory.person("user_ada")
    assert person is not None
    assert person.platform_role == "super_admin"


def test_an_answer_that_was_overtaken_changes_nothing(layer: Layer) -> None:
    user = layer.clerk.add_user(first="Old")

    def overtake(_user_id: str) -> None:
        layer.clerk.after_read = None
        layer.clerk.add_user(first="New")
        layer.services.directory.refresh_person("user_ada")

    layer.clerk.after_read = overtake
    layer.deliver_clerk("user.updated", user)
    person = layer.services.directory.person("user_ada")
    assert person is not None
    assert person.name == "New Lovett"


def test_who_is_deleted_is_forgotten_and_stays_so(layer: Layer) -> None:
    founding = populate(layer)
    for event, data in founding.items():
        layer.deliver_clerk(event, data)
    del layer.clerk.users["user_ada"]
    layer.deliver_clerk("user.deleted", {"object": "user", "id": "user_ada", "deleted": True})
    layer.deliver_clerk("user.updated", founding["user.created"])
    assert emails(layer) == []
    person = layer.services.directory.person("user_ada")
    assert person is not None
    assert (person.deleted, person.email, person.name) == (True, None, None)
    mail = layer.mail("signed_up")
    assert (mail.recipient, mail.subject, mail.html, mail.text) == ("(erased)",) * 4
    for kept in layer.services.inbox.list():
        assert "ada@acme.test" not in kept.payload
        assert kept.status is InboxStatus.PROCESSED


def test_a_deletion_may_be_the_first_that_is_heard(layer: Layer) -> None:
    assert layer.deliver_clerk("user.deleted", {"id": "user_gone", "deleted": True}) == "processed"
    person = layer.services.directory.person("user_gone")
    assert person is not None
    assert person.deleted


def test_erasing_deletes_at_clerk_too(layer: Layer) -> None:
    for event, data in populate(layer).items():
        layer.deliver_clerk(event, data)
    layer.services.directory.erase("user_ada")
    layer.services.directory.erase("user_ada")
    assert layer.clerk.users == {}
    assert emails(layer) == []


def test_an_ended_membership_removes_our_user(layer: Layer) -> None:
    founding = populate(layer)
    for event, data in founding.items():
        layer.deliver_clerk(event, data)
    layer.clerk.roles.clear()
    layer.deliver_clerk("organizationMembership.deleted", founding["organizationMembership.created"])
    assert emails(layer) == []
    # A late event about the time before does not bring it back.
    layer.deliver_clerk("organizationMembership.created", founding["organizationMembership.created"])
    assert emails(layer) == []


def test_a_deleted_organisation_keeps_its_row_and_loses_its_people_and_name(layer: Layer) -> None:
    for event, data in populate(layer).items():
        layer.deliver_clerk(event, data)
    layer.clerk.organisations.clear()
    layer.deliver_clerk("organization.deleted", {"id": "org_acme", "slug": "acme", "deleted": True})
    assert layer.services.organisations.get("org_acme").name == "(erased)"
    assert emails(layer) == []
    with layer.services.database.transaction() as session:
        assert session.get_one(ClerkOrganisation, "org_acme").deleted
    assert layer.services.directory.organisation_of("org_acme") is None


def test_a_renamed_organisation_is_renamed_here(layer: Layer) -> None:
    layer.deliver_clerk("organization.created", populate(layer)["organization.created"])
    layer.deliver_clerk("organization.updated", layer.clerk.add_organisation(name="Acme Group"))
    assert layer.services.organisations.get("org_acme").name == "Acme Group"


def test_a_user_added_by_hand_is_the_member_of_the_same_address(layer: Layer) -> None:
    founding = populate(layer)
    layer.deliver_clerk("organization.created", founding["organization.created"])
    ours = layer.services.organisations.add_user("org_acme", email="ada@acme.test", name="Ada")
    layer.deliver_clerk("organizationMembership.created", founding["organizationMembership.created"])
    assert [user.id for user in layer.services.organisations.users("org_acme")] == [ours.id]


def test_clerk_being_down_makes_it_deliver_again(layer: Layer) -> None:
    user = populate(layer)["user.created"]
    layer.clerk.failures.extend([clerk_error(503, "internal_clerk_error")] * 4)
    with pytest.raises(EventFailedError):
        layer.deliver_clerk("user.created", user, "msg_again")
    assert layer.deliver_clerk("user.created", user, "msg_again") == "processed"


def test_a_dropped_connection_is_tried_again_and_then_told(layer: Layer) -> None:
    layer.clerk.add_user()
    layer.clerk.failures.extend([OSError()] * 2)
    assert layer.services.directory.refresh_person("user_ada")
    layer.clerk.failures.extend([OSError()] * 4)
    with pytest.raises(ProviderUnavailableError, match="clerk: retrieve user failed"):
        layer.services.directory.refresh_person("user_ada")


def test_other_events_are_kept_only(layer: Layer) -> None:
    assert layer.deliver_clerk("session.created", {"id": "sess_1"}) == "ignored"
    assert layer.clerk.calls == []


def test_without_clerk_its_services_say_what_is_missing() -> None:
    services = Services.build(load_settings(ENVIRONMENT))
    with pytest.raises(NotConfiguredError, match="clerk is not set up: set CLERK_WEBHOOK_SECRET"):
        services.clerk_webhooks.receive(b"{}", {})
    with pytest.raises(NotConfiguredError, match="CLERK_SECRET_KEY"):
        services.clerk.user("user_1")
    services.close()
