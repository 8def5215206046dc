"""Who has logged in, or tried to, and who has changed which account? Lines are only ever added."""

import getpass
from typing import Literal, NamedTuple

from yisong.accounts.rows import Database, run

What = Literal[
    "login",
    "login-refused",
    "locked-out",
    "logout",
    "password-changed",
    "password-refused",
    "password-set",
    "account-made",
    "account-locked",
    "account-unlocked",
    "token-made",
    "token-revoked",
    "provider-login",
    "provider-login-refused",
]


class Login(NamedTuple):
    """
    One line: at an instant (ms), *what* happened to *who* (an account, or the system of a token).

    *who* is None where there is no such account: somebody may have typed a password in its place. *by_whom*: the
    account that did it, or ``node:`` and a user of the machine. *address*: where from; None at the machine itself.
    """

    serial: int
    at: int
    what: What
    who: str | None
    by_whom: str | None
    address: str | None


def at_the_node() -> str:
    """Return who does what is done at the node's own command line, as the log names him: ``node:`` and his user."""
    return f"node:{getpass.getuser()}"


def note(  # noqa: PLR0913 (the fields of a line)
    database: Database, what: What, *, now: int, who: str | None, by_whom: str | None, address: str | None = None
) -> None:
    """Add a line, in the transaction of what it tells of. Raises BusUnreachable."""
    run(database, "note", {"at": now, "what": what, "who": who, "by_whom": by_whom, "address": address})


def logins(database: Database, *, most: int, before: int | None = None, who: str | None = None) -> list[Login]:
    """Return *most* lines, newest first; *before* a serial, of one account or system. Raises BusUnreachable."""
    return [Login(*row) for row in run(database, "logins", {"before": before, "who": who, "most": most})]
