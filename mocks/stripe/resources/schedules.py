"""Subscription schedules: what they are, and how they begin, change and end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from harness.instants import DAY, SECOND
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register, snapshot
from mocks.stripe.resources import (
    customers,
    ending,
    phase_changes,
    schedule_phases,
    subscribing,
    subscription_shape,
    subscriptions,
    test_clocks,
)
from mocks.stripe.resources.events import difference, emit
from mocks.stripe.resources.subscriptions import SUBSCRIPTIONS
from mocks.stripe.versions import before, without

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.transaction import Transaction
    from mocks.stripe.resources.schedule_phases import AskedPhase

Json = dict[str, Any]

SCHEDULES = Collection("stripe.subscription_schedule", "customer", "status", "subscription")

EXPIRING_BEFORE = 7 * DAY
"""How long before its end `subscription_schedule.expiring` is announced (Stripe docs: subscription schedules)."""

OPEN = frozenset({"not_started", "active"})


def view(tx: Transaction, schedule: Json) -> Json:
    """Return the schedule as the API shows it."""
    shown = {name: value for name, value in schedule.items() if name != "_"}
    shown["phases"] = [schedule_phases.view(tx, phase) for phase in schedule["phases"]]
    return shown


register(
    Resource(
        "subscription_schedule",
        SCHEDULES,
        expands={
            "application": "application",
            "default_settings.automatic_tax.liability.account": "account",
            "default_settings.invoice_settings.account_tax_ids": "tax_id",
            "default_settings.invoice_settings.issuer.account": "account",
            "default_settings.on_behalf_of": "account",
            "default_settings.transfer_data.destination": "account",
            "phases.add_invoice_items.discounts.coupon": "coupon",
            "phases.add_invoice_items.discounts.discount": "discount",
            "phases.add_invoice_items.discounts.promotion_code": "promotion_code",
            "phases.add_invoice_items.price": "price",
            "phases.automatic_tax.liability.account": "account",
            "phases.discounts.discount": "discount",
            "phases.invoice_settings.account_tax_ids": "tax_id",
            "phases.invoice_settings.issuer.account": "account",
            "phases.items.discounts.coupon": "coupon",
            "phases.items.discounts.discount": "discount",
            "phases.items.discounts.promotion_code": "promotion_code",
            "phases.on_behalf_of": "account",
            "phases.transfer_data.destination": "account",
            "customer": "customer",
            "default_settings.default_payment_method": "payment_method",
            "phases.default_payment_method": "payment_method",
            "phases.discounts.coupon": "coupon",
            "phases.discounts.promotion_code": "promotion_code",
            "phases.items.price": "price",
            "subscription": "subscription",
            "test_clock": "test_helpers.test_clock",
        },
        view=view,
    )
)
before("2025-06-30.basil", "subscription_schedule")(without("billing_mode"))
before("2025-09-30.clover", "subscription_schedule")(without("customer_account"))


def find(tx: Transaction, id: str) -> Json:
    """Return a schedule named in the path; raise the 404."""
    found = tx.get(SCHEDULES, id)
    if found is None:
        raise errors.not_found("subscription_schedule", id, param="schedule")
    test_clocks.enter(tx, found)
    return found


def create(tx: Transaction, given: Json, phases: Sequence[AskedPhase]) -> Json:
    """Create a schedule and announce it; one that starts now begins its subscription at once. Raises the 400s."""
    if given.get("from_subscription") is not None:
        return _from_subscription(tx, given, phases)
    if given.get("customer") is None:
        raise errors.missing_parameter("customer")
    if not phases:
        raise errors.missing_parameter("phases")
    customer = customers.get(tx, given["customer"])
    start = given.get("start_date", "now")
    start = tx.seconds if start == "now" else start
    if start < tx.seconds:
        raise errors.invalid("You can not pass a `start_date` in the past.", param="start_date")
    schedule = _blank(tx, customer, given)
    schedule["phases"] = schedule_phases.build(tx, phases, start)
    _check_methods(tx, schedule)
    tx.insert(SCHEDULES, schedule)
    _announce(tx, "created", schedule)
    if start == tx.seconds:
        begin(tx, schedule, schedule["phases"][0], announced=False)
    _plan(tx, schedule)
    return schedule


def _from_subscription(tx: Transaction, given: Json, phases: Sequence[AskedPhase]) -> Json:
    """Put a subscription under a schedule, in the phase that it is in."""
    if phases or given.get("customer") is not None:
        raise errors.invalid(
            "You cannot set `phases` or `customer` if `from_subscription` is set.", param="from_subscription"
        )
    subscription = subscriptions.get(tx, given["from_subscription"], param="from_subscription")
    if subscription["schedule"] is not None or subscription["status"] in subscriptions.ENDED:
        raise errors.invalid(
            "The subscription is under a schedule already, or has ended.", param="from_subscription"
        )
    customer = customers.get(tx, subscription["customer"])
    schedule = _blank(tx, customer, {"end_behavior": "release"} | given)
    phase = schedule_phases.of_subscription(subscription)
    schedule |= {"billing_mode": subscription["billing_mode"], "phases": [phase], "status": "active"}
    schedule |= {"current_phase": _span(phase), "subscription": subscription["id"]}
    tx.insert(SCHEDULES, schedule)
    _announce(tx, "created", schedule)
    earlier = snapshot(tx, subscription)
    subscription["schedule"] = schedule["id"]
    subscriptions.save(tx, subscription, earlier)
    _plan(tx, schedule)
    return schedule


def change(tx: Transaction, schedule: Json, given: Json, phases: Sequence[AskedPhase] | None) -> None:
    """Change a schedule and announce it; a change of the present phase is carried out at once. Raises the 400s."""
    _check_open(schedule)
    earlier = snapshot(tx, schedule)
    if "metadata" in given:
        schedule["metadata"] = merged(schedule["metadata"] or {}, given["metadata"])
    if given.get("end_behavior") is not None:
        schedule["end_behavior"] = given["end_behavior"]
    _settings(schedule, given)
    if phases is not None:
        start = schedule["phases"][0]["start_date"]
        first = phases[0].given().get("start_date") if phases else None
        if isinstance(first, int) and schedule["status"] == "not_started":
            start = first
        schedule["phases"] = schedule_phases.build(tx, phases, start)
        _check_methods(tx, schedule)
        _take_up(tx, schedule, given.get("proration_behavior"))
    tx.save(SCHEDULES, schedule)
    if snapshot(tx, schedule) != earlier:
        emit(
            tx,
            "subscription_schedule.updated",
            SCHEDULES,
            schedule,
            previous=difference(earlier, snapshot(tx, schedule)),
        )
    _plan(tx, schedule)


def _take_up(tx: Transaction, schedule: Json, behavior: str | None) -> None:
    """Carry out what changed of the present phase."""
    number = schedule_phases.at(schedule["phases"], tx.seconds)
    if schedule["status"] != "active":
        return
    if number is None:
        raise errors.invalid(
            "The current phase must not end in the past.", param="phases", rule="schedule_phases"
        )
    phase = schedule["phases"][number]
    schedule["current_phase"] = _span(phase)
    subscription = tx.get(SUBSCRIPTIONS, schedule["subscription"])
    if subscription is not None:
        phase_changes.enter(tx, subscription, phase, behavior=behavior or phase["proration_behavior"])


def begin(tx: Transaction, schedule: Json, phase: Json, *, announced: bool = True) -> None:
    """Start a schedule: its first phase's subscription begins."""
    earlier = snapshot(tx, schedule)
    customer = tx.get(customers.CUSTOMERS, schedule["customer"])
    if customer is None or schedule["status"] != "not_started":
        return
    subscription = phase_changes.start(tx, customer, schedule, phase)
    subscription["schedule"] = schedule["id"]
    tx.save(SUBSCRIPTIONS, subscription)
    schedule |= {"status": "active", "subscription": subscription["id"], "current_phase": _span(phase)}
    tx.save(SCHEDULES, schedule)
    if announced:
        changes = difference(earlier, snapshot(tx, schedule))
        emit(tx, "subscription_schedule.updated", SCHEDULES, schedule, previous=changes)
    _plan(tx, schedule)


