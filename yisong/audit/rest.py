"""
When has a demo bus come to rest: everything judged, relayed and settled, and every breach put on the log?

Desks and clocks publish by themselves, and what they publish comes to all desks again. So one looks along the way of an
event, from the end of the log to the outboxes, and once more at the end of the log: whatever was sent meanwhile shows
there. What will fall due in a docket that lives by the wall clock is not waited for.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing

from kafka import KafkaAdminClient

from yisong.audit.trails import Trail, open_trails
from yisong.desk.inbox import topic
from yisong.errors import TimedOut
from yisong.home import AGENCIES, Agency, Home, Running
from yisong.kafka import topics
from yisong.kafka.consumed import unconsumed
from yisong.kafka.producer import KafkaLog
from yisong.kafka.rights import user_of

_PAUSE = 0.2

Clients = Mapping[Agency, KafkaAdminClient]


def wait_until_at_rest(home: Home, running: Running, *, partitions: int, timeout: float) -> None:
    """
    Wait until nothing moves on the bus of *home*, whose log has so many *partitions*, for at most *timeout* seconds.

    Raises TimedOut, which names what still moves, and BusUnreachable.
    """
    deadline = time.monotonic() + timeout
    with (
        open_trails(running) as trails,
        ExitStack() as opened,
        closing(KafkaLog(running.bootstrap)) as log,
    ):
        # A desk alone may see how far it has come.
        desks = {one: home.as_user(running, user_of(one, one)).bootstrap for one in AGENCIES}
        clients = {one: opened.enter_context(topics.admin(where)) for one, where in desks.items()}
        while moving := _moving(trails, clients, ends=lambda: log.ends(range(partitions))):
            if time.monotonic() >= deadline:
                raise TimedOut(
                    f"The bus has not come to rest within {timeout:g} s: {moving}. "
                    "See what `yisong status` and the logs of the nodes and desks say, and run the command again."
                )
            time.sleep(_PAUSE)


def _moving(trails: Sequence[Trail], clients: Clients, *, ends: Callable[[], Mapping[int, int]]) -> str | None:
    """Return the first thing that moves; None where nothing does."""
    before = ends()
    found = next(_along_the_way(trails, clients, before), None)
    if found is not None:
        return found
    return None if ends() == before else "somebody goes on publishing"


def _along_the_way(trails: Sequence[Trail], clients: Clients, ends: Mapping[int, int]) -> Iterator[str]:
    for trail in trails:
        read = trail.positions()
        if any(read.get(partition, 0) < end for partition, end in ends.items()):
            yield f"the trail of {trail.agency} has not read all of the log"
        if _count(trail, "unrelayed"):
            yield f"the node of {trail.agency} has not relayed all that concerns its agency"
    for agency, client in clients.items():
        if left := unconsumed(client, topic(agency), agency=agency, partitions=ends.keys()):
            yield f"the desk of {agency} has not settled {left} records of its inbox"
    for trail in trails:
        if _count(trail, "not_looked_at") or _count(trail, "notices_due"):
            yield f"the clocks of {trail.agency} have not said everything"
        if _count(trail, "unsent"):
            yield f"the node of {trail.agency} has not sent everything"


def _count(trail: Trail, name: str) -> int:
    return int(trail.rows(name)[0][0])
