"""The table tells what was reached and what was not, and noise is named."""

from pathlib import Path

import pytest

from benchmarks.__main__ import main, noise
from benchmarks.figures import Bar, Figure, markdown, table


@pytest.mark.parametrize(
    ("bar", "value", "verdict"),
    [
        (Bar(3.0), 3.0, "met"),
        (Bar(3.0), 3.01, "NOT MET"),
        (Bar(500, "at least"), 500, "met"),
        (Bar(500, "at least"), 499, "NOT MET"),
        (None, 1, ""),
    ],
)
def test_a_bar_is_met_or_not(bar: Bar | None, value: float, verdict: str) -> None:
    assert Figure("speed", value, "x", bar).verdict == verdict


def test_the_table_shows_figure_bar_and_verdict() -> None:
    figures = [Figure("create", 3.219, "x", Bar(3.0, aim=2.2), "a detail"), Figure("rate", 1234.5, "/s")]
    lines = table(figures).splitlines()
    assert lines[2].split("  ")[0] == "create"
    assert "3.22 x" in lines[2]
    assert "≤ 3 (aim 2.2) x" in lines[2]
    assert lines[2].endswith("NOT MET  a detail")
    assert "1,234 /s" in lines[3]
    assert markdown(figures).splitlines()[3] == "| rate | 1,234 /s |  |  |  |"


def test_the_file_holds_what_is_behind_a_figure() -> None:
    stored = Figure("create", 2.5, "x", Bar(3.0), data={"rounds_ratio": [2.4, 2.5, 2.6]}).stored()
    assert stored["bar"] == {"limit": 3.0, "sense": "at most", "aim": None, "met": True}
    assert stored["rounds_ratio"] == [2.4, 2.5, 2.6]


def test_noise_is_named() -> None:
    steady, shaky = (
        Figure("bare read", 50, "µs", data={"spread": 0.1}),
        Figure("bare write", 90, "µs", data={"spread": 0.8}),
    )
    assert noise([steady], {"load_at_start": 0.0}) == []
    found = noise([steady, shaky], {"load_at_start": 64.0})
    assert "busy before the run" in found[0]
    assert "bare write varied by 80%" in found[1]


def test_a_folder_as_the_file_of_figures_is_refused_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", "--json", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "is a folder" in capsys.readouterr().err
