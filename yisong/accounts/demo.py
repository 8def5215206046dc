"""With which accounts may one look at a demo bus? Invented people, one of each kind, with passwords shown once."""

import time
from collections.abc import Sequence
from contextlib import closing
from typing import Final, NamedTuple

from yisong.accounts import passwords
from yisong.accounts.login_log import at_the_node
from yisong.accounts.people import add_account, find_account, set_password, unlock
from yisong.accounts.roles import Role
from yisong.accounts.rows import Database
from yisong.errors import WiringFault
from yisong.home import Agency, Home
from yisong.postgres import connect


class DemoAccount(NamedTuple):
    """One account of a demo bus; the *password* is random, and nobody can read it again."""

    agency: Agency
    account: str
    organ: str
    role: Role
    password: str


_PEOPLE: Final[Sequence[tuple[Agency, str, str, Role]]] = (
    ("copyright", "officer", "V9801", "officer"),
    ("copyright", "approver", "V9801", "approver"),
    ("copyright", "auditor", "V98", "auditor"),
    ("copyright", "sysadmin", "V98", "operator"),
    ("copyright", "secadmin", "V98", "account-administrator"),
    ("copyright", "auditadmin", "V98", "audit-administrator"),
    ("cac", "officer", "W98", "officer"),
    ("miit", "officer", "T98", "officer"),
    ("police", "officer", "P9801", "officer"),
    ("police", "approver", "P9801", "approver"),
)


def demo_accounts(home: Home) -> tuple[DemoAccount, ...]:
    """
    Make an officer at each agency, two approvers for acts of two signatures, an auditor and the three administrators.

    Those that are there already get other passwords: what was shown once cannot be shown again. Raises WiringFault on a
    production bus, BusNotFound where none runs, BusUnreachable.
    """
    if home.bus().profile != "demo":
        raise WiringFault("This is a production bus; its accounts are people. Make them with `yisong accounts add`.")
    running = home.need_running()
    made: list[DemoAccount] = []
    for agency, account, organ, role in _PEOPLE:
        person = DemoAccount(agency, account, organ, role, passwords.generated())
        with closing(connect(running.admin_dsn[agency], autocommit=True, name="yisong-accounts")) as database:
            _make(database, person, now=time.time_ns() // 1_000_000)
        made.append(person)
    return tuple(made)


def _make(database: Database, person: DemoAccount, *, now: int) -> None:
    who = at_the_node()
    if find_account(database, person.account) is None:
        roles = (person.role,)
        add_account(
            database,
            person.account,
            organ=person.organ,
            roles=roles,
            password=person.password,
            must_change=False,
            by_whom=who,
            now=now,
        )
        return
    set_password(database, person.account, person.password, must_change=False, by_whom=who, now=now)
    unlock(database, person.account, by_whom=who, now=now)
