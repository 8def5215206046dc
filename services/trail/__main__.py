"""With which settings does a node run, and how does it start and stop? ``python -m services.trail --help``."""

import argparse
import gc
import logging
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from services.trail.app import build
from services.trail.body_keys import Given, run_body_keys
from services.trail.checkpoints import EVERY_SECONDS, Signing, run_checkpoints
from services.trail.drafts import Exchanging, run_drafts
from services.trail.heartbeats import run_heartbeats
from services.trail.measures import Measuring
from services.trail.measuring import run_measuring
from services.trail.pii import Telling, run_pii
from services.trail.pulse import run_pulse
from services.trail.relay import Relay, Relayable
from services.trail.rules import parse_partitions, share_out
from services.trail.scrub import run_scrub
from services.trail.traced import Contexts
from services.trail.workers import leash, supervise
from yisong.errors import BusUnreachable, ProofFault, WiringFault, YisongError
from yisong.health import Health
from yisong.home import AGENCIES, Agency, Home, Running
from yisong.kafka.rights import user_of
from yisong.kafka.rulebook_topic import law_of
from yisong.ledger import Law, hash_in_force
from yisong.metrics import Metrics
from yisong.publishing.sender import run_sender
from yisong.telemetry import logs, tracing

if TYPE_CHECKING:
    from services.trail.follow import Trail

_LOG = logging.getLogger(__name__)
# A trail, relay or signer of checkpoints that has not come round in so many seconds is not well.
_STUCK = 60.0
_AGAIN = 1.0


