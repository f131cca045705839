"""Where the providers publish the documents of their APIs: `published.toml`, which the harness reads."""

from __future__ import annotations

from pathlib import Path

SETTINGS = Path(__file__).with_name("published.toml")
