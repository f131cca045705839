"""The measured requests as bytes, with the headers that the official Python SDKs send, built before the clock starts.

The reference server gets the same headers: both servers parse what a real client sends.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from benchmarks.servers import Server

NEWEST, PLATFORM = "2026-10-28.endive", "2025-04-30.basil"
"""The `Stripe-Version` of the newest Python SDK, and the one that the platform pins."""

PEOPLE = ("Ada", "Ben", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hana")


@dataclass(frozen=True, slots=True)
class Caller:
    """A consumer of one world: the address it calls and the keys it has."""

    host: str
    stripe_key: str
    resend_key: str
    clerk_key: str
    sender: str
    price: str

    def stripe(
        self, method: str, path: str, body: str = "", *, key: str = "", version: str = NEWEST
    ) -> bytes:
        """Return a request as stripe-python sends it; `key` is the idempotency key of a POST."""
        headers = [
            ("User-Agent", "Stripe/v1 PythonBindings/16.1.0"),
            ("Accept-Encoding", "gzip, deflate"),
            ("Accept", "*/*"),
            ("Connection", "keep-alive"),
            ("X-Stripe-Client-User-Agent", _CLIENT),
            ("Authorization", f"Bearer {self.stripe_key}"),
            ("Stripe-Version", version),
        ]
        if method == "POST":
            headers += [("Idempotency-Key", key), ("Content-Type", "application/x-www-form-urlencoded")]
        return self._request(method, path, headers, body)

    def resend(self, method: str, path: str, body: str = "") -> bytes:
        """Return a request as resend-python sends it."""
        headers = [
            ("User-Agent", "resend-python:2.52.0"),
            ("Accept-Encoding", "gzip, deflate"),
            ("Accept", "application/json"),
            ("Connection", "keep-alive"),
            ("Authorization", f"Bearer {self.resend_key}"),
            ("Content-Type", "application/json"),
        ]
        return self._request(method, path, headers, body)

    def clerk(self, method: str, path: str, body: str = "") -> bytes:
        """Return a request as clerk-backend-api sends it."""
        headers = [
            ("User-Agent", "speakeasy-sdk/python 5.0.7 2.859.0 2025-04-10 clerk-backend-api"),
            ("Accept-Encoding", "gzip, deflate"),
            ("Accept", "application/json"),
            ("Connection", "keep-alive"),
            ("Authorization", f"Bearer {self.clerk_key}"),
            ("Clerk-API-Version", "2025-04-10"),
            *([("Content-Type", "application/json")] if body else []),
        ]
        return self._request(method, path, headers, body)

    def _request(self, method: str, path: str, headers: list[tuple[str, str]], body: str) -> bytes:
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self.host}",
            *(f"{name}: {value}" for name, value in headers),
        ]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("ascii")

    def create_customer(self, number: int, run: str, version: str = NEWEST) -> bytes:
        """Create one customer; `run` and `number` make the idempotency key, which must not come twice."""
        form = urlencode(customer(number), safe="[]")
        key = f"0b5c3dac-3b4e-3e01-{run:0>4.4}-{number:012x}"
        return self.stripe("POST", "/stripe/v1/customers", form, key=key, version=version)

    def retrieve_customer(self, id: str, version: str = NEWEST) -> bytes:
        """Retrieve one customer."""
        return self.stripe("GET", f"/stripe/v1/customers/{id}", version=version)

    def create_payer(self, number: int, run: str) -> bytes:
        """Create a customer with a card that pays."""
        card = {
            "payment_method": "pm_card_visa",
            "invoice_settings[default_payment_method]": "pm_card_visa",
        }
        form = urlencode(customer(number) | card, safe="[]")
        key = f"0b5c3dac-3b4e-3e02-{run:0>4.4}-{number:012x}"
        return self.stripe("POST", "/stripe/v1/customers", form, key=key)

    def subscribe(self, customer: str) -> bytes:
        """Subscribe a customer to the monthly plan of `price`: its card is charged at once."""
        form = urlencode({"customer": customer, "items[0][price]": self.price}, safe="[]")
        return self.stripe("POST", "/stripe/v1/subscriptions", form, key=f"subscribe-{customer}")

    def find_customers(self, number: int) -> bytes:
        """List the customers with a mail address."""
        query = urlencode({"limit": 10, "email": customer(number)["email"]})
        return self.stripe("GET", f"/stripe/v1/customers?{query}")

    def search_customers(self, number: int) -> bytes:
        """Search the customers with a mail address."""
        query = urlencode({"limit": 10, "query": f"email:'{customer(number)['email']}'"})
        return self.stripe("GET", f"/stripe/v1/customers/search?{query}")

    def get_user(self, id: str) -> bytes:
        """Get a user of Clerk's."""
        return self.clerk("GET", f"/clerk/v1/users/{id}")

    def list_customers(self, version: str = NEWEST) -> bytes:
        """List the ten newest customers."""
        return self.stripe("GET", "/stripe/v1/customers?limit=10", version=version)

    def send_email(self, number: int) -> bytes:
        """Send one e-mail."""
        return self.resend("POST", "/resend/emails", json.dumps(self._mail(number)))

    def send_batch(self, first: int, count: int) -> bytes:
        """Send several e-mails in one request, numbered from `first`."""
        mails = [self._mail(number) for number in range(first, first + count)]
        return self.resend("POST", "/resend/emails/batch", json.dumps(mails))

    def _mail(self, number: int) -> dict[str, object]:
        return {
            "from": f"Greenroom <{self.sender}>",
            "to": [f"{PEOPLE[number % 8].lower()}.{number}@guests.test"],
            "subject": f"Your place in the green room ({number})",
            "html": "<p>Hello!</p><p>Your call is at seven. The door code is on the back of your pass.</p>"
            * 3,
        }


