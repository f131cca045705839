"""The mails the platform sends: what each needs to know, and how it is rendered.

A message has two files in `templates/`: `<name>.txt`, whose first line is `Subject: …`, and `<name>.mjml`, in which
every value is escaped, and which MJML makes into HTML that mail programs show alike (`base.mjml` is the brand's frame).
"""

import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import ClassVar, get_args

import mrml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from integrations.errors import NotFoundError

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["mjml"], default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

#: Currencies without a minor unit, and with a thousandth (Stripe docs: zero-decimal and three-decimal currencies).
_NO_DECIMALS = frozenset(
    "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split()  # noqa: SIM905 - easier to compare
)
_THREE_DECIMALS = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """What all have in common: the name of their templates, made of the class's (`PlanChanged` is `plan_changed`)."""

    template: ClassVar[str]

    def __init_subclass__(cls) -> None:
        """Name the templates."""
        cls.template = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfOrganisation(_Message):
    organisation: str
    billing_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfPlan(_OfOrganisation):
    plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome(_Message):
    """The organisation's subscription has become active."""

    organisation: str
    plan: str
    dashboard_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFailed(_OfOrganisation):
    """An invoice could not be paid. `next_attempt` is a date, or None when nobody will try again."""

    amount: str
    next_attempt: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRecovered(_OfOrganisation):
    """An invoice whose payment had failed is paid."""

    amount: str


class PlanChanged(_OfPlan):
    """The subscription is on another plan from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChangeScheduled(_OfPlan):
    """The subscription will be on another plan from `date` on."""

    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationScheduled(_OfPlan):
    """The subscription will end on `date`."""

    date: str


class SubscriptionResumed(_OfPlan):
    """A subscription that was to end, to change or that was paused goes on as it was."""


class SubscriptionUnpaid(_OfPlan):
    """Every attempt to collect has failed, and access rests until the invoice is paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionEnded(_OfPlan):
    """The subscription is over. `reason` says why, or is None when it was asked for."""

    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(_Message):
    """Somebody is invited to join an organisation."""

    organisation: str
    name: str
    invited_by: str
    accept_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedUp(_Message):
    """A person has signed up."""

    name: str
    dashboard_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyResults(_Message):
    """A brand-lift study has ended; all values are ready to be read, such as `31.0% of 500`."""

    study: str
    campaign: str
    kpi: str
    control: str
    exposed: str
    lift: str
    verdict: str
    report_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement(_Message):
    """What many are told at once; `action` is what the button says that leads to `action_url`."""

    heading: str
    words: str
    action: str
    action_url: str


#: What becomes of a subscription (`billing/notices.py` chooses).
SubscriptionNotice = (
    PlanChanged
    | PlanChangeScheduled
    | CancellationScheduled
    | SubscriptionResumed
    | SubscriptionUnpaid
    | SubscriptionEnded
)
Message = (
    Welcome
    | PaymentFailed
    | PaymentRecovered
    | SubscriptionNotice
    | Invitation
    | SignedUp
    | StudyResults
    | Announcement
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message as it is sent."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Whose mails they are: a name, a colour (`#rrggbb`), a logo, and the address that stands at the end."""

    name: str = "Platform"
    colour: str = "#1c1917"
    logo_url: str | None = None
    address: str | None = None


_PLAIN = Brand()


def render(message: Message, brand: Brand = _PLAIN, unsubscribe_url: str | None = None) -> Rendered:
    """Fill in a message's templates; a value that is missing is an error, never an empty gap.

    An announcement says at its end where to go for no more of them.
    """
    # On one line each: a line break in a name must neither end the subject nor pretend to be our own text.
    values = {name: value and " ".join(value.split()) for name, value in asdict(message).items()}
    values["unsubscribe_url"] = unsubscribe_url
    head, _, text = _TEMPLATES.get_template(f"{message.template}.txt").render(values).partition("\n\n")
    subject = head.removeprefix("Subject:").strip()
    source = _TEMPLATES.get_template(f"{message.template}.mjml").render(values, brand=brand)
    return Rendered(subject=subject, html=mrml.to_html(source).content, text=text.strip() + "\n")


def preview(template: str, brand: Brand = _PLAIN) -> Rendered:
    """Show a template with its fields' own names as values (`[organisation]`); raises `NotFoundError`."""
    found = MESSAGES.get(template)
    if found is None:
        raise NotFoundError("mail template", template)
    values = {
        each.name: "https://preview.test/"
        if each.name.endswith("_url")
        else f"[{each.name.replace('_', ' ')}]"
        for each in fields(found)
    }
    return render(found(**values), brand, "https://preview.test/")


#: The kinds of messages by the name of their templates.
MESSAGES: dict[str, type[Message]] = {kind.template: kind for kind in get_args(Message)}


def money(amount: int, currency: str) -> str:
    """Write an amount of minor units as a person reads it: 4900 and `usd` give `49.00 USD`."""
    code = currency.lower()
    digits = 0 if code in _NO_DECIMALS else 3 if code in _THREE_DECIMALS else 2
    return f"{amount / 10**digits:,.{digits}f} {code.upper()}"
