"""The provider's side: Pact's verifier against a world, its states set by the control API."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import httpx
from pact import Verifier
from pact.types import Message

from tests.contracts.happenings import Stage
from tests.contracts.pacts import FOLDER, WRONG_KEY
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


def _cint(world: Json, interaction: Json) -> dict[str, str]:
    """The token host wants none, the server-to-server API its own key, the Demand API a token."""
    path = interaction["request"]["path"]
    if path.startswith("/oauth/"):
        return {}
    if path.startswith("/fulfillment/"):
        return {"Authorization": world["env"]["CINT_S2S_API_KEY"]}
    return {"Authorization": f"Bearer {_cint_token(world)}"}


def _cint_token(world: Json) -> str:
    env = world["env"]
    body = {"client_id": env["CINT_CLIENT_ID"], "client_secret": env["CINT_CLIENT_SECRET"]}
    body |= {"grant_type": "client_credentials", "lucid_scopes": "app:api", "audience": "https://api.luc.id"}
    answer = httpx.post(f"{world['urls']['cint']}/oauth/token", json=body, trust_env=False)
    token: str = answer.raise_for_status().json()["access_token"]
    return token


def _algolia(env: Environment) -> dict[str, str]:
    return {
        "x-algolia-application-id": env["ALGOLIA_APP_ID"],
        "x-algolia-api-key": env["ALGOLIA_ADMIN_API_KEY"],
    }


_CREDENTIALS: dict[str, Callable[[Environment], dict[str, str]]] = {
    "algolia": _algolia,
    "clerk": _bearer("CLERK_SECRET_KEY"),
    "insightiq": _basic("INSIGHTIQ_CLIENT_ID", "INSIGHTIQ_SECRET"),
    "mux": _basic("MUX_TOKEN_ID", "MUX_TOKEN_SECRET"),
    "resend": _bearer("RESEND_API_KEY"),
    "stripe": _bearer("STRIPE_SECRET_KEY"),
    "vercel": _bearer("VERCEL_TOKEN"),
}


def pact_file(provider: str) -> Json:
    """Return the committed pact with a provider."""
    document: Json = json.loads((FOLDER / f"integrations-{provider}.json").read_text("utf-8"))
    return document


def _credentials(world: Json, provider: str, interaction: Json) -> dict[str, str]:
    """Return the headers with which an interaction is played: a world's own, in place of those that stand in it."""
    if interaction["description"] == WRONG_KEY:
        return {}
    return _cint(world, interaction) if provider == "cint" else _CREDENTIALS[provider](world["env"])


TIMEOUT_MS = 60_000
"""How long the verifier waits for a provider state and for an answer: machines may be busy."""


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

    def verify(self, provider: str, pact: Json) -> None:
        """Play a pact against a provider's mock; raise NotKeptError."""
        by_headers: dict[tuple[tuple[str, str], ...], list[Json]] = {}
        for each in pact["interactions"]:
            headers = _credentials(self.world, provider, each)
            by_headers.setdefault(tuple(headers.items()), []).append(each)
        for credentials, some in by_headers.items():
            self._play(provider, {**pact, "interactions": some}, dict(credentials))

    def _play(self, provider: str, pact: Json, headers: dict[str, str]) -> None:
        verifier = self.verifier(provider, pact)
        verifier.add_transport(url=self.world["urls"][provider])
        verifier.add_custom_headers(headers)
        url = f"{self.server.url}/_greenroom{self.path}/provider-state"
        verifier.state_handler(url, teardown=True, body=True)
        self.run(verifier)

    def verify_messages(self, provider: str, pact: Json) -> None:
        """Let each event of a pact happen, and hold the body that an endpoint would get against it; raise NotKeptError."""
        make = _CREDENTIALS.get(provider)
        stage = Stage(self.server, self.world, provider, {} if make is None else make(self.env))

        def announce(name: str, metadata: Json | None) -> Message:
            body = json.dumps(stage.announced(name)).encode()
            return Message(contents=body, metadata={}, content_type="application/json")

        def state(state: str, action: str, parameters: Json | None) -> None:
            stage.set(state, action)

        verifier = self.verifier(f"{provider}-webhooks", pact)
        verifier.message_handler(announce).state_handler(state, teardown=True)
        self.run(verifier)

    def verifier(self, name: str, pact: Json) -> Verifier:
        """Return a verifier of one pact; how to reach the provider is still to be told."""
        file = self.folder / f"{name}-{len(list(self.folder.iterdir()))}.json"
        file.write_text(json.dumps(pact), "utf-8")
        verifier = Verifier(name, host="127.0.0.1").add_source(str(file)).set_request_timeout(TIMEOUT_MS)
        return verifier.set_error_on_empty_pact(enabled=True).set_coloured_output(enabled=False)

    def run(self, verifier: Verifier) -> None:
        """Run a verifier; raise NotKeptError."""
        try:
            verifier.verify()
        except RuntimeError:
            raise NotKeptError(_explained(verifier.results)) from None
        finally:
            # The verifier stops the servers that call us back, and leaves their sockets open.
            for callback in (verifier._message_producer, verifier._state_handler):
                if (server := getattr(callback, "_server", None)) is not None:
                    server.server_close()


def _explained(results: Any) -> str:
    """Say which interactions are not kept, and how."""
    lines: list[str] = []
    for error in results.get("errors", []):
        lines.append(str(error.get("interaction")))
        mismatch = error.get("mismatch", {})
        found: Iterable[Any] = mismatch.get("mismatches") or [mismatch]
        lines += [f"    {json.dumps(each)}" for each in found]
    return "\n".join(lines) or json.dumps(results)[:4000]
