"""How does a test fill a node's database without a bus? With what the fold makes of histories, row by row."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import psycopg
import pytest

from services.gateway.api import deriving
from services.gateway.world import World, open_pool
from yisong.accounts.rows import Database
from yisong.audit.acts import Act, acts
from yisong.evidence import EvidenceFolder
from yisong.home import Agency, Home
from yisong.ledger import Entry, Law
from yisong.publishing.signer import PrivateKeys

_TABLES = (
    "entries, bodies, dockets, positions, local_readings, local_erased, local_tokens, local_accounts, local_sessions"
)
_ENTRY = """
INSERT INTO entries VALUES (%(partition)s, %(offset)s, %(broker_time)s, %(log_time)s, %(docket)s, %(docket_index)s,
    %(docket_prev)s, %(event_id)s, %(event_type)s, %(variant)s, %(publisher)s, %(organ)s, %(kind)s, %(id)s,
    %(header_hash)s, %(verdict)s, %(reason)s, %(remembered)s, %(leaf)s, %(leaf_hash)s)"""


class Kept(NamedTuple):
    """An entry of a trail, with what travelled beside its header."""

    entry: Entry
    carried: bytes | None


def readings_of_acts(patch: pytest.MonkeyPatch) -> list[str | None]:
    """Return a list that grows when a gateway reads events to derive something: for which organ; None: the line."""
    made: list[str | None] = []

    def noted(*args: Any, **more: Any) -> tuple[Act, ...]:
        made.append(more["organ"])
        return acts(*args, **more)

    patch.setattr(deriving, "acts", noted)
    return made


def emptied(owner: Database) -> None:
    """Empty the database; the tables that only grow refuse even their owner."""
    with owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica")
        owner.execute(f"TRUNCATE {_TABLES} RESTART IDENTITY CASCADE")


def keep(owner: Database, some: Iterable[Kept]) -> None:
    """Write entries and bodies, and how far the trail has come by that."""
    with owner.transaction(), owner.cursor() as cursor:
        for one in some:
            cursor.execute(_ENTRY, _row(one.entry))
            if one.carried is not None:
                cursor.execute(
                    "INSERT INTO bodies VALUES (%s, %s, %s)", (one.entry.partition, one.entry.offset, one.carried)
                )
        cursor.execute(
            """INSERT INTO positions SELECT "partition", max("offset") + 1 FROM entries GROUP BY "partition"
               ON CONFLICT ("partition") DO UPDATE SET next_offset = excluded.next_offset"""
        )


def _row(entry: Entry) -> dict[str, Any]:
    header = entry.header
    kind, id_ = (None, None) if header is None or header.aggregate is None else header.aggregate
    said = {} if header is None else {"publisher": header.publisher, "organ": header.speaker}
    names = ("event_id", "event_type", "variant")
    return {
        **entry._asdict(),
        **{name: getattr(header, name, None) for name in names},
        "event_id": None if header is None else header.event_id.hex(),
        "publisher": None,
        "organ": None,
        **said,
        "kind": kind,
        "id": id_,
    }


@contextmanager
def world_on_paper(
    service: str, admin: str, folder: Path, *, agency: Agency, law: Law, keys: PrivateKeys, **more: Any
) -> Iterator[tuple[World, Database]]:
    """Give the world of a gateway of *agency* before an empty database, and that as its owner sees it."""
    with psycopg.connect(admin, autocommit=True) as owner:
        emptied(owner)
        world = World(
            agency=agency,
            home=Home(folder),
            dsn=service,
            keys=keys,
            pool=open_pool(service),
            evidence=EvidenceFolder(folder / "evidence"),
            watched=cast("Any", SimpleNamespace(law=law)),
            **{"rate": 0, **more},
        )
        try:
            yield world, owner
        finally:
            world.close()
            emptied(owner)
