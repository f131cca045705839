"""Cash balances: transfers that customers send come in, and wait."""

import pytest

from tests.mocks.stripe.room import Room


@pytest.mark.parametrize("currency", ["eur", "gbp", "jpy", "mxn", "usd"])
async def test_a_transfer_comes_in(room: Room, currency: str) -> None:
    owner = (await room.ok("POST", "/v1/customers"))["id"]
    path = f"/v1/customers/{owner}/cash_balance"
    assert (await room.ok("GET", path))["available"] is None
    for amount in (700, 300):
        given = {"amount": amount, "currency": currency, "reference": "Invoice 7"}
        made = await room.ok("POST", f"/v1/test_helpers/customers/{owner}/fund_cash_balance", given)
    assert (made["type"], made["net_amount"], made["ending_balance"]) == ("funded", 300, 1000)
    assert made["funded"]["bank_transfer"]["reference"] == "Invoice 7"
    assert (await room.ok("GET", path))["available"] == {currency: 1000}
    listed = await room.ok("GET", f"{path}_transactions", {"limit": 1})
    assert (listed["data"], listed["has_more"]) == ([made], True)
    assert await room.ok("GET", f"{path}_transactions/{made['id']}") == made
    shown = await room.ok("GET", f"/v1/customers/{owner}", {"expand": ["cash_balance"]})
    assert shown["cash_balance"]["available"] == {currency: 1000}
    assert room.types()[-2:] == ["customer_cash_balance_transaction.created", "cash_balance.funds_available"]


async def test_how_transfers_are_matched_is_set(room: Room) -> None:
    path = f"/v1/customers/{(await room.ok('POST', '/v1/customers'))['id']}/cash_balance"
    for mode, settings in (
        ("manual", {"reconciliation_mode": "manual", "using_merchant_default": False}),
        ("merchant_default", {"reconciliation_mode": "automatic", "using_merchant_default": True}),
    ):
        changed = await room.ok("POST", path, {"settings": {"reconciliation_mode": mode}})
        assert changed["settings"] == settings
        assert (await room.ok("GET", path))["settings"] == settings


async def test_what_cannot_be_sent_or_found_is_refused(room: Room) -> None:
    owner, other = [(await room.ok("POST", "/v1/customers"))["id"] for _ in "ab"]
    path = f"/v1/test_helpers/customers/{owner}/fund_cash_balance"
    status, error = await room.refused("POST", path, {"amount": 100, "currency": "chf"})
    assert (status, error["param"]) == (400, "currency")
    made = await room.ok("POST", path, {"amount": 100, "currency": "usd"})
    found = f"/v1/customers/{other}/cash_balance_transactions/{made['id']}"
    assert (await room.refused("GET", found))[0] == 404
    assert (await room.refused("GET", "/v1/customers/cus_nobody/cash_balance"))[0] == 404
