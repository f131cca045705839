"""Frontend API: images that users give themselves and their organisations, and where all images are."""

from __future__ import annotations

from harness.messages import Reply
from harness.transaction import Transaction
from mocks.clerk import browsing, frontend
from mocks.clerk.pages import NOSNIFF
from mocks.clerk.resources import belonging, images, organizations, users, views

PROFILE = "org:sys_profile:manage"


@browsing.post("/v1/me/profile_image", id="updateProfileImage", tier="P1")
def update_profile_image(tx: Transaction) -> Reply:
    """Give the user an image."""
    me = browsing.me(tx)
    image = images.keep(tx)
    images.dress(me.user, image["url"])
    users.save(tx, me.user)
    return browsing.wrapped(tx, me.browser, images.shown(image))


@browsing.delete("/v1/me/profile_image", id="deleteProfileImage", tier="P1")
def delete_profile_image(tx: Transaction) -> Reply:
    """Take the image from the user."""
    me = browsing.me(tx)
    images.undress(me.user)
    users.save(tx, me.user)
    return browsing.wrapped(tx, me.browser, images.gone(me.user))


@browsing.operation("PUT", "/v1/organizations/{organization_id}/logo", id="updateOrganizationLogo", tier="P1")
def update_logo(tx: Transaction, organization_id: str) -> Reply:
    """Give an organisation a logo."""
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id, PROFILE)
    images.dress(organization, images.keep(tx)["url"])
    organizations.save(tx, organization)
    return browsing.wrapped(tx, me.browser, views.organization(tx, organization))


@browsing.delete("/v1/organizations/{organization_id}/logo", id="deleteOrganizationLogo", tier="P1")
def delete_logo(tx: Transaction, organization_id: str) -> Reply:
    """Take the logo from an organisation."""
    me = browsing.me(tx)
    organization = belonging.of_member(tx, me.user, organization_id, PROFILE)
    images.undress(organization)
    organizations.save(tx, organization)
    return browsing.wrapped(tx, me.browser, images.gone(organization))


@browsing.get("/v1/greenroom/images/{image_id}", id="getImage", tier="P1")
def retrieve_image(tx: Transaction, image_id: str) -> Reply:
    """Show an image: what `img.clerk.com` does for Clerk."""
    content, kind = images.content(tx, image_id)
    return Reply(content, 200, [("Cache-Control", "public, max-age=31536000")], content_type=kind)


@browsing.get(f"{frontend.PICTURES}/{{name}}", id="getPicture", tier="P1")
def retrieve_picture(tx: Transaction, name: str) -> Reply:
    """Show a picture in place of one that only Clerk has; under `img.clerk.com` every path leads here."""
    headers = [("Cache-Control", "public, max-age=86400"), NOSNIFF]
    return Reply(images.drawn(name), 200, headers, content_type="image/svg+xml")
