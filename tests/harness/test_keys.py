"""RSA keys that follow from a seed."""

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from harness import keys


@pytest.mark.parametrize("seed", ["one", "two", "a seed that is much longer than sixty-four bytes " * 3])
def test_a_key_is_sound_and_of_full_length(seed: str) -> None:
    pem = keys.rsa_pem(seed)
    whole = load_pem_private_key(pem.encode(), None)  # checks the key's numbers
    assert isinstance(whole, RSAPrivateKey)
    assert isinstance(whole, RSAPrivateKey)
    assert whole.key_size == 2048
    numbers = whole.private_numbers()
    assert numbers.public_numbers.e == 65537
    assert numbers.p > numbers.q
    assert numbers.p.bit_length() == numbers.q.bit_length() == 1024


def test_the_same_seed_gives_the_same_key_and_another_one_another() -> None:
    first = keys.rsa_pem("one")
    keys.rsa_pem.cache_clear()
    assert keys.rsa_pem("one") == first
    assert keys.rsa_pem("two") != first


def test_what_the_private_half_signs_both_public_forms_verify() -> None:
    pem = keys.rsa_pem("one")
    token = jwt.encode({"sub": "x"}, keys.private_key(pem), algorithm="RS256")
    read = load_pem_public_key(keys.public_pem(pem).encode())
    assert isinstance(read, RSAPublicKey)
    forms: list[RSAPublicKey | jwt.PyJWK] = [read, jwt.PyJWK(keys.public_jwk(pem), "RS256")]
    for public in forms:
        assert jwt.decode(token, public, algorithms=["RS256"]) == {"sub": "x"}
    assert keys.public_jwk(pem)["e"] == "AQAB"


def test_primes_are_told_from_what_is_none() -> None:
    carmichael, prime = 561 * 1105, 2**127 - 1
    assert keys._is_prime(prime, "x")
    assert not keys._is_prime(carmichael, "x")
    assert not keys._is_prime(561, "x")  # passes Fermat's test for base 2, not Miller's and Rabin's
    left = keys._sieved(1_000_001)
    assert 1_000_003 in left
    assert all(each % prime for each in left for prime in (3, 5, 7, 11, 181))
