"""What a journey is: steps in order, each with what it does and verifies, and what they learn on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from demo.stage import Stage

Json = dict[str, Any]


@dataclass
class Journey:
    """What the steps learn on the way."""

    stage: Stage
    person: str = ""
    organisation: str = ""
    rival: str = ""
    customer: str = ""
    campaign: str = ""
    video: str = ""
    study: str = ""
    session: Json = field(default_factory=dict)

    def app(self, method: str, path: str, **body: Any) -> Any:
        """Call the integration layer; a refusal fails the step."""
        answer = self.stage.app.request(method, path, json=body or None)
        check(answer.is_success, f"{method} {path} answered {answer.status_code}: {answer.text}")
        return answer.json() if answer.content else None

    def billing(self) -> Any:
        """Return what the integration layer mirrors of the organisation's subscriptions."""
        return self.app("GET", f"/subscriptions/{self.organisation}")

    def mail(self, template: str, to: str) -> Any:
        """Return the newest mail made from a template to an address."""
        mails = self.app("GET", f"/mails?recipient={to.replace('+', '%2B')}")["mails"]
        found = next((each for each in mails if each["template"] == template), None)
        check(found, f"no mail {template!r} was written; there are {[each['template'] for each in mails]}")
        return found

    def delivered(self, template: str, to: str) -> str:
        """Let a mail arrive, insist that it did, and return its subject."""
        check(self.mail(template, to)["status"] in {"accepted", "sent", "delivered"}, "it was not accepted")
        self.stage.world.clock.advance(seconds=10)
        mail = self.mail(template, to)
        check(mail["status"] == "delivered", f"the mail {template} is {mail['status']}: {mail['error']}")
        inbox = self.stage.world.emails(to=to)
        check(mail["subject"] in [each.subject for each in inbox], f"the inbox holds {inbox}")
        subject: str = mail["subject"]
        return subject

    def settle(self) -> int:
        """Let all webhooks arrive; return how many were delivered in all."""
        settled = self.stage.world.webhooks.settle()
        check(settled.failed == settled.scheduled == 0, f"deliveries: {settled}")
        return settled.delivered


class StepFailed(Exception):
    """A step did not bring what it should."""


def check(holds: object, message: str) -> None:
    """Fail the step unless something holds."""
    if not holds:
        raise StepFailed(message)


@dataclass(frozen=True)
class Step:
    """A step: the provider it is about, what is done, and the function that does and verifies it."""

    provider: str
    title: str
    play: Callable[[Journey], str]


STEPS: list[Step] = []


def step(provider: str) -> Callable[[Callable[[Journey], str]], Callable[[Journey], str]]:
    """Add a function to the journey: its docstring is the step's title, and it returns what it verified."""

    def add(play: Callable[[Journey], str]) -> Callable[[Journey], str]:
        STEPS.append(Step(provider, (play.__doc__ or play.__name__).rstrip("."), play))
        return play

    return add
