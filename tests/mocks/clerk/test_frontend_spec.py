"""Every answer of the Frontend API against Clerk's own document, complete to the last field of the last object."""

from pathlib import Path

from mocks.clerk.provider import clerk
from tests.mocks.clerk.every_browser_operation import drive
from tests.mocks.clerk.published import frontend
from tests.mocks.clerk.room import OWN, Room
from tests.mocks.clerk.tab import Tab

ABSENT = {
    "slug": "only of organisations that were deleted",
    "private_metadata": "never told to browsers",
    "profile_image_url": "deprecated in favour of image_url",
    "create_organizations_limit": "only of users who have a limit of their own",
    "last_active_token": "not in the list of a user's sessions in other browsers",
    "client_trust_state": "devices are not judged",
    "protect_config": "Clerk Protect is off",
    "self_serve_sso": "enterprise connections are not served",
    "end_session_endpoint": "Clerk as an identity provider is not served",
    **dict.fromkeys(
        (
            *("default", "primary", "safe_identifier", "email_address_id", "phone_number_id", "passkey_id"),
            *("web3_wallet_id", "trusted_device_id", "enterprise_connection_id"),
            *("enterprise_connection_name", "external_verification_redirect_url"),
        ),
        "only of the factors that it is about",
    ),
}
"""What answers may lack of their schemas, and why; besides the identity providers that an instance has not."""


async def test_every_operation_that_is_served_answers_as_documented_and_completely(
    room: Room, specs: Path
) -> None:
    clerk.load()
    document = frontend(specs)
    ada, bob = [await Tab(room, document).open() for _ in range(2)]
    await drive(room, ada, bob)
    answered = ada.answered + bob.answered
    served = {id for id in clerk.operations if id.startswith("frontend/")} - OWN
    assert {f"frontend/{id}" for id, _ in answered} == served
    bodies = [(id, body) for id, body in answered if body is not None]
    missing = {name.partition(".")[2] for id, body in bodies for name in document.lacking(id, body)}
    assert {name for name in missing if not name.startswith("oauth_")} == set(ABSENT)
