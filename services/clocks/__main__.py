"""With which settings do clocks services run, and how do they start and stop? ``python -m services.clocks --help``."""

import argparse
import logging
import signal
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import Event, Thread

from services.clocks.app import run
from services.clocks.rounds import Pace
from yisong.errors import WiringFault, YisongError
from yisong.home import AGENCIES, Home
from yisong.ledger import Law

_LOG = logging.getLogger(__name__)
# A replay of hundreds of histories is on the log within seconds; until then a docket's time still leaps.
_MARGIN_OF_A_DEMO = 3_000
_SECOND = 1_000


def _settings(argv: Sequence[str] | None) -> argparse.Namespace:
    defaults = Pace()
    parser = argparse.ArgumentParser(prog="python -m services.clocks", description="The clocks of agencies' nodes.")
    parser.add_argument("--home", type=Path, required=True, help="folder of the bus (YISONG_HOME)")
    parser.add_argument("--agency", choices=AGENCIES, action="append", help="whose; repeat it; all of them if not said")
    parser.add_argument("--margin", type=float, help="seconds from a breach to the notice of it (1; on a demo bus 3)")
    parser.add_argument(
        "--grace", type=float, default=defaults.grace / _SECOND, help="seconds that each further line waits"
    )
    parser.add_argument("--again", type=float, default=defaults.again / _SECOND, help="seconds to the next try")
    return parser.parse_args(argv)


def _pace(settings: argparse.Namespace, law: Law) -> Pace:
    usual = Pace().margin if law.bus.profile == "production" else _MARGIN_OF_A_DEMO
    return Pace(
        margin=usual if settings.margin is None else round(settings.margin * _SECOND),
        grace=round(settings.grace * _SECOND),
        again=round(settings.again * _SECOND),
    )


class _Services:
    """One thread per agency; the end of one is the end of all, so that whoever supervises the process sees it."""

    def __init__(self) -> None:
        self.stop = Event()
        self.failed = False

    def run(self, settings: argparse.Namespace) -> None:
        home = Home(settings.home)
        running, law = home.need_running(), Law(home.genesis())
        pace = _pace(settings, law)
        services = [
            partial(run, agency=agency, dsn=running.dsn[agency], bootstrap=running.bootstrap, law=law, pace=pace)
            for agency in settings.agency or AGENCIES
        ]
        threads = [Thread(target=self._one, args=(service,), daemon=True) for service in services]
        for thread in threads:
            thread.start()
        self.stop.wait()
        for thread in threads:
            thread.join(timeout=5)

    def _one(self, service: "partial[None]") -> None:
        try:
            service(stop=self.stop)
        except Exception:  # noqa: BLE001 (whatever it is, it is ours, and must not end one agency in silence)
            _LOG.exception("a clocks service has come upon a fault of its own; all of this process stop")
            self.failed = True
        finally:
            self.stop.set()


def main(argv: Sequence[str] | None = None) -> int:
    """Run clocks services, and return the exit code: 0 stopped, 1 the world or we are at fault, 2 the wiring."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("kafka").setLevel(logging.WARNING)
    services = _Services()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: services.stop.set())
    try:
        services.run(_settings(argv))
    except YisongError as fault:
        _LOG.critical("%s", fault)
        return 2 if isinstance(fault, WiringFault) else 1
    return 1 if services.failed else 0


if __name__ == "__main__":
    sys.exit(main())
