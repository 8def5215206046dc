"""Is this the password, and may it be one? argon2id, and what a password has to be."""

import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from yisong.errors import NotAcceptable, TimedOut

SHORTEST: Final = 12
LONGEST: Final = 128
KINDS: Final = 3
"""Of small letters, capitals, digits and others; GB/T 22239-2019, 8.1.4.1 a, asks for passwords that are complex."""
DISTINCT: Final = 6
MAX_AGE: Final = 180 * 86_400_000
"""After so long (ms) a password is to be changed; GB/T 22239-2019, 8.1.4.1 a, says "regularly" and not how often."""

_HASHER: Final = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
# A hash takes 64 MiB and four lanes: two at a time, and few that wait, lest a flood of tries stop all other requests.
_HASHING: Final = BoundedSemaphore(2)
_WAITING: Final = BoundedSemaphore(12)
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def hashed(password: str) -> str:
    """Return *password* as it is stored: argon2id with a salt, in PHC form (RFC 9106, second recommended option)."""
    return _HASHER.hash(_normal(password))


def is_it(password: str, stored: str | None) -> bool:
    """
    Say whether *password* is the one *stored*; it takes as long where there is none (*stored* is None).

    Raises TimedOut where too many others are being looked at.
    """
    with _turn():
        try:
            _HASHER.verify(stored or _nobodys(), _normal(password)[: 2 * LONGEST])
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
    return stored is not None


def prepare() -> None:
    """Make what the password of nobody is compared with: else the first time would take twice as long, and show."""
    _nobodys()


def is_outdated(stored: str) -> bool:
    """Say whether *stored* was hashed with less than today's parameters."""
    return _HASHER.check_needs_rehash(stored)


def check(password: str, *, account: str) -> None:
    """Raise NotAcceptable, naming every fault and never the password, where *account* may not have this one."""
    faults = list(_faults(_normal(password), account))
    if faults:
        raise NotAcceptable("This password is refused; the former one, if any, holds on.", faults)


def generated() -> str:
    """Return a random password of 80 bits that can be typed."""
    while True:
        groups = ["".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4)]
        password = "-".join(groups)
        if not list(_faults(password, "")):
            return password


def _faults(password: str, account: str) -> Iterator[str]:
    if not SHORTEST <= len(password) <= LONGEST:
        yield f"it has to have {SHORTEST} to {LONGEST} characters"
    if any(unicodedata.category(one).startswith("C") for one in password):
        yield "it has to be without control characters"
    if sum(map(any, zip(*map(_kinds, password), strict=True))) < KINDS:
        yield f"it has to have {KINDS} of these: small letters, capitals, digits, others"
    if len(set(password)) < DISTINCT:
        yield f"it has to have {DISTINCT} different characters"
    if account and account in password.lower():
        yield "it must not hold the account's name"


def _kinds(one: str) -> tuple[bool, bool, bool, bool]:
    kinds = one.islower(), one.isupper(), one.isdigit()
    return (*kinds, not any(kinds))


def _normal(password: str) -> str:
    # The same key pressed on another machine may give another code point (RFC 8265, OpaqueString).
    return unicodedata.normalize("NFC", password)


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))


@contextmanager
def _turn() -> Iterator[None]:
    if not _WAITING.acquire(blocking=False):
        raise TimedOut("Too many people log in at once. Nothing is wrong with the password; try again in a moment.")
    try:
        with _HASHING:
            yield
    finally:
        _WAITING.release()
