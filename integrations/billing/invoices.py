"""The mirror of invoices, and dunning: what happens after a payment failed."""

from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations.billing.dunning import hold_subscription, state_of
from integrations.billing.stripe_calls import is_missing
from integrations.billing.stripe_gateway import StripeGateway
from integrations.billing.stripe_states import InvoiceState
from integrations.clock import Clock
from integrations.database import Database
from integrations.errors import ConflictError, ProviderRefusedError
from integrations.identity.organisations import organisation_of_customer, require_organisation
from integrations.mail.messages import PaymentFailed, PaymentRecovered, money
from integrations.mail.service import MailService
from integrations.mirror import Mirror
from integrations.models import Dunning, Invoice, Mail, Organisation
from integrations.settings import Settings


class Invoices:
    """Mirrors invoices, writes the dunning mails, and collects an open invoice on request."""

    def __init__(
        self,
        database: Database,
        stripe: StripeGateway,
        mirror: Mirror,
        mail: MailService,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._stripe = stripe
        self._mirror = mirror
        self._mail = mail
        self._settings = settings
        self._clock = clock

    def list(self, organisation_id: str) -> list[Invoice]:
        """Return the organisation's invoices as mirrored, newest first; raises `NotFoundError`."""
        with self._database.transaction() as session:
            require_organisation(session, organisation_id)
            query = (
                select(Invoice)
                .where(Invoice.organisation_id == organisation_id)
                .order_by(Invoice.created_at.desc(), Invoice.stripe_id.desc())
            )
            return list(session.scalars(query))

    def retry_invoice(self, organisation_id: str) -> Invoice:
        """Charge the organisation's oldest open invoice now and return it as paid.

        Raises `ConflictError` when nothing is open, `PaymentDeclinedError` when the bank says no.
        """
        open_invoices = [each for each in self.list(organisation_id) if each.status == "open"]
        if not open_invoices:
            raise ConflictError(f"Organisation {organisation_id} has no open invoice.")
        invoice_id = open_invoices[-1].stripe_id
        self._stripe.pay_invoice(invoice_id)
        self.refresh(invoice_id)
        with self._database.transaction() as session:
            return session.get_one(Invoice, invoice_id)

    def refresh(self, invoice_id: str, *, failed_attempt: int = 0) -> Invoice | None:
        """Read an invoice from Stripe into the mirror and write the mail its state asks for.

        `failed_attempt` is the attempt that an event reports as failed (0: none). Returns None when the invoice is
        not of ours, or was a draft that has been deleted.
        """
        number = self._mirror.begin_read(invoice_id)
        try:
            state = self._stripe.retrieve_invoice(invoice_id)
        except ProviderRefusedError as error:
            if not is_missing(error):
                raise
            self._forget(invoice_id, number)
            return None
        with self._database.transaction() as session:
            organisation = organisation_of_customer(session, state.customer_id)
            if organisation is None:
                return None
            subscription_status = hold_subscription(session, state.subscription_id)
            invoice = self._write(session, organisation, state, number)
            if invoice is None:
                return None
            invoice.last_failed_attempt = max(invoice.last_failed_attempt, failed_attempt)
            invoice.dunning = state_of(invoice.status, invoice.last_failed_attempt, subscription_status)
            mail_id = self._tell(session, organisation, invoice)
        self._mail.deliver(mail_id)
        return invoice

    def _write(
        self, session: Session, organisation: Organisation, state: InvoiceState, number: int
    ) -> Invoice | None:
        fresh = self._mirror.claim(session, state.id, number)
        invoice = session.get(Invoice, state.id)
        if invoice is None:
            if not fresh:
                # A later read has found it deleted.
                return None
            invoice = Invoice(stripe_id=state.id, organisation_id=organisation.id, last_failed_attempt=0)
            session.add(invoice)
        if fresh:
            for field, value in asdict(state).items():
                if field != "id":
                    setattr(invoice, field, value)
            if organisation.closed_at is not None:
                # The page names the customer, who is to be forgotten.
                invoice.hosted_invoice_url = None
            invoice.mirrored_at = self._clock.now()
        return invoice

    def _forget(self, invoice_id: str, number: int) -> None:
        with self._database.transaction() as session:
            if self._mirror.claim(session, invoice_id, number):
                invoice = session.get(Invoice, invoice_id)
                if invoice is not None:
                    session.delete(invoice)

    def _tell(self, session: Session, organisation: Organisation, invoice: Invoice) -> str | None:
        """Write one mail per failed attempt, and one when an invoice we wrote about is paid at last."""
        if organisation.closing_since is not None:
            return None
        amount = money(invoice.amount_due, invoice.currency)
        billing_url = invoice.hosted_invoice_url or f"{self._settings.app_url}/billing"
        message: PaymentFailed | PaymentRecovered
        if invoice.status == "open" and 0 < invoice.last_failed_attempt >= invoice.attempt_count:
            key = _failure_key(invoice, invoice.last_failed_attempt)
            again = invoice.next_payment_attempt
            message = PaymentFailed(
                organisation=organisation.name,
                amount=amount,
                next_attempt=f"{again:%d %B %Y}" if again else None,
                billing_url=billing_url,
            )
        elif invoice.dunning is Dunning.RECOVERED and _was_told(session, invoice):
            key = f"payment_recovered:{invoice.stripe_id}"
            message = PaymentRecovered(organisation=organisation.name, amount=amount, billing_url=billing_url)
        else:
            # Nothing failed, or a newer attempt is under way whose outcome Stripe will report.
            return None
        return self._mail.enqueue(
            session,
            organisation_id=organisation.id,
            recipient=organisation.billing_email,
            message=message,
            dedupe_key=key,
        )


def _failure_key(invoice: Invoice, attempt: int) -> str:
    return f"payment_failed:{invoice.stripe_id}:{attempt}"


def _was_told(session: Session, invoice: Invoice) -> bool:
    """Say whether a failure of this invoice was ever written about."""
    keys = [_failure_key(invoice, attempt) for attempt in range(1, invoice.last_failed_attempt + 1)]
    return session.scalars(select(Mail.id).where(Mail.dedupe_key.in_(keys)).limit(1)).first() is not None
