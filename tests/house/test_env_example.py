"""The committed `.env.example` is what the world `default` really answers to."""

import subprocess
import sys

from tests.house.sources import ROOT


def test_env_example_is_the_environment_of_the_world_default() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / ".ci/env_example.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (ROOT / ".env.example").read_text("utf-8") == done.stdout, "renew it with `make env-example`"
