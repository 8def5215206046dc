"""May somebody try (again) to log in? How often it failed is counted by account and by address."""

from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final, NamedTuple

from yisong.accounts.rows import Database, run

ACCOUNT_TRIES: Final = 5
ADDRESS_TRIES: Final = 20
PERIOD: Final = 15 * 60_000
"""So long (ms) failures count together, and so long nobody gets in after the last one that was allowed."""
_A_DAY: Final = 86_400_000
_HOME_NETWORK: Final = 64


class Tried(NamedTuple):
    """What came of counting a try: *allowed*, and whether this one used up what was allowed."""

    allowed: bool
    last: bool


def count_try(database: Database, account: str, address: str, *, now: int) -> Tried:
    """
    Count a try as failed before it is looked at: a hundred at the same moment are a hundred.

    A name that no account has is counted in the same way. Call it in a transaction of its own. Raises BusUnreachable.
    """
    # In one order, lest two that try at once wait for each other.
    of_account = _count(database, "account", _hidden(account), most=ACCOUNT_TRIES, now=now)
    of_address = _count(database, "address", network(address), most=ADDRESS_TRIES, now=now)
    allowed = of_account <= ACCOUNT_TRIES and of_address <= ADDRESS_TRIES
    return Tried(allowed, allowed and (of_account == ACCOUNT_TRIES or of_address == ADDRESS_TRIES))


def count_address(database: Database, address: str, *, now: int) -> Tried:
    """Count a try that names no account, as `count_try` does. Raises BusUnreachable."""
    tries = _count(database, "address", network(address), most=ADDRESS_TRIES, now=now)
    return Tried(tries <= ADDRESS_TRIES, tries == ADDRESS_TRIES)


def take_back_address(database: Database, address: str) -> None:
    """Take back a try that was counted by `count_address`, for it has not failed. Raises BusUnreachable."""
    run(database, "forgive", {"kind": "address", "subject": network(address)})


def forgive(database: Database, account: str, address: str, *, now: int) -> None:
    """
    Take back the try that was counted, for it has not failed, and forget the account's failures before it.

    Those of the address stay: else whoever has an account could guess at others for ever. Raises BusUnreachable.
    """
    take_back(database, account, address)
    forgive_account(database, account)
    run(database, "forget_old_failures", {"over": now - _A_DAY})


def take_back(database: Database, account: str, address: str) -> None:
    """Take back a try that was counted and never looked at. Raises BusUnreachable."""
    run(database, "forgive", {"kind": "account", "subject": _hidden(account)})
    run(database, "forgive", {"kind": "address", "subject": network(address)})


def forgive_account(database: Database, account: str) -> None:
    """Forget the failures of *account*. Raises BusUnreachable."""
    run(database, "forget_failures", {"kind": "account", "subject": _hidden(account)})


def network(address: str) -> str:
    """Return what counts as one address: for IPv6 a network of 64 bits, which is what one customer has."""
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or ip_network((known, _HOME_NETWORK), strict=False))
    return str(known)


def _count(database: Database, kind: str, subject: str, *, most: int, now: int) -> int:
    values = {"kind": kind, "subject": subject, "most": most, "now": now, "over": now - PERIOD}
    return int(run(database, "count_failure", values)[0][0])


def _hidden(account: str) -> str:
    # Somebody may have typed a password here.
    return sha256(account.encode(errors="replace")).hexdigest()
