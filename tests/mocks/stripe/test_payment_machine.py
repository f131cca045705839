"""Payment intents under any sequence of cards, captures, cancellations, refunds and passing time."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from mocks.stripe.resources.balance import BALANCE_TRANSACTIONS, balance
from mocks.stripe.resources.charges import CHARGES, REFUNDS
from mocks.stripe.resources.disputes import DISPUTES, ENDED, OPEN, VERDICTS
from mocks.stripe.resources.events import EVENTS
from mocks.stripe.resources.intents import PAYMENT_INTENTS
from tests.mocks.stripe.debits import PERMITTED
from tests.mocks.stripe.room import Room

INTENTS = "/v1/payment_intents"
PAYS = "pm_card_visa"
CARDS = st.sampled_from(
    [
        *(
            PAYS,
            PAYS,
            "pm_card_visa_chargeDeclined",
            "pm_card_chargeDeclinedExpiredCard",
            "pm_card_radarBlock",
        ),
        *(
            "pm_card_authenticationRequired",
            "pm_card_refundFail",
            "pm_card_pendingRefund",
            "pm_card_bypassPending",
        ),
        *("pm_card_createDispute", "pm_card_createDisputeInquiry", "pm_card_createMultipleDisputes"),
        *("pm_usBankAccount_success", "pm_usBankAccount_insufficientFunds", "pm_usBankAccount_processing"),
    ]
)
AMOUNTS = st.integers(50, 10_000).map(lambda each: 10 * each)
"""In the minor unit of any currency: where it has three decimals, amounts end in 0."""

CURRENCIES = st.sampled_from(["usd", "usd", "jpy", "kwd"])
"""Two, none and three decimals."""

_LEADS_TO = {"requires_action", "processing", "requires_capture", "succeeded", "canceled"}
DOCUMENTED = {
    "requires_payment_method": _LEADS_TO | {"requires_confirmation"},
    "requires_confirmation": _LEADS_TO | {"requires_payment_method"},
    "requires_action": _LEADS_TO | {"requires_payment_method", "requires_confirmation"},
    "processing": {"requires_payment_method", "succeeded", "canceled"},
    "requires_capture": {"succeeded", "canceled"},
    "succeeded": set(),
    "canceled": set(),
}
"""Stripe docs: how payment intents work."""

SIDES = {
    "in": {"charge", "payment"},
    "out": {"refund", "payment_refund", "refund_failure"},
    "disputed": {"adjustment"},
}
"""What the types of balance transactions are: payments, what is given back, and what disputes take and return."""

ANNOUNCED = {
    "succeeded": "payment_intent.succeeded",
    "canceled": "payment_intent.canceled",
    "requires_capture": "payment_intent.amount_capturable_updated",
    "requires_action": "payment_intent.requires_action",
    "processing": "payment_intent.processing",
}


class Payments(RuleBasedStateMachine):
    """Whatever happens, states follow the documents and no cent appears or vanishes."""

    intents: Bundle[str] = Bundle("intents")

    def __init__(self) -> None:
        """Open a world of its own."""
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.room = Room.open(Path(self.folder.name))
        self.customer = self.post("/v1/customers")[1]["id"]
        self.known: dict[str, str] = {}

    @initialize(currency=CURRENCIES)
    def settle_in(self, currency: str) -> None:
        """All of a shop's prices are in one currency."""
        self.currency = currency

    def teardown(self) -> None:
        """Close it."""
        self.runner.run(self.room.close())
        self.runner.close()
        self.folder.cleanup()

    def post(self, path: str, **params: Any) -> tuple[int, Any]:
        """Send a request; a refusal other than a decline must leave everything as it was."""
        before = self.room.state()
        answer = self.runner.run(self.room.call("POST", path, params))
        status = answer.status_code
        assert status in {200, 400, 402}, answer.text
        if status == 400:
            assert self.room.state() == before
        return status, answer.json()

    @rule(target=intents, amount=AMOUNTS, manual=st.booleans(), owned=st.booleans(), saved=st.booleans())
    def create(self, amount: int, manual: bool, owned: bool, saved: bool) -> str:
        """An intent is made."""
        more = {"customer": self.customer} if owned else {}
        more |= {"setup_future_usage": "off_session"} if saved else {}
        more |= {"capture_method": "manual"} if manual else {}
        status, intent = self.post(INTENTS, amount=amount, currency=self.currency, **more)
        assert (status, intent["status"]) == (200, "requires_payment_method")
        self.known[intent["id"]] = intent["status"]
        return str(intent["id"])

    @rule(intent=intents, card=CARDS, away=st.booleans())
    def confirm(self, intent: str, card: str, away: bool) -> None:
        """A payer pays."""
        more = {"mandate_data": PERMITTED} if card.startswith("pm_us") else {}
        status, told = self.post(f"{INTENTS}/{intent}/confirm", payment_method=card, off_session=away, **more)
        state = self.known[intent]
        if state in {"succeeded", "processing", "canceled", "requires_capture"}:
            assert (status, told["error"]["code"]) == (400, "payment_intent_unexpected_state")
            assert told["error"]["payment_intent"]["status"] == state
        elif status == 402:
            assert told["error"]["payment_intent"]["status"] == "requires_payment_method"
            assert told["error"]["charge"] == told["error"]["payment_intent"]["latest_charge"]

    @rule(intent=intents, succeeded=st.booleans())
    def authenticate(self, intent: str, succeeded: bool) -> None:
        """A payer answers the bank's challenge."""
        if self.known[intent] == "requires_action":
            from mocks.stripe.resources import payment_intents

            tx = self.room.tx()
            payment_intents.authenticate(tx, payment_intents.get(tx, intent), succeeded=succeeded)
            tx.commit()

    @rule(intent=intents, amount=AMOUNTS)
    def update(self, intent: str, amount: int) -> None:
        """The amount changes while it may."""
        status, told = self.post(f"{INTENTS}/{intent}", amount=amount)
        settled = self.known[intent] in {"succeeded", "processing", "canceled", "requires_capture"}
        assert status == (400 if settled else 200), told

    @rule(intent=intents, part=st.none() | AMOUNTS)
    def capture(self, intent: str, part: int | None) -> None:
        """The merchant takes what was authorized."""
        status, told = self.post(
            f"{INTENTS}/{intent}/capture", **({} if part is None else {"amount_to_capture": part})
        )
        if self.known[intent] != "requires_capture":
            assert (status, told["error"]["code"]) == (400, "payment_intent_unexpected_state")

    @rule(intent=intents)
    def cancel(self, intent: str) -> None:
        """The merchant gives up."""
        status, told = self.post(f"{INTENTS}/{intent}/cancel", cancellation_reason="abandoned")
        assert status == (400 if self.known[intent] in {"succeeded", "canceled"} else 200), told

    @rule(intent=intents, part=st.none() | AMOUNTS)
    def refund(self, intent: str, part: int | None) -> None:
        """The merchant gives back."""
        status, _ = self.post(
            "/v1/refunds", payment_intent=intent, **({} if part is None else {"amount": part})
        )
        assert status == 400 or self.known[intent] == "succeeded"

    @rule(intent=intents, text=st.sampled_from([*VERDICTS, "It was them."]), given_up=st.booleans())
    def answer(self, intent: str, text: str, given_up: bool) -> None:
        """The merchant answers a dispute, or gives it up."""
        for dispute in list(self.room.tx().every(DISPUTES, payment_intent=intent)):
            path = f"/v1/disputes/{dispute['id']}"
            if given_up:
                status, _ = self.post(f"{path}/close")
                assert status == (400 if dispute["status"] in ENDED else 200)
            else:
                status, _ = self.post(path, evidence={"uncategorized_text": text})
                assert status == (200 if dispute["status"] in OPEN else 400)

    @rule(intent=consumes(intents))
    def leave(self, intent: str) -> None:
        """An intent is left alone from now on."""

    @rule(seconds=st.sampled_from([3, 301, 3 * 86_400, 8 * 86_400]))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.runner.run(self.room.advance(seconds))

    @invariant()
    def states_are_documented_and_announced(self) -> None:
        """Each change of state is one that Stripe documents, and its event was the last of the intent's."""
        tx = self.room.tx()
        last = {
            event["body"]["data"]["object"]["id"]: event
            for event in tx.every(EVENTS)
            if event["type"].startswith("payment_intent.")
        }
        for intent in tx.every(PAYMENT_INTENTS):
            was, now = self.known[intent["id"]], intent["status"]
            assert was == now or now in DOCUMENTED[was], f"{was} → {now}"
            self.known[intent["id"]] = now
            if now in ANNOUNCED:
                assert last[intent["id"]]["type"] == ANNOUNCED[now]
                assert last[intent["id"]]["body"]["data"]["object"]["status"] == now

    @invariant()
    def money_is_conserved(self) -> None:
        """Intents, charges, refunds, balance transactions and the balance tell the same story."""
        tx = self.room.tx()
        entries = {entry["id"]: entry for entry in tx.every(BALANCE_TRANSACTIONS)}
        refunds = list(tx.every(REFUNDS))
        for intent in tx.every(PAYMENT_INTENTS):
            charges = [each for each in tx.every(CHARGES, payment_intent=intent["id"]) if each["paid"]]
            taken = sum(charge["amount_captured"] for charge in charges)
            assert intent["amount_received"] == taken
            assert sum(charge["captured"] for charge in charges) == (intent["status"] == "succeeded")
            held = intent["amount"] if intent["status"] == "requires_capture" else 0
            assert intent["amount_capturable"] == held
        for charge in tx.every(CHARGES):
            given = sum(
                each["amount"]
                for each in refunds
                if each["charge"] == charge["id"] and each["status"] != "failed"
            )
            released = charge["amount"] - charge["amount_captured"] if charge["captured"] else 0
            if charge["captured"]:
                assert charge["amount_refunded"] == given + released <= charge["amount"]
                assert charge["refunded"] == (given == charge["amount_captured"])
                taken = -sum(
                    entry["amount"]
                    for dispute in tx.every(DISPUTES, charge=charge["id"])
                    for entry in tx.every(BALANCE_TRANSACTIONS, source=dispute["id"])
                )
                assert 0 <= taken <= charge["amount_captured"] - given
            if charge["balance_transaction"] is not None:
                assert entries[charge["balance_transaction"]]["amount"] == charge["amount_captured"]
        sums = {
            side: sum(entry["amount"] for entry in entries.values() if entry["type"] in types)
            for side, types in SIDES.items()
        }
        settled = [each for each in tx.every(CHARGES) if each["balance_transaction"] is not None]
        assert sums["in"] == sum(each["amount_captured"] for each in settled)
        assert sums["out"] == -sum(each["amount"] for each in refunds if each["status"] != "failed")
        fees = sum(entry["fee"] for entry in entries.values())
        shown = balance(tx)
        total = sum(each["amount"] for each in (*shown["available"], *shown["pending"]))
        assert total == sum(entry["net"] for entry in entries.values()) == sum(sums.values()) - fees
        assert sum(each["amount"] for each in shown["available"]) == sum(
            entry["net"] for entry in entries.values() if entry["available_on"] <= tx.seconds
        )


Payments.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestPayments = Payments.TestCase
