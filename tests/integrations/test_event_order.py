"""Whatever the order, repetition and overlap of deliveries, the mirror ends equal to Stripe."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from integrations.billing.dunning import state_of
from tests.integrations.layer import Layer
from tests.integrations.stubs import Json, invoice, stripe_event, subscription

SUBSCRIPTION_STATUSES = ["trialing", "active", "past_due", "unpaid", "paused", "canceled"]
INVOICE_STATES = [("open", 1), ("open", 2), ("open", 3), ("paid", 3), ("uncollectible", 3)]
_worlds = itertools.count(1)


@dataclass
class Story:
    """Changes of one subscription and one invoice at Stripe, each announced by an event that is delivered whenever."""

    layer: Layer
    number: int = field(default_factory=lambda: next(_worlds))
    events: list[Json] = field(default_factory=list)
    delivered: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.layer.stripe.after_read = None
        self.organisation_id = self.layer.organisation()
        self.customer_id = self.layer.customer_id(self.organisation_id)
        self.change_subscription("incomplete")

    @property
    def subscription_id(self) -> str:
        return f"sub_story_{self.number}"

    @property
    def invoice_id(self) -> str:
        return f"in_story_{self.number}"

    def change_subscription(self, status: str) -> None:
        thing = self.layer.stripe.put(subscription(self.subscription_id, self.customer_id, status))
        self.announce("customer.subscription.updated", thing)

    def change_invoice(self, status: str, attempt: int) -> None:
        thing = invoice(self.invoice_id, self.customer_id, status, attempt_count=attempt)
        thing["parent"]["subscription_details"]["subscription"] = self.subscription_id
        kinds = {"open": "payment_failed", "paid": "paid", "uncollectible": "marked_uncollectible"}
        self.announce(f"invoice.{kinds[status]}", self.layer.stripe.put(thing))

    def announce(self, event_type: str, thing: Json) -> None:
        self.events.append(stripe_event(f"evt_{self.number}_{len(self.events)}", event_type, thing))

    def deliver(self, index: int) -> None:
        index %= len(self.events)
        self.delivered.add(index)
        self.layer.deliver_stripe(self.events[index])


@dataclass
class Move:
    """A step of a story: change something, or deliver an event; `meanwhile` happens while its object is being read."""

    kind: str
    pick: int
    meanwhile: "list[Move]"


def play(story: Story, move: Move) -> None:
    if move.kind == "subscription":
        story.change_subscription(SUBSCRIPTION_STATUSES[move.pick % len(SUBSCRIPTION_STATUSES)])
    elif move.kind == "invoice":
        story.change_invoice(*INVOICE_STATES[move.pick % len(INVOICE_STATES)])
    else:

        def during(_object_id: str) -> None:
            story.layer.stripe.after_read = None
            for nested in move.meanwhile:
                play(story, nested)

        story.layer.stripe.after_read = during if move.meanwhile else None
        story.deliver(move.pick)
        story.layer.stripe.after_read = None


def end(story: Story, last_changes: list[Move], order: list[int]) -> None:
    """Change the rest and deliver all other events while one last event's object is being read."""
    story.change_subscription("active")
    last = len(story.events) - 1

    def during(_object_id: str) -> None:
        story.layer.stripe.after_read = None
        for change in last_changes:
            play(story, change)
        left = [index for index in range(len(story.events)) if index not in story.delivered]
        for index in sorted(left, key=lambda index: order[index % len(order)]):
            story.deliver(index)

    story.layer.stripe.after_read = during
    story.deliver(last)


def moves(
    depth: int, kinds: Sequence[str] = ("subscription", "invoice", "deliver")
) -> st.SearchStrategy[Move]:
    nested = st.just([]) if depth == 0 else st.lists(moves(depth - 1), max_size=3)
    return st.builds(Move, kind=st.sampled_from(kinds), pick=st.integers(0, 20), meanwhile=nested)


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    # A shorter counterexample would cost minutes: each example plays on a real database.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(
    st.lists(moves(2), max_size=10),
    st.lists(moves(0, kinds=("subscription", "invoice")), max_size=3),
    st.lists(st.integers(0, 9), min_size=1, max_size=8),
)
def test_the_mirror_ends_equal_to_stripe(
    layer: Layer, script: list[Move], last_changes: list[Move], order: list[int]
) -> None:
    story = Story(layer)
    for move in script:
        play(story, move)
    end(story, last_changes, order)
    check_subscription(story)
    check_invoice(story)


def check_subscription(story: Story) -> None:
    truth = story.layer.stripe.objects[story.subscription_id]
    (mirrored,) = story.layer.services.subscriptions.list(story.organisation_id)
    assert mirrored.status == truth["status"]
    keys = story.layer.services.mail.list(organisation_id=story.organisation_id)
    welcomes = [mail for mail in keys if mail.template == "welcome"]
    assert len(welcomes) <= 1
    if truth["status"] == "active":
        assert len(welcomes) == 1


def check_invoice(story: Story) -> None:
    truth = story.layer.stripe.objects.get(story.invoice_id)
    mirrored = story.layer.services.invoices.list(story.organisation_id)
    if truth is None:
        assert mirrored == []
        return
    (kept,) = mirrored
    assert (kept.status, kept.attempt_count) == (truth["status"], truth["attempt_count"])
    failures = [event for event in story.events if event["type"] == "invoice.payment_failed"]
    attempt = max((event["data"]["object"]["attempt_count"] for event in failures), default=0)
    status = story.layer.stripe.objects[story.subscription_id]["status"]
    assert kept.dunning is state_of(truth["status"], attempt, status)
    mails = story.layer.services.mail.list(organisation_id=story.organisation_id)
    told = [mail.dedupe_key for mail in mails if mail.template == "payment_failed"]
    attempts = {event["data"]["object"]["attempt_count"] for event in failures}
    assert set(told) <= {f"payment_failed:{story.invoice_id}:{attempt}" for attempt in attempts}
    recovered = [mail for mail in mails if mail.template == "payment_recovered"]
    assert len(recovered) <= 1
    if truth["status"] == "paid":
        assert bool(recovered) == bool(told), (
            "who was told of the failure is told of the payment, and nobody else"
        )
