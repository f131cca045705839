"""Everything the layer can do, built from the settings: for the HTTP app, and for use from Python."""

from dataclasses import dataclass
from typing import Self

from integrations.checkout import Checkout
from integrations.clock import Clock, SystemClock
from integrations.customers import Customers
from integrations.database import Database
from integrations.invoices import Invoices
from integrations.mail import MailService
from integrations.mail_tracking import MailTracking
from integrations.mirror import Mirror
from integrations.organisations import Organisations
from integrations.resend_gateway import ResendGateway
from integrations.resilience import CircuitState, ProviderGuard, ResiliencePolicy
from integrations.settings import Settings
from integrations.stripe_gateway import StripeGateway
from integrations.subscriptions import Subscriptions
from integrations.webhooks.inbox import Inbox
from integrations.webhooks.resend import ResendWebhooks
from integrations.webhooks.stripe import StripeWebhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The layer's services, sharing one database and one guard per provider. All of them are thread-safe."""

    settings: Settings
    database: Database
    organisations: Organisations
    customers: Customers
    checkout: Checkout
    subscriptions: Subscriptions
    invoices: Invoices
    mail: MailService
    mail_tracking: MailTracking
    inbox: Inbox
    stripe_webhooks: StripeWebhooks
    resend_webhooks: ResendWebhooks
    guards: tuple[ProviderGuard, ...]

    @classmethod
    def build(cls, settings: Settings, clock: Clock | None = None) -> Self:
        """Build everything; nothing is connected yet, and the database is not migrated (`database.upgrade()`)."""
        clock = clock or SystemClock()
        policy = ResiliencePolicy(
            attempts=settings.provider_attempts,
            budget=settings.provider_budget_seconds,
            circuit_failures=settings.circuit_failures,
            circuit_recovery=settings.circuit_recovery_seconds,
        )
        stripe_guard = ProviderGuard("stripe", policy, clock)
        resend_guard = ProviderGuard("resend", policy, clock)
        stripe = StripeGateway(settings, stripe_guard, clock)
        database = Database(settings.database_url.get_secret_value())
        mirror = Mirror(database)
        inbox = Inbox(database, clock)
        tracking = MailTracking(database)
        mail = MailService(database, ResendGateway(settings, resend_guard, clock), settings, clock)
        customers = Customers(database, stripe, mirror, clock)
        subscriptions = Subscriptions(database, stripe, mirror, mail, settings, clock)
        invoices = Invoices(database, stripe, mirror, mail, settings, clock)
        return cls(
            settings=settings,
            database=database,
            organisations=Organisations(database, mail, settings, clock),
            customers=customers,
            checkout=Checkout(stripe, customers, subscriptions, settings),
            subscriptions=subscriptions,
            invoices=invoices,
            mail=mail,
            mail_tracking=tracking,
            inbox=inbox,
            stripe_webhooks=StripeWebhooks(settings, stripe, inbox, customers, subscriptions, invoices),
            resend_webhooks=ResendWebhooks(settings, inbox, tracking),
            guards=(stripe_guard, resend_guard),
        )

    def circuits(self) -> dict[str, CircuitState]:
        """Return the state of each provider's circuit breaker."""
        return {guard.provider: guard.breaker.state for guard in self.guards}

    def close(self) -> None:
        """Close the database's connections."""
        self.database.close()
