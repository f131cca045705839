"""A bar for what takes long, where somebody looks at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = console or Console(stderr=True)
    with ThreadPoolExecutor(1) as pool, Progress(*columns, console=shown, transient=True) as progress:
        answer, task = pool.submit(work), None
        while True:
            try:
                return answer.result(timeout=EVERY_SECONDS)
            except TimeoutError:
                for load in session.get("~/loads")["loads"][:1]:
                    task = progress.add_task(f"loading {load['name']}") if task is None else task
                    progress.update(task, completed=load["done"], total=load["parts"])
