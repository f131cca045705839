"""The states of dunning, as Stripe goes through them."""

import itertools

import pytest

from integrations.billing.dunning import FOLLOWS, state_of
from integrations.models import OWED, Dunning

#: What Stripe does to an invoice whose payment fails: (invoice, failed attempts, subscription), one after the other.
ATTEMPTS = [("draft", 0, "active"), ("open", 0, "active"), ("open", 1, "past_due"), ("open", 2, "past_due")]
ENDINGS = [
    [("paid", 2, "active")],
    [("open", 3, "canceled"), ("void", 3, "canceled")],
    [("open", 3, "canceled"), ("paid", 3, "canceled")],
    [("open", 3, "unpaid"), ("paid", 3, "active")],
    [("open", 3, "unpaid"), ("open", 3, "canceled")],
    [("uncollectible", 3, "past_due"), ("paid", 3, "active")],
    [("uncollectible", 3, "active"), ("uncollectible", 3, "canceled")],
    [("void", 3, "past_due")],
]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("seen", [1, 2, 3, 4])
def test_every_way_keeps_to_the_transitions(ending: list[tuple[str, int, str]], seen: int) -> None:
    """Also where the first steps were never heard of."""
    states = [state_of(*step) for step in [*ATTEMPTS, *ending][4 - seen :]]
    for before, after in itertools.pairwise([Dunning.NONE, *states]):
        assert after is before or after in FOLLOWS[before], (before, after)


@pytest.mark.parametrize(
    ("invoice", "failed", "subscription", "expected"),
    [
        ("open", 0, "past_due", "none"),
        ("draft", 2, "active", "none"),
        ("open", 1, None, "past_due"),
        ("open", 2, None, "retrying"),
        ("paid", 1, "canceled", "recovered"),
        ("open", 4, "canceled", "cancelled"),
        ("open", 1, "incomplete_expired", "cancelled"),
        ("open", 4, "unpaid", "unpaid"),
        ("void", 1, "active", "closed"),
        ("uncollectible", 4, "unpaid", "closed"),
    ],
)
def test_the_state_is_derived(invoice: str, failed: int, subscription: str | None, expected: str) -> None:
    assert state_of(invoice, failed, subscription).value == expected


def test_what_is_owed_can_still_be_recovered() -> None:
    assert all(Dunning.RECOVERED in FOLLOWS[state] for state in OWED)
