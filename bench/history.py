"""
How long does an auditor wait for a long case in a long trail? ``python -m bench.history``.

One case of many events, asked for with ``yisong history`` as a process of its own: first alone in the trail, then among
a million entries of other dockets. What is shown is the ratio of the two; the rows of the others are filled in by SQL.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import psycopg

from yisong.audit.history_file import read_history
from yisong.audit.replay import Stage, replay
from yisong.embedded import Bus
from yisong.home import Home
from yisong.publishing.instants import to_ms, to_text

_H1 = Path(__file__).parent.parent / "examples" / "histories" / "H1.jsonl"
_AGENCY = "police"
_OTHERS = """
INSERT INTO entries ("partition", "offset", broker_time, log_time, docket, docket_index, event_id, event_type,
                     publisher, organ, header_hash, verdict, remembered, leaf, leaf_hash)
SELECT 1000 + n %% 12, n / 12, n, n, 'CRB-990000-2000-' || lpad((n / 16)::text, 6, '0') || '-X', 1 + n %% 16,
       gen_random_uuid(), 'ClueFound', 'V9801', 'V9801', sha256(n::text::bytea), 'admitted', true,
       repeat(n::text, 100)::bytea, sha256(n::text::bytea)
  FROM generate_series(0, %(count)s - 1) AS n"""


def long_case(folder: Path, events: int) -> Path:
    """Write a history: the beginning of H1, and warnings until it has so many *events*."""
    file = folder / "long.jsonl"
    file.write_bytes(b"".join(_lines(events)))
    return file


def _lines(events: int) -> Iterator[bytes]:
    opened = [orjson.loads(line) for line in _H1.read_bytes().splitlines()[:3]]
    yield from (orjson.dumps(line) + b"\n" for line in opened)
    last = opened[-1]
    for number in range(events - len(opened)):
        at = to_text(to_ms(last["at"]) + number * 60_000)
        header = {**last["header"], "event_type": "RegulatoryMeasureTaken", "variant": "warning", "aggregate": None}
        body = {"subject": "甲一市墨池网络科技有限公司(合成)", "outcome": "已警示", "rule_hits": []}
        yield orjson.dumps({"at": at, "header": {**header, "occurred_at": at}, "body": body, "note": ""}) + b"\n"


def asked(home: Home, case_id: str, *, times: int) -> float:
    """Return the seconds that ``yisong history`` takes, the best of so many *times*."""
    command = [sys.executable, "-m", "yisong.cli", "history", case_id, "--node", _AGENCY]
    best = float("inf")
    for _ in range(times):
        begun = time.perf_counter()
        environment = {**os.environ, "YISONG_HOME": str(home.path)}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        best = min(best, time.perf_counter() - begun)
    return best


def main() -> int:
    """Measure, and print both times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000, help="of the case asked for")
    parser.add_argument("--entries", type=int, default=1_000_000, help="of other dockets")
    parser.add_argument("--best-of", type=int, default=5)
    settings = parser.parse_args()
    with TemporaryDirectory() as folder, Bus.start(Home(Path(folder) / "home"), progress=print) as bus:
        home = bus.home
        history = read_history(long_case(Path(folder), settings.events))
        replay(Stage.of(home), [history], fresh=False, timeout=120)
        case_id = history.lines[0].case_id
        alone = asked(home, case_id, times=settings.best_of)
        print(f"filling in {settings.entries:,} entries of other dockets")
        with psycopg.connect(bus.running.admin_dsn[_AGENCY], autocommit=True) as connection:
            connection.execute(_OTHERS, {"count": settings.entries})
            connection.execute("VACUUM ANALYZE entries")
        among = asked(home, case_id, times=settings.best_of)
    print(f"\nyisong history of {settings.events:,} events: {alone:.2f} s alone, {among:.2f} s among the others")
    print(f"ratio: {among / alone:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
