"""How is a rebuild asked for, and what does it say in the end? ``python -m services.trail.rebuilding --help``."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import orjson

from services.trail.rebuild import Rebuilding, Rebuilt, rebuild
from yisong.errors import ProofFault, WiringFault, YisongError
from yisong.home import AGENCIES, Home
from yisong.kafka.rights import user_of
from yisong.kafka.rulebook_topic import law_of
from yisong.telemetry import logs

DIFFERS = 4
"""The exit code where what is kept is not what the log gives, and nothing was put in its place."""


def main(argv: Sequence[str] | None = None) -> int:
    """
    Rebuild the database of one node, and print in one line of JSON what came of it.

    Return 0 where the new tables are in place, 4 where the old ones differ and stay; 1 the world is at fault, 2 the
    wiring, 3 a proof: what was at fault stands on standard error.
    """
    parser = argparse.ArgumentParser(prog="python -m services.trail.rebuilding", description="Rebuild one database.")
    parser.add_argument("--home", type=Path, required=True, help="folder of the bus (YISONG_HOME)")
    parser.add_argument("--agency", choices=AGENCIES, required=True)
    parser.add_argument("--repair", action="store_true", help="also where what is kept is not what the log gives")
    settings = parser.parse_args(argv)
    logs.install("rebuild", agency=settings.agency, level=logging.ERROR)
    try:
        home = Home(settings.home)
        running = home.need_running(user_of("trail", settings.agency))
        dsn = running.admin_dsn[settings.agency]
        what = Rebuilding(settings.agency, dsn, running.bootstrap, law_of(home, running))
        found = rebuild(what, repair=settings.repair, say=_say)
    except YisongError as fault:
        _say(str(fault))
        return 3 if isinstance(fault, ProofFault) else 2 if isinstance(fault, WiringFault) else 1
    sys.stdout.buffer.write(orjson.dumps(_as_json(found), default=_plain) + b"\n")
    return 0 if found.in_place else DIFFERS


def _as_json(found: Rebuilt) -> dict[str, object]:
    unlike = {"difference": found.difference, "missigned": found.missigned}
    said = {name: None if one is None else one._asdict() for name, one in unlike.items()}
    return {**found._asdict(), **said}


def _plain(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
