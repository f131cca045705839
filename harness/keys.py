"""RSA keys that follow from a seed: the same text gives the same key on every machine.

Providers sign tokens with a key that consumers know by its public half. A world's key must be the same after a restart
and, for the world `default`, everywhere; so its primes are searched from seeded chance instead of the system's entropy.
Such a key protects nothing: whoever knows the seed has it. Making one takes a few tenths of a second, once.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import lru_cache
from math import gcd, isqrt
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from harness import chance

BITS = 2048
EXPONENT = 65537
ROUNDS = 8
"""Miller-Rabin rounds for what passed the first: a composite of this size passes with less than 1 in 10^80."""

SIEVE_LIMIT = 1 << 15
WINDOW = 1 << 14
"""Odd numbers that are looked at together; a prime of 1024 bits is one of about 355 odd numbers."""


@lru_cache(maxsize=256)
def rsa_pem(seed: str) -> str:
    """Return the private key of a seed as PKCS #8 PEM: 2048 bits, public exponent 65537."""
    p, q = _prime(seed, "p"), _prime(seed, "q")
    if p < q:
        p, q = q, p
    modulus, phi = p * q, (p - 1) * (q - 1)
    d = pow(EXPONENT, -1, phi)
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=d % (p - 1),
        dmq1=d % (q - 1),
        iqmp=pow(q, -1, p),
        public_numbers=rsa.RSAPublicNumbers(EXPONENT, modulus),
    )
    return (
        numbers.private_key()
        .private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        .decode()
    )


@lru_cache(maxsize=256)
def private_key(pem: str) -> rsa.RSAPrivateKey:
    """Return the key of a PEM that this module wrote, ready to sign."""
    # The check of a key's numbers costs more than a hundred signatures, and these numbers are our own.
    key = serialization.load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101 - nothing else is written here
    return key


def public_pem(pem: str) -> str:
    """Return the public half of a private key as SubjectPublicKeyInfo PEM."""
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return private_key(pem).public_key().public_bytes(encoding, form).decode()


def public_jwk(pem: str) -> dict[str, Any]:
    """Return the public half of a private key as JSON Web Key (RFC 7517): `kty`, `n` and `e`."""
    numbers = private_key(pem).public_key().public_numbers()
    return {"kty": "RSA", "n": _base64url(numbers.n), "e": _base64url(numbers.e)}


def _base64url(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _prime(seed: str, name: str) -> int:
    """Return the first fitting prime from where the seed says; the two upper bits are set, so that products have all."""
    size = BITS // 16
    start = int.from_bytes(chance.draw(seed, f"rsa.{name}", 0, size), "big")
    start |= 3 << (size * 8 - 2) | 1
    while True:
        for candidate in _sieved(start):
            if gcd(candidate - 1, EXPONENT) == 1 and _is_prime(candidate, seed):
                return candidate
        start += 2 * WINDOW


def _sieved(start: int) -> list[int]:
    """Return the numbers from an odd one on that no small prime divides."""
    left = bytearray(b"\x01") * WINDOW
    for prime in _small_primes():
        # start + 2 * first is the first odd multiple of the prime.
        first = -start * ((prime + 1) // 2) % prime
        left[first::prime] = bytes(len(range(first, WINDOW, prime)))
    return [start + 2 * index for index, stays in enumerate(left) if stays]


@lru_cache(maxsize=1)
def _small_primes() -> list[int]:
    """Return the odd primes below the sieve's limit."""
    left = bytearray(b"\x01") * SIEVE_LIMIT
    for number in range(3, isqrt(SIEVE_LIMIT) + 1, 2):
        if left[number]:
            left[number * number :: 2 * number] = bytes(len(range(number * number, SIEVE_LIMIT, 2 * number)))
    return [number for number in range(3, SIEVE_LIMIT, 2) if left[number]]


def _is_prime(candidate: int, seed: str) -> bool:
    """Tell whether a number is prime, by Miller and Rabin with seeded bases."""
    if pow(2, candidate - 1, candidate) != 1:
        return False
    odd, twos = candidate - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for number in range(ROUNDS):
        base = int.from_bytes(chance.draw(seed, "rsa.witness", number, 32), "big") | 2
        value = pow(base, odd, candidate)
        if value in (1, candidate - 1):
            continue
        for _ in range(twos - 1):
            value = value * value % candidate
            if value == candidate - 1:
                break
        else:
            return False
    return True