class Node:
    """One process of an agency's node: its trail, its metrics, its sender, and the relay of its partitions."""

    def __init__(self, settings: argparse.Namespace) -> None:
        """Read the home of the bus. Raises BusNotFound or WiringFault."""
        home = Home(settings.home)
        self._running: Running = home.need_running(user_of("trail", settings.agency))
        self._law = law_of(home, self._running)
        self._home, self._settings = home, settings
        self._agency: Agency = settings.agency
        self._partitions = parse_partitions(settings.partitions or f"0-{self._law.bus.partitions - 1}")
        self._stop, self._awaited = Event(), Event() if settings.sender else None
        self._trail: Trail | None = None
        self._metrics = Metrics(self._agency)
        self._contexts = Contexts()
        self._relay = Relay(self._relayable(), self._metrics, self._contexts)
        self._signed_at = time.monotonic()
        self._sends_nothing: str | None = None
        self._away: str | None = None

    def stop(self, *_: object) -> None:
        """Stop after the batch in hand."""
        self._stop.set()

    def run(self) -> None:
        """Follow the log until stopped. Raises what only a person can put right."""
        port = self._settings.metrics_port
        if port is None:
            port = self._running.metrics[self._agency]
        server = self._metrics.serve(port, health=self._health, host=self._running.listen)
        if self._settings.sender:
            Thread(target=self._send, name="sender", daemon=True).start()
            Thread(target=self._sign, name="checkpoints", daemon=True).start()
            Thread(target=self._share, name="body-keys", daemon=True).start()
            Thread(target=self._pulse, name="pulse", daemon=True).start()
            Thread(target=self._exchange, name="drafts", daemon=True).start()
            Thread(target=self._tell, name="pii", daemon=True).start()
            Thread(target=self._look_at_hearts, name="heartbeats", daemon=True).start()
            Thread(target=self._measure, name="measuring", daemon=True).start()
        Thread(target=self._relay.run, args=(self._stop,), name="relay", daemon=True).start()
        Thread(target=self._scrub, name="scrub", daemon=True).start()
        self._collect_less()
        try:
            while not self._stop.is_set():
                self._follow()
        finally:
            server.shutdown()

    @staticmethod
    def _collect_less() -> None:
        """
        Let the collector of cycles look less often.

        A batch makes a hundred thousand values without a cycle among them, and looking through them again and again
        costs a sixth of the fold.
        """
        gc.collect()
        gc.freeze()
        gc.set_threshold(200_000, 20, 20)
        sys.setswitchinterval(0.0005)

    def _follow(self) -> None:
        """Follow the log until stopped, or until Kafka or PostgreSQL is away: then begin again from what is stored."""
        try:
            self._trail = build(
                agency=self._agency,
                bootstrap=self._running.bootstrap,
                dsn=self._running.dsn[self._agency],
                partitions=self._partitions,
                law=self._law,
                metrics=self._metrics,
                threads=self._settings.threads,
                relay=self._relay.wake,
                awaited=self._awaited,
                contexts=self._contexts,
            )
            _LOG.info("the trail of %s follows %s", self._agency, self._trail.positions)
            self._away = None
            self._trail.follow(stopped=self._stop.is_set)
        except BusUnreachable as fault:
            _LOG.warning("%s", fault)
            self._away = str(fault)
            self._stop.wait(_AGAIN)
        finally:
            if self._trail is not None:
                self._law = self._trail.law
                self._trail.close()
                self._trail = None

    def _send(self) -> None:
        keys = self._home.keystore()
        run_sender(
            dsn=self._running.dsn[self._agency],
            bootstrap=self._running.bootstrap,
            law=self._known_law,
            keys=keys,
            stop=self._stop,
            refuse=self._refuse,
            awaited=self._awaited,
        )

    def _refuse(self, why: str) -> None:
        self._sends_nothing = f"its sender sends nothing more. {why}"

    def _sign(self) -> None:
        signing = Signing(
            agency=self._agency,
            dsn=self._running.dsn[self._agency],
            bootstrap=self._running.bootstrap,
            keys=self._home.keystore(),
            law=self._known_law,
            every=self._settings.checkpoint_seconds,
            anyway=self._settings.cosign_anyway,
            alive=self._signs,
        )
        run_checkpoints(signing, self._metrics, self._stop)

    def _share(self) -> None:
        running = self._running
        given = Given(
            agency=self._agency,
            dsn=running.dsn[self._agency],
            bootstrap=running.bootstrap,
            keys=self._home.keystore(),
            law=self._known_law,
        )
        run_body_keys(given, self._metrics, self._stop)

    def _signs(self) -> None:
        self._signed_at = time.monotonic()

    def _scrub(self) -> None:
        dsn = self._running.dsn[self._agency]
        run_scrub(dsn, self._partitions, self._metrics, self._stop, law=self._known_law)

    def _exchange(self) -> None:
        running, keys = self._running, self._home.keystore()
        what = Exchanging(self._agency, running.dsn[self._agency], running.bootstrap, keys, self._known_law)
        run_drafts(what, self._metrics, self._stop)

    def _tell(self) -> None:
        running, keys = self._running, self._home.keystore()
        what = Telling(self._agency, running.dsn[self._agency], running.bootstrap, keys, self._known_law)
        run_pii(what, self._metrics, self._stop)

    def _pulse(self) -> None:
        running = self._running
        run_pulse(running.dsn[self._agency], running.bootstrap, self._law.bus.partitions, self._stop)

    def _look_at_hearts(self) -> None:
        nodes = {self._law.system_organ(node): node for node in AGENCIES}
        run_heartbeats(self._running.dsn[self._agency], nodes, self._metrics, self._stop)

    def _measure(self) -> None:
        running = self._running
        what = Measuring(self._agency, running.dsn[self._agency], running.bootstrap, self._known_law)
        run_measuring(what, self._metrics, self._stop)

    def _known_law(self) -> Law:
        trail = self._trail
        return self._law if trail is None else trail.law

    def _relayable(self) -> Relayable:
        running = self._running
        return Relayable(self._agency, running.dsn[self._agency], running.bootstrap, self._partitions)

    def _health(self) -> Health:
        """Return how far this process is, which of its parts hang, and why it can't do all of its work just now."""
        trail, now = self._trail, time.monotonic()
        waits = [] if trail is not None else [self._away or "it has not begun to follow the log yet"]
        if self._sends_nothing is not None:
            waits.append(self._sends_nothing)
        ages = {"relay": now - self._relay.alive_at}
        if trail is not None:
            ages["trail"] = now - trail.alive_at
        if self._settings.sender:
            ages["signer of checkpoints"] = now - self._signed_at - self._settings.checkpoint_seconds
        stuck = tuple(f"its {part} has not come round for {age:.0f} s" for part, age in ages.items() if age > _STUCK)
        known: dict[str, object] = {"agency": self._agency}
        if trail is not None:
            known["rulebook"] = hash_in_force(trail.law, time.time_ns() // 1_000_000).hex()
            known["positions"] = {str(partition): offset for partition, offset in trail.positions.items()}
        return Health(known, stuck=stuck, waiting=tuple(waits))


def _settings(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.trail", description="The node of one agency.")
    parser.add_argument("--home", type=Path, required=True, help="folder of the bus (YISONG_HOME)")
    parser.add_argument("--agency", choices=AGENCIES, required=True)
    parser.add_argument("--partitions", help="which partitions, as 0-5,7; all of them where not said")
    parser.add_argument("--workers", type=int, default=1, help="share the partitions out over so many processes")
    parser.add_argument("--threads", type=int, default=2, help="how many verify signatures at a time")
    parser.add_argument("--metrics-port", type=int, help="where /metrics and /healthz are; else what the home says")
    parser.add_argument(
        "--no-sender",
        dest="sender",
        action="store_false",
        help="leave outbox, checkpoints and body keys to another process",
    )
    parser.add_argument(
        "--checkpoint-seconds", type=float, default=EVERY_SECONDS, help="how often checkpoints are signed"
    )
    parser.add_argument(
        "--cosign-anyway", action="store_true", help="sign although others judge otherwise: it must be restated later"
    )
    parser.add_argument("--leash", action="store_true", help="stop when standard input closes")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run a node, and return its exit code: 0 stopped, 1 the world is at fault, 2 the wiring, 3 a proof.

    What was at fault, what it means and what to do stands in the log.
    """
    settings = _settings(argv)
    logs.install("trail", agency=settings.agency)
    try:
        if settings.workers > 1:
            partitions = parse_partitions(settings.partitions or f"0-{Home(settings.home).bus().partitions - 1}")
            return supervise(settings, share_out(partitions, workers=settings.workers))
        tracing.install("trail", agency=settings.agency)
        node = Node(settings)
        signal.signal(signal.SIGTERM, node.stop)
        signal.signal(signal.SIGINT, node.stop)
        if settings.leash:
            leash(node.stop)
        node.run()
    except YisongError as fault:
        _LOG.critical("%s", fault)
        return 3 if isinstance(fault, ProofFault) else 2 if isinstance(fault, WiringFault) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