def proceed(tx: Transaction, schedule: Json) -> None:
    """Do what is due of a schedule: start it, enter the next phase, or end it."""
    if schedule["status"] == "not_started":
        begin(tx, schedule, phase_changes.possible(tx, schedule, schedule["phases"][0]))
        return
    if schedule["status"] != "active":
        return
    number = schedule_phases.at(schedule["phases"], tx.seconds)
    if number is None:
        _end(tx, schedule)
        return
    phase = schedule["phases"][number]
    subscription = tx.get(SUBSCRIPTIONS, schedule["subscription"])
    if schedule["current_phase"] == _span(phase) or subscription is None:
        return
    earlier = snapshot(tx, schedule)
    schedule["current_phase"] = _span(phase)
    tx.save(SCHEDULES, schedule)
    changes = difference(earlier, snapshot(tx, schedule))
    emit(tx, "subscription_schedule.updated", SCHEDULES, schedule, previous=changes)
    entered = phase_changes.possible(tx, schedule, phase)
    phase_changes.enter(tx, subscription, entered, behavior=phase["proration_behavior"])
    _plan(tx, schedule)


def warn(tx: Transaction, schedule: Json) -> None:
    """Announce that a schedule ends soon."""
    if schedule["status"] == "active":
        _announce(tx, "expiring", schedule)


