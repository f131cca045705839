"""Providers' official SDK clients, set up for one world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from greenroom._errors import GreenroomError


def client(provider: str, env: Mapping[str, str]) -> Any:
    """Return the SDK client of `provider`, which must be installed, with the credentials and addresses of `env`."""
    try:
        package, configure = _SDKS[provider]
    except KeyError:
        raise GreenroomError(
            f"no SDK of {provider!r} is set up here (known: {', '.join(sorted(_SDKS))}): "
            "configure its own client from world.env and world.urls"
        ) from None
    try:
        module = import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise GreenroomError(
            f"the SDK of {provider} is not installed in this environment: run `pip install {package}`"
        ) from None
    return configure(module, env)


def _stripe(stripe: Any, env: Mapping[str, str]) -> Any:
    # The SDK posts files, OAuth and meter events to hosts of their own: all are served on one port here.
    url = env["GREENROOM_STRIPE_URL"]
    addresses = dict.fromkeys(("api", "connect", "files", "meter_events"), url)
    return stripe.StripeClient(env["STRIPE_SECRET_KEY"], base_addresses=addresses, max_network_retries=2)


def _resend(resend: Any, env: Mapping[str, str]) -> Any:
    # This SDK has no client object: its settings are global to the module.
    resend.api_key = env["RESEND_API_KEY"]
    resend.api_url = env["GREENROOM_RESEND_URL"]
    return resend


_SDKS: dict[str, tuple[str, Callable[[Any, Mapping[str, str]], Any]]] = {
    "resend": ("resend", _resend),
    "stripe": ("stripe", _stripe),
}
