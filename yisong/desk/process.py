"""With which settings does a desk run, and how does it start and stop? ``python -m services.police --help``."""

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import faust

from yisong.desk.policy import policy_of
from yisong.desk.shell import Build, BuildTick, Desk, health, no_tick
from yisong.errors import WiringFault, WorldFault, YisongError
from yisong.home import Agency, Home
from yisong.kafka.desk import InboxValue, desk_app, run
from yisong.kafka.law_watch import LOOK_SECONDS, LawWatch
from yisong.kafka.rights import user_of
from yisong.metrics import Metrics
from yisong.telemetry import logs, tracing
from yisong.telemetry.where import where

_LOG = logging.getLogger(__name__)
# A desk that has been at one record for so many seconds is not well.
_STUCK = 60.0
_LOOK_SECONDS, _AGAIN_SECONDS = 0.5, 2.0


class DeskProcess:
    """One process of an agency's desk: its application, what settles its records, its metrics."""

    def __init__(self, agency: Agency, build: Build, tick: BuildTick, settings: argparse.Namespace) -> None:
        """Read the home of the bus and the agency's policy. Raises BusNotFound or WiringFault."""
        home = Home(settings.home)
        running = home.need_running(user_of(agency, agency))
        self._watch = LawWatch(home, running)
        law = self._watch.law
        self._agency, self._bootstrap, self._listen = agency, running.bootstrap, running.listen
        self._port = running.desks[agency] if settings.metrics_port is None else settings.metrics_port
        self._stopping, self._ready, self.asked_to_stop = Event(), False, False
        self._metrics = Metrics(agency)
        self._desk = Desk(
            build,
            policy=policy_of(home, agency, law),
            law=law,
            dsn=running.dsn[agency],
            keys=home.keystore(),
            metrics=self._metrics,
            stop=self._stopping,
            tick=tick,
        )

    def run(self) -> None:
        """Work until told to stop. Raises what stopped it otherwise."""
        server = self._metrics.serve(
            self._port, health=lambda: health(self._desk, ready=self._ready, stuck=_STUCK), host=self._listen
        )
        try:
            with TemporaryDirectory(prefix="yisong-desk-") as folder:
                asyncio.run(self._work(Path(folder)))
        finally:
            server.shutdown()
            server.server_close()
            self._desk.close()

    async def _work(self, folder: Path) -> None:
        self._turn, stop, loop = asyncio.Lock(), asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._leave, stop)
        app = desk_app(
            self._agency, bootstrap=self._bootstrap, folder=folder, settle=self._settle, ready=self._say_ready
        )
        looking = asyncio.create_task(self._look_after(app)), asyncio.create_task(self._look_at_law(app))
        try:
            await run(app, stop=stop)
        finally:
            self._ready = False
            self._stopping.set()
            for task in looking:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    def _leave(self, stop: asyncio.Event) -> None:
        self.asked_to_stop = True
        self._stopping.set()
        stop.set()

    def _say_ready(self) -> None:
        self._ready = True
        _LOG.info("the desk of %s reads its inbox", self._agency)

    async def _settle(self, records: Sequence[InboxValue]) -> None:
        """Settle records in a thread, so that Kafka hears from us however long it takes."""
        async with self._turn:
            await asyncio.to_thread(self._settle_each, records)

    def _settle_each(self, records: Sequence[InboxValue]) -> None:
        for record in records:
            if self._stopping.is_set():
                raise WorldFault("The desk is to stop; what was not settled comes again.")
            try:
                self._desk.settle(record)
            except YisongError:
                raise
            except Exception as fault:  # noqa: BLE001 (whatever it is, it stops the desk)
                # Its own text may hold a value, and Faust would log it.
                raise WiringFault(
                    f"The desk of {self._agency} cannot settle {record.partition}:{record.offset} of its inbox "
                    f"({where(fault)}). It stops, so that nothing of that case overtakes it; this is a bug."
                ) from None

    async def _look_after(self, app: faust.App) -> None:
        """Look again and again whether parked deliveries are to be run again, and after what no delivery brings."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            async with self._turn:
                try:
                    await asyncio.to_thread(self._desk.redrive)
                    await asyncio.to_thread(self._desk.tick)
                except YisongError as fault:
                    await app.crash(fault)
                    return
                except Exception as fault:  # noqa: BLE001 (as above: not its text)
                    await app.crash(WiringFault(f"What lies between deliveries cannot be done ({where(fault)})."))
                    return

    async def _look_at_law(self, app: faust.App) -> None:
        """Look again and again whether there is another version of the rulebook: then the desk begins again."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if await asyncio.to_thread(self._watch.look):
                    raise WorldFault("The rulebook has a new version, under which the desk must read its inbox.")
            except YisongError as fault:
                await app.crash(fault)
                return


def _settings(agency: str, argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m services.{agency}", description=f"The desk of {agency}.")
    parser.add_argument("--home", type=Path, required=True, help="folder of the bus (YISONG_HOME)")
    parser.add_argument("--metrics-port", type=int, help="where /metrics and /healthz are; else what the home says")
    return parser.parse_args(argv)


def main(agency: Agency, build: Build, argv: Sequence[str] | None = None, *, tick: BuildTick = no_tick) -> int:
    """
    Run a desk, and return its exit code: 0 stopped, 1 the world is at fault, 2 we are.

    *build*: what answers a delivery; *tick*: what looks after what no delivery brings.

    Where the world is at fault it begins again by itself: as a new program, because what Faust keeps in a process does
    not outlive a fault of Kafka's. What was at fault, what it means and what to do stands in the log.
    """
    settings = _settings(agency, argv)
    logs.install("desk", agency=agency)
    process: DeskProcess | None = None
    try:
        tracing.install("desk", agency=agency)
        process = DeskProcess(agency, build, tick, settings)
        process.run()
    except (WorldFault, OSError) as fault:
        if process is not None and process.asked_to_stop:
            return 0
        _LOG.warning("The desk of %s begins again: %s", agency, fault)
        time.sleep(_AGAIN_SECONDS)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 (this very program)
    except YisongError as fault:
        _LOG.critical("%s", fault)
        return 2 if isinstance(fault, WiringFault) else 1
    return 0
