"""What does a gateway stand on? One agency's node: its database, its keys, its law, the store of its evidence."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool, PoolTimeout
from starlette.requests import HTTPConnection

from yisong.errors import BusUnreachable
from yisong.evidence import EvidenceFolder, EvidenceStore
from yisong.evidence_bucket import EvidenceBucket, read_settings
from yisong.home import Agency, Home
from yisong.kafka.law_watch import LawWatch
from yisong.kafka.rights import user_of
from yisong.ledger import Law
from yisong.publishing.signer import PrivateKeys
from yisong.rulebook.version import SignedVersion

_Part = TypeVar("_Part")

RATE: Final = 100.0
"""Requests a second that an account may make for long, unless the gateway was started with another number."""
_CONNECTIONS: Final = 12
_PATIENCE_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """
    All that a gateway knows of the world outside it.

    *agency*: whose node it stands before. *keys*: the private keys of that node. *pool*: connections to its PostgreSQL,
    in autocommit mode, and to no other. *evidence*: the store of the files that this agency has handed in. *watched*:
    the law, kept up to date. *rate*: requests a second that one account may make for long; 0 = any number.
    *public_docket*: everybody may read what is public, without an account.
    """

    agency: Agency
    home: Home
    dsn: str
    keys: PrivateKeys
    pool: "ConnectionPool[Connection[tuple[object, ...]]]"
    evidence: EvidenceStore
    watched: LawWatch
    rate: float = RATE
    public_docket: bool = False

    @property
    def law(self) -> Law:
        """The newest version of the rulebook, which knows the others."""
        return self.watched.law

    @property
    def versions(self) -> tuple[SignedVersion, ...]:
        """The versions of the rulebook that make the law, genesis first."""
        return self.watched.versions

    @contextmanager
    def connection(self) -> Iterator[Connection[tuple[object, ...]]]:
        """
        Lend a connection, in autocommit mode; it is given back at the end.

        Raises BusUnreachable where PostgreSQL does not answer, or all connections are in use for too long.
        """
        try:
            with self.pool.connection(timeout=_PATIENCE_SECONDS) as connection:
                yield connection
        except (PoolTimeout, OperationalError) as fault:
            raise BusUnreachable(
                f"PostgreSQL does not answer in time ({type(fault).__name__}). Nothing was written that was not "
                "confirmed. See that the server runs (`yisong status`) and try again."
            ) from fault

    def close(self) -> None:
        """Let go of the database."""
        self.pool.close()


def open_world(
    home: Home, agency: Agency, *, rate: float = RATE, public_docket: bool = False, bucket: Path | None = None
) -> World:
    """
    Open what the gateway of *agency* needs of the bus that runs from *home*; *rate*, *public_docket* as in `World`.

    *bucket*: the settings of a bucket for evidence (`yisong.evidence_bucket`); without, it lies in a folder of *home*.
    Raises BusNotFound where none runs, BusUnreachable where its database does not answer, WiringFault where the
    settings are at fault.
    """
    folder = home.path / "evidence" / agency
    evidence = EvidenceFolder(folder) if bucket is None else EvidenceBucket(read_settings(bucket), folder / "incoming")
    running = home.need_running(user_of("gateway", agency))
    watched = LawWatch(home, running)
    return World(
        agency=agency,
        home=home,
        dsn=running.dsn[agency],
        keys=home.keystore(),
        pool=open_pool(running.dsn[agency]),
        evidence=evidence,
        watched=watched,
        rate=rate,
        public_docket=public_docket,
    )


def open_pool(dsn: str) -> "ConnectionPool[Connection[tuple[object, ...]]]":
    """Open a pool of connections to *dsn*. Raises BusUnreachable where it does not answer."""
    settings = {"autocommit": True, "application_name": "yisong-gateway", "connect_timeout": 10}
    pool: ConnectionPool[Connection[tuple[object, ...]]] = ConnectionPool(
        dsn, min_size=2, max_size=_CONNECTIONS, kwargs=settings, open=False, name="gateway"
    )
    try:
        pool.open(wait=True, timeout=30)
    except PoolTimeout as fault:
        pool.close()
        raise BusUnreachable(
            "PostgreSQL did not answer within 30 s, so the gateway does not start. See that the server runs "
            "(`yisong status`)."
        ) from fault
    return pool


def state_of(request: HTTPConnection, name: str, kind: type[_Part]) -> _Part:
    """Return the part *name* of the application in which *request* is answered. Raises TypeError where it has none."""
    part = getattr(request.app.state, name)
    if not isinstance(part, kind):
        raise TypeError(f"the application was not built with {name}")
    return part


def world_of(request: HTTPConnection) -> World:
    """Return the world in which *request* is answered."""
    return state_of(request, "world", World)
