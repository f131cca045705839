"""The one tree of errors that this package raises.

GreenroomError
├── NotRunning    no Greenroom answers at the address, or it ended while answering
├── StartFailed   the `greenroom` command is missing, ended before it was ready, or never became ready
├── ControlError  the control API refused a call (status, title, detail)
└── TimedOut      an answer, or what was waited for, did not come in time
"""

from __future__ import annotations


class GreenroomError(Exception):
    """Something that could not be done; the message says what happened, where, and what to do."""


class NotRunning(GreenroomError):
    """No Greenroom answers at this address."""


class StartFailed(GreenroomError):
    """The `greenroom` command could not be started; the message ends with what it printed."""


class TimedOut(GreenroomError, TimeoutError):
    """An answer, or something that was waited for, did not come within the time allowed."""


class ControlError(GreenroomError):
    """The control API refused a call (a problem+json answer).

    `status` is the HTTP status, `title` the kind of problem, `detail` what it says about this very call.
    """

    def __init__(self, status: int, title: str, detail: str, *, call: str = "") -> None:
        text = f"{status} {title}" + (f": {detail}" if detail else "")
        super().__init__(f"{call} was refused: {text}" if call else text)
        self.status = status
        self.title = title
        self.detail = detail

    def __reduce__(self) -> tuple[type[ControlError], tuple[int, str, str], dict[str, object]]:
        """Keep the error whole when it crosses a process border (pytest-xdist, multiprocessing)."""
        return type(self), (self.status, self.title, self.detail), {"args": self.args}
