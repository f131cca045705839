"""Compares a mirror with its provider: customers, subscriptions and invoices with Stripe, or people, organisations and memberships with Clerk.

With `--repair`, `people` also fills the mirror of an instance that had people before its webhooks were set up. It ends
with 0 when both are the same (or were made so), 1 when something differs, 2 when it could not compare.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence

from integrations.errors import IntegrationError
from integrations.schemas import ReportView
from integrations.services import Services
from integrations.settings import load_settings


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Compare as the arguments say, print what was found, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m integrations.reconcile", description=__doc__)
    parser.add_argument("mirror", nargs="?", choices=("billing", "people"), default="billing")
    parser.add_argument("--repair", action="store_true", help="mend the mirror where it differs")
    parser.add_argument("--organisation", metavar="ID", help="compare this organisation's billing alone")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    given = parser.parse_args(arguments)
    if given.mirror == "people" and given.organisation is not None:
        parser.error("--organisation is for billing: people are compared all together")
    try:
        services = Services.build(load_settings(environ))
        try:
            services.database.upgrade()
            if given.mirror == "people":
                report = services.comparison.run(repair=given.repair)
            else:
                report = services.reconciliation.run(given.organisation, repair=given.repair)
        finally:
            services.close()
    except IntegrationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if given.json:
        shown = json.dumps(ReportView.of(report).model_dump(mode="json"), indent=2)
    else:
        shown = "\n".join(report.lines())
    sys.stdout.write(f"{shown}\n")
    return 1 if report.left else 0


if __name__ == "__main__":
    sys.exit(main())