def release(tx: Transaction, schedule: Json) -> None:
    """Let a schedule go: its subscription stays as it is. Raises the 400 for one that has ended."""
    _check_open(schedule)
    subscription = (
        None if schedule["subscription"] is None else tx.get(SUBSCRIPTIONS, schedule["subscription"])
    )
    schedule |= {"status": "released", "released_at": tx.seconds, "current_phase": None}
    schedule |= {"released_subscription": schedule["subscription"], "subscription": None}
    tx.save(SCHEDULES, schedule)
    _forget(tx, schedule)
    _announce(tx, "released", schedule)
    if subscription is not None:
        earlier = snapshot(tx, subscription)
        subscription["schedule"] = None
        subscriptions.save(tx, subscription, earlier)


def cancel(tx: Transaction, schedule: Json, *, invoice_now: bool, prorate: bool) -> None:
    """Cancel a schedule and its subscription. Raises the 400 for one that has ended."""
    _check_open(schedule)
    schedule |= {"status": "canceled", "canceled_at": tx.seconds, "current_phase": None}
    tx.save(SCHEDULES, schedule)
    _forget(tx, schedule)
    _announce(tx, "canceled", schedule)
    subscription = (
        None if schedule["subscription"] is None else tx.get(SUBSCRIPTIONS, schedule["subscription"])
    )
    if subscription is not None and subscription["status"] not in subscriptions.ENDED:
        ending.cancel(tx, subscription, prorate=prorate, invoice_now=invoice_now)


def _end(tx: Transaction, schedule: Json) -> None:
    """End a schedule behind its last phase, as its `end_behavior` says."""
    if schedule["end_behavior"] != "cancel":
        release(tx, schedule)
        return
    schedule |= {"status": "completed", "completed_at": tx.seconds, "current_phase": None}
    tx.save(SCHEDULES, schedule)
    _forget(tx, schedule)
    _announce(tx, "completed", schedule)
    subscription = tx.get(SUBSCRIPTIONS, schedule["subscription"])
    if subscription is not None and subscription["status"] not in subscriptions.ENDED:
        subscriptions.cancel(tx, subscription, reason="cancellation_requested")


def subscription_ended(tx: Transaction, subscription: Json) -> None:
    """End the schedule of a subscription that has ended otherwise."""
    schedule = None if subscription["schedule"] is None else tx.get(SCHEDULES, subscription["schedule"])
    if schedule is None or schedule["status"] not in OPEN:
        return
    schedule |= {"status": "canceled", "canceled_at": tx.seconds, "current_phase": None}
    tx.save(SCHEDULES, schedule)
    _forget(tx, schedule)
    failed = subscription["cancellation_details"]["reason"] == "payment_failed"
    _announce(tx, "aborted" if failed else "canceled", schedule)


