"""How does a person get in for whom an identity provider vouches? Only into an account that is here already."""

import secrets
from hashlib import sha256
from typing import Final, NamedTuple

from yisong.accounts.failures import count_address, take_back_address
from yisong.accounts.login_log import note
from yisong.accounts.people import find_account
from yisong.accounts.roles import ADMINISTRATORS
from yisong.accounts.rows import Database, at_once, run
from yisong.accounts.sessions import drop_session, new_session

LONGEST: Final = 10 * 60_000
"""For so long (ms) a person may be on his way to the provider and back."""
_BYTES: Final = 32


class Begun(NamedTuple):
    """
    A login under way. *back*: where the person wanted to go.

    *state*: what the browser takes there and back; the database has its SHA-256. *nonce*: what the ID token must hold.
    *verifier*: of PKCE (RFC 7636, 4.1).
    """

    state: str
    nonce: str
    verifier: str
    back: str


def begin(database: Database, *, back: str, address: str, now: int) -> Begun | None:
    """Begin a login from *address*, *now* in ms; None where too many from there have failed. Raises BusUnreachable."""
    begun = Begun(secrets.token_urlsafe(_BYTES), secrets.token_urlsafe(_BYTES), secrets.token_urlsafe(_BYTES), back)
    with at_once(database):
        # It counts as failed until it has not, as a password does.
        if not count_address(database, address, now=now).allowed:
            return None
        run(database, "forget_provider_logins", {"oldest": now - LONGEST})
        row = {"nonce": begun.nonce, "verifier": begun.verifier, "back": back, "now": now}
        run(database, "begin_provider_login", {"state_hash": _hash(begun.state), **row})
    return begun


def taken(database: Database, state: str, *, now: int) -> Begun | None:
    """Return the login that *state* belongs to, once; None where there is none (any more). Raises BusUnreachable."""
    rows = run(database, "take_provider_login", {"state_hash": _hash(state), "oldest": now - LONGEST})
    return Begun(state, *rows[0]) if rows else None


def let_in(database: Database, account: str, *, address: str, former: str | None, now: int) -> str | None:
    """
    Return the secret of a new session of *account*, for whom the provider vouches; None where it gets none.

    There must be such an account, not locked, and of none of the three administrators: their doors depend on nobody
    outside. *former*: the session that the browser had, which ends. Raises BusUnreachable.
    """
    known = find_account(database, account)
    with at_once(database):
        barred = known is None or known.locked or not ADMINISTRATORS.isdisjoint(known.roles)
        if known is None or barred or not run(database, "hold_account", _held(known.account, known.password)):
            refused(database, None if known is None else known.account, address=address, now=now)
            return None
        take_back_address(database, address)
        if former is not None:
            drop_session(database, former)
        note(database, "provider-login", now=now, who=account, by_whom=account, address=address)
        return new_session(database, account, now=now, by_provider=True)


def refused(database: Database, account: str | None, *, address: str, now: int) -> None:
    """Note that somebody came back from the provider and was not let in. Raises BusUnreachable."""
    note(database, "provider-login-refused", now=now, who=account, by_whom=None, address=address)


def _held(account: str, password: str) -> dict[str, object]:
    return {"account": account, "password": password}


def _hash(state: str) -> bytes:
    return sha256(state.encode(errors="replace")).digest()
