"""Replaces providers' secrets at Vercel: `python -m integrations.rotate plan|run|history|back`.

`plan --from FILE` shows what `run --from FILE --reason TEXT` would do; FILE holds the new values as `NAME=value` lines.
`back ID` takes a rotation back. It ends with 0 when all went well, 1 when something stopped it. No value is printed.
"""

import argparse
import getpass
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import SecretStr

from integrations.audit import acting
from integrations.deployment.rotation import SECRETS, Change
from integrations.errors import ConflictError, IntegrationError
from integrations.models import KeyRotation
from integrations.services import Services
from integrations.settings import Settings, load_settings

TARGETS = ("production", "preview")


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Do what the arguments say, print what came of it, and return the exit code."""
    given = _parser().parse_args(arguments)
    try:
        settings = load_settings(environ)
        services = Services.build(settings)
        try:
            services.database.upgrade()
            lines = _act(services, settings, given)
        finally:
            services.close()
    except (IntegrationError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("\n".join([*lines, ""]))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m integrations.rotate", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    plan, run = (
        actions.add_parser("plan", help="show what would be done"),
        actions.add_parser("run", help="do it"),
    )
    for each in (plan, run):
        each.add_argument("--from", dest="file", required=True, type=Path, help="NAME=value lines")
        each.add_argument("--target", action="append", choices=(*TARGETS, "development"))
    run.add_argument("--reason", required=True)
    actions.add_parser("history", help="list what was done")
    back = actions.add_parser("back", help="take one back")
    back.add_argument("id")
    for each in (run, back):
        each.add_argument("--actor", default=None, help="who does it (default: the user's name)")
    return parser


def _act(services: Services, settings: Settings, given: argparse.Namespace) -> list[str]:
    rotations = services.key_rotations
    if given.action == "history":
        return [line for each in rotations.history() for line in _record(services, each)]
    if given.action == "back":
        with acting(given.actor or getpass.getuser(), f"take back the rotation {given.id}"):
            return _record(services, rotations.roll_back(given.id))
    values, targets, known = _values(given.file), given.target or list(TARGETS), _known(settings)
    if given.action == "plan":
        return [_change(each) for each in rotations.plan(values, targets, known)]
    actor = given.actor or getpass.getuser()
    with acting(actor, f"rotate keys: {given.reason}"):
        done = rotations.run(values, targets, actor=actor, reason=given.reason, known=known)
    return _record(services, done)


def _values(file: Path) -> dict[str, str]:
    values: dict[str, str] = {}
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.removeprefix("export ").partition("=")
        if not equals:
            raise ConflictError(f"{file}, line {number}: not of the form NAME=value.")
        values[name.strip()] = value.strip().strip("\"'")
    return values


def _known(settings: Settings) -> dict[str, str]:
    """Return the secrets that this process runs with: what a rotation goes back to where Vercel hides a value."""
    known: dict[str, str] = {}
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if str(field.validation_alias) in SECRETS and value is not None:
            known[str(field.validation_alias)] = (
                value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            )
    return known


def _change(change: Change) -> str:
    back = "" if change.reversible else "  (cannot be taken back: the value before is not known)"
    was = f"{change.before or 'unknown'} → {change.after}"
    return f"{change.action.value:6}  {change.name}  {', '.join(change.targets)}  {was}{back}"


def _record(services: Services, rotation: KeyRotation) -> list[str]:
    head = f"{rotation.id}  {rotation.started_at:%Y-%m-%d %H:%M}  {rotation.status.value}  {rotation.actor}: {rotation.reason}"
    steps = services.key_rotations.steps(rotation.id)
    return [
        head,
        *(
            f"  {each.status.value:10}  {each.name}  {', '.join(each.targets)}  {each.after}"
            for each in steps
        ),
    ]


if __name__ == "__main__":
    sys.exit(main())
