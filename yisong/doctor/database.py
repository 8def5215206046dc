"""What does the database of one node say of the node, and of the others?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from psycopg import Connection
from psycopg.errors import UndefinedTable

from yisong.doctor.catalogue import catalogue
from yisong.doctor.finding import Finding, fault, good, warning
from yisong.errors import BusUnreachable
from yisong.postgres import connect
from yisong.postgres.connection import reachable
from yisong.postgres.heartbeats import newest
from yisong.postgres.migrate import FOLDER
from yisong.postgres.queries import queries

_SQL: Final = queries(Path(__file__).with_name("database.sql"))
SILENT_MS: Final = 300_000
"""A node of which nothing was heard for so long is told: it speaks every ten intervals, its heart beats each minute."""
_BEHIND_MS: Final = 60_000

Ends = Callable[[], Mapping[int, int] | None]
"""Asks where the log ends; None where nobody says."""


def database(owner_dsn: str, agency: str, *, ends: Ends, now: int) -> Iterator[Finding]:
    """
    Look at the database of the node of *agency*, as its owner, as of *now* (ms).

    *ends*: asks where the log ends.
    """
    try:
        with closing(connect(owner_dsn, autocommit=True, name="yisong-doctor")) as owner:
            yield good("postgres", agency, f"PostgreSQL answers (version {owner.info.server_version // 10_000})")
            yield from _looked_at(owner, agency, ends=ends, now=now)
    except BusUnreachable as away:
        means = "The node can neither record nor send; nothing is lost, it goes on once the database is back."
        yield fault("postgres", agency, str(away), means, "See that the server runs (`yisong status`), then its log.")


def _looked_at(owner: Connection, agency: str, *, ends: Ends, now: int) -> Iterator[Finding]:
    lacking = _migrations(owner, agency)
    yield lacking
    if lacking.state == "good":
        yield from catalogue(owner, agency)
    try:
        for check in (_altered, _differing, _parked, _left):
            yield from check(owner, agency)
        yield from _trail(owner, agency, ends=ends, now=now)
        yield from _peers(owner, agency, now=now)
    except UndefinedTable:
        return  # the migrations, or the schema, have said so


def _migrations(owner: Connection, agency: str) -> Finding:
    try:
        applied = {row[0] for row in _rows(owner, "migrations")}
    except UndefinedTable:
        applied = set()
    ours = {file.stem for file in (FOLDER / "migrations").glob("*.sql")}
    if lacking := sorted(ours - applied):
        means = "The node of this release does not start on it, or finds tables missing."
        do = "Start the bus once (`yisong up`): it migrates. Old code works on a newer schema, not the reverse."
        return fault("migrations", agency, f"lacking: {', '.join(lacking)}", means, do)
    if newer := sorted(applied - ours):
        means = "A newer release has been here. Old code works on its schema, but knows nothing of what is new."
        return warning(
            "migrations", agency, f"unknown here: {', '.join(newer)}", means, "Finish the upgrade, or say why not."
        )
    return good("migrations", agency, f"all {len(ours)}")


def _altered(owner: Connection, agency: str) -> Iterator[Finding]:
    if rows := _rows(owner, "altered"):
        partition, offset, what = rows[0]
        yield fault(
            "altered",
            agency,
            f"the node has found its own trail altered at partition {partition}, offset {offset}: {what}",
            "Somebody has written into the database. The node cosigns that partition no more; the others go on.",
            f"Find out who had access. See what differs (`yisong fsck --agency {agency} --from-kafka`), then "
            f"`yisong rebuild --agency {agency} --repair`, which keeps what was there as evidence.",
        )
    else:
        yield good("altered", agency, "looking through the trail has found nothing")


def _differing(owner: Connection, agency: str) -> Iterator[Finding]:
    if nodes := [row[0] for row in _rows(owner, "differing")]:
        yield fault(
            "agreement",
            agency,
            f"another root was signed by: {', '.join(nodes)}",
            "One of the trails was altered, or judges by another law. Nothing new is proven where it differs.",
            "`yisong compare` names the first differing offset; `yisong fsck` says whose database it is; there "
            "`yisong rebuild --repair`, then `yisong restate`.",
        )
    else:
        yield good("agreement", agency, "no node has signed another root")


def _parked(owner: Connection, agency: str) -> Iterator[Finding]:
    deliveries, events = _rows(owner, "parked")[0]
    if deliveries:
        yield warning(
            "parked",
            agency,
            f"{deliveries} deliveries wait for a person",
            "The desk could not answer one, and what came later of its case waits behind it. Clocks run on.",
            f"`yisong dead-letters list {agency}` says why; put the cause right and `yisong dead-letters redrive`, or "
            "`drop` what nobody can ever answer.",
        )
    if events:
        yield warning(
            "outbox",
            agency,
            f"{events} events of ours were put aside",
            "They are not on record and move nothing.",
            "Read why in the console or the node's log, put the cause right, and publish them again under new ids.",
        )
    if not deliveries and not events:
        yield good("parked", agency, "nothing waits for a person")


def _left(owner: Connection, agency: str) -> Iterator[Finding]:
    for (name,) in _rows(owner, "left"):
        means = "A rebuild was killed. What it left is not in use and does no harm; it takes room."
        do = f"Start it again: `yisong rebuild --agency {agency}`."
        if name != "rebuilding":
            means = "It holds the tables that a repair has replaced: evidence of what was altered."
            do = f"Hand it to whoever investigates; once nobody needs it: DROP SCHEMA {name} CASCADE."
        yield warning("rebuild", agency, f"there is a schema {name}", means, do)


def _trail(owner: Connection, agency: str, *, ends: Ends, now: int) -> Iterator[Finding]:
    # The position first: the trail goes on while we look, and must not seem to be ahead of its log.
    positions, recorded = dict(_rows(owner, "positions")), _rows(owner, "recorded")[0][0] or 0
    log = ends()
    if log is None:
        return  # the broker is away, which was said
    behind = sum(max(0, end - positions.get(partition, 0)) for partition, end in log.items())
    beyond = [partition for partition, offset in positions.items() if offset > log.get(partition, 0)]
    if beyond:
        yield fault(
            "trail",
            agency,
            f"it has judged more of partition {beyond[0]} than the log holds",
            "The log was cut or replaced, or the position was altered. The node stops rather than leave a hole.",
            "Keep everything as it is; `yisong compare`. If the other trails have what the log has, "
            f"`yisong rebuild --agency {agency} --repair`.",
        )
    elif behind and now - recorded > _BEHIND_MS:
        yield fault(
            "trail",
            agency,
            f"{behind} records behind the log, and nothing was recorded for {(now - recorded) // 1000} s",
            "Its agency sees nothing new, and gets no verdicts for what it publishes. Nothing is lost.",
            f"See that its node runs (`yisong status`) and what its log says (logs/node-{agency}.log); start it again.",
        )
    else:
        yield good("trail", agency, f"{sum(positions.values())} records judged, {behind} to go")


def _peers(owner: Connection, agency: str, *, now: int) -> Iterator[Finding]:
    for node, said_at, halts in _rows(owner, "peers"):
        if now - said_at > SILENT_MS:
            yield fault(
                "peers",
                agency,
                f"{node} has said nothing of its checkpoints for {(now - said_at) // 1000} s",
                "Its node stands, or cannot reach the broker. While two are silent nothing new is proven.",
                f"Start the node of {node} again (`yisong status`), or call whoever runs it.",
            )
        elif halts:
            means = "It goes on recording, but what it does not sign lacks one of its cosigners."
            do = f"At {node}: `yisong doctor`, and what its log says."
            yield warning("peers", agency, f"{node} does not sign ({halts})", means, do)
    for organ, log_time in newest(owner, now=now).items():
        if now - log_time > SILENT_MS:
            yield fault(
                "heartbeat",
                agency,
                f"the newest heartbeat of {organ} in this trail is {(now - log_time) // 1000} s old",
                "Outbox, sender, broker or this trail stand: nothing else shows that on a bus on which nobody speaks.",
                f"Where all are old: the broker, or this node (`yisong status`). Where one is: the node of {organ}.",
            )


def _rows(owner: Connection, name: str, **arguments: object) -> Sequence[tuple[Any, ...]]:
    with reachable():
        return owner.execute(_SQL[name], arguments).fetchall()
