"""Compares the mirror of Clerk with Clerk: `python -m integrations.reconcile_people [--repair] [--json]`.

With `--repair` it also fills the mirror of an instance that had people before its webhooks were set up. It ends with
0 when both are the same (or were made so), 1 when something differs, 2 when it could not compare.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence

from integrations.errors import IntegrationError
from integrations.identity.comparison import Comparison
from integrations.identity.schemas import ComparisonView
from integrations.services import Services
from integrations.settings import load_settings


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Compare as the arguments say, print what was found, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m integrations.reconcile_people", description=__doc__)
    parser.add_argument("--repair", action="store_true", help="mend the mirror where it differs")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    given = parser.parse_args(arguments)
    try:
        services = Services.build(load_settings(environ))
        try:
            services.database.upgrade()
            report = services.comparison.run(repair=given.repair)
        finally:
            services.close()
    except IntegrationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if given.json:
        shown = json.dumps(ComparisonView.of(report).model_dump(mode="json"), indent=2)
    else:
        shown = "\n".join(_lines(report))
    sys.stdout.write(f"{shown}\n")
    return 1 if report.left else 0


def _lines(report: Comparison) -> Iterator[str]:
    for each in report.differences:
        what = "; ".join(
            f"{name}: {here!r} here, {there!r} there" for name, (here, there) in each.fields.items()
        )
        done = " (repaired)" if each.repaired else ""
        yield f"{each.kind} {each.id}: {each.finding}{done} {what}".rstrip()
    counts = ", ".join(f"{count} {kind}s" for kind, count in report.compared.items())
    yield f"Compared {counts}; {len(report.differences)} differ, {len(report.left)} of them still do."


if __name__ == "__main__":
    sys.exit(main())
