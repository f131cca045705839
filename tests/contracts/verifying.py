"""The provider's side: Pact's verifier against a world, its states set by the control API."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import httpx
from pact import Verifier

from tests.contracts.pacts import FOLDER
from tests.harness.serving import Served

NOW = "2026-03-01T09:00:00Z"
#: The seed of the world whose plan prices `.env.example` names.
SEED = "greenroom"
Json = dict[str, Any]
Environment = dict[str, str]


def _bearer(name: str) -> Callable[[Environment], dict[str, str]]:
    return lambda env: {"Authorization": f"Bearer {env[name]}"}


def _basic(name: str, secret: str) -> Callable[[Environment], dict[str, str]]:
    def headers(env: Environment) -> dict[str, str]:
        return {"Authorization": "Basic " + b64encode(f"{env[name]}:{env[secret]}".encode()).decode()}

    return headers


def _algolia(env: Environment) -> dict[str, str]:
    return {
        "x-algolia-application-id": env["ALGOLIA_APP_ID"],
        "x-algolia-api-key": env["ALGOLIA_ADMIN_API_KEY"],
    }


CREDENTIALS: dict[str, Callable[[Environment], dict[str, str]]] = {
    "algolia": _algolia,
    "clerk": _bearer("CLERK_SECRET_KEY"),
    "insightiq": _basic("INSIGHTIQ_CLIENT_ID", "INSIGHTIQ_SECRET"),
    "mux": _basic("MUX_TOKEN_ID", "MUX_TOKEN_SECRET"),
    "resend": _bearer("RESEND_API_KEY"),
    "stripe": _bearer("STRIPE_SECRET_KEY"),
}


def pact_file(provider: str) -> Json:
    """Return the committed pact with a provider."""
    document: Json = json.loads((FOLDER / f"integrations-{provider}.json").read_text("utf-8"))
    return document


class NotKeptError(AssertionError):
    """A mock does not keep a pact; the message names each interaction and what was otherwise."""


class Verification:
    """A world of its own, against which pacts are played."""

    def __init__(self, server: Served, folder: Path) -> None:
        """`folder` takes the pacts that are to be played."""
        self.server = server
        self.folder = folder
        self.world = server.create_world(seed=SEED, clock={"mode": "frozen", "now": NOW})
        self.path = f"/worlds/{self.world['id']}"
        self.env: Environment = self.world["env"]

    def verify(self, provider: str, pact: Json, headers: dict[str, str]) -> None:
        """Play a pact against a provider's mock, with these credentials; raise NotKeptError."""
        if not pact["interactions"]:
            return
        verifier = self.verifier(provider, pact)
        verifier.add_transport(url=self.world["urls"][provider])
        verifier.add_custom_headers(headers)
        url = f"{self.server.url}/_greenroom{self.path}/provider-state"
        verifier.state_handler(url, teardown=True, body=True)
        self.run(verifier)

    def verifier(self, name: str, pact: Json) -> Verifier:
        """Return a verifier of one pact; how to reach the provider is still to be told."""
        file = self.folder / f"{name}-{len(list(self.folder.iterdir()))}.json"
        file.write_text(json.dumps(pact), "utf-8")
        verifier = Verifier(name, host="127.0.0.1").add_source(str(file))
        return verifier.set_error_on_empty_pact(enabled=True).set_coloured_output(enabled=False)

    def run(self, verifier: Verifier) -> None:
        """Run a verifier; raise NotKeptError."""
        try:
            verifier.verify()
        except RuntimeError:
            raise NotKeptError(_explained(verifier.results)) from None


def only(pact: Json, wanted: Callable[[Json], bool]) -> Json:
    """Return a pact with some of its interactions."""
    return {**pact, "interactions": [each for each in pact["interactions"] if wanted(each)]}


def _explained(results: Any) -> str:
    """Say which interactions are not kept, and how."""
    lines: list[str] = []
    for error in results.get("errors", []):
        lines.append(str(error.get("interaction")))
        mismatch = error.get("mismatch", {})
        found: Iterable[Any] = mismatch.get("mismatches") or [mismatch]
        lines += [f"    {json.dumps(each)}" for each in found]
    return "\n".join(lines) or json.dumps(results)[:4000]


def cint_token(world: Json) -> str:
    """Obtain a token for Cint's Demand API."""
    env = world["env"]
    body = {"client_id": env["CINT_CLIENT_ID"], "client_secret": env["CINT_CLIENT_SECRET"]}
    body |= {"grant_type": "client_credentials", "lucid_scopes": "app:api", "audience": "https://api.luc.id"}
    url = f"{world['urls']['cint']}/oauth/token"
    answer = httpx.post(url, json=body, trust_env=False).raise_for_status()
    token: str = answer.json()["access_token"]
    return token
