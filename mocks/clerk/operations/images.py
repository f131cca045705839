"""Images of users, organisations and OAuth applications, which come in parts."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import errors
from mocks.clerk.provider import clerk
from mocks.clerk.resources import images, oauth_applications, organizations, users
from mocks.clerk.resources.oauth_applications import APPLICATIONS
from mocks.clerk.resources.users import USERS


@clerk.post("/v1/users/{user_id}/profile_image", id="SetUserProfileImage", tier="P1")
def set_profile_image(tx: Transaction, user_id: str) -> Json:
    """Give a user an image."""
    user = users.find(tx, user_id)
    images.dress(user, images.keep(tx)["url"])
    users.save(tx, user)
    return users.shown(tx, user)


@clerk.delete("/v1/users/{user_id}/profile_image", id="DeleteUserProfileImage", tier="P1")
def delete_profile_image(tx: Transaction, user_id: str) -> Json:
    """Take the image from a user."""
    user = users.find(tx, user_id)
    images.undress(user)
    users.save(tx, user)
    return users.shown(tx, user)


@clerk.put("/v1/organizations/{organization_id}/logo", id="UploadOrganizationLogo", tier="P1")
def upload_logo(tx: Transaction, organization_id: str) -> Json:
    """Give an organisation a logo."""
    organization = organizations.find(tx, organization_id)
    image = images.keep(tx)
    _check_uploader(tx)
    images.dress(organization, image["url"])
    organizations.save(tx, organization)
    return organizations.shown(tx, organization, count=True)


@clerk.delete("/v1/organizations/{organization_id}/logo", id="DeleteOrganizationLogo", tier="P1")
def delete_logo(tx: Transaction, organization_id: str) -> Json:
    """Take the logo from an organisation."""
    organization = organizations.find(tx, organization_id)
    images.undress(organization)
    organizations.save(tx, organization)
    return organizations.shown(tx, organization, count=True)


@clerk.put("/v1/oauth_applications/{oauth_application_id}/logo", id="UploadOAuthApplicationLogo", tier="P1")
def upload_application_logo(tx: Transaction, oauth_application_id: str) -> Json:
    """Give an OAuth application a logo."""
    application = oauth_applications.find(tx, oauth_application_id)
    image = images.keep(tx)
    _check_uploader(tx)
    application["client_image_url"] = image["url"]
    tx.save(APPLICATIONS, application)
    return oauth_applications.shown(application)


def _check_uploader(tx: Transaction) -> None:
    uploader = images.uploader(tx)
    if uploader and tx.get(USERS, uploader) is None:
        raise errors.missing_resource("uploader_user_id")
