"""What is looked at, and in which order? First what everything else stands on."""

import time
from collections.abc import Iterator
from functools import partial

from yisong.doctor.database import database
from yisong.doctor.finding import Finding, fault, good
from yisong.doctor.machine import calendar, disks, evidence, keys, secrets
from yisong.doctor.world import broker, log_ends, processes
from yisong.errors import YisongError
from yisong.home import AGENCIES, Home, Running
from yisong.kafka.declared import Brokers
from yisong.kafka.rights import ADMIN
from yisong.kafka.rulebook_topic import law_of
from yisong.ledger import Law, hash_in_force


def examine(home: Home, *, now: int | None = None, brokers: Brokers = "embedded") -> Iterator[Finding]:
    """
    Look at everything of the bus of *home*, and say what is found as it is found; nothing is changed.

    *now*: ms; by default the clock of this machine. *brokers*: as how many copies topics must have.
    """
    now = time.time_ns() // 1_000_000 if now is None else now
    try:
        law = Law(home.genesis())
    except YisongError as trouble:
        yield fault("home", str(home.path), str(trouble), "Nobody knows what this bus is.", _RESTORE)
        return
    yield good("home", str(home.path), f"the bus {law.bus.name} ({law.bus.profile})")
    yield from disks(home)
    yield from secrets(home)
    yield from evidence((agency, home.path / "evidence" / agency) for agency in AGENCIES)
    running = home.running()
    if running is None:
        yield from keys(home, law, now=now)
        yield calendar(law, now=now)
        do = "Start it: `yisong up --detach`. If it ended by itself, logs/keeper.log and the other logs say why."
        yield fault("bus", str(home.path), "no bus runs from here", "Nothing is published, recorded or read.", do)
        return
    yield from _running(home, running, law, now=now, brokers=brokers)


def _running(home: Home, running: Running, law: Law, *, now: int, brokers: Brokers) -> Iterator[Finding]:
    yield good("bus", str(home.path), f"it runs (process {running.pid})")
    yield from broker(home.broker(str(running.bootstrap), ADMIN), law.bus, brokers=brokers)
    as_system = home.as_user(running)
    try:
        law = law_of(home, as_system)
    except YisongError as trouble:
        means = "Nobody here knows by which law the nodes judge."
        yield fault("rulebook", "the topic rulebook", str(trouble), means, "See `yisong rulebook show`.")
    yield from keys(home, law, now=now)
    yield calendar(law, now=now)
    ends = partial(log_ends, as_system.bootstrap, law.bus)
    yield from processes(running, law.bus, rulebook=hash_in_force(law, now))
    for agency in AGENCIES:
        yield from database(running.admin_dsn[agency], agency, ends=ends, now=now)


_RESTORE = "Restore bus.yaml from a copy, or name the bus's folder in YISONG_HOME; a new bus is made by `yisong up`."
