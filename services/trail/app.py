"""How is a trail put together? Nothing is read before it is told to `follow`."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from threading import Event

from services.trail.follow import Trail, same_log
from services.trail.store import Store
from services.trail.traced import Contexts
from yisong.bootstrap import Bootstrap
from yisong.home import Agency
from yisong.kafka.log import CaseLog
from yisong.kafka.rulebook_topic import RulebookTopic
from yisong.kafka.topics import check_case_events
from yisong.ledger import Law
from yisong.metrics import Metrics


def build(  # noqa: PLR0913 (what a trail stands on)
    *,
    agency: Agency,
    bootstrap: Bootstrap,
    dsn: str,
    partitions: Sequence[int],
    law: Law,
    metrics: Metrics,
    threads: int,
    relay: Callable[[], object] = lambda: None,
    awaited: Event | None = None,
    contexts: Contexts | None = None,
) -> Trail:
    """
    Return the trail of *partitions*, having seen that topic, position and log are what they must be.

    *law*: any version of the bus; those on the topic `rulebook` are read before the first batch is folded.
    *relay* is called when something that concerns *agency* has been recorded; *awaited*, *contexts*: as Trail takes
    them. Raises TopicDiffers, PositionLost, LogReplaced or BusUnreachable.
    """
    check_case_events(bootstrap, law.bus)
    with ExitStack() as opened:
        store = opened.enter_context(closing(Store(dsn, partitions=partitions)))
        log = opened.enter_context(closing(CaseLog(bootstrap, positions=store.positions, group=f"trail-{agency}")))
        same_log(store, bootstrap=bootstrap)
        opened.pop_all()  # from here on the trail closes them
    rulebook = RulebookTopic(bootstrap, law.versions[0])
    return Trail(
        agency=agency,
        log=log,
        rulebook=rulebook,
        store=store,
        law=law,
        metrics=metrics,
        threads=threads,
        relay=relay,
        awaited=awaited,
        contexts=contexts,
    )
