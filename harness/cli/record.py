"""`greenroom record …` and `greenroom parity`: contracts and recordings out of real traffic."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from harness.cli.session import AsJson, OfProvider, Session, command, group, segment
from harness.cli.table import table

if TYPE_CHECKING:
    from harness.provider import Provider

Json = dict[str, Any]
MOST = 1000
RECORDINGS, SANDBOXES = Path("contracts/recordings"), Path("contracts/sandboxes.yaml")
COLUMNS = ("provider", "interactions", "pending", "file")


class RunsByDefault(TyperGroup):
    """A group in which `record --provider P -- CMD` is `record run --provider P -- CMD`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of the command line."""
        given = bool(args) and args[0].startswith("-") and args[0] not in ctx.help_option_names
        return super().parse_args(ctx, ["run", *args] if given else args)


def add(app: typer.Typer) -> None:
    """Add the commands."""
    record = group(app, "record", "Write contracts and recordings of real traffic.")
    record.info.cls = RunsByDefault
    command(record, "contract")(contract)
    record.command("run", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(run)
    app.command("parity")(parity)


def run(
    context: typer.Context,
    provider: Annotated[str, typer.Option("--provider", "-p", help="Whose sandbox is recorded.")],
    to: Annotated[Path, typer.Option(help="Folder to write the recording to.")] = RECORDINGS,
    allow: Annotated[
        list[str] | None,
        typer.Option(help="Host that may be spoken to (repeatable); else nothing leaves the machine."),
    ] = None,
    sandboxes: Annotated[Path, typer.Option(help="Where the sandboxes are.")] = SANDBOXES,
) -> None:
    """Run a command (after --) whose calls of a provider go to the live sandbox, and keep the exchanges, redacted.

    Off by default: only hosts named by --allow are spoken to. The command finds the way through the environment
    (GREENROOM_<PROVIDER>_URL and the names that the provider's SDK reads). Keys of live mode are refused.
    """
    import os
    import subprocess
    from urllib.parse import urlsplit

    from harness import registry
    from harness.errors import ConfigurationError, NotFound
    from harness.verify import exchanges
    from harness.verify.live import sandbox_of
    from harness.verify.passage import Passage, refuse_live

    installed = registry.providers()
    if provider not in installed:
        raise NotFound(f"there is no provider {provider!r}; installed are: {', '.join(installed)}")
    if not context.args:
        raise typer.BadParameter("name the command after --")
    env = dict(os.environ)  # noqa: TID251 - handed on to the command, and looked through for live keys
    refuse_live(
        {name: env[name] for each in installed[provider].credentials for name in each.env if name in env}
    )
    sandbox = sandbox_of(provider, sandboxes, env)
    host = urlsplit(sandbox.base).hostname
    if host not in (allow or ()):
        raise ConfigurationError(
            f"nothing leaves this machine unless it may: --allow {host} lets the calls of {provider} through"
        )
    heard: list[exchanges.Exchange] = []
    keep = lambda sent, got: heard.append(exchanges.redacted(sent, got))  # noqa: E731
    with Passage(sandbox.base, allow or (), rate=sandbox.rate, heard=keep) as passage:
        names = (f"GREENROOM_{provider.upper()}_URL", *installed[provider].base_env)
        try:
            done = subprocess.run(context.args, env={**env, **dict.fromkeys(names, passage.url)}, check=False)  # noqa: S603 - the caller's
        except OSError as error:
            raise ConfigurationError(f"{context.args[0]} cannot be run: {error.strerror}") from error
    file = to / f"{provider}.json"
    if heard:
        exchanges.write(file, heard)
    told = (
        f"{len(heard)} exchanges are kept in {file}"
        if heard
        else f"{provider} was not called: nothing is kept"
    )
    typer.echo(told, err=True)
    raise typer.Exit(done.returncode)


def parity(
    providers: Annotated[list[str] | None, typer.Argument(help="Only these providers.")] = None,
    recordings: Annotated[Path, typer.Option(help="Folder with recordings.")] = RECORDINGS,
    baseline: Annotated[
        Path | None,
        typer.Option(help="YAML: differences that were looked at and accepted, each with its reason."),
    ] = None,
    fail_on: Annotated[
        str, typer.Option(help="Exit code 1 on new differences of this grade or worse.")
    ] = "breaking",
    sandboxes: Annotated[
        Path, typer.Option(help="Says which fields of a request the world fills in (`replay`).")
    ] = SANDBOXES,
    url: Annotated[str | None, typer.Option(help="A running Greenroom; one is started unless given.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Replay recordings on the mocks, and tell what they do otherwise: breaking, gap or cosmetic."""
    from contextlib import ExitStack
    from dataclasses import asdict

    from harness import registry
    from harness.errors import NotFound
    from harness.verify import exchanges
    from harness.verify.live import replayed
    from harness.verify.mocks import Caller, Mocks
    from harness.verify.parity import GRADES, Baseline, Replay
    from harness.verify.serving import greenroom
    from harness.verify.steps import filled

    if fail_on not in GRADES:
        raise typer.BadParameter(f"{fail_on} is no grade: use {', '.join(GRADES)}")
    chosen = [
        each
        for name, each in registry.providers().items()
        if (recordings / f"{name}.json").is_file() and (not providers or name in providers)
    ]
    if not chosen:
        raise NotFound(
            f"there is no recording in {recordings}: `greenroom record --provider P -- CMD` makes one"
        )
    accepted, own = Baseline.read(baseline), replayed(sandboxes)
    rows: list[Json] = []
    with ExitStack() as stack:
        mocks = stack.enter_context(Mocks(url or stack.enter_context(greenroom())))
        for provider in chosen:
            caller, name = Caller(mocks, provider, mocks.world()), provider.name
            replay = Replay(caller, filled(own.get(name, {}), caller.env))
            rows += [
                {"provider": name, **asdict(each), "id": each.id, "accepted": accepted.reason(name, each)}
                for each in replay.run(exchanges.read(recordings / f"{name}.json"))
            ]
    bad = GRADES[: GRADES.index(fail_on) + 1]
    text = table(rows, ("grade", "provider", "call", "where", "told", "accepted"), empty="no difference")
    told = {"differences": rows, "left_over": accepted.left_over}
    typer.echo(json.dumps(told, indent=2) if as_json else text)
    if accepted.left_over and not as_json:
        typer.echo(f"accepted, and not found: {', '.join(accepted.left_over)}")
    if any(row["grade"] in bad and row["accepted"] is None for row in rows):
        raise typer.Exit(1)


def contract(
    session: Session,
    provider: OfProvider = None,
    consumer: Annotated[str, typer.Option(help="The consumer's name in the pacts.")] = "consumer",
    to: Annotated[Path, typer.Option(help="Folder to write the pacts to.")] = Path("pacts"),
    specs: Annotated[
        Path | None, typer.Option(envvar="GREENROOM_SPECS", help="Folder with the providers' documents.")
    ] = None,
) -> None:
    """Turn the requests that a world answered into a pact of each provider: what the consumer relies on.

    A world keeps its last thousand exchanges. Give the world to the consumer's own test run, then call this.
    """
    from harness.cli.surface import inferring
    from harness.registry import providers
    from harness.verify.recorded import Recorder

    installed = providers()
    inferred = None
    if specs is not None:
        inferred, installed = inferring(specs, installed)
    world = session.get("~")
    exchanges = session.get("~/requests", provider=provider, limit=MOST)["requests"][::-1]
    state, values = _state(session, world)
    rows: list[Json] = []
    for name in dict.fromkeys(each["provider"] for each in exchanges):
        recorder = Recorder(installed[name], state, values, _paths(installed[name], inferred))
        recorder.add(each for each in exchanges if each["provider"] == name)
        pact = recorder.pact(consumer)
        if pact is not None:
            to.mkdir(parents=True, exist_ok=True)
            file = to / f"{consumer}-{name}.json"
            file.write_text(json.dumps(pact, indent=2, ensure_ascii=False) + "\n", "utf-8")
            pending = sum(each["pending"] for each in pact["interactions"])
            rows.append(
                {
                    "provider": name,
                    "interactions": len(pact["interactions"]),
                    "pending": pending,
                    "file": str(file),
                }
            )
    session.show({"pacts": rows}, table(rows, COLUMNS, empty="the world has answered no requests yet"))


def _state(session: Session, world: Json) -> tuple[str | None, dict[str, str]]:
    """Return the scenario that was loaded last, and what it gives as a provider state: the world's settings and its ids."""
    stories = session.get("~/stories")["stories"]
    if not stories:
        return None, {}
    name = stories[0]["name"]
    refs = session.get(f"~/stories/{segment(name)}")["refs"]
    ids = {re.sub(r"[^A-Za-z0-9]", "_", key): id for key, id in refs.items()}
    found = {**world["env"], **ids}
    return name, {key: value for key, value in found.items() if isinstance(value, str) and len(value) > 3}


def _paths(provider: Provider, inferred: Any) -> dict[str, str]:
    provider.load()
    catalogue = None if inferred is None else inferred.catalogue(provider.name)
    told = {} if catalogue is None else {name: each.path for name, each in catalogue.operations.items()}
    return {**told, **{each.id: each.path for each in provider.operations.values()}}
