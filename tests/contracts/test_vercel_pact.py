"""What the integration layer relies on of Vercel."""

import pytest
from pact import match

from integrations.errors import ProviderRefusedError
from integrations.services import Services
from tests.contracts.pacts import WRONG_KEY, Contract, Exchange, Json, word

VERCEL = Contract("vercel", "VERCEL_API_URL")
TEAM, PROJECT = "team_GreenroomTeam0000000team", "prj_GreenroomProject0000000000"
BEARER = {"Authorization": word("Bearer inventedtoken00000000000", r"Bearer \w+")}
ID = word("Ab12Cd34Ef56Gh78", r"\w{16}")
TO = {"teamId": TEAM}
LIST, ONE = f"/v10/projects/{PROJECT}/env", f"/v9/projects/{PROJECT}/env/Ab12Cd34Ef56Gh78"
OF_ONE = f"/v9/projects/{PROJECT}/env/${{vercel_variable_address}}"


def variable(**fields: object) -> Json:
    """Return what is read of a variable."""
    return {"id": ID, "key": match.str("X"), "value": match.str("1"), "type": match.str("plain"), **fields}


@VERCEL.interaction(
    "list environment variables with their values",
    Exchange(
        method="GET",
        path=LIST,
        query={"decrypt": "true", **TO},
        headers=BEARER,
        answer={"envs": match.each_like({**variable(), "target": match.each_like("production", min=1),
                                         "decrypted": match.bool(True)}, min=1)},
    ),
)  # fmt: skip
def test_variables_are_read(services: Services) -> None:
    (found,) = services.vercel.variables()
    assert (found.readable, found.target) == ("1", ["production"])


@VERCEL.interaction(
    "add an environment variable that nobody may read",
    Exchange(
        method="POST",
        path=LIST,
        query={"upsert": "true", **TO},
        headers=BEARER,
        sent={"key": "MUX_TOKEN_SECRET", "value": "s", "type": "sensitive", "target": ["production"]},
        status=201,
        answer={"created": variable(value="", type="sensitive", target=["production"])},
    ),
)
def test_a_variable_is_added(services: Services) -> None:
    made = services.vercel.create("MUX_TOKEN_SECRET", "s", ["production"], sensitive=True)
    assert made.readable is None


@VERCEL.interaction(
    "change an environment variable",
    Exchange(
        method="PATCH",
        path=ONE,
        path_of=OF_ONE,
        query=TO,
        headers=BEARER,
        sent={"value": "new"},
        answer={"id": ID, "key": match.str("X")},
    ),
)
def test_a_variable_is_changed(services: Services) -> None:
    services.vercel.update("Ab12Cd34Ef56Gh78", "new")


@VERCEL.interaction(
    "read an environment variable",
    Exchange(
        method="GET",
        path=f"/v1/projects/{PROJECT}/env/Ab12Cd34Ef56Gh78",
        path_of=f"/v1/projects/{PROJECT}/env/${{vercel_variable_address}}",
        query=TO,
        headers=BEARER,
        answer={**variable(), "target": match.each_like("production", min=1), "decrypted": match.bool(True)},
    ),
)
def test_a_variable_is_read(services: Services) -> None:
    assert services.vercel.variable("Ab12Cd34Ef56Gh78").readable == "1"


@VERCEL.interaction(
    "delete an environment variable",
    Exchange(method="DELETE", path=ONE, path_of=OF_ONE, query=TO, headers=BEARER, answer={"id": ID}),
)
def test_a_variable_is_deleted(services: Services) -> None:
    services.vercel.remove("Ab12Cd34Ef56Gh78")


@VERCEL.interaction(
    WRONG_KEY,
    Exchange(
        method="GET",
        path=LIST,
        query={"decrypt": "true", **TO},
        headers=BEARER,
        status=403,
        answer={"error": {"code": "forbidden", "message": match.str("Not authorized")}},
    ),
)
def test_a_wrong_token_is_refused(services: Services) -> None:
    with pytest.raises(ProviderRefusedError) as refused:
        services.vercel.variables()
    assert (refused.value.status, refused.value.refusal.code) == (403, "forbidden")
