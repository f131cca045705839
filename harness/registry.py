"""Finding what is installed: providers by the entry-point group `greenroom.providers`."""

from __future__ import annotations

from importlib.metadata import entry_points

from harness.errors import ConfigurationError
from harness.provider import Provider

GROUP = "greenroom.providers"


def providers() -> dict[str, Provider]:
    """Return the installed providers by name, in alphabetical order; raise ConfigurationError for a broken one."""
    found: dict[str, Provider] = {}
    ports: dict[int, str] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            provider = entry.load()
        except Exception as error:
            raise ConfigurationError(
                f"the provider {entry.name!r} ({entry.value}) cannot be loaded: {error!r}; mend or uninstall it"
            ) from error
        if not isinstance(provider, Provider) or provider.name != entry.name:
            raise ConfigurationError(
                f"the entry point {entry.name!r} ({entry.value}) is no Provider of that name"
            )
        if provider.port in ports:
            raise ConfigurationError(
                f"{entry.name} and {ports[provider.port]} both want port base + {provider.port}"
            )
        ports[provider.port] = entry.name
        found[entry.name] = provider
    if not found:
        raise ConfigurationError(
            "no provider is installed: install Greenroom itself with pip, not only its source"
        )
    return found
