"""The steps of the journey, each with what it verifies; all on real HTTP, with the official SDKs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from demo.stage import Stage

ORGANISATION, PERSON = "Northlight Studio", "Ada Quill"
BILLING, ADDRESS = "billing@northlight.test", "ada@northlight.test"


@dataclass
class Journey:
    """What the steps learn on the way."""

    stage: Stage
    organisation: str = ""
    customer: str = ""
    session: dict[str, Any] = field(default_factory=dict)

    def app(self, method: str, path: str, **body: Any) -> Any:
        """Call the integration layer; a refusal fails the step."""
        answer = self.stage.app.request(method, path, json=body or None)
        check(answer.is_success, f"{method} {path} answered {answer.status_code}: {answer.text}")
        return answer.json()

    def billing(self) -> Any:
        """Return what the integration layer mirrors for the organisation."""
        return self.app("GET", f"/subscriptions/{self.organisation}")

    def mail(self, template: str) -> Any:
        """Return the newest mail made from a template."""
        mails = self.app("GET", f"/mails?organisation_id={self.organisation}")["mails"]
        found = next((each for each in mails if each["template"] == template), None)
        check(
            found is not None, f"no mail {template!r} was written; there are {[m['template'] for m in mails]}"
        )
        return found


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


@step("platform")
def sign_up(journey: Journey) -> str:
    """An organisation and a person sign up."""
    journey.organisation = journey.app("POST", "/organisations", name=ORGANISATION, billing_email=BILLING)[
        "id"
    ]
    person = journey.app("POST", "/users", organisation_id=journey.organisation, email=ADDRESS, name=PERSON)
    check(person["organisation_id"] == journey.organisation, "the person belongs to another organisation")
    return f"{ORGANISATION} with {PERSON} is in the platform's database"


@step("stripe")
def customer(journey: Journey) -> str:
    """The organisation becomes a Stripe customer."""
    journey.customer = journey.app("POST", "/customers", organisation_id=journey.organisation)["stripe_id"]
    found = journey.stage.world.client("stripe").v1.customers.retrieve(journey.customer)
    check(found.email == BILLING, f"Stripe's SDK reads the e-mail {found.email!r}")
    return f"stripe-python reads {journey.customer} with {found.email}"


@step("stripe")
def checkout(journey: Journey) -> str:
    """A checkout session is opened and its page shown."""
    journey.session = journey.app(
        "POST", "/checkout", organisation_id=journey.organisation, plan="professional_monthly"
    )
    page = journey.stage.app.get(journey.session["url"])
    check(
        page.is_success and "text/html" in page.headers["content-type"],
        f"the page answers {page.status_code}",
    )
    return f"{journey.session['url']} opens"


@step("stripe")
def pay(journey: Journey) -> str:
    """The customer pays there with a test card."""
    form = {
        "email": BILLING,
        "billingName": PERSON,
        "cardNumber": "4242 4242 4242 4242",
        "cardExpiry": "12 / 34",
        "cardCvc": "123",
    }
    answer = journey.stage.app.post(journey.session["url"], data=form)
    check(answer.status_code in {302, 303}, f"the page answers {answer.status_code}: {answer.text[:300]}")
    client = journey.stage.world.client("stripe")
    session = client.v1.checkout.sessions.retrieve(journey.session["id"])
    check(
        (session.status, session.payment_status) == ("complete", "paid"), f"the session is {session.status}"
    )
    check(journey.session["id"] in answer.headers["location"], "the success address lacks the session's id")
    return f"the session is complete and paid: {session.amount_total} cents of {session.currency}"


@step("stripe")
def active(journey: Journey) -> str:
    """The subscription is active, told by webhook."""
    settled = journey.stage.world.webhooks.settle()
    check(settled.failed == settled.scheduled == 0, f"deliveries: {settled}")
    current = journey.billing()["current"]
    check(current is not None and current["status"] == "active", f"the mirror says {current}")
    return f"{settled.delivered} signed deliveries; the mirror says {current['stripe_id']} is active"


@step("resend")
def welcome(journey: Journey) -> str:
    """The welcome mail is sent and delivered."""
    check(journey.mail("welcome")["status"] in {"accepted", "sent"}, "the welcome mail was not accepted")
    journey.stage.world.clock.advance(seconds=10)
    mail = journey.mail("welcome")
    check(mail["status"] == "delivered", f"the mail is {mail['status']}: {mail['error']}")
    inbox = journey.stage.world.emails(to=BILLING)
    check([each.subject for each in inbox] == [mail["subject"]], f"the inbox holds {inbox}")
    return f"“{mail['subject']}” lies in the inbox; email.delivered came by webhook"


@step("stripe")
def failing_card(journey: Journey) -> str:
    """A card that will fail is put on file."""
    method = journey.stage.services.customers.replace_payment_method(
        journey.organisation, "pm_card_chargeCustomerFail"
    )
    client = journey.stage.world.client("stripe")
    found = client.v1.customers.retrieve(journey.customer).invoice_settings
    check(found is not None and found.default_payment_method == method, "the card is not the default")
    return f"{method} is the customer's default payment method"


@step("clock")
def renewal(journey: Journey) -> str:
    """One month passes; the renewal fails, and a dunning mail goes out."""
    end = journey.billing()["current"]["current_period_end"]
    world = journey.stage.world
    days = (datetime.fromisoformat(end) + timedelta(hours=2) - world.clock.now).total_seconds()
    passed = world.clock.advance(seconds=days)
    billing = journey.billing()
    check(billing["past_due"], f"nothing is past due: {billing}")
    check(billing["current"]["status"] == "past_due", f"the subscription is {billing['current']['status']}")
    world.clock.advance(seconds=10)
    mail = journey.mail("payment_failed")
    check(mail["status"] == "delivered", f"the dunning mail is {mail['status']}")
    return f"{passed.timers_run} timers ran, the subscription is past_due, “{mail['subject']}” was delivered"


@step("stripe")
def mended(journey: Journey) -> str:
    """The card is mended and the invoice paid."""
    journey.stage.services.customers.replace_payment_method(journey.organisation, "pm_card_visa")
    invoice = journey.stage.services.invoices.retry_invoice(journey.organisation)
    journey.stage.world.webhooks.settle()
    billing = journey.billing()
    check(not billing["past_due"] and billing["current"]["status"] == "active", f"still past due: {billing}")
    journey.stage.world.clock.advance(seconds=10)
    mail = journey.mail("payment_recovered")
    check(mail["status"] == "delivered", f"the mail is {mail['status']}")
    return f"{invoice.stripe_id} is paid, the subscription active again, “{mail['subject']}” was delivered"


@step("webhooks")
def retried(journey: Journey) -> str:
    """A receiver that answers 500 twice gets its event the third time."""
    world, flaky = journey.stage.world, journey.stage.flaky
    world.endpoints.add("stripe", flaky.url, ["customer.updated"])
    client = world.client("stripe")
    client.v1.customers.update(journey.customer, params={"description": "Renewed by phone"})
    settled = world.webhooks.settle()
    check((flaky.answered, settled.scheduled) == ([500], 1), f"answered {flaky.answered}, {settled}")
    world.clock.advance(hours=3)
    check(flaky.answered == [500, 500, 200], f"the receiver answered {flaky.answered}")
    (delivery,) = [each for each in world.webhooks.deliveries() if each.url == flaky.url]
    times = [each.world_time.strftime("%H:%M") for each in delivery.attempts]
    return f"attempts at {', '.join(times)} of world time, on Stripe's schedule"


@step("worlds")
def untouched(journey: Journey) -> str:
    """A second world saw nothing of all this."""
    other = journey.stage.other
    customers = other.client("stripe").v1.customers.list().data
    check(not customers, f"it has customers: {customers}")
    check(not other.emails() and not other.events(), "it has mails or events")
    resend = other.client("resend")
    check(not resend.Emails.list()["data"], "Resend lists mails in it")
    return f"world {other.name!r}: no customers, mails or events, clock still at {other.clock.now:%Y-%m-%d %H:%M}"


@step("world")
def clean(journey: Journey) -> str:
    """No rule of a provider was broken on the way."""
    violations = journey.stage.world.violations()
    check(not violations, f"violations: {violations}")
    requests = journey.stage.world.requests(limit=1000)
    return f"{len(requests)} requests, 0 violations"
