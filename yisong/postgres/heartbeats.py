"""When did each node say last that it lives, as far as a trail has recorded it?"""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from yisong.envelope.case_id import register_case_id
from yisong.ledger.notices import NATIONAL_REGISTER
from yisong.postgres.connection import Rows, reachable
from yisong.postgres.queries import queries
from yisong.schemas.instants import show_instant

_SQL = queries(Path(__file__).with_suffix(".sql"))


def newest(connection: Rows, *, now: int) -> Mapping[str, int]:
    """Return the log time (ms) of the newest admitted heartbeat of each node's system organ. Raises BusUnreachable."""
    year = int(show_instant(now)[:4])
    dockets = [register_case_id(NATIONAL_REGISTER, one) for one in (year - 1, year)]
    with reachable():
        rows = connection.execute(_SQL["newest_heartbeats"], {"dockets": dockets}).fetchall()
    return dict(cast("list[tuple[str, int]]", rows))
