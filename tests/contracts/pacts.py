"""What the integration layer relies on, written down as pacts: made by its own gateways, verified against the mocks.

Each test describes one interaction, serves it by Pact's mock server, and lets the layer make the call. What comes of it
must be what `contracts/pacts/` holds; with WRITE_PACTS set (`make pacts`) it is written there instead.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pact import Pact

from integrations.services import Services
from integrations.settings import load_settings
from tests.integrations.stubs import ENVIRONMENT
from tests.needs import ROOT

Json = dict[str, Any]
CONSUMER = "integrations"
FOLDER = ROOT / "contracts" / "pacts"
WRITES = "WRITE_PACTS"
STATE = "starter"


def environment() -> dict[str, str]:
    """Return the layer's settings, with the plan prices that every world of the seed `greenroom` has."""
    example = (ROOT / ".env.example").read_text("utf-8").splitlines()
    prices = dict(line.split("=", 1) for line in example if line.startswith("NEXT_PUBLIC_PRICE_"))
    return {**ENVIRONMENT, **prices}


class Contract:
    """The pact between the integration layer and one provider."""

    def __init__(self, provider: str, address: str) -> None:
        """`address` is the setting that says where the provider is."""
        self.provider = provider
        self.address = address
        self.file = FOLDER / f"{CONSUMER}-{provider}.json"

    @contextmanager
    def services(self, description: str, describe: Callable[[Any], object]) -> Iterator[Services]:
        """Give the layer, pointed at a mock server of the one interaction; then hold that against the pact."""
        pact = Pact(CONSUMER, self.provider)
        describe(pact.upon_receiving(description).given(STATE))
        with pact.serve(addr="127.0.0.1") as server:
            url = str(server.url).rstrip("/")
            settings = load_settings({**environment(), self.address: url, "PROVIDER_ATTEMPTS": "1"})
            services = Services.build(settings)
            try:
                yield services
            finally:
                services.close()
        self.agree(pact)

    def agree(self, pact: Pact) -> None:
        """Hold what a pact says against the committed file, or write it there when that is asked for."""
        made = interactions(pact)
        kept = self.kept()
        if os.environ.get(WRITES):
            kept |= made
            document = {
                "consumer": {"name": CONSUMER},
                "provider": {"name": self.provider},
                "interactions": [kept[name] for name in sorted(kept)],
                "metadata": {"pactSpecification": {"version": "4.0"}},
            }
            FOLDER.mkdir(parents=True, exist_ok=True)
            self.file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
            return
        for name, interaction in made.items():
            assert kept.get(name) == interaction, f"{self.file.name}: renew {name!r} with `make pacts`"

    def kept(self) -> dict[str, Json]:
        """Return the committed interactions by their descriptions."""
        if not self.file.exists():
            return {}
        document = json.loads(self.file.read_text("utf-8"))
        return {each["description"]: each for each in document["interactions"]}


def interactions(pact: Pact) -> dict[str, Json]:
    """Return the interactions of a pact as they are written, by their descriptions."""
    with tempfile.TemporaryDirectory() as folder:
        pact.write_file(folder)
        (file,) = Path(folder).glob("*.json")
        document = json.loads(file.read_text("utf-8"))
    return {each["description"]: each for each in document["interactions"]}
