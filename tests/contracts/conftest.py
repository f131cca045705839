"""The layer with invented providers around it, for the handling of messages."""

from tests.integrations.conftest import database_url, layer, providers, stub_server

__all__ = ["database_url", "layer", "providers", "stub_server"]
