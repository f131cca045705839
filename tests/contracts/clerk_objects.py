"""Clerk's things as the layer's contract with it tells of them."""

from typing import Any

from pact import match

from tests.contracts.pacts import Contract, Json, word
from tests.integrations import clerk_stub

CLERK = Contract("clerk", "CLERK_API_URL")
AUTHORIZATION = {"Authorization": word("Bearer sk_test_invented", r"Bearer sk_test_\w+")}
USER, ORGANISATION = word("user_Made1", r"user_\w+"), word("org_Made1", r"org_\w+")
ADDRESS = word("idn_Made1", r"idn_\w+")
OF_USER, OF_ORGANISATION = "${clerk_person_northwind_1}", "${clerk_organisation_northwind}"
TEXT = match.str("Ada")


def whole(example: Json, **read: Any) -> Json:
    """Return all that the SDK demands, of the types that it demands, with what the layer reads as told."""
    return {name: _typed(value) for name, value in example.items()} | read


def _typed(value: Any) -> Any:
    if value is None or value == []:
        return value
    return (
        {name: _typed(each) for name, each in value.items()} if isinstance(value, dict) else match.type(value)
    )


def user() -> Json:
    """Return a user as the API does."""
    example = clerk_stub.person("user_Made1", "ada@northwind.test")
    (address,) = example.pop("email_addresses")
    verified: Json = {"object": "verification_admin", "status": "verified", "strategy": "admin"}
    verified |= dict.fromkeys(["attempts", "expire_at"])
    email = {"id": ADDRESS, "email_address": word("ada@northwind.test", r"\S+@\S+"), "verification": verified}
    read = {
        "id": USER,
        "first_name": TEXT,
        "last_name": TEXT,
        "public_metadata": {"role": match.str("admin")},
        "primary_email_address_id": ADDRESS,
        "email_addresses": [whole(address, **email)],
        "banned": False,
        "verification_attempts_remaining": match.int(100),
    }
    return whole(example, **read)


def missing(kind: str = "resource_not_found") -> Json:
    """Return what is read of an error."""
    return {"errors": [{"code": kind, "message": match.str("No."), "long_message": match.str("No.")}]}


def organisation() -> Json:
    """Return an organisation as the API does."""
    example = clerk_stub.clerk_organisation("org_Made1", "Northwind Coffee")
    read = {"id": ORGANISATION, "name": "Northwind Coffee", "slug": "northwind-coffee", "created_by": USER}
    return whole(example, **read)


def another_organisation() -> Json:
    """Return any organisation as the API does."""
    return {
        **organisation(),
        "name": match.str("Northwind Coffee"),
        "slug": word("northwind-coffee", r"[a-z0-9-]+"),
    }


MEMBERSHIPS: Json = {
    "total_count": 1,
    "data": [
        {
            "object": "organization_membership",
            "id": word("orgmem_Made1", r"orgmem_\w+"),
            "role": "org:admin",
            "permissions": match.type([]),
            "public_metadata": match.type({}),
            "organization": organisation(),
            "public_user_data": {
                "user_id": USER,
                "first_name": TEXT,
                "last_name": TEXT,
                "has_image": match.bool(False),
                "identifier": word("ada@northwind.test", r"\S+@\S+"),
                "image_url": match.str("https://img.clerk.com/1"),
                "profile_image_url": match.str("https://img.clerk.com/1"),
            },
            "created_at": match.int(clerk_stub.BORN),
            "updated_at": match.int(clerk_stub.BORN),
        }
    ],
}


def invitation(status: str = "pending") -> Json:
    """Return an invitation as the API does."""
    example = clerk_stub.ClerkStub().invite("org_Made1", "bob@northwind.test", status=status)
    read = {
        "id": word("orginv_Made1", r"orginv_\w+"),
        "email_address": word("bob@northwind.test", r"\S+@\S+"),
        "role": "org:member",
        "organization_id": ORGANISATION,
        "inviter_id": USER,
        "status": status,
    }
    if status == "revoked":
        example["url"] = None
    example["public_inviter_data"] = {
        **dict.fromkeys(("first_name", "last_name"), "Ada"),
        "user_id": "user_Made1",
        "has_image": False,
        "identifier": "ada@northwind.test",
        "image_url": "https://img.clerk.com/1",
    }
    return whole(example, **read)
