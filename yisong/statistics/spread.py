"""How is a long trail counted for the first time by more than one processor? Each takes some of the partitions."""

from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from yisong.home import Home
from yisong.ledger import Law
from yisong.postgres.connection import connect
from yisong.statistics.gather import Gathering

_LONG: Final = 100_000
"""From so many new records on a further process is worth its beginning."""


def bring_up(home: Home, agency: str, dsn: str, law: Law, *, processes: int) -> Mapping[int, int]:
    """
    Count what is new in the database *dsn* of *agency*, in at most so many *processes*, as `Gathering.bring_up`.

    *home*: where the keys of the line lie. Raises BusUnreachable.
    """
    with closing(connect(dsn, autocommit=True, name="yisong-statistics")) as connection:
        gathering = Gathering(connection, agency, law, home.keystore())
        behind = gathering.behind()
        if processes > 1 and sum(behind.values()) > _LONG:
            shares = _shares(behind, processes)
            with ProcessPoolExecutor(len(shares), mp_context=get_context("spawn")) as pool:
                done = [pool.submit(_bring_up, home.path, agency, dsn, law, share) for share in shares]
                for one in done:
                    one.result()
        return gathering.bring_up()


def _shares(behind: Mapping[int, int], processes: int) -> list[list[int]]:
    """Deal the partitions out, the longest first, each to whoever has the least."""
    shares: list[list[int]] = [[] for _ in range(processes)]
    for partition in sorted(behind, key=lambda one: -behind[one]):
        min(shares, key=lambda share: sum(behind[one] for one in share)).append(partition)
    return [share for share in shares if share]


def _bring_up(path: Path, agency: str, dsn: str, law: Law, partitions: list[int]) -> None:
    with closing(connect(dsn, autocommit=True, name="yisong-statistics")) as connection:
        Gathering(connection, agency, law, Home(path).keystore()).bring_up(partitions)
