"""What the integration layer relies on of Clerk. The SDK reads more than the layer does, and demands all of it."""

import pytest
from pact import match

from integrations.errors import ProviderError, RateLimitedError
from integrations.services import Services
from tests.contracts.clerk_objects import (
    AUTHORIZATION,
    CLERK,
    MEMBERSHIPS,
    OF_ORGANISATION,
    OF_USER,
    USER,
    another_organisation,
    invitation,
    missing,
    organisation,
    user,
)
from tests.contracts.pacts import UNDER_WAY, WRONG_KEY, Exchange, word

pytestmark = pytest.mark.filterwarnings("ignore:.*DEPRECATED:DeprecationWarning")


@CLERK.interaction(
    "read a user",
    Exchange(
        method="GET",
        path="/v1/users/user_Made1",
        path_of=f"/v1/users/{OF_USER}",
        headers=AUTHORIZATION,
        answer=user(),
    ),
)
def test_a_user_is_read(services: Services) -> None:
    found = services.clerk.user("user_Made1")
    assert found is not None
    assert (found.email, found.name, found.platform_role, found.banned) == (
        "ada@northwind.test",
        "Ada Ada",
        "admin",
        False,
    )


@CLERK.interaction(
    "read a user who is not there",
    Exchange(method="GET", path="/v1/users/user_nobody", status=404, answer=missing()),
)
def test_a_user_who_is_not_there_is_none(services: Services) -> None:
    assert services.clerk.user("user_nobody") is None


@CLERK.interaction(
    "delete a user",
    Exchange(
        method="DELETE",
        path="/v1/users/user_Made1",
        path_of=f"/v1/users/{OF_USER}",
        answer={"id": USER, "object": "user", "deleted": True},
    ),
)
def test_a_user_is_deleted(services: Services) -> None:
    services.clerk.delete_user("user_Made1")


@CLERK.interaction(
    "delete a user who is not there",
    Exchange(method="DELETE", path="/v1/users/user_nobody", status=404, answer=missing()),
)
def test_deleting_a_user_who_is_gone_is_fine(services: Services) -> None:
    services.clerk.delete_user("user_nobody")


@CLERK.interaction(
    "read an organization",
    Exchange(
        method="GET",
        path="/v1/organizations/org_Made1",
        path_of=f"/v1/organizations/{OF_ORGANISATION}",
        answer=organisation(),
    ),
)
def test_an_organisation_is_read(services: Services) -> None:
    found = services.clerk.organisation("org_Made1")
    assert found is not None
    assert (found.name, found.slug, found.created_by) == (
        "Northwind Coffee",
        "northwind-coffee",
        "user_Made1",
    )


@CLERK.interaction(
    "read an organization that is not there",
    Exchange(method="GET", path="/v1/organizations/org_nobody", status=404, answer=missing()),
)
def test_an_organisation_that_is_not_there_is_none(services: Services) -> None:
    assert services.clerk.organisation("org_nobody") is None


@CLERK.interaction(
    "find a user's membership",
    Exchange(
        method="GET",
        path="/v1/organizations/org_Made1/memberships",
        path_of=f"/v1/organizations/{OF_ORGANISATION}/memberships",
        query={"user_id": "user_Made1", "limit": "10", "offset": "0"},
        query_of={"user_id": OF_USER},
        answer=MEMBERSHIPS,
    ),
)
def test_a_membership_tells_the_role(services: Services) -> None:
    assert services.clerk.membership_role("org_Made1", "user_Made1") == "org:admin"


@CLERK.interaction(
    "see whether anybody belongs to an organisation",
    Exchange(
        method="GET",
        path="/v1/organizations/org_Made1/memberships",
        path_of=f"/v1/organizations/{OF_ORGANISATION}/memberships",
        query={"limit": "1", "offset": "0"},
        answer={
            "total_count": match.int(1),
            "data": [{**MEMBERSHIPS["data"][0], "role": word("org:admin", r"org:\w+")}],
        },
    ),
)
def test_somebody_belongs_to_an_organisation(services: Services) -> None:
    assert services.clerk.has_members("org_Made1")


PAGE = {"limit": "100", "offset": "0", "order_by": "+created_at"}


@CLERK.interaction(
    "list users",
    Exchange(method="GET", path="/v1/users", query=PAGE, answer=match.each_like(user(), min=1)),
)
def test_all_users_are_read(services: Services) -> None:
    (found,) = services.clerk.all_users()
    assert found.email == "ada@northwind.test"


@CLERK.interaction(
    "list organizations",
    Exchange(
        method="GET",
        path="/v1/organizations",
        query=PAGE,
        answer={"total_count": match.int(1), "data": match.each_like(another_organisation(), min=1)},
    ),
)
def test_all_organisations_are_read(services: Services) -> None:
    (found,) = services.clerk.all_organisations()
    assert found.slug == "northwind-coffee"


