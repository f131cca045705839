"""The mails the platform sends: what each needs to know, and how it is rendered.

A message has two files in `templates/`: `<name>.txt`, whose first line is `Subject: …`, and `<name>.html`, in which
every value is escaped.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"], default=False),
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
class Welcome:
    """The organisation's subscription has become active."""

    template: ClassVar[str] = "welcome"
    organisation: str
    plan: str
    dashboard_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFailed:
    """An invoice could not be paid. `next_attempt` is a date, or None when nobody will try again."""

    template: ClassVar[str] = "payment_failed"
    organisation: str
    amount: str
    next_attempt: str | None
    billing_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRecovered:
    """An invoice whose payment had failed is paid."""

    template: ClassVar[str] = "payment_recovered"
    organisation: str
    amount: str
    billing_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChanged:
    """The subscription is on another plan from now on."""

    template: ClassVar[str] = "plan_changed"
    organisation: str
    plan: str
    billing_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChangeScheduled:
    """The subscription will be on another plan from `date` on."""

    template: ClassVar[str] = "plan_change_scheduled"
    organisation: str
    plan: str
    date: str
    billing_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationScheduled:
    """The subscription will end on `date`."""

    template: ClassVar[str] = "cancellation_scheduled"
    organisation: str
    plan: str
    date: str
    billing_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionResumed:
    """A subscription that was to end, to change or that was paused goes on as it was."""

    template: ClassVar[str] = "subscription_resumed"
    organisation: str
    plan: str
    billing_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionUnpaid:
    """Every attempt to collect has failed, and access rests until the invoice is paid."""

    template: ClassVar[str] = "subscription_unpaid"
    organisation: str
    plan: str
    billing_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionEnded:
    """The subscription is over. `reason` says why, or is None when it was asked for."""

    template: ClassVar[str] = "subscription_ended"
    organisation: str
    plan: str
    reason: str | None
    billing_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Somebody is invited to join an organisation."""

    template: ClassVar[str] = "invitation"
    organisation: str
    name: str
    invited_by: str
    accept_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedUp:
    """A person has signed up."""

    template: ClassVar[str] = "signed_up"
    name: str
    dashboard_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyResults:
    """A brand-lift study has ended; all values are ready to be read, such as `31.0% of 500`."""

    template: ClassVar[str] = "study_results"
    study: str
    campaign: str
    kpi: str
    control: str
    exposed: str
    lift: str
    verdict: str
    report_url: str


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
    Welcome | PaymentFailed | PaymentRecovered | SubscriptionNotice | Invitation | SignedUp | StudyResults
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message as it is sent."""

    subject: str
    html: str
    text: str


def render(message: Message) -> Rendered:
    """Fill in a message's templates; a value that is missing is an error, never an empty gap."""
    # On one line each: a line break in a name must neither end the subject nor pretend to be our own text.
    values = {name: value and " ".join(value.split()) for name, value in asdict(message).items()}
    head, _, text = _TEMPLATES.get_template(f"{message.template}.txt").render(values).partition("\n\n")
    subject = head.removeprefix("Subject:").strip()
    html = _TEMPLATES.get_template(f"{message.template}.html").render(values)
    return Rendered(subject=subject, html=html, text=text.strip() + "\n")


def money(amount: int, currency: str) -> str:
    """Write an amount of minor units as a person reads it: 4900 and `usd` give `49.00 USD`."""
    code = currency.lower()
    digits = 0 if code in _NO_DECIMALS else 3 if code in _THREE_DECIMALS else 2
    return f"{amount / 10**digits:,.{digits}f} {code.upper()}"