def period_ends(tx: Transaction, subscription: Json) -> None:
    """Let a schedule go first where its phase ends with the subscription's period."""
    schedule = None if subscription["schedule"] is None else tx.get(SCHEDULES, subscription["schedule"])
    if schedule is not None:
        proceed(tx, schedule)


def _plan(tx: Transaction, schedule: Json) -> None:
    """Set the timers of a schedule: its next boundary, and the warning before its end."""
    id, payload = schedule["id"], {"schedule": schedule["id"]}
    if schedule["status"] not in OPEN:
        return
    bounds = [schedule["phases"][0]["start_date"], *(phase["end_date"] for phase in schedule["phases"])]
    coming = next((each for each in bounds if each > tx.seconds), None)
    if coming is not None:
        tx.schedule("schedule.phase", coming * SECOND, payload, key=f"phase:{id}")
    warning = bounds[-1] * SECOND - EXPIRING_BEFORE
    if warning > tx.now:
        tx.schedule("schedule.expiring", warning, payload, key=f"expiring:{id}")
    else:
        tx.unschedule(f"expiring:{id}")


def _forget(tx: Transaction, schedule: Json) -> None:
    for purpose in ("phase", "expiring"):
        tx.unschedule(f"{purpose}:{schedule['id']}")


def _announce(tx: Transaction, type: str, schedule: Json) -> None:
    emit(tx, f"subscription_schedule.{type}", SCHEDULES, schedule)


def _check_open(schedule: Json) -> None:
    if schedule["status"] not in OPEN:
        raise errors.invalid(
            f"You cannot change a subscription schedule that is `{schedule['status']}`.",
            rule="schedule_state",
        )


def _check_methods(tx: Transaction, schedule: Json) -> None:
    """Raise the 400 for a default payment method of a schedule that is not the customer's."""
    for each in (schedule["default_settings"], *schedule["phases"]):
        if each["default_payment_method"] is not None:
            subscribing.check_method(tx, each["default_payment_method"], schedule["customer"])


def _span(phase: Json) -> Json:
    return {"end_date": phase["end_date"], "start_date": phase["start_date"]}


def _settings(schedule: Json, given: Json) -> None:
    sent = given.get("default_settings") or {}
    names = ("billing_cycle_anchor", "collection_method", "default_payment_method", "description")
    schedule["default_settings"] = schedule["default_settings"] | {
        name: sent[name] for name in names if name in sent
    }


def _blank(tx: Transaction, customer: Json, given: Json) -> Json:
    schedule: Json = {
        "id": new_id(tx, "sub_sched"),
        "object": "subscription_schedule",
        "application": None,
        "billing_mode": subscription_shape.billing_mode(tx, given),
        "canceled_at": None,
        "completed_at": None,
        "created": tx.seconds,
        "current_phase": None,
        "customer": customer["id"],
        "customer_account": None,
        "default_settings": {
            "application_fee_percent": None,
            "automatic_tax": schedule_phases.NO_TAX,
            "billing_cycle_anchor": "automatic",
            "billing_thresholds": None,
            "collection_method": "charge_automatically",
            "default_payment_method": None,
            "description": None,
            "invoice_settings": {"account_tax_ids": None, "days_until_due": None, "issuer": {"type": "self"}},
            "on_behalf_of": None,
            "transfer_data": None,
        },
        "end_behavior": given.get("end_behavior") or "release",
        "livemode": False,
        "metadata": merged({}, given.get("metadata") or {}),
        "phases": [],
        "released_at": None,
        "released_subscription": None,
        "status": "not_started",
        "subscription": None,
        "test_clock": customer["test_clock"],
    }
    _settings(schedule, given)
    return schedule


subscriptions.ON_ENDED.append(subscription_ended)
subscriptions.BEFORE_RENEWAL.append(period_ends)