@CLERK.interaction(
    "list an organization's memberships",
    Exchange(
        method="GET",
        path="/v1/organizations/org_Made1/memberships",
        path_of=f"/v1/organizations/{OF_ORGANISATION}/memberships",
        query=PAGE,
        answer={
            "total_count": match.int(1),
            "data": match.each_like({**MEMBERSHIPS["data"][0], "role": word("org:admin", r"org:\w+")}, min=1),
        },
    ),
)
def test_all_members_are_read(services: Services) -> None:
    (found,) = services.clerk.members_of("org_Made1")
    assert (found.user_id, found.role) == ("user_Made1", "org:admin")


@CLERK.interaction(
    "find no membership",
    Exchange(
        method="GET",
        path="/v1/organizations/org_Made1/memberships",
        path_of=f"/v1/organizations/{OF_ORGANISATION}/memberships",
        query={"user_id": "user_Other", "limit": "10", "offset": "0"},
        query_of={"user_id": "${clerk_person_lumen_1}"},
        answer={"total_count": 0, "data": []},
    ),
)
def test_no_membership_is_no_role(services: Services) -> None:
    assert services.clerk.membership_role("org_Made1", "user_Other") is None


INVITATION, OF_INVITATION = "orginv_Made1", "${clerk_invitation_northwind_invited_1}"


@CLERK.interaction(
    "invite somebody to an organization",
    Exchange(
        method="POST",
        path="/v1/organizations/org_Made1/invitations",
        path_of=f"/v1/organizations/{OF_ORGANISATION}/invitations",
        sent={
            "email_address": "bob@northwind.test",
            "inviter_user_id": USER,
            "notify": True,
            "redirect_url": "http://localhost:3000/join",
            "role": "org:member",
        },
        sent_of={"$.inviter_user_id": OF_USER},
        answer=invitation(),
    ),
)
def test_somebody_is_invited(services: Services) -> None:
    made = services.clerk.invite(
        "org_Made1",
        "bob@northwind.test",
        "org:member",
        invited_by="user_Made1",
        redirect_url="http://localhost:3000/join",
    )
    assert (made.id, made.status) == (INVITATION, "pending")


@CLERK.interaction(
    "read an invitation",
    Exchange(
        method="GET",
        path=f"/v1/organizations/org_Made1/invitations/{INVITATION}",
        path_of=f"/v1/organizations/{OF_ORGANISATION}/invitations/{OF_INVITATION}",
        state=UNDER_WAY,
        answer=invitation(),
    ),
)
def test_an_invitation_is_read(services: Services) -> None:
    found = services.clerk.invitation("org_Made1", INVITATION)
    assert found is not None
    assert (found.role, found.status) == ("org:member", "pending")


@CLERK.interaction(
    "take an invitation back",
    Exchange(
        method="POST",
        path=f"/v1/organizations/org_Made1/invitations/{INVITATION}/revoke",
        path_of=f"/v1/organizations/{OF_ORGANISATION}/invitations/{OF_INVITATION}/revoke",
        sent={"requesting_user_id": USER},
        sent_of={"$.requesting_user_id": OF_USER},
        state=UNDER_WAY,
        answer=invitation("revoked"),
    ),
)
def test_an_invitation_is_taken_back(services: Services) -> None:
    found = services.clerk.revoke_invitation("org_Made1", INVITATION, revoked_by="user_Made1")
    assert found is not None
    assert found.status == "revoked"


@CLERK.interaction(
    "read the public keys",
    Exchange(
        method="GET",
        path="/v1/jwks",
        answer={
            "keys": [
                {
                    "kid": word("ins_Made1", r"ins_\w+"),
                    "kty": "RSA",
                    "use": "sig",
                    "alg": "RS256",
                    "n": word("AQAB", r"[\w-]+"),
                    "e": "AQAB",
                }
            ]
        },
    ),
)
def test_the_public_keys_are_read(services: Services) -> None:
    assert services.clerk.signing_keys()["ins_Made1"]["n"] == "AQAB"


@CLERK.interaction(
    WRONG_KEY,
    Exchange(
        method="GET",
        path="/v1/users/user_Made1",
        headers={"Authorization": "Bearer sk_test_invented"},
        status=401,
        answer=missing("clerk_key_invalid"),
    ),
)
def test_a_wrong_key_is_refused(services: Services) -> None:
    with pytest.raises(ProviderError) as refused:
        services.clerk.user("user_Made1")
    assert (refused.value.status, refused.value.retryable) == (401, False)


@CLERK.interaction(
    "answer too many requests",
    Exchange(
        method="GET",
        path="/v1/users/user_Made1",
        path_of=f"/v1/users/{OF_USER}",
        faults=[{"kind": "rate_limit", "provider": "clerk"}],
        status=429,
        answer=missing("too_many_requests"),
        answer_headers={"retry-after": word("10", r"\d+")},
    ),
)
def test_too_many_requests_say_when_to_come_again(services: Services) -> None:
    with pytest.raises(RateLimitedError) as refused:
        services.clerk.user("user_Made1")
    assert refused.value.refusal.retry_after_seconds == 10
