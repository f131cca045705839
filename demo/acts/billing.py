"""The organisation subscribes."""

from __future__ import annotations

from demo.acts.entrance import ADDRESS, FIRST, LAST
from demo.journey import Journey, check, step


@step("stripe")
def customer(journey: Journey) -> str:
    """The organisation becomes a Stripe customer."""
    journey.customer = journey.app("POST", "/customers", organisation_id=journey.organisation)["stripe_id"]
    found = journey.stage.world.client("stripe").v1.customers.retrieve(journey.customer)
    check(found.email == ADDRESS, f"Stripe's SDK reads the e-mail {found.email!r}")
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
        "email": ADDRESS,
        "billingName": f"{FIRST} {LAST}",
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
    delivered = journey.settle()
    current = journey.billing()["current"]
    check(current is not None and current["status"] == "active", f"the mirror says {current}")
    return f"{delivered} signed deliveries so far; the mirror says {current['stripe_id']} is active"


@step("resend")
def welcome(journey: Journey) -> str:
    """The welcome mail is sent and delivered."""
    return f"“{journey.delivered('welcome', ADDRESS)}” lies in the inbox; email.delivered came by webhook"
