"""The examples of the client's README, run against Greenroom as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from greenroom import Greenroom

pytest_plugins = ["pytester"]

README = Path(__file__).parents[2] / "clients" / "python" / "README.md"

# What the README calls "your code": it knows the environment alone.
SIGN_UP = """
import os
import resend
import stripe


def sign_up(address):
    api = os.environ["GREENROOM_STRIPE_URL"]
    client = stripe.StripeClient(os.environ["STRIPE_SECRET_KEY"], base_addresses={"api": api})
    client.v1.customers.create(params={"email": address})
    resend.api_key, resend.api_url = os.environ["RESEND_API_KEY"], os.environ["RESEND_API_URL"]
    link = '<a href="https://app.example.test/start">Start</a>'
    sender = "Greenroom <team@greenroom.test>"
    resend.Emails.send({"from": sender, "to": [address], "subject": "Welcome", "html": link})
"""


@pytest.fixture
def examples() -> list[str]:
    """The Python blocks of the README: the pytest one, then the control client's."""
    return re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)


def test_the_pytest_example_passes(
    examples: list[str], pytester: pytest.Pytester, greenroom: Greenroom
) -> None:
    pytester.makeini("[pytest]\nfilterwarnings = error\nasyncio_default_fixture_loop_scope = function\n")
    pytester.makepyfile(SIGN_UP + examples[0])
    pytester.runpytest_subprocess("--strict-markers", "--greenroom-url", greenroom.url).assert_outcomes(
        passed=1
    )


def test_the_control_client_example_runs(
    examples: list[str], greenroom: Greenroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENROOM_URL", greenroom.url)
    done = subprocess.run([sys.executable, "-c", examples[1]], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.startswith(
        "Settled(delivered=0, failed=0, scheduled=1)\nAdvance(now=datetime.datetime("
    )
    assert "status=503" in done.stdout
    greenroom.world("billing").delete()
