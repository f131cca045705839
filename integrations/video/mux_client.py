"""The client of Mux's SDK, whose requests join the trace that runs."""

from collections.abc import Mapping
from typing import Any

import mux_python  # type: ignore[import-untyped]

from integrations.tracing import outgoing


class Client(mux_python.ApiClient):  # type: ignore[misc]  # the SDK has no types
    """The SDK's own client."""

    def request(
        self,
        method: str,
        url: str,
        query_params: Any = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Any:
        """Send a request."""
        return super().request(method, url, query_params, {**(headers or {}), **outgoing()}, **more)
