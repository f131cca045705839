"""How many random runs the state machines make: a modest number, unless `make test-machines` asks for more."""

import os

RUNS = int(os.environ.get("MACHINE_RUNS", "8"))
