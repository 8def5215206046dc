"""
How long from a publish to the duty that it makes? ``python -m bench.duty``.

All four nodes and desks run on this machine. A copyright bureau refers cases to the police, one after the other; the
time runs from the call of `publish` to the moment at which a query in the police's database finds the duty.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import psycopg

from tests.clues import own_case
from tests.desks import referred
from yisong import Publisher
from yisong.embedded import Bus
from yisong.home import Home
from yisong.publishing.instants import to_ms

_LOOK_SECONDS, _PATIENCE_SECONDS = 0.002, 30.0
_DUTY = "SELECT 1 FROM local_duties WHERE case_id = %s AND 'ReferralReceipted' = ANY(owed)"


def measure(bus: Bus, *, cases: int) -> list[float]:
    """Return, for each of *cases* referrals, the seconds until it is a duty."""
    with Publisher(bus.home) as publisher, psycopg.connect(bus.running.dsn["police"], autocommit=True) as police:
        return [_seconds(publisher, police, own_case(80_000 + number)) for number in range(cases)]


def _seconds(publisher: Publisher, police: psycopg.Connection, case_id: str) -> float:
    began = 0.0
    for header, body, event_id in referred(case_id):
        stated = {name: value for name, value in header.items() if name != "at"}
        began = time.monotonic()
        publisher.publish_header(stated, body, event_id=event_id, at=to_ms(header["at"]), wait="logged")
    while police.execute(_DUTY, (case_id,)).fetchone() is None:
        if time.monotonic() - began > _PATIENCE_SECONDS:
            raise TimeoutError(f"the referral of {case_id} is no duty after {_PATIENCE_SECONDS:.0f} s")
        time.sleep(_LOOK_SECONDS)
    return time.monotonic() - began


def main() -> None:
    """Start a bus, refer cases, and print the median, the 95th percentile and the longest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=50)
    cases = parser.parse_args().cases
    with tempfile.TemporaryDirectory() as folder, Bus.start(Home(Path(folder) / "bus")) as bus:
        seconds = sorted(measure(bus, cases=cases))
    print(f"{cases} referrals, from publish to the police's duty:")
    print(f"  median {statistics.median(seconds) * 1000:.0f} ms")
    print(f"  95 %   {seconds[int(len(seconds) * 0.95)] * 1000:.0f} ms")
    print(f"  most   {seconds[-1] * 1000:.0f} ms")


if __name__ == "__main__":
    main()
