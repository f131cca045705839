"""All mail that providers send in one world."""

from __future__ import annotations

from greenroom._control import Control, segment
from greenroom._errors import TimedOut
from greenroom._records import Email, read
from greenroom._stream import Stream


def listed(control: Control, world: str, to: str | None = None) -> list[Email]:
    """Return a world's mail, newest first: all, or that to the address `to`."""
    return [read(Email, email) for email in control.get(f"{world}/emails", to=to)["emails"]]


class Mailbox:
    """Waits for and opens the mail of one world; `world.emails()` lists it."""

    def __init__(self, control: Control, world: str) -> None:
        self._control, self._world = control, world

    def open(self, id: str) -> Email:
        """Return one mail whole: with `html`, `text` and the `links` in it."""
        return read(Email, self._control.get(f"{self._world}/emails/{segment(id)}"))

    def wait_for(
        self,
        *,
        to: str | None = None,
        subject: str | None = None,
        after: Email | None = None,
        timeout: float = 5.0,
    ) -> Email:
        """Return the newest mail that fits, whole; wait up to `timeout` seconds of real time for one.

        `to` is the address, `subject` a part of the subject (capitals do not matter), `after` a mail that the one
        wanted must have come later than. World time does not move meanwhile under a frozen clock: mail that is
        scheduled needs `world.clock.advance(...)` first. Raises TimedOut, naming the mail that did come.
        """
        with Stream(self._control, f"{self._world}/stream", timeout=timeout) as stream:
            while True:
                come = listed(self._control, self._world, to)
                if found := _first(come, subject, after):
                    return self.open(found.id)
                if not any(item.kind == "mail" for item in stream):
                    break
        wanted = f"mail to {to or 'anybody'}" + (f" with {subject!r} in its subject" if subject else "")
        subjects = ", ".join(repr(email.subject) for email in come[:10]) or "none"
        raise TimedOut(
            f"no {wanted} came in {self._control.url}{self._world} within {timeout:g} seconds; "
            f"there: {subjects}. If it is scheduled, advance the world's clock"
        )


def _first(come: list[Email], subject: str | None, after: Email | None) -> Email | None:
    for email in come:
        if after is not None and email.id == after.id:
            return None
        if subject is None or subject.casefold() in email.subject.casefold():
            return email
    return None
