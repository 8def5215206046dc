"""How does a person get in, and how does he choose another password?"""

from yisong.accounts import passwords
from yisong.accounts.failures import Tried, count_try, forgive, take_back
from yisong.accounts.login_log import note
from yisong.accounts.people import Account, find_account
from yisong.accounts.rows import Database, at_once, run
from yisong.accounts.sessions import drop_session, new_session
from yisong.errors import NotAcceptable, TimedOut


def log_in(  # noqa: PLR0913 (what was typed, where, when)
    database: Database, account: str, password: str, *, address: str, former: str | None, now: int
) -> str | None:
    """
    Return the secret of a new session, None where *account* and *password* do not open one; why is not said.

    It takes as long whether there is no such account, another password, or a lock. *former*: the session that the
    browser had, which ends. Raises TimedOut where too many log in at once, BusUnreachable.
    """
    with at_once(database):
        tried = count_try(database, account, address, now=now)
    known = find_account(database, account)
    right = _is_right(database, known, password, typed=account, address=address)
    with at_once(database):
        if known is None or not right or not tried.allowed or not _held(database, known):
            _note_failure(database, known, tried, address=address, now=now)
            return None
        forgive(database, account, address, now=now)
        if former is not None:
            drop_session(database, former)
        if passwords.is_outdated(known.password):
            newer = passwords.hashed(password)
            run(database, "rehash", {"account": account, "password": newer, "former": known.password})
        note(database, "login", now=now, who=account, by_whom=account, address=address)
        return new_session(database, account, now=now)


def change_password(  # noqa: PLR0913 (what was typed, where, when)
    database: Database, account: str, *, former: str, password: str, address: str, now: int
) -> str | None:
    """
    Let *account* choose a *password*; return the secret of a new session, and end all others of the account.

    None: *former* is not its password, or was typed wrongly too often. Raises NotAcceptable where the new one may not
    be one, TimedOut, BusUnreachable.
    """
    with at_once(database):
        tried = count_try(database, account, address, now=now)
    known = find_account(database, account)
    right = _is_right(database, known, former, typed=account, address=address)
    if known is None or not right or not tried.allowed:
        if tried.allowed:
            note(database, "password-refused", now=now, who=account, by_whom=account, address=address)
        return None
    with at_once(database):
        forgive(database, account, address, now=now)
    if former == password:
        raise NotAcceptable("This password is refused; the former one holds on.", ["it has to be another one"])
    passwords.check(password, account=account)
    values = {"account": account, "password": passwords.hashed(password), "must_change": False, "now": now}
    with at_once(database):
        if not _held(database, known):
            return None
        run(database, "set_password", values)
        run(database, "end_sessions", {"account": account})
        note(database, "password-changed", now=now, who=account, by_whom=account, address=address)
        return new_session(database, account, now=now)


def _is_right(database: Database, known: Account | None, password: str, *, typed: str, address: str) -> bool:
    try:
        return passwords.is_it(password, None if known is None else known.password)
    except TimedOut:
        with at_once(database):
            take_back(database, typed, address)
        raise


def _held(database: Database, known: Account) -> bool:
    """Keep the account as it was read until the transaction ends; False where it is locked or changed by now."""
    return bool(run(database, "hold_account", {"account": known.account, "password": known.password}))


def _note_failure(database: Database, known: Account | None, tried: Tried, *, address: str, now: int) -> None:
    """Note a failure; not those beyond what is allowed, for whoever floods the door must not flood the log."""
    if not tried.allowed:
        return
    who = None if known is None else known.account
    note(database, "login-refused", now=now, who=who, by_whom=None, address=address)
    if tried.last:
        note(database, "locked-out", now=now, who=who, by_whom=None, address=address)
