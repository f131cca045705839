"""What a consumer does at a provider, as a program: `python journeys.py NAME`. Recorded at one implementation, replayed on another.

It takes the provider's address from the environment, as `greenroom record run` sets it, and goes on after refusals: they
are a part of what is recorded.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import httpx

Json = dict[str, Any]


class Consumer:
    """Makes calls of one provider."""

    def __init__(self, provider: str, headers: dict[str, str]) -> None:
        url = os.environ[f"GREENROOM_{provider.upper()}_URL"]
        self.http = httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False)

    def form(self, method: str, path: str, **fields: Any) -> Json:
        """Make a call with a form, or with a query where there is no body."""
        post = method == "POST"
        answer = self.http.post(path, data=fields) if post else self.http.request(method, path, params=fields)
        told: Json = self._told(answer)
        return told

    def json(self, method: str, path: str, body: Any = None) -> Any:
        """Make a call with JSON."""
        return self._told(self.http.request(method, path, json=body))

    @staticmethod
    def _told(answer: httpx.Response) -> Any:
        try:
            return answer.json()
        except ValueError:
            return {}


def customers() -> None:
    """Keep customers, with a card and a setup."""
    at = Consumer("stripe", {"Authorization": "Bearer sk_test_recording"})
    form = {"email": "ada@northwind.test", "name": "Northwind", "metadata[team]": "brand"}
    customer = at.form("POST", "/v1/customers", **form)["id"]
    at.form("GET", f"/v1/customers/{customer}")
    at.form("POST", f"/v1/customers/{customer}", description="Coffee")
    at.form("GET", "/v1/customers", limit=3)
    at.form("GET", "/v1/customers/cus_nobody")
    card = at.form("POST", "/v1/payment_methods", type="card", **CARD).get("id")
    if card is not None:
        at.form("POST", f"/v1/payment_methods/{card}/attach", customer=customer)
    at.form("GET", "/v1/payment_methods", customer=customer, type="card")
    at.form("POST", "/v1/setup_intents", customer=customer)


def catalogue() -> None:
    """Keep a product with its prices, and a coupon."""
    at = Consumer("stripe", {"Authorization": "Bearer sk_test_recording"})
    product = at.form("POST", "/v1/products", name="Essential")["id"]
    at.form("GET", f"/v1/products/{product}")
    at.form("GET", "/v1/products")
    price = {"unit_amount": 4200, "currency": "eur", "recurring[interval]": "month"}
    made = at.form("POST", "/v1/prices", product=product, **price)
    at.form("GET", f"/v1/prices/{made.get('id')}")


def plans() -> None:
    """Keep a plan and a coupon, and subscribe."""
    at = Consumer("stripe", {"Authorization": "Bearer sk_test_recording"})
    at.form("POST", "/v1/products", name="Essential", id="essential")
    plan = {"amount": 4200, "currency": "eur", "interval": "month", "product": "essential"}
    at.form("POST", "/v1/plans", id="essential-monthly", **plan)
    at.form("GET", "/v1/plans/essential-monthly")
    customer = at.form("POST", "/v1/customers", name="Northwind")["id"]
    card = at.form("POST", "/v1/payment_methods", type="card", **CARD)["id"]
    at.form("POST", f"/v1/payment_methods/{card}/attach", customer=customer)
    at.form("POST", f"/v1/customers/{customer}", **{"invoice_settings[default_payment_method]": card})
    at.form("POST", "/v1/subscriptions", customer=customer, **{"items[0][price]": "essential-monthly"})
    at.form("POST", "/v1/coupons", id="autumn", percent_off=20, duration="once")
    at.form("GET", "/v1/coupons/autumn")


def payments() -> None:
    """Take a payment, refund it, and be declined."""
    at = Consumer("stripe", {"Authorization": "Bearer sk_test_recording"})
    card = at.form("POST", "/v1/payment_methods", type="card", **CARD).get("id")
    if card is not None:
        paid = {"amount": 4200, "currency": "eur", "payment_method": card, "confirm": "true"}
        made = at.form("POST", "/v1/payment_intents", **paid, **{"payment_method_types[]": "card"})
        at.form("GET", f"/v1/payment_intents/{made['id']}")
        at.form("POST", "/v1/refunds", payment_intent=made["id"], amount=1000)
    waiting = at.form("POST", "/v1/payment_intents", amount=700, currency="eur")
    at.form("POST", f"/v1/payment_intents/{waiting['id']}/cancel")
    at.form("POST", "/v1/payment_intents", amount=-1, currency="eur")
    at.form("GET", "/v1/events", limit=20)


def mails() -> None:
    """Send mails, read them, and keep domains and keys."""
    at = Consumer("resend", {"Authorization": "Bearer re_recording", "User-Agent": "journey"})
    mail = {
        "from": "hello@northwind.test",
        "to": ["delivered@resend.dev"],
        "subject": "Hello",
        "html": "<p>Hi</p>",
    }
    sent = at.json("POST", "/emails", mail).get("id")
    at.json("GET", f"/emails/{sent}")
    at.json("POST", "/emails/batch", [mail, mail])
    later = at.json("POST", "/emails", {**mail, "scheduled_at": "in 1 hour"}).get("id")
    at.json("POST", f"/emails/{later}/cancel")
    at.json("GET", "/emails/0f8fad5b-d9cb-469f-a165-70867728950e")
    domain = at.json("POST", "/domains", {"name": "lumen.test"}).get("id")
    at.json("GET", f"/domains/{domain}")
    at.json("GET", "/domains")
    at.json("DELETE", f"/domains/{domain}")
    key = at.json("POST", "/api-keys", {"name": "journey"}).get("id")
    at.json("GET", "/api-keys")
    at.json("DELETE", f"/api-keys/{key}")


def people() -> None:
    """Keep people and their organisations."""
    at = Consumer("clerk", {"Authorization": "Bearer sk_test_recording"})
    person = {"first_name": "Ada", "last_name": "Quill", "email_address": ["ada@northwind.test"]}
    ada = at.json("POST", "/v1/users", {**person, "password": "a long walk by the sea"}).get("id")
    at.json("GET", f"/v1/users/{ada}")
    at.json("PATCH", f"/v1/users/{ada}", {"first_name": "Adele"})
    at.json("PATCH", f"/v1/users/{ada}/metadata", {"public_metadata": {"plan": "essential"}})
    at.json("GET", "/v1/users/user_nobody")
    made = at.json("POST", "/v1/organizations", {"name": "Northwind Coffee", "created_by": ada}).get("id")
    at.json("GET", f"/v1/organizations/{made}")
    at.json("GET", f"/v1/organizations/{made}/memberships")
    asked = {"email_address": "grace@northwind.test", "role": "org:member", "inviter_user_id": ada}
    at.json("POST", f"/v1/organizations/{made}/invitations", asked)
    at.json("DELETE", f"/v1/organizations/{made}")
    at.json("DELETE", f"/v1/users/{ada}")


def projects() -> None:
    """Keep a project with its variables."""
    at = Consumer(
        "vercel", {"Authorization": f"Bearer {os.environ.get('RECORDING_TOKEN', 'test_token_admin')}"}
    )
    made = at.json("POST", "/v11/projects", {"name": "journey"}).get("id")
    at.json("GET", f"/v9/projects/{made}")
    variable = {"key": "API_URL", "value": "https://a.test", "type": "plain", "target": ["production"]}
    at.json("POST", f"/v10/projects/{made}/env", variable)
    at.json("GET", f"/v10/projects/{made}/env")
    at.json("GET", "/v2/user")
    at.json("GET", "/v9/projects/nothing")
    at.json("DELETE", f"/v9/projects/{made}")


CARD = {
    "card[number]": "4242424242424242",
    "card[exp_month]": "12",
    "card[exp_year]": "2034",
    "card[cvc]": "123",
}
JOURNEYS: dict[str, tuple[Callable[[], None], ...]] = {
    "localstripe": (customers, plans, payments),
    "stripe": (customers, catalogue, payments),
    "resend": (mails,),
    "clerk": (people,),
    "vercel": (projects,),
}

if __name__ == "__main__":
    for journey in JOURNEYS[sys.argv[1]]:
        journey()
