"""
How is a node's database made again from the log, beside the live one, and put in its place?

In steps, each of which a kill may interrupt at any line; whoever starts again begins at the first:

1. *begin*: make the tables that the log gives, empty, in a schema of their own. What an earlier try left there goes.
2. *follow*: a second trail, the same code as the first, folds the log into them up to where the live one is, and what
   it gives is compared with what is kept, stretch by stretch. Nodes, desks and gateways go on.
3. *freeze*: once near, let the live trail wait with its next batch, fold the rest, compare the rest. Others still read.
4. *swap*: move the tables, in that same transaction. A kill before its end leaves the live ones, after it the new ones.

What the log cannot give (`yisong.postgres.tables.KEPT`) is never touched.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from typing import Final, NamedTuple

from services.trail.comparing import Comparing
from services.trail.follow import Trail
from services.trail.store import Store
from yisong.bootstrap import Bootstrap
from yisong.desk.inbox import header_in
from yisong.errors import WiringFault
from yisong.home import Agency
from yisong.kafka.rulebook_topic import RulebookTopic
from yisong.kafka.upto import UpTo
from yisong.ledger import Law
from yisong.ledger.cites import cited_events
from yisong.metrics import Metrics
from yisong.postgres.beside import Beside
from yisong.postgres.kept import Unlike

# With so many records to go, the live trail may wait for us: some tenths of a second.
_NEAR: Final = 1_000
# Where somebody reads on, the next try comes later and later: each makes others wait for a moment.
_AGAIN_SECONDS, _LONGEST_SECONDS, _SAY_SECONDS = 0.2, 10.0, 5.0


class Rebuilding(NamedTuple):
    """What is rebuilt: the database of *agency* as its owner reaches it, from which broker, by which law."""

    agency: Agency
    owner_dsn: str
    bootstrap: Bootstrap
    law: Law


class Rebuilt(NamedTuple):
    """
    What came of it: *entries* were derived; the new tables are *in place*, or not.

    *difference*: the first thing in which what was kept is not what the log gives. *waited*: for how long (s) nobody
    could read; None where nothing was swapped. *misigned*: partitions of which a root stands that the log does not
    give, so that it must be restated.
    """

    agency: Agency
    entries: int
    in_place: bool
    difference: Unlike | None
    waited: float | None
    missigned: Unlike | None


def rebuild(
    what: Rebuilding,
    *,
    repair: bool = False,
    step: Callable[[str], object] = lambda _: None,
    say: Callable[[str], object] = lambda _: None,
) -> Rebuilt:
    """
    Make the database again and put it in place where it is equal; with *repair* also where the old one differs.

    *step* is called after each step, by its name; *say* with what takes long. Raises BusUnreachable, PositionLost where
    the log has not what the node has judged, LogReplaced where most other nodes have signed something else than the log
    gives here, WiringFault where another rebuild is under way or the schema is not today's. Nothing was changed then.
    """
    with ExitStack() as opened:
        beside = opened.enter_context(closing(Beside(what.owner_dsn, role=f"trail_{what.agency}")))
        if not beside.hold():
            raise WiringFault("Another rebuild of this database is under way. Nothing was changed. Wait for its end.")
        beside.begin()
        step("begin")
        second = opened.enter_context(closing(_Second(what, beside, repair=repair, step=step, say=say)))
        found = second.run()
        if not found.in_place:
            beside.drop()
    return found


class _Second:
    """The second trail, and what comparing it with the live one has found so far."""

    def __init__(
        self,
        what: Rebuilding,
        beside: Beside,
        *,
        repair: bool,
        step: Callable[[str], object],
        say: Callable[[str], object],
    ) -> None:
        self._what, self._beside, self._repair, self._step, self._say = what, beside, repair, step, say
        self._partitions = range(what.law.bus.partitions)
        self._comparing = Comparing(beside, what.agency, self._partitions)
        self._said_at = time.monotonic()
        store = Store(beside.dsn, partitions=self._partitions)
        self._log = UpTo(what.bootstrap, positions=store.positions)
        self._trail = Trail(
            agency=what.agency,
            log=self._log,
            rulebook=RulebookTopic(what.bootstrap, what.law.versions[0]),
            store=store,
            law=what.law,
            metrics=Metrics(what.agency),
            threads=2,
            relay=lambda: None,
        )

    def run(self) -> Rebuilt:
        """Follow the live trail until it is near, and then take its place, or not."""
        again = _AGAIN_SECONDS
        while True:
            upto = self._live()
            to_go = sum(upto.values()) - sum(self._trail.positions.values())
            self._fold(upto)
            self._comparing.stretch(upto)
            self._step("follow")
            if self._refused:
                return self._done(None)
            if to_go < _NEAR:
                self._comparing.roots(self._trail.positions, self._log.ends())
                found = self._take_place()
                if found is not None:
                    return found
                self._say_now_and_then("somebody reads the whole database; trying again")
                time.sleep(again)
                again = min(2 * again, _LONGEST_SECONDS)

    def _take_place(self) -> Rebuilt | None:
        """Freeze, fold and compare the rest, and swap, in one transaction; None where somebody holds that up."""
        with self._beside.transaction():
            frozen = self._beside.freeze()
            if frozen is None:
                return None
            upto = self._upto(frozen)
            self._fold(upto)
            self._comparing.rest(self._trail.positions, upto)
            self._step("freeze")
            if self._refused:
                return self._done(None)
            waited = self._beside.swap(differed=self._comparing.difference is not None)
            if waited is None:
                return None
            self._step("swap")
        self._step("end")
        return self._done(waited)

    @property
    def _refused(self) -> bool:
        return self._comparing.difference is not None and not self._repair

    def _done(self, waited: float | None) -> Rebuilt:
        entries = sum(self._trail.positions.values())
        found = self._comparing
        return Rebuilt(self._what.agency, entries, waited is not None, found.difference, waited, found.missigned)

    def _live(self) -> Mapping[int, int]:
        return self._upto(self._beside.positions())

    def _upto(self, live: Mapping[int, int]) -> Mapping[int, int]:
        """Return up to where to fold: never back; in a repair not beyond the log, whatever the live trail claims."""
        ours, upto = self._trail.positions, {at: live.get(at, 0) for at in self._partitions}
        if self._repair:
            ends = self._log.ends()
            upto = {partition: min(offset, ends[partition]) for partition, offset in upto.items()}
        return {partition: max(offset, ours[partition]) for partition, offset in upto.items()}

    def _fold(self, upto: Mapping[int, int]) -> None:
        """Fold the log up to *upto*, or as far as it has records before that."""
        before = dict(self._trail.positions)
        self._log.allow(upto)
        while self._trail.positions != upto and not (self._trail.step(timeout_ms=200) == 0 and self._log.exhausted):
            left = sum(upto.values()) - sum(self._trail.positions.values())
            self._say_now_and_then(f"{left} entries to go")
        for partition in self._partitions:
            self._erase(partition, first=before[partition])
        self._beside.let_go()

    def _erase(self, partition: int, *, first: int) -> None:
        """Delete the bodies that events from an offset on erase, as every node does."""
        for case_id, leaf in self._beside.erased(partition, first=first):
            by = header_in(leaf)
            if by is None:
                continue
            cited = self._beside.cited(case_id, [one for one in cited_events(by) if one is not None])
            gone = [offset for offset, organ in cited if by.speaks_for(organ)]
            self._beside.erase(partition, gone)
            self._comparing.erased(partition, gone)

    def _say_now_and_then(self, text: str) -> None:
        if time.monotonic() - self._said_at > _SAY_SECONDS:
            self._said_at = time.monotonic()
            self._say(text)

    def close(self) -> None:
        """Let go of the broker and the database."""
        self._trail.close()
