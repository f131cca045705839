"""Vercel: secrets are replaced in a real project's variables, and taken back."""

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from integrations.errors import ProviderRefusedError
from integrations.models import RotationStatus
from tests.external.outside import Outside

BOTH = ("production", "preview")


@pytest.fixture
def vercel(outside: Outside) -> Outside:
    outside.demand("vercel", "vercel_token", "vercel_project_id")
    outside.demand_world()  # a live project's secrets are nobody's to play with
    object.__setattr__(outside.settings, "rotation_key", SecretStr(Fernet.generate_key().decode()))
    return outside


def values(outside: Outside) -> dict[str, str | None]:
    return {each.key: each.readable for each in outside.services.vercel.variables()}


def test_secrets_are_made_replaced_and_taken_back(vercel: Outside) -> None:
    rotations = vercel.services.key_rotations
    first = rotations.run(
        {"RESEND_API_KEY": "re_1", "NEXT_PUBLIC_ALGOLIA_API_KEY": "1"}, BOTH, actor="ada", reason="first"
    )
    assert values(vercel) == {"RESEND_API_KEY": None, "NEXT_PUBLIC_ALGOLIA_API_KEY": "1"}
    second = rotations.run(
        {"RESEND_API_KEY": "re_2", "NEXT_PUBLIC_ALGOLIA_API_KEY": "2"},
        BOTH,
        actor="ada",
        reason="second",
        known={"RESEND_API_KEY": "re_1"},
    )
    assert values(vercel)["NEXT_PUBLIC_ALGOLIA_API_KEY"] == "2"
    assert rotations.roll_back(second.id).status is RotationStatus.ROLLED_BACK
    assert values(vercel)["NEXT_PUBLIC_ALGOLIA_API_KEY"] == "1"
    assert rotations.roll_back(first.id).status is RotationStatus.ROLLED_BACK
    assert values(vercel) == {}


def test_a_fault_half_way_leaves_everything_as_it_was(vercel: Outside) -> None:
    fault = {"provider": "vercel", "kind": "status", "status": 403, "operation": "editProjectEnv", "times": 1}
    rotations = vercel.services.key_rotations
    rotations.run({"NEXT_PUBLIC_ALGOLIA_API_KEY": "1"}, BOTH, actor="ada", reason="first")
    vercel.control("POST", "/faults", fault)
    with pytest.raises(ProviderRefusedError):
        rotations.run(
            {"RESEND_API_KEY": "re_2", "NEXT_PUBLIC_ALGOLIA_API_KEY": "2"}, BOTH, actor="ada", reason="second"
        )
    assert values(vercel) == {"NEXT_PUBLIC_ALGOLIA_API_KEY": "1"}


def test_a_wrong_token_is_refused(vercel: Outside) -> None:
    object.__setattr__(vercel.settings, "vercel_token", SecretStr("x" * 24))
    with pytest.raises(ProviderRefusedError) as refused:
        vercel.services.vercel.variables()
    assert refused.value.status == 403
