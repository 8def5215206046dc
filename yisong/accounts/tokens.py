"""
Which agency system does a token belong to?

A token is 256 random bits, shown once; the database has its SHA-256 only. That is right for a token and would be wrong
for a password: nobody can guess at 256 random bits, so a slow, salted hash guards nothing and would cost every request.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple

from yisong.accounts.login_log import note
from yisong.accounts.people import NAME
from yisong.accounts.roles import SYSTEM_SCOPES, Scope
from yisong.accounts.rows import Database, Row, at_once, run
from yisong.errors import NotAcceptable

PREFIX: Final = "yisong_"
"""By this whoever looks for lost secrets knows one."""
LONGEST_DAYS: Final = 730
_DAY: Final = 86_400_000
_HOUR: Final = 3_600_000
_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """
    What a token is good for; never the token itself. Instants in ms; *used_at* to the hour.

    *serial*: its number at this node. *system*: the agency system that has it, and *organ* for which it speaks.
    """

    serial: int
    system: str
    organ: str
    scopes: tuple[Scope, ...]
    made_at: int
    expires_at: int
    used_at: int | None
    revoked_at: int | None


class Made(NamedTuple):
    """A new token: its number, and the *secret*, which can never be shown again."""

    serial: int
    secret: str


def add_token(  # noqa: PLR0913 (what a token is)
    database: Database, system: str, *, organ: str, scopes: Collection[str], days: int, by_whom: str, now: int
) -> Made:
    """Make a token that is good for *days*. Raises NotAcceptable, naming every fault, BusUnreachable."""
    if faults := _faults(system, scopes, days):
        raise NotAcceptable("There can be no such token; nothing was changed.", faults)
    if run(database, "is_taken", {"name": system})[0][0]:
        raise NotAcceptable("The token was not made.", ["a person has that name, and the logs name both"])
    secret = PREFIX + secrets.token_urlsafe(_BYTES)
    values = {"system": system, "organ": organ, "scopes": sorted(set(scopes)), "expires_at": now + days * _DAY}
    with at_once(database):
        rows = run(database, "add_token", {**values, "token_hash": _hash(secret), "now": now})
        note(database, "token-made", now=now, who=system, by_whom=by_whom)
    return Made(int(rows[0][0]), secret)


def find_token(database: Database, secret: str, *, now: int) -> Token | None:
    """Return what *secret* is good for, None where it is none (any more). Raises BusUnreachable."""
    found = next(map(_token, run(database, "token", {"token_hash": _hash(secret), "now": now})), None)
    hour = now - now % _HOUR
    if found is not None and found.used_at != hour:
        run(database, "used", {"serial": found.serial, "hour": hour})
    return found


def tokens(database: Database) -> list[Token]:
    """Return all tokens, revoked and expired ones too. Raises BusUnreachable."""
    return [_token(row) for row in run(database, "tokens")]


def revoke(database: Database, serial: int, *, by_whom: str, now: int) -> None:
    """Let token number *serial* open nothing any more. Raises NotAcceptable, BusUnreachable."""
    with at_once(database):
        rows = run(database, "revoke", {"serial": serial, "now": now})
        if not rows:
            unknown = "there is no token of that number, or it is revoked already; see `yisong tokens list`"
            raise NotAcceptable("Nothing was changed.", [unknown])
        note(database, "token-revoked", now=now, who=str(rows[0][0]), by_whom=by_whom)


def _faults(system: str, scopes: Collection[str], days: int) -> list[str]:
    faults = [] if NAME.fullmatch(system) else ["its system is 2 to 63 of a-z, 0-9, dot, _ and -"]
    if not scopes or not set(scopes) <= set(SYSTEM_SCOPES):
        faults.append(
            f"it is good for one or more of {', '.join(SYSTEM_SCOPES)}; a system neither approves nor administers"
        )
    if not 1 <= days <= LONGEST_DAYS:
        faults.append(f"it is good for 1 to {LONGEST_DAYS} days")
    return faults


def _token(row: Row) -> Token:
    serial, system, organ, scopes, made_at, expires_at, used_at, revoked_at = row
    return Token(
        serial=serial,
        system=system,
        organ=organ,
        scopes=tuple(scopes),
        made_at=made_at,
        expires_at=expires_at,
        used_at=used_at,
        revoked_at=revoked_at,
    )


def _hash(secret: str) -> bytes:
    return sha256(secret.encode(errors="replace")).digest()
