"""Keys, tokens, mail addresses and card numbers are found wherever they are planted, and nothing else is touched."""

from __future__ import annotations

import json
import string
from typing import Any
from urllib.parse import quote, unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.verify.redaction import clean, clean_form, clean_headers, clean_path, clean_text

WORD = st.text(string.ascii_lowercase, min_size=3, max_size=9)
LONG = st.text(string.ascii_letters + string.digits, min_size=24, max_size=40)
KEYS = st.builds(
    lambda kind, rest: f"{kind}{rest}",
    st.sampled_from(["sk_test_", "rk_test_", "pk_test_", "whsec_", "ak_"]),
    LONG,
)
RESEND = st.builds(lambda one, two: f"re_{one[:8]}_{two}", LONG, LONG)
TOKENS = st.builds(lambda one, two, three: f"eyJ{one}.eyJ{two}.{three}", LONG, LONG, LONG)
MAILS = st.builds(lambda one, two: f"{one}.{two}@{two}.test", WORD, WORD)
CARDS = st.sampled_from(["4000056655665556", "5555555555554444", "378282246310005", "4000 0025 0000 3155"])
PLANTED = st.one_of(KEYS, RESEND, TOKENS, MAILS, CARDS)


def planted(secret: str, words: list[str]) -> list[Any]:
    """Return places in which a secret may lie."""
    first, second = words
    return [
        {first: {second: [secret]}},
        {first: f"{second} {secret} {second}"},
        {first: json.dumps({second: secret})},
        [secret],
        {secret: second},
    ]


@given(PLANTED, st.lists(WORD, min_size=2, max_size=2))
def test_nothing_planted_is_left_in_a_body(secret: str, words: list[str]) -> None:
    for value in planted(secret, words):
        assert secret not in json.dumps(clean(value)), value


@given(PLANTED, WORD)
def test_nothing_planted_is_left_in_a_form_or_a_query(secret: str, word: str) -> None:
    for text in (f"{word}={quote(secret, safe='')}", f"/{word}/{quote(secret)}?{word}={secret}"):
        found = clean_text(text)
        assert secret not in found
        assert quote(secret, safe="") not in found


@given(PLANTED, WORD)
def test_a_form_keeps_its_names(secret: str, word: str) -> None:
    told = clean_form(f"{word}={quote(secret, safe='')}&plan=essential&card%5Btoken%5D=tok_visa")
    assert told.startswith(f"{word}=")
    assert told.endswith("&plan=essential&card%5Btoken%5D=tok_visa")
    assert secret not in unquote_plus(told)
    assert secret not in unquote_plus(clean_path(f"/v1/{word}?{word}={quote(secret)}"))


@given(LONG)
def test_what_a_form_names_a_secret_is_one(secret: str) -> None:
    assert secret not in clean_form(f"client_secret={secret}&account%5Bpassword%5D={secret}")


@given(
    st.sampled_from(["client_secret", "password", "apiKey", "access_token", "X-Api-Key", "stripe-signature"]),
    LONG,
)
def test_what_is_named_a_secret_is_one(name: str, secret: str) -> None:
    assert secret not in json.dumps(clean({"inner": {name: secret}}))
    assert secret not in json.dumps(clean_headers({name: secret}))


@given(LONG)
def test_credentials_in_headers_are_hidden(secret: str) -> None:
    told = clean_headers(
        {"Authorization": f"Bearer {secret}", "Cookie": f"__session={secret}", "X-Trace": f"Basic {secret}"}
    )
    assert secret not in json.dumps(told)


@given(PLANTED)
def test_the_same_secret_has_the_same_stand_in(secret: str) -> None:
    assert clean([secret, secret])[0] == clean(secret)
    assert clean(clean(secret)) == clean(secret)


def test_what_is_no_secret_stays() -> None:
    value = {
        "id": "cus_NffrFeUfNV2Hib",
        "object": "customer",
        "amount": 4200,
        "created": 1767225600,
        "updated_at": 1767225600123,
        "livemode": False,
        "name": "Northwind Coffee",
        "tokens": None,
        "path": "/v1/customers/cus_NffrFeUfNV2Hib",
    }
    assert clean(value) == value


@pytest.mark.parametrize("part", ["a", "ey-", "a@b.c+", "%40", "1", "@a", "re_a"])
def test_a_long_text_costs_its_length_and_no_more(part: str) -> None:
    text = (part * 500_000)[:500_000]  # by its square this would take the better part of an hour
    assert clean_text(f"@{text}")
