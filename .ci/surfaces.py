"""Write `contracts/<provider>/surface.yaml` for every installed provider: what is served, told by the code that serves it.

`python .ci/surfaces.py FOLDER` writes below FOLDER (default: contracts).
"""

import sys
from pathlib import Path
from typing import Any

import yaml

from harness import registry
from harness.cli.surface import operations
from harness.provider import Provider

HEADING = (
    "# What Greenroom serves of this provider. Made by `make surfaces`; change the code, not this file.\n"
)


def surface(provider: Provider) -> dict[str, Any]:
    """Return what a surface file says: hosts, operations by tier, and what can be triggered."""
    served = operations(provider)
    tiers = sorted({row["tier"] for row in served})
    return {
        "provider": provider.name,
        "hosts": list(provider.hosts),
        "operations": {
            tier: {
                row["operation"]: f"{row['method']} {row['path']}" for row in served if row["tier"] == tier
            }
            for tier in tiers
        },
        "triggers": sorted(provider.triggers),
    }


def main(folder: Path) -> None:
    """Write all surface files."""
    for name, provider in registry.providers().items():
        path = folder / name / "surface.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump(surface(provider), sort_keys=False, width=1000, allow_unicode=True)
        path.write_text(HEADING + text, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "contracts"))
