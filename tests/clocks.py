"""What do tests of clocks need? Each agency's service as a process of its own, and when all have fallen silent."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import psycopg

from yisong.embedded import Bus
from yisong.home import AGENCIES, Agency

_LEFT = """
    SELECT (SELECT count(*) FROM positions LEFT JOIN local_watched AS seen USING ("partition")
             WHERE coalesce(seen.next_offset, 0) < positions.next_offset)
         + (SELECT count(*) FROM local_watch WHERE case_id = ANY(%s))
         + (SELECT count(*) FROM local_outbox WHERE publisher LIKE 'S-%%' AND state NOT IN ('settled', 'parked'))"""


@contextmanager
def service(bus: Bus, agency: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the clocks service of one agency as its own process."""
    argv = [sys.executable, "-m", "services.clocks", "--home", str(bus.home.path), "--agency", agency, *arguments]
    with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def four_services(bus: Bus, *arguments: str) -> Iterator[dict[Agency, subprocess.Popen[bytes]]]:
    """Run four of them side by side."""
    with ExitStack() as stack:
        yield {agency: stack.enter_context(service(bus, agency, *arguments)) for agency in AGENCIES}


def have_nothing_to_say(bus: Bus, case_ids: Sequence[str]) -> bool:
    """Hold where all four have seen what their trails hold, and none will say any more of these cases as they stand."""
    return not any(_left(dsn, case_ids) for dsn in bus.running.dsn.values())


def _left(dsn: str, case_ids: Sequence[str]) -> int:
    with psycopg.connect(dsn) as connection:
        return int(connection.execute(_LEFT, (list(case_ids),)).fetchall()[0][0])
