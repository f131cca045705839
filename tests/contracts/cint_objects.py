"""What the tests of Cint's pact have in common."""

from pact import match

from tests.contracts.pacts import Contract, Json, uuid

CINT = Contract("cint", "GREENROOM_CINT_URL")
RID = "0f8fad5b-d9cb-469f-a165-70867728950e"
#: The server-to-server API takes a bare key, of this form.
S2S = {"Authorization": uuid("55555555-5555-4555-8555-555555555555")}
RESPONDENT = f"/fulfillment/respondents/{RID}"


def refusal(kind: str, detail: str = "detail") -> Json:
    """Return what is read of an error."""
    return {"object": kind, detail: match.str("No.")}
