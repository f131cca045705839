"""The one tree of errors, and the one exception that is not ours.

GreenroomError
├── StoreError          the data directory or database cannot be used
├── ConfigurationError  a wrong option, a busy port, a provider that cannot be loaded
├── NotFound            a world, snapshot, delivery … that does not exist
├── Conflict            a name that is taken, a clock that is already moving
└── InvalidInput        a value that the control API or CLI cannot use

`Refusal` stands apart on purpose: it is an *emulated* answer of a provider (data), never a mistake of ours.
"""

from __future__ import annotations

from typing import Any


class GreenroomError(Exception):
    """Something Greenroom itself cannot do; the message says what happened and what to do."""


class StoreError(GreenroomError):
    """The data directory or its database cannot be opened, is corrupt, in use, or newer than this version."""


class ConfigurationError(GreenroomError):
    """An option, a port or an installed provider is unusable."""


class NotFound(GreenroomError):
    """A named thing of Greenroom's own (a world, a snapshot, a delivery) does not exist."""


class Conflict(GreenroomError):
    """The request contradicts the present state, for example a name that is taken."""


class InvalidInput(GreenroomError):
    """A value given to the control API, the CLI or a trigger is not usable."""


class Refusal(Exception):
    """A provider's own refusal: status, body and headers exactly as its API would answer.

    `keep` commits what the handler did before refusing, for the few cases where the provider does
    (a declined charge). `rule` names the broken rule for the list of violations; None for refusals that
    are not the consumer's mistake (declines, unknown ids, rate limits).
    """

    def __init__(
        self,
        status: int,
        body: Any,
        *,
        headers: tuple[tuple[str, str], ...] = (),
        keep: bool = False,
        rule: str | None = None,
        message: str = "",
        subject: str = "",
    ) -> None:
        """Build the answer; `message` and `subject` (a parameter's name) describe it in the violations list."""
        super().__init__(message or f"HTTP {status}")
        self.status = status
        self.body = body
        self.headers = headers
        self.keep = keep
        self.rule = rule
        self.message = message
        self.subject = subject
