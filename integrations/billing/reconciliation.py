"""Comparing the mirror with Stripe, object by object, and mending it on request.

A repair is a read through the mirror (`mirror.py` orders it among all others), so it can undo no newer change. What
changes at Stripe while the comparison runs may show as a difference until its webhook arrives.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from enum import StrEnum
from typing import Any, TypeVar, cast

from sqlalchemy import select

from integrations.billing.customers import Customers
from integrations.billing.invoices import Invoices
from integrations.billing.stripe_calls import is_missing
from integrations.billing.stripe_gateway import StripeGateway
from integrations.billing.stripe_states import CustomerState, InvoiceState, SubscriptionState
from integrations.billing.subscriptions import Subscriptions
from integrations.database import Database
from integrations.differences import Difference, Finding, Report
from integrations.errors import ProviderRefusedError
from integrations.identity.organisations import require_organisation
from integrations.models import Customer, Invoice, Organisation, Subscription

S = TypeVar("S")
State = CustomerState | SubscriptionState | InvoiceState
Row = Customer | Subscription | Invoice


class Kind(StrEnum):
    """What is compared."""

    CUSTOMER = "customer"
    SUBSCRIPTION = "subscription"
    INVOICE = "invoice"


#: What of Stripe's answer the mirror keeps, under the same names.
_FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.CUSTOMER: ("email", "name", "default_payment_method", "delinquent", "deleted"),
    Kind.SUBSCRIPTION: (
        "customer_id",
        "status",
        "price_id",
        "current_period_start",
        "current_period_end",
        "cancel_at_period_end",
        "cancel_at",
        "canceled_at",
        "cancellation_reason",
        "schedule_id",
        "scheduled_price_id",
        "scheduled_at",
        "created_at",
    ),
    Kind.INVOICE: tuple(name for name in InvoiceState.__dataclass_fields__ if name != "id"),
}
#: A deleted customer's former values stay here, and a closed organisation's invoices lose their address.
_NOT_OF_THE_CLOSED = frozenset({"hosted_invoice_url"})
_TABLES: dict[Kind, type[Customer] | type[Subscription] | type[Invoice]] = {
    Kind.CUSTOMER: Customer,
    Kind.SUBSCRIPTION: Subscription,
    Kind.INVOICE: Invoice,
}


class Reconciliation:
    """Compares, reports, repairs."""

    def __init__(
        self,
        database: Database,
        stripe: StripeGateway,
        customers: Customers,
        subscriptions: Subscriptions,
        invoices: Invoices,
    ) -> None:
        self._database = database
        self._stripe = stripe
        self._customers = customers
        self._refresh: dict[StrEnum, Callable[[str], object]] = {
            Kind.CUSTOMER: customers.refresh,
            Kind.SUBSCRIPTION: subscriptions.refresh,
            Kind.INVOICE: invoices.refresh,
        }

    def run(self, organisation_id: str | None = None, *, repair: bool = False) -> Report:
        """Compare one organisation, or all, with Stripe; with `repair`, mend the mirror where it differs.

        It reads three lists, 100 objects a call. Raises `NotFoundError` and `ProviderError`.
        """
        report = Report.of(Kind, repair=repair)
        owners = self._owners(organisation_id)
        self._compare_customers(report, organisation_id, owners)
        if repair:
            owners = self._owners(organisation_id)
        only = None if organisation_id is None else list(owners)
        for kind, read in (
            (Kind.SUBSCRIPTION, self._stripe.subscriptions),
            (Kind.INVOICE, self._stripe.invoices),
        ):
            self._compare(report, kind, _each(read, only), owners)
        return report

    def _owners(self, organisation_id: str | None) -> dict[str, str]:
        """Return whom each mirrored customer stands for."""
        query = select(Customer)
        with self._database.transaction() as session:
            if organisation_id is not None:
                require_organisation(session, organisation_id)
                query = query.where(Customer.organisation_id == organisation_id)
            return {each.stripe_id: each.organisation_id for each in session.scalars(query)}

    def _compare_customers(self, report: Report, organisation_id: str | None, owners: dict[str, str]) -> None:
        """Compare the customers, and find those at Stripe that name an organisation of ours and are not known here."""
        seen = set()
        with self._database.transaction() as session:
            ours = set(session.scalars(select(Organisation.id)))
        for state in self._stripe.customers():
            named = state.organisation_id
            if state.id in owners:
                seen.add(state.id)
                self._one(report, Kind.CUSTOMER, state, owners[state.id])
            elif named in ours and organisation_id in {None, named}:
                report.compared[Kind.CUSTOMER] += 1
                self._unknown_customer(report, state)
        self._not_listed(report, Kind.CUSTOMER, seen, owners)

    def _unknown_customer(self, report: Report, state: CustomerState) -> None:
        owner = state.organisation_id or ""
        found = Difference(
            kind=Kind.CUSTOMER, id=state.id, organisation_id=owner, finding=Finding.MISSING_HERE
        )
        report.differences.append(found)
        if self._customers.find(owner) is not None:
            found.finding = Finding.DUPLICATE
        elif report.repair:
            found.repaired = self._customers.adopt(owner, state)

    def _compare(
        self,
        report: Report,
        kind: Kind,
        states: Iterable[SubscriptionState | InvoiceState],
        owners: dict[str, str],
    ) -> None:
        seen = set()
        for state in states:
            if state.customer_id in owners:
                seen.add(state.id)
                self._one(report, kind, state, owners[state.customer_id])
        self._not_listed(report, kind, seen, owners)

    def _one(self, report: Report, kind: Kind, state: State, owner: str) -> None:
        report.compared[kind] += 1
        with self._database.transaction() as session:
            row = cast("Row | None", session.get(_TABLES[kind], state.id))
            closed = session.get_one(Organisation, owner).closed_at is not None
        found = Difference(kind=kind, id=state.id, organisation_id=owner, finding=Finding.MISSING_HERE)
        if row is not None:
            found.finding = Finding.DIFFERS
            found.fields = _differing(kind, row, state, closed=closed)
            if not found.fields:
                return
        self._found(report, found)

    def _not_listed(self, report: Report, kind: Kind, seen: set[str], owners: dict[str, str]) -> None:
        """Look one by one at what is here and was in none of Stripe's lists; deleted customers never are."""
        table = _TABLES[kind]
        with self._database.transaction() as session:
            found = session.scalars(select(table).where(table.organisation_id.in_(set(owners.values()))))
            rows = [row for row in cast("Iterable[Row]", found) if row.stripe_id not in seen]
        for row in rows:
            if isinstance(row, Customer) and row.deleted:
                continue
            state = self._there(kind, row.stripe_id)
            if state is not None:
                self._one(report, kind, state, row.organisation_id)
                continue
            report.compared[kind] += 1
            missing = Difference(
                kind=kind,
                id=row.stripe_id,
                organisation_id=row.organisation_id,
                finding=Finding.MISSING_THERE,
            )
            self._found(report, missing)

    def _there(self, kind: Kind, stripe_id: str) -> State | None:
        read: dict[Kind, Callable[[str], State]] = {
            Kind.CUSTOMER: self._stripe.retrieve_customer,
            Kind.SUBSCRIPTION: self._stripe.retrieve_subscription,
            Kind.INVOICE: self._stripe.retrieve_invoice,
        }
        try:
            state = read[kind](stripe_id)
        except ProviderRefusedError as error:
            if is_missing(error):
                return None
            raise
        return None if isinstance(state, CustomerState) and state.deleted else state

    def _found(self, report: Report, found: Difference) -> None:
        report.differences.append(found)
        if report.repair:
            self._refresh[found.kind](found.id)
            found.repaired = True


def _each(read: Callable[[str | None], Iterator[S]], customer_ids: list[str] | None) -> Iterator[S]:
    """Read a whole list, or that of some customers; Stripe may no longer list those of a deleted one."""
    for customer_id in [None] if customer_ids is None else customer_ids:
        try:
            yield from read(customer_id)
        except ProviderRefusedError as error:
            if not is_missing(error):
                raise


def _differing(kind: Kind, row: Row, state: State, *, closed: bool) -> dict[str, tuple[Any, Any]]:
    there = asdict(state)
    passed_over = _NOT_OF_THE_CLOSED if closed else frozenset[str]()
    pairs = {name: (getattr(row, name), there[name]) for name in _FIELDS[kind] if name not in passed_over}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
