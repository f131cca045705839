"""The pytest plugin, in test runs of its own against a stand-in server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.clients.standin import StandIn

pytest_plugins = ["pytester"]


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder for test files, in which all warnings are errors, with no plugins but ours and pytest-xdist."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p greenroom.pytest_plugin -p xdist -p no:cacheprovider")
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    return pytester


TWO_TESTS = """
    import greenroom as package

    def test_one(world, greenroom):
        assert isinstance(world, package.World)
        assert isinstance(greenroom, package.Greenroom)
        assert world.env["STRIPE_SECRET_KEY"].startswith("sk_test_world")

    def test_two(world):
        assert world.id
"""


def test_each_test_gets_a_world_of_its_own_that_is_deleted(suite: pytest.Pytester, server: StandIn) -> None:
    suite.makepyfile(TWO_TESTS)
    suite.runpytest_subprocess("--greenroom-url", server.url).assert_outcomes(passed=2)
    assert [call[:2] for call in server.calls if call[1] != "/health"] == [
        ("POST", "/worlds"),
        ("DELETE", "/worlds/w1"),
        ("POST", "/worlds"),
        ("DELETE", "/worlds/w2"),
    ]
    assert server.worlds == {}


def test_a_test_may_delete_its_world_itself(suite: pytest.Pytester, server: StandIn) -> None:
    suite.makepyfile("def test_it(world): world.delete()")
    suite.runpytest_subprocess("--greenroom-url", server.url).assert_outcomes(passed=1)


@pytest.mark.parametrize("way", ["option", "environment", "ini"])
def test_a_running_server_is_named_in_three_ways(
    suite: pytest.Pytester, server: StandIn, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    suite.makepyfile("def test_it(world): pass")
    dead = "http://127.0.0.1:9"
    ini = server.url if way == "ini" else dead
    suite.makeini(f"[pytest]\nfilterwarnings = error\ngreenroom_url = {ini}\n")
    if way != "ini":
        monkeypatch.setenv("GREENROOM_URL", server.url if way == "environment" else dead)
    arguments = ["--greenroom-url", server.url] if way == "option" else []
    suite.runpytest_subprocess(*arguments).assert_outcomes(passed=1)


def test_a_server_is_started_once_and_ended(suite: pytest.Pytester, serving: Path) -> None:
    suite.makepyfile(TWO_TESTS)
    suite.runpytest_subprocess().assert_outcomes(passed=2)
    assert serving.read_text() == "start\nend\n"


def test_no_server_is_started_for_tests_that_ask_for_none(suite: pytest.Pytester, serving: Path) -> None:
    suite.makepyfile("def test_it(): pass")
    suite.runpytest_subprocess("-n", "2").assert_outcomes(passed=1)
    suite.runpytest_subprocess().assert_outcomes(passed=1)
    assert not serving.exists()


def test_workers_share_one_server_that_is_ended_with_them(suite: pytest.Pytester, serving: Path) -> None:
    suite.makepyfile("""
        import os, pathlib, pytest

        @pytest.mark.parametrize("number", range(8))
        def test_it(world, number):
            with open("seen", "a") as file:
                file.write(f"{os.environ['PYTEST_XDIST_WORKER']} {world.urls['stripe']} {world.id}\\n")
    """)
    result = suite.runpytest_subprocess("-n", "3", "--dist", "each", "-W", "error")
    result.assert_outcomes(passed=24)
    seen = [line.split() for line in (suite.path / "seen").read_text().splitlines()]
    assert {worker for worker, *_ in seen} == {"gw0", "gw1", "gw2"}
    assert len({url for _, url, _ in seen}) == 1
    assert len({world for *_, world in seen}) == 24
    assert serving.read_text() == "start\nend\n"
    assert "ResourceWarning" not in result.stdout.str() + result.stderr.str()


def test_a_worker_that_crashes_takes_no_server_along_and_leaves_none(
    suite: pytest.Pytester, serving: Path
) -> None:
    suite.makepyfile("""
        import os, pytest

        def test_crash(world): os._exit(1)

        @pytest.mark.parametrize("number", range(6))
        def test_it(greenroom, world, number): assert greenroom.health().status == "ok"
    """)
    suite.runpytest_subprocess("-n", "1").assert_outcomes(passed=6, failed=1)
    assert serving.read_text() == "start\nend\n"


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_server_that_does_not_start_fails_each_test_with_its_output(
    suite: pytest.Pytester, command: object, workers: str
) -> None:
    assert callable(command)
    file = command("import sys; open(__file__ + '.trace', 'a').write('x'); sys.exit('the database is newer')")
    suite.makepyfile(TWO_TESTS)
    result = suite.runpytest_subprocess("-n", workers)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(
        ["Greenroom is not available: *ended with code 1*", "*the database is newer*"]
    )
    assert Path(f"{file}.trace").read_text() == "x"


def test_the_marker_says_how_the_world_is_created_and_the_nearest_wins(
    suite: pytest.Pytester, server: StandIn
) -> None:
    suite.makepyfile("""
        import pytest
        pytestmark = pytest.mark.greenroom(seed=1, lenient=["stripe"])

        @pytest.mark.greenroom(seed=7, clock={"mode": "frozen", "now": "2026-01-31T09:00:00Z"})
        def test_it(world): assert world.seed == 7
    """)
    suite.runpytest_subprocess("--greenroom-url", server.url, "--strict-markers").assert_outcomes(passed=1)
    assert next(call[2] for call in server.calls if call[:2] == ("POST", "/worlds")) == {
        "seed": 7,
        "lenient": ["stripe"],
        "clock": {"mode": "frozen", "now": "2026-01-31T09:00:00Z"},
    }


@pytest.mark.parametrize("given", ["sed=7", "777"])
def test_a_marker_that_is_not_understood_is_an_error(
    suite: pytest.Pytester, server: StandIn, given: str
) -> None:
    suite.makepyfile(f"import pytest\n@pytest.mark.greenroom({given})\ndef test_it(world): pass")
    result = suite.runpytest_subprocess("--greenroom-url", server.url)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [f"@pytest.mark.greenroom does not take {given[:3]}: give clock, lenient, live, seed by name"]
    )


REQUEST = {
    "id": "r1",
    "at": "2026-01-31T09:00:00.000Z",
    "world_time": "2026-01-31T09:00:00.000Z",
    "provider": "stripe",
    "operation": "PostCustomers",
    "method": "POST",
    "path": "/v1/customers",
    "status": 400,
    "milliseconds": 1.25,
}
VIOLATION = {
    "provider": "stripe",
    "operation": "PostCustomers",
    "rule": "unknown_parameter",
    "message": "Received unknown parameter: emial",
    "count": 2,
    "first_at": "2026-01-31T09:00:00.000Z",
    "last_at": "2026-01-31T09:00:00.000Z",
    "example": None,
}


def test_a_failure_tells_what_its_world_saw(suite: pytest.Pytester, server: StandIn) -> None:
    server.tell("GET", "/worlds/w1/requests", {"requests": [REQUEST | {"status": None}, REQUEST]})
    server.tell("GET", "/worlds/w1/violations", {"violations": [VIOLATION]})
    suite.makepyfile("def test_it(world): assert False\ndef test_fine(world): pass")
    result = suite.runpytest_subprocess("--greenroom-url", server.url)
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(
        [
            "*- Greenroom world w1 -*",
            "last 2 requests:",
            "  stripe POST /v1/customers -> 400 (1 ms)",
            "  stripe POST /v1/customers -> no answer (1 ms)",
            "violations of the providers' rules:",
            "  stripe PostCustomers: Received unknown parameter: emial (x2)",
        ]
    )
    assert "world w2" not in result.stdout.str()


def test_a_failure_in_another_fixture_tells_of_the_world_too(suite: pytest.Pytester, server: StandIn) -> None:
    suite.makepyfile("""
        import pytest

        @pytest.fixture
        def customer(world): raise RuntimeError("no customer")

        def test_it(customer): pass
    """)
    result = suite.runpytest_subprocess("--greenroom-url", server.url)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*- Greenroom world w1 -*", "no requests reached it"])


def test_a_world_that_cannot_be_read_hides_no_failure(suite: pytest.Pytester, server: StandIn) -> None:
    suite.makepyfile("def test_it(world):\n    world.delete()\n    assert 1 == 2")
    result = suite.runpytest_subprocess("--greenroom-url", server.url)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*assert 1 == 2*", "what happened in it could not be read: *there is no world 'w1'*"]
    )


def test_the_options_are_explained(suite: pytest.Pytester) -> None:
    result = suite.runpytest_subprocess("--help", "--markers")
    text = result.stdout.str() + suite.runpytest_subprocess("--markers").stdout.str()
    assert "--greenroom-url" in text
    assert "greenroom_url" in text
    assert "@pytest.mark.greenroom(seed=..., clock=..., lenient=[...], live=[...])" in text
    assert os.environ.get("GREENROOM_URL") is None


PLAYED = {"name": "dunning", "seed": "7", "refs": {}, "now": "2026-01-31T09:00:00.000Z", "steps": []}


@pytest.mark.parametrize("passed", [True, False])
def test_a_scenario_is_played_before_the_test(
    suite: pytest.Pytester, server: StandIn, *, passed: bool
) -> None:
    told = {
        "scenario": "dunning",
        "that": "It is lost",
        "expected": "1",
        "saw": "0",
        "place": "",
        "passed": passed,
    }
    server.tell("POST", "/worlds/w1/scenario/play", {**PLAYED, "passed": passed, "expectations": [told]})
    suite.makepyfile(
        """
        import pytest

        @pytest.mark.scenario("dunning", seed=7, parameters={"size": 3}, play=True)
        def test_it(world):
            pass
        """
    )
    result = suite.runpytest_subprocess("--greenroom-url", server.url)
    result.assert_outcomes(passed=1) if passed else result.assert_outcomes(errors=1)
    if not passed:
        result.stdout.fnmatch_lines(["*dunning did not play as it expects*", "FAILED: It is lost*"])
    made, played = (
        body for method, path, body in server.calls if method == "POST" and path.startswith("/worlds")
    )
    assert made == {"seed": 7}
    assert played == {"name": "dunning", "parameters": {"size": 3}}


def test_a_scenario_is_part_of_the_world_unless_it_is_played(suite: pytest.Pytester, server: StandIn) -> None:
    suite.makepyfile(
        """
        import pytest

        @pytest.mark.scenario("dunning", parameters={"size": 3})
        def test_it(world):
            pass

        @pytest.mark.scenario("dunning", sizes=3)
        def test_wrong(world):
            pass
        """
    )
    suite.runpytest_subprocess("--greenroom-url", server.url).assert_outcomes(passed=1, errors=1)
    bodies = [body for method, path, body in server.calls if (method, path) == ("POST", "/worlds")]
    assert bodies == [{"scenario": "dunning", "parameters": {"size": 3}}]
