"""`greenroom up`: the server. Nothing here imports more than it needs: the start is measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.session import DEFAULT_URL
from harness.cli.table import pairs

if TYPE_CHECKING:
    from harness.runtime import Runtime

Otlp = Annotated[
    str | None,
    typer.Option(envvar="OTEL_EXPORTER_OTLP_ENDPOINT", help="Address of a collector of traces (OTLP)."),
]
Traces = Annotated[
    str | None,
    typer.Option(
        envvar="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        help="The same with its path; /v1/traces below --otlp if left out.",
    ),
]


HIGHEST = 65_535 - 43
"""The base port above which the port of TLS would be none."""


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("up")(up)


def up(
    port: Annotated[
        int, typer.Option(min=1, max=HIGHEST, help="Base port; providers listen on the ports after it.")
    ] = 4400,
    host: Annotated[
        str, typer.Option(help="Address to listen on; any but loopback needs --token.")
    ] = "127.0.0.1",
    token: Annotated[
        str | None, typer.Option(envvar="GREENROOM_TOKEN", help="Secret that the control API then demands.")
    ] = None,
    data_dir: Annotated[Path, typer.Option(help="Folder that holds all state.")] = Path(".greenroom"),
    allow_host: Annotated[
        list[str] | None, typer.Option(help="Further Host name to answer to (repeatable).")
    ] = None,
    webhook_host: Annotated[
        list[str] | None, typer.Option(help="Host besides loopback that webhooks may go to (repeatable).")
    ] = None,
    smtp: Annotated[
        str | None,
        typer.Option(envvar="GREENROOM_SMTP", help="Mail server (HOST:PORT) that all mail is passed on to."),
    ] = None,
    specs: Annotated[
        Path | None,
        typer.Option(
            envvar="GREENROOM_SPECS",
            help="Folder with the providers' documents, to serve what no one has written by hand; those that"
            " `specs pull` fetched unless given.",
        ),
    ] = None,
    keep_requests: Annotated[
        int,
        typer.Option(
            min=1,
            max=1_000_000,
            help="How many of each world's last requests the inspector keeps, in memory.",
        ),
    ] = 1000,
    alerts: Annotated[
        Path | None, typer.Option(help="YAML file of rules over the providers' health, and what to do then.")
    ] = None,
    ca_file: Annotated[
        Path | None, typer.Option(help="With --standard-ports: file to write the authority to trust to.")
    ] = None,
    otlp: Otlp = None,
    traces: Traces = None,
    *,
    standard_ports: Annotated[
        bool,
        typer.Option(
            "--standard-ports", help="Answer for the providers' hosts on 443 and 80: for containers."
        ),
    ] = False,
    tls: Annotated[
        bool, typer.Option("--tls/--no-tls", help="Serve TLS too, for all providers, on the base port + 43.")
    ] = True,
) -> None:
    """Serve all providers and the control API until SIGTERM or Ctrl-C."""
    from harness import server
    from harness.runtime import Settings

    settings = Settings(
        data_dir=data_dir,
        host=host,
        port=port,
        token=token,
        tls=tls,
        allow_hosts=frozenset(name.lower() for name in allow_host or ()),
        webhook_hosts=frozenset(name.lower() for name in webhook_host or ()),
        standard_ports=standard_ports,
        ca_file=ca_file,
        specs=specs or pulled(data_dir),
        smtp=smtp,
        keep_requests=keep_requests,
        alerts=alerts,
        traces=traces or (f"{otlp.rstrip('/')}/v1/traces" if otlp else None),
    )
    server.run(settings, _greeting)


def pulled(data_dir: Path) -> Path | None:
    """Return the folder of the documents that `specs pull` fetched, None when there are none."""
    folder = data_dir / "specs"
    return folder if (folder / "manifest.json").is_file() else None


def _greeting(runtime: Runtime) -> str:
    """Say where everything is."""
    from harness.runtime import TLS_PORT

    addresses = {
        "dashboard": f"{runtime.url()}/_greenroom/",
        "control API": f"{runtime.url()}/_greenroom/docs",
    }
    addresses |= {provider.title: runtime.url(name) for name, provider in runtime.providers.items()}
    if runtime.settings.tls:
        port, trusted = runtime.settings.port + TLS_PORT, runtime.authority().certificate.resolve()
        addresses["TLS, all of them"] = f"https://localhost:{port} (authority: {trusted})"
    elsewhere = "" if runtime.url() == DEFAULT_URL else f" --url {runtime.url()}"
    addresses |= {
        "environment": f"greenroom env{elsewhere}",
        "data": str(runtime.settings.data_dir.resolve()),
    }
    return pairs(addresses) + "\n"
