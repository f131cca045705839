"""The layer under test with everything around it."""

import json
from dataclasses import dataclass

from integrations.models import Mail
from integrations.services import Services
from integrations.settings import Settings
from tests.integrations.algolia_stub import AlgoliaStub
from tests.integrations.cint_stub import CintStub, cint_event
from tests.integrations.clerk_stub import ClerkStub, clerk_event
from tests.integrations.insightiq_stub import InsightiqStub, insightiq_event, sign_digest
from tests.integrations.mux_stub import MuxStub, mux_event, sign_stamped
from tests.integrations.stubs import (
    OPTIONAL,
    FakeClock,
    Json,
    ResendStub,
    StripeStub,
    sign_resend,
    sign_stripe,
)
from tests.integrations.vercel_stub import VercelStub


@dataclass
class Layer:
    """The layer under test with everything around it."""

    settings: Settings
    services: Services
    clock: FakeClock
    stripe: StripeStub
    resend: ResendStub
    clerk: ClerkStub
    algolia: AlgoliaStub
    mux: MuxStub
    insightiq: InsightiqStub
    cint: CintStub
    vercel: VercelStub

    def organisation(self, name: str = "Acme", billing_email: str = "billing@acme.test") -> str:
        """Create an organisation with a Stripe customer and return its id."""
        created = self.services.organisations.create(name=name, billing_email=billing_email)
        self.services.customers.ensure(created.id)
        return created.id

    def customer_id(self, organisation_id: str) -> str:
        found = self.services.customers.find(organisation_id)
        assert found is not None
        return found.stripe_id

    def deliver_stripe(self, event: Json) -> str:
        """Hand in a signed delivery from Stripe and return what became of it."""
        body = json.dumps(event, indent=2)
        return self.services.stripe_webhooks.receive(body.encode(), sign_stripe(body)).value

    def deliver_resend(self, event: Json, event_id: str = "msg_1") -> str:
        """Hand in a signed delivery from Resend and return what became of it."""
        body = json.dumps(event, separators=(",", ":"))
        return self.services.resend_webhooks.receive(body.encode(), sign_resend(body, event_id)).value

    def deliver_clerk(self, event_type: str, data: Json, event_id: str | None = None) -> str:
        """Hand in a signed delivery from Clerk and return what became of it."""
        event = clerk_event(event_type, data)
        body = json.dumps(event, separators=(",", ":"))
        headers = sign_resend(body, event_id or f"msg_{next(self.clerk.numbers)}")
        return self.services.clerk_webhooks.receive(body.encode(), headers).value

    def deliver_mux(self, event_type: str, data: Json, event_id: str | None = None) -> str:
        """Hand in a signed delivery from Mux and return what became of it."""
        body = json.dumps(mux_event(event_id or f"event-{next(self.mux.numbers)}", event_type, data))
        signature = sign_stamped(body, self.clock.now())
        return self.services.mux_webhooks.receive(body.encode(), signature).value

    def deliver_insightiq(self, event: str, *, event_id: str | None = None, **data: str) -> str:
        """Hand in a signed delivery from InsightIQ and return what became of it."""
        made = insightiq_event(event_id or f"event-{next(self.insightiq.numbers)}", event, **data)
        body = json.dumps(made)
        return self.services.insightiq_webhooks.receive(body.encode(), sign_digest(body)).value

    def deliver_cint(self, event_type: str, *, event_id: str | None = None, **data: object) -> str:
        """Hand in a signed delivery from Cint and return what became of it."""
        body = json.dumps(cint_event(event_id or f"event-{next(self.cint.numbers)}", event_type, **data))
        signature = sign_stamped(body, self.clock.now(), OPTIONAL["CINT_WEBHOOK_SECRET"])
        return self.services.cint_webhooks.receive(body.encode(), signature)[0].value

    def mail(self, template: str) -> Mail:
        """The only mail of a template."""
        (mail,) = [mail for mail in self.services.mail.list() if mail.template == template]
        return mail

    def mail_keys(self) -> list[str]:
        """What the mails written so far are about."""
        return sorted(mail.dedupe_key for mail in self.services.mail.list())
