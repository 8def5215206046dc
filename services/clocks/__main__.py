"""With which settings do clocks services run, and how do they start and stop? ``python -m services.clocks --help``."""

import argparse
import logging
import signal
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from wsgiref.simple_server import WSGIServer

from services.clocks.app import run
from services.clocks.rounds import Pace
from yisong.errors import WiringFault, YisongError
from yisong.home import AGENCIES, Agency, Home, Running
from yisong.kafka.law_watch import LawWatch
from yisong.ledger import Law
from yisong.metrics import Metrics

_LOG = logging.getLogger(__name__)
# A replay of hundreds of histories is on the log within seconds; until then a docket's time still leaps.
_MARGIN_OF_A_DEMO = 3_000
_SECOND = 1_000
# A clocks service that has not come round in so many seconds is not well.
_STUCK = 60.0


def _settings(argv: Sequence[str] | None) -> argparse.Namespace:
    defaults = Pace()
    parser = argparse.ArgumentParser(prog="python -m services.clocks", description="The clocks of agencies' nodes.")
    parser.add_argument("--home", type=Path, required=True, help="folder of the bus (YISONG_HOME)")
    parser.add_argument("--agency", choices=AGENCIES, action="append", help="whose; repeat it; all of them if not said")
    parser.add_argument("--margin", type=float, help="seconds from a breach to the notice of it (1; on a demo bus 3)")
    parser.add_argument(
        "--grace", type=float, default=defaults.grace / _SECOND, help="seconds that each further line waits"
    )
    parser.add_argument(
        "--metrics-port", type=int, help="where /metrics and /healthz are; else, for all four, what the home says"
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
        self._beats: dict[Agency, float] = {}

    def run(self, settings: argparse.Namespace) -> None:
        home = Home(settings.home)
        running = home.need_running()
        watched = LawWatch(home, running)
        pace = _pace(settings, watched.law)
        agencies: Sequence[Agency] = settings.agency or AGENCIES
        # Before its first round it is not well: Kafka or PostgreSQL may be away.
        self._beats = dict.fromkeys(agencies, float("-inf"))
        metrics = Metrics(agencies[0])
        server = self._serve(metrics, settings, running)
        services = [
            partial(
                run,
                agency=agency,
                dsn=running.dsn[agency],
                bootstrap=running.bootstrap,
                law=lambda: watched.law,
                pace=pace,
                metrics=metrics.of(agency),
                beat=partial(self._beat, agency),
            )
            for agency in agencies
        ]
        threads = [Thread(target=self._one, args=(service,), daemon=True) for service in services]
        for thread in threads:
            thread.start()
        try:
            watched.run(self.stop)
        finally:
            self.stop.set()
            if server is not None:
                server.shutdown()
                server.server_close()
        for thread in threads:
            thread.join(timeout=5)

    def _serve(self, metrics: Metrics, settings: argparse.Namespace, running: Running) -> WSGIServer | None:
        """Serve what the process knows of itself; nowhere where only some clocks run here and no port is said."""
        port = settings.metrics_port
        if port is None:
            port = running.clocks if settings.agency is None else None
        return None if port is None else metrics.serve(port, health=self._health)

    def _beat(self, agency: Agency) -> None:
        self._beats[agency] = monotonic()

    def _health(self) -> dict[str, object] | None:
        """Return whose clocks are watched; None where one of them has not come round for long."""
        if monotonic() - min(self._beats.values()) > _STUCK:
            return None
        return {"clocks": list(self._beats)}

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
