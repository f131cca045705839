"""A bar for what takes long, where somebody looks at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from harness.cli.session import Session

EVERY_SECONDS = 0.5


def following(session: Session, work: Callable[[], Any], console: Console | None = None) -> Any:
    """Return what some work on the server answers, and show how far its load has come meanwhile.

    Without a terminal, or where JSON is asked for, nothing is shown.
    """
    if console is None and (session.as_json or not sys.stderr.isatty()):
        return work()
    with ThreadPoolExecutor(1) as pool, bar("loading", console) as show:
        answer = pool.submit(work)
        while True:
            try:
                return answer.result(timeout=EVERY_SECONDS)
            except TimeoutError:
                for load in session.get("~/loads")["loads"][:1]:
                    show(load["done"], load["parts"])


@contextmanager
def bar(what: str, console: Console | None = None) -> Iterator[Callable[[int, int], None]]:
    """Show a bar, and give what moves it: a function of how much is done, and of how much."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console or Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
