"""Which people have an account at this node, and how is one made, locked and given a password?"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, cast

from yisong.accounts import passwords
from yisong.accounts.failures import forgive_account
from yisong.accounts.login_log import note
from yisong.accounts.roles import Role, Scope, fault_of, scopes_of
from yisong.accounts.rows import Database, Row, at_once, run
from yisong.errors import NotAcceptable

NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}", re.ASCII)
"""What an account or a system may be called: nothing that a log, a header or a terminal takes for a command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """
    One person at this node. *organ*: for which organ of the directory he acts. Instants in ms.

    *password*: its hash. *must_change*: somebody else has chosen the password. *locked*: by an administrator.
    """

    account: str
    organ: str
    roles: tuple[Role, ...]
    password: str
    password_at: int
    must_change: bool
    locked: bool
    made_at: int

    @property
    def scopes(self) -> frozenset[Scope]:
        """All that the account may do."""
        return scopes_of(self.roles)


def find_account(database: Database, account: str) -> Account | None:
    """Return one account, None where there is none. Raises BusUnreachable."""
    if NAME.fullmatch(account) is None:
        return None
    return next(map(_account, run(database, "account", {"account": account})), None)


def accounts(database: Database) -> list[Account]:
    """Return all accounts, by name. Raises BusUnreachable."""
    return [_account(row) for row in run(database, "accounts")]


def add_account(  # noqa: PLR0913 (what an account is)
    database: Database,
    account: str,
    *,
    organ: str,
    roles: Collection[str],
    password: str,
    by_whom: str,
    now: int,
    must_change: bool = True,
) -> None:
    """
    Make an account, which has to change its password at the first login unless *must_change* is False.

    Raises NotAcceptable, naming every fault, BusUnreachable.
    """
    faults = (
        [] if NAME.fullmatch(account) else ["its name is 2 to 63 of a-z, 0-9, dot, _ and -, and begins with a-z, 0-9"]
    )
    if (fault := fault_of(roles)) is not None:
        faults.append(fault)
    if faults:
        raise NotAcceptable("There can be no such account; nothing was changed.", faults)
    passwords.check(password, account=account)
    if run(database, "is_taken", {"name": account})[0][1]:
        raise NotAcceptable("The account was not made.", ["a system has that name, and the logs name both"])
    values = {"account": account, "organ": organ, "roles": list(roles), "must_change": must_change, "now": now}
    with at_once(database):
        if not run(database, "add_account", {**values, "password": passwords.hashed(password)}):
            known = "there is one of that name; a name is never given again, so that the log means one person for ever"
            raise NotAcceptable("The account was not made.", [known])
        note(database, "account-made", now=now, who=account, by_whom=by_whom)


def set_password(  # noqa: PLR0913 (who gives which password to whom)
    database: Database, account: str, password: str, *, by_whom: str, now: int, must_change: bool = True
) -> None:
    """
    Give *account* a password that somebody else has chosen, and end its sessions.

    Raises NotAcceptable where there is no such account or the password may not be one, BusUnreachable.
    """
    passwords.check(password, account=account)
    values = {"account": account, "password": passwords.hashed(password), "must_change": must_change, "now": now}
    with at_once(database):
        _need(run(database, "set_password", values))
        run(database, "end_sessions", {"account": account})
        note(database, "password-set", now=now, who=account, by_whom=by_whom)


def lock(database: Database, account: str, *, by_whom: str, now: int) -> None:
    """Let *account* in no more, and end its sessions at once. Raises NotAcceptable, BusUnreachable."""
    with at_once(database):
        _need(run(database, "set_locked", {"account": account, "locked": True}))
        run(database, "end_sessions", {"account": account})
        note(database, "account-locked", now=now, who=account, by_whom=by_whom)


def unlock(database: Database, account: str, *, by_whom: str, now: int) -> None:
    """Let *account* in again, whoever or whatever has locked it. Raises NotAcceptable, BusUnreachable."""
    with at_once(database):
        _need(run(database, "set_locked", {"account": account, "locked": False}))
        forgive_account(database, account)
        note(database, "account-unlocked", now=now, who=account, by_whom=by_whom)


def _need(rows: list[Row]) -> None:
    if not rows:
        raise NotAcceptable("Nothing was changed.", ["there is no account of that name; see `yisong accounts list`"])


def _account(row: Row) -> Account:
    account, organ, roles, password, password_at, must_change, locked, made_at = row
    return Account(
        account=account,
        organ=organ,
        roles=tuple(cast("list[Role]", roles)),
        password=password,
        password_at=password_at,
        must_change=must_change,
        locked=locked,
        made_at=made_at,
    )
