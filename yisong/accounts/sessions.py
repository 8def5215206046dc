"""
Which session does a cookie belong to?

A session is known by a secret of 256 random bits, of which the database has the SHA-256 only. A slow hash would guard
what can be guessed; this cannot, and is asked for with every request.
"""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from yisong.accounts import passwords
from yisong.accounts.login_log import note
from yisong.accounts.roles import Role, Scope, scopes_of
from yisong.accounts.rows import Database, at_once, run

IDLE: Final = 30 * 60_000
"""After so long (ms) without a request a session ends."""
LONGEST: Final = 10 * 3_600_000
"""After so long (ms) it ends in any case."""
_COARSE: Final = 60_000
_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who has logged in. *must_change*: he has to choose a password before anything else."""

    account: str
    organ: str
    roles: tuple[Role, ...]
    scopes: frozenset[Scope]
    must_change: bool


def new_session(database: Database, account: str, *, now: int, by_provider: bool = False) -> str:
    """
    Begin a session in the transaction of a login, and return its secret. Raises BusUnreachable.

    *by_provider*: an identity provider vouches for the person, so that our password for him need not be changed.
    """
    secret = secrets.token_urlsafe(_BYTES)
    row = {"secret_hash": _hash(secret), "account": account, "now": now, "by_provider": by_provider}
    run(database, "new_session", row)
    run(database, "forget_sessions", _oldest(now))
    return secret


def find_session(database: Database, secret: str, *, now: int) -> Session | None:
    """Return the session that *secret* opens, None where it opens none (any more). Raises BusUnreachable."""
    rows = run(database, "session", {"secret_hash": _hash(secret), **_oldest(now)})
    if not rows:
        return None
    account, organ, roles, must_change, password_at, seen_at, by_provider = rows[0]
    if now - seen_at >= _COARSE:
        run(database, "seen", {"secret_hash": _hash(secret), "now": now})
    return Session(
        account=account,
        organ=organ,
        roles=tuple(roles),
        scopes=scopes_of(roles),
        must_change=not by_provider and (must_change or now - password_at >= passwords.MAX_AGE),
    )


def end_session(database: Database, secret: str, *, address: str, now: int) -> None:
    """End the session that *secret* opens, if there is one. Raises BusUnreachable."""
    with at_once(database):
        for (account,) in run(database, "end_session", {"secret_hash": _hash(secret)}):
            note(database, "logout", now=now, who=account, by_whom=account, address=address)


def drop_session(database: Database, secret: str) -> None:
    """End a session that another one takes the place of. Raises BusUnreachable."""
    run(database, "end_session", {"secret_hash": _hash(secret)})


def _oldest(now: int) -> dict[str, int]:
    return {"oldest_made": now - LONGEST, "oldest_seen": now - IDLE}


def _hash(secret: str) -> bytes:
    return sha256(secret.encode(errors="replace")).digest()
