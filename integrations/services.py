"""Everything the layer can do, built from the settings: for the HTTP app, and for use from Python."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from integrations.audit import Audit
from integrations.billing.checkout import Checkout
from integrations.billing.closing import Closing
from integrations.billing.customers import Customers
from integrations.billing.invoices import Invoices
from integrations.billing.plan_changes import PlanChanges
from integrations.billing.plan_gateway import PlanGateway
from integrations.billing.reconciliation import Reconciliation
from integrations.billing.stripe_gateway import StripeGateway
from integrations.billing.subscriptions import Subscriptions
from integrations.billing.usage import Usage
from integrations.clock import Clock, SystemClock
from integrations.creators.connections import Connections
from integrations.creators.creators import Creators
from integrations.creators.insightiq_gateway import InsightiqGateway
from integrations.database import Database
from integrations.deployment.rotation import KeyRotations
from integrations.deployment.vercel_gateway import VercelGateway
from integrations.health import Synchronisation
from integrations.identity.clerk_gateway import ClerkGateway
from integrations.identity.comparison import DirectoryComparison
from integrations.identity.directory import Directory
from integrations.identity.invitations import Invitations
from integrations.identity.organisations import Organisations
from integrations.identity.sessions import Sessions
from integrations.images.images import Images
from integrations.images.storage import FolderStorage
from integrations.mail.resend_gateway import ResendGateway
from integrations.mail.service import MailService
from integrations.mail.tracking import MailTracking
from integrations.mirror import Mirror
from integrations.resilience import CircuitState, ProviderGuard, ResiliencePolicy
from integrations.search.algolia_gateway import AlgoliaGateway
from integrations.search.campaigns import Campaigns
from integrations.search.outbox import SearchOutbox
from integrations.search.search import Search
from integrations.search.sync import SearchSync
from integrations.settings import Settings
from integrations.studies.cint_gateway import CintGateway
from integrations.studies.fielding import Fielding
from integrations.studies.privacy import Privacy
from integrations.studies.results import Results
from integrations.studies.studies import Studies
from integrations.studies.survey import SurveyHost
from integrations.tracing import Tracing
from integrations.video.mux_gateway import MuxGateway
from integrations.video.playback import Playback
from integrations.video.videos import Videos
from integrations.webhooks.catch_up import StripeCatchUp
from integrations.webhooks.cint import CintWebhooks
from integrations.webhooks.clerk import ClerkWebhooks
from integrations.webhooks.inbox import Inbox
from integrations.webhooks.insightiq import InsightiqWebhooks
from integrations.webhooks.limits import DeliveryLimit
from integrations.webhooks.mux import MuxWebhooks
from integrations.webhooks.resend import ResendWebhooks
from integrations.webhooks.stripe import StripeWebhooks

PROVIDERS = ("stripe", "resend", "clerk", "algolia", "mux", "insightiq", "cint", "vercel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The layer's services, sharing one database and one guard per provider. All of them are thread-safe.

    Those of a provider that the settings say nothing about are there, and raise `NotConfiguredError` when used.
    """

    settings: Settings
    database: Database
    audit: Audit
    tracing: Tracing | None
    synchronisation: Synchronisation
    organisations: Organisations
    directory: Directory
    invitations: Invitations
    comparison: DirectoryComparison
    sessions: Sessions
    customers: Customers
    checkout: Checkout
    subscriptions: Subscriptions
    invoices: Invoices
    plan_changes: PlanChanges
    usage: Usage
    closing: Closing
    reconciliation: Reconciliation
    mail: MailService
    mail_tracking: MailTracking
    campaigns: Campaigns
    search: Search
    outbox: SearchOutbox
    search_sync: SearchSync
    videos: Videos
    playback: Playback
    images: Images
    creators: Creators
    connections: Connections
    studies: Studies
    fielding: Fielding
    results: Results
    privacy: Privacy
    survey_host: SurveyHost
    inbox: Inbox
    delivery_limit: DeliveryLimit
    stripe_webhooks: StripeWebhooks
    stripe_catch_up: StripeCatchUp
    resend_webhooks: ResendWebhooks
    clerk_webhooks: ClerkWebhooks
    mux_webhooks: MuxWebhooks
    insightiq_webhooks: InsightiqWebhooks
    cint_webhooks: CintWebhooks
    clerk: ClerkGateway
    algolia: AlgoliaGateway
    mux: MuxGateway
    insightiq: InsightiqGateway
    cint: CintGateway
    vercel: VercelGateway
    key_rotations: KeyRotations
    guards: tuple[ProviderGuard, ...]

    @classmethod
    def build(cls, settings: Settings, clock: Clock | None = None) -> Self:
        """Build everything; nothing is connected yet, and the database is not migrated (`database.upgrade()`)."""
        clock = clock or SystemClock()
        database, audit, tracing, guards = _foundations(settings, clock)
        mirror, inbox, results = Mirror(database), Inbox(database, clock, audit, tracing), Results(database)
        tracking = MailTracking(database, clock)
        mail = MailService(database, ResendGateway(settings, guards["resend"], clock), settings, clock)

        stripe = StripeGateway(settings, guards["stripe"], clock)
        customers = Customers(database, stripe, mirror, clock)
        subscriptions = Subscriptions(database, stripe, mirror, mail, settings, clock)
        invoices = Invoices(database, stripe, mirror, mail, settings, clock)
        plans = PlanGateway(settings, guards["stripe"], clock)
        closing = Closing(database, stripe, plans, customers, subscriptions, clock)
        stripe_webhooks = StripeWebhooks(settings, stripe, inbox, customers, subscriptions, invoices)
        clerk = ClerkGateway(settings, guards["clerk"], clock)
        directory = Directory(database, clerk, mirror, mail, customers, closing, settings, clock)
        invitations = Invitations(database, clerk, mirror, directory, settings, clock)
        algolia = AlgoliaGateway(settings, guards["algolia"], clock)
        outbox = SearchOutbox(database, algolia, settings, clock)
        mux, cint = MuxGateway(settings, guards["mux"], clock), CintGateway(settings, guards["cint"], clock)
        videos = Videos(database, mux, mirror, settings, clock)
        insightiq = InsightiqGateway(settings, guards["insightiq"], clock)
        creators = Creators(database, insightiq, settings, clock)
        connections = Connections(database, insightiq, mirror, clock)
        privacy, vercel = Privacy(database, settings, clock), VercelGateway(settings, guards["vercel"], clock)
        fielding = Fielding(database, cint, mirror, results, mail, outbox, settings, clock)
        return cls(
            settings=settings,
            database=database,
            audit=audit,
            tracing=tracing,
            synchronisation=Synchronisation(database, clock),
            organisations=Organisations(database, mail, settings, clock),
            directory=directory,
            invitations=invitations,
            comparison=DirectoryComparison(database, clerk, directory),
            sessions=Sessions(clerk, settings, clock),
            customers=customers,
            checkout=Checkout(stripe, customers, subscriptions, settings),
            subscriptions=subscriptions,
            invoices=invoices,
            plan_changes=PlanChanges(stripe, plans, subscriptions, invoices, settings),
            usage=Usage(database, plans, clock),
            closing=closing,
            reconciliation=Reconciliation(database, stripe, customers, subscriptions, invoices),
            mail=mail,
            mail_tracking=tracking,
            campaigns=Campaigns(database, outbox, clock),
            search=Search(algolia, outbox, settings, clock),
            outbox=outbox,
            search_sync=SearchSync(database, algolia, outbox, clock),
            videos=videos,
            playback=Playback(settings, clock),
            images=Images(database, FolderStorage(Path(settings.image_folder)), clock),
            creators=creators,
            connections=connections,
            studies=Studies(database, outbox, clock),
            fielding=fielding,
            results=results,
            privacy=privacy,
            survey_host=SurveyHost(database, cint, privacy, clock),
            inbox=inbox,
            delivery_limit=DeliveryLimit(settings.webhook_rate_per_second, settings.webhook_burst, clock),
            stripe_webhooks=stripe_webhooks,
            stripe_catch_up=StripeCatchUp(database, stripe, stripe_webhooks, inbox, clock),
            resend_webhooks=ResendWebhooks(settings, inbox, tracking),
            clerk_webhooks=ClerkWebhooks(settings, inbox, directory, invitations),
            mux_webhooks=MuxWebhooks(settings, inbox, videos, clock),
            insightiq_webhooks=InsightiqWebhooks(settings, inbox, creators, connections),
            cint_webhooks=CintWebhooks(settings, inbox, fielding, clock),
            clerk=clerk,
            algolia=algolia,
            mux=mux,
            insightiq=insightiq,
            cint=cint,
            vercel=vercel,
            key_rotations=KeyRotations(database, vercel, settings, clock),
            guards=tuple(guards.values()),
        )

    def circuits(self) -> dict[str, CircuitState]:
        """Return the state of each provider's circuit breaker."""
        return {guard.provider: guard.breaker.state for guard in self.guards}

    def close(self) -> None:
        """Close the connections to the providers and to the database."""
        self.clerk.close()
        self.algolia.close()
        self.mux.close()
        self.insightiq.close()
        self.cint.close()
        self.vercel.close()
        self.database.close()
        if self.tracing is not None:
            self.tracing.close()


def _foundations(
    settings: Settings, clock: Clock
) -> tuple[Database, Audit, Tracing | None, dict[str, ProviderGuard]]:
    """Make the database, the audit, the tracing, and one guard per provider, under the policy that the settings ask for."""
    database = Database(settings.database_url.get_secret_value())
    audit = Audit(database, settings, clock)
    policy = ResiliencePolicy(
        attempts=settings.provider_attempts,
        budget=settings.provider_budget_seconds,
        circuit_failures=settings.circuit_failures,
        circuit_recovery=settings.circuit_recovery_seconds,
    )
    tracing = None if settings.traces_endpoint is None else Tracing(settings.traces_endpoint)
    witness = audit.call if tracing is None else tracing.beside(audit.call)
    guards = {name: ProviderGuard(name, policy, clock, witness) for name in PROVIDERS}
    return database, audit, tracing, guards
