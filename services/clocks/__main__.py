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
from services.clocks.heart import LEAST_SECONDS
from services.clocks.rounds import Pace
from yisong.errors import WiringFault, YisongError
from yisong.health import Health
from yisong.home import AGENCIES, Agency, Home, Running
from yisong.kafka.law_watch import LawWatch
from yisong.kafka.rights import user_of
from yisong.ledger import Law
from yisong.metrics import Metrics
from yisong.telemetry import logs, tracing

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
    parser.add_argument(
        "--heartbeat", type=float, help="seconds between heartbeats, 60 at least; 0: none (60; on a demo bus 0)"
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


def _heartbeat(settings: argparse.Namespace, law: Law) -> float:
    """Return how often a node says that it lives: a demo bus is quiet unless it is told to."""
    usual = LEAST_SECONDS if law.bus.profile == "production" else 0.0
    return usual if settings.heartbeat is None else float(settings.heartbeat)


class _Services:
    """One thread per agency; the end of one is the end of all, so that whoever supervises the process sees it."""

    def __init__(self) -> None:
        self.stop = Event()
        self.failed = False
        self._beats: dict[Agency, float] = {}
        self._why: dict[Agency, str] = {}

    def run(self, settings: argparse.Namespace) -> None:
        home = Home(settings.home)
        agencies: Sequence[Agency] = settings.agency or AGENCIES
        running = home.need_running(user_of("clocks", agencies[0]))
        watched = LawWatch(home, running)
        pace = _pace(settings, watched.law)
        self._beats = dict.fromkeys(agencies, monotonic())
        self._why = dict.fromkeys(agencies, "it has not come round yet")
        metrics = Metrics(agencies[0])
        server = self._serve(metrics, settings, running)
        services = [
            partial(
                run,
                agency=agency,
                dsn=running.dsn[agency],
                bootstrap=home.as_user(running, user_of("clocks", agency)).bootstrap,
                law=lambda: watched.law,
                pace=pace,
                metrics=metrics.of(agency),
                beat=partial(self._beat, agency),
                heartbeat=_heartbeat(settings, watched.law),
                away=partial(self._away, agency),
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
        return None if port is None else metrics.serve(port, health=self._health, host=running.listen)

    def _beat(self, agency: Agency) -> None:
        self._beats[agency] = monotonic()
        self._why.pop(agency, None)

    def _away(self, agency: Agency, why: str) -> None:
        self._beats[agency] = monotonic()
        self._why[agency] = why

    def _health(self) -> Health:
        """Return whose clocks are watched, which of them hang, and which can do nothing just now."""
        now = monotonic()
        ages = {agency: now - beat for agency, beat in self._beats.items()}
        stuck = (
            f"the clocks of {one} have not come round for {age:.0f} s" for one, age in ages.items() if age > _STUCK
        )
        waiting = (f"the clocks of {agency}: {why}" for agency, why in list(self._why.items()))
        return Health({"clocks": list(self._beats)}, stuck=tuple(stuck), waiting=tuple(waiting))

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
    settings = _settings(argv)
    alone = settings.agency[0] if settings.agency and len(settings.agency) == 1 else None
    logs.install("clocks", agency=alone)
    services = _Services()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: services.stop.set())
    try:
        tracing.install("clocks", agency=alone)
        services.run(settings)
    except YisongError as fault:
        _LOG.critical("%s", fault)
        return 2 if isinstance(fault, WiringFault) else 1
    return 1 if services.failed else 0


if __name__ == "__main__":
    sys.exit(main())
