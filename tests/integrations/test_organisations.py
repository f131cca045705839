"""Organisations and the people in them."""

import pytest

from integrations.errors import ConflictError, NotFoundError
from tests.integrations.layer import Layer


def test_a_user_belongs_to_an_organisation(layer: Layer) -> None:
    organisation = layer.services.organisations.create(name="Acme", billing_email="billing@acme.test")
    user = layer.services.organisations.add_user(organisation.id, email="a@acme.test", name="Ada")
    assert user.organisation_id == organisation.id
    assert layer.services.organisations.get(organisation.id).name == "Acme"
    assert layer.services.mail.list() == []


def test_the_same_address_joins_once(layer: Layer) -> None:
    organisations = layer.services.organisations
    organisation = organisations.create(name="Acme", billing_email="billing@acme.test")
    organisations.add_user(organisation.id, email="a@acme.test", name="Ada")
    with pytest.raises(ConflictError, match=r"a@acme\.test"):
        organisations.add_user(organisation.id, email="a@acme.test", name="Ada again")


def test_an_invited_user_gets_an_invitation(layer: Layer) -> None:
    organisations = layer.services.organisations
    organisation = organisations.create(name="Acme", billing_email="billing@acme.test")
    ada = organisations.add_user(organisation.id, email="ada@acme.test", name="Ada")
    organisations.add_user(organisation.id, email="ben@acme.test", name="Ben", invited_by=ada.id)
    (mail,) = layer.services.mail.list()
    assert (mail.template, mail.recipient) == ("invitation", "ben@acme.test")
    assert mail.subject == "Ada invites you to join Acme"


def test_nobody_is_invited_by_a_stranger(layer: Layer) -> None:
    organisations = layer.services.organisations
    acme = organisations.create(name="Acme", billing_email="billing@acme.test")
    other = organisations.create(name="Other", billing_email="billing@other.test")
    stranger = organisations.add_user(other.id, email="eve@other.test", name="Eve")
    with pytest.raises(NotFoundError):
        organisations.add_user(acme.id, email="ben@acme.test", name="Ben", invited_by=stranger.id)
    assert layer.resend.calls == []


def test_an_unknown_organisation_is_said_so(layer: Layer) -> None:
    with pytest.raises(NotFoundError, match="organisation 'nope'"):
        layer.services.organisations.add_user("nope", email="a@acme.test", name="Ada")
    with pytest.raises(NotFoundError, match="organisation 'nope'"):
        layer.services.customers.ensure("nope")