_CLIENT = json.dumps(
    {
        "bindings_version": "16.1.0",
        "lang": "python",
        "httplib": "requests",
        "telemetry_id": "b9be4f51608322be52de27ce450db3f3",
        "lang_version": "3.11.7",
        "platform": "Linux-6.1.0-x86_64-with-glibc2.36",
    }
)


def customer(number: int) -> dict[str, str]:
    """Return the parameters of an invented customer."""
    person = PEOPLE[number % len(PEOPLE)]
    return {
        "email": f"{person.lower()}.{number}@guests.test",
        "name": f"{person} Example {number}",
        "description": "Met at the stage door",
        "metadata[organisation_id]": f"org_{number:012}",
        "metadata[source]": "benchmark",
    }


NOBODY = {
    "CLERK_SECRET_KEY": "sk_test_reference",
    "EMAIL_FROM": "",
    "NEXT_PUBLIC_PRICE_ESSENTIAL_MONTHLY": "",
    "RESEND_API_KEY": "re_reference",
    "STRIPE_SECRET_KEY": "sk_test_reference",
}
"""For the reference server, which asks for no credentials."""


def caller(server: Server, env: dict[str, str] = NOBODY) -> Caller:
    """Return the consumer of a world, by the environment that the control API gives for it."""
    host = f"127.0.0.1:{server.port}"
    return Caller(
        host,
        stripe_key=env["STRIPE_SECRET_KEY"],
        resend_key=env["RESEND_API_KEY"],
        clerk_key=env["CLERK_SECRET_KEY"],
        sender=env["EMAIL_FROM"],
        price=env["NEXT_PUBLIC_PRICE_ESSENTIAL_MONTHLY"],
    )


def write_row(to: Caller, number: int) -> bytes:
    """Write one row of about 600 bytes to the reference server."""
    fields = customer(number) | {"object": "row", "text": "x" * 360}
    return to.stripe("POST", "/rows", json.dumps(fields), key=f"0b5c3dac-3b4e-3e01-0000-{number:012x}")


def read_row(to: Caller, number: int) -> bytes:
    """Read one row of the reference server by its id."""
    return to.stripe("GET", f"/rows/row_{number:024}")


def list_rows(to: Caller) -> bytes:
    """Read the ten newest rows of the reference server."""
    return to.stripe("GET", "/rows")
