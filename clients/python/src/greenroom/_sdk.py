"""Providers' official SDK clients, set up for one world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from greenroom._errors import GreenroomError


def client(provider: str, env: Mapping[str, str]) -> Any:
    """Return the SDK client of `provider`, which must be installed, with the credentials and addresses of `env`."""
    try:
        package, name, configure = _SDKS[provider]
    except KeyError:
        raise GreenroomError(
            f"no SDK of {provider!r} is set up here (known: {', '.join(sorted(_SDKS))}): "
            "configure its own client from world.env and world.urls"
        ) from None
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name.partition(".")[0]:
            raise
        raise GreenroomError(
            f"the SDK of {provider} is not installed in this environment: run `pip install {package}`"
        ) from None
    return configure(module, env)


def _algolia(search: Any, env: Mapping[str, str]) -> Any:
    hosts, config = import_module("algoliasearch.http.hosts"), import_module("algoliasearch.search.config")
    address = urlsplit(env["GREENROOM_ALGOLIA_URL"])
    settings = config.SearchConfig(env["ALGOLIA_APP_ID"], env["ALGOLIA_ADMIN_API_KEY"])
    host = hosts.Host(url=address.hostname, scheme=address.scheme, port=address.port)
    settings.hosts = hosts.HostsCollection([host])
    return search.SearchClientSync.create_with_config(settings)


def _clerk(clerk: Any, env: Mapping[str, str]) -> Any:
    return clerk.Clerk(bearer_auth=env["CLERK_SECRET_KEY"], server_url=f"{env['GREENROOM_CLERK_URL']}/v1")


def _mux(mux: Any, env: Mapping[str, str]) -> Any:
    # Its classes of operations (AssetsApi, DirectUploadsApi, …) take this client.
    configuration = mux.Configuration(
        host=env["GREENROOM_MUX_URL"], username=env["MUX_TOKEN_ID"], password=env["MUX_TOKEN_SECRET"]
    )
    return mux.ApiClient(configuration)


def _resend(resend: Any, env: Mapping[str, str]) -> Any:
    # This SDK has no client object: its settings are global to the module.
    resend.api_key = env["RESEND_API_KEY"]
    resend.api_url = env["GREENROOM_RESEND_URL"]
    return resend


def _stripe(stripe: Any, env: Mapping[str, str]) -> Any:
    # The SDK posts files, OAuth and meter events to hosts of their own: all are served on one port here.
    url = env["GREENROOM_STRIPE_URL"]
    addresses = dict.fromkeys(("api", "connect", "files", "meter_events"), url)
    return stripe.StripeClient(env["STRIPE_SECRET_KEY"], base_addresses=addresses, max_network_retries=2)


_SDKS: dict[str, tuple[str, str, Callable[[Any, Mapping[str, str]], Any]]] = {
    "algolia": ("algoliasearch", "algoliasearch.search.client", _algolia),
    "clerk": ("clerk-backend-api", "clerk_backend_api", _clerk),
    "mux": ("mux-python", "mux_python", _mux),
    "resend": ("resend", "resend", _resend),
    "stripe": ("stripe", "stripe", _stripe),
}
"""By provider: the package on PyPI, the module with the client, and how it is set up."""
