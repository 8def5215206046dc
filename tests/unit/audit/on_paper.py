"""What becomes of a history where there is neither Kafka nor PostgreSQL: the ledger alone, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from yisong.audit.build import Builder
from yisong.audit.forecast import Forecast
from yisong.audit.fresh import AS_IT_STANDS, Renumbering, renumbered
from yisong.audit.history_file import Expectation, History, merged, read_history
from yisong.audit.played import Found, Judged, Played, Position
from yisong.audit.signers import Signers
from yisong.audit.tamper import Tamper
from yisong.envelope.open import open_record
from yisong.kafka.producer import Outgoing
from yisong.ledger import Docket, Entry, Known, Law, docket_of, fold, known_by
from yisong.signing.keystore import Keystore
from yisong.signing.verify import verify

ROOT = Path(__file__).parents[3]
HISTORIES = ROOT / "examples" / "histories"
NEGATIVES = ROOT / "tests" / "data" / "negatives"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPaper:
    """One history, its records, what the fold says of each, and the dockets after the last."""

    history: History
    table: Renumbering
    records: tuple[Outgoing, ...]
    entries: tuple[Entry, ...]
    dockets: Mapping[str, Docket]

    @property
    def played(self) -> Played:
        """The history as if it had been sent."""
        positions = tuple(Position(entry.partition, entry.offset) for entry in self.entries)
        return Played(history=self.history, table=self.table, positions=positions)

    def found(self, agency: str = "police") -> Found:
        """Return what the trail of *agency* would say."""
        judged = {
            Position(one.partition, one.offset): Judged(
                Expectation(verdict=one.verdict, reason=one.reason), one.leaf_hash
            )
            for one in self.entries
        }
        return Found(agency=agency, judged=judged, dockets=self.dockets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A bus of paper: its law, and the keys of its organs."""

    law: Law
    keystore: Keystore

    def play(self, history: History, *, table: Renumbering = AS_IT_STANDS) -> OnPaper:
        """Sign every line of *history* and fold the records, offsets counted per partition from 0."""
        signers = Signers(self.keystore, self.law.rulebook)
        lines = merged([renumbered(history, table)])
        records = Builder(self.law, signers, Forecast(self.law, {})).build(lines)
        offsets = {partition: count() for partition in range(self.law.bus.partitions)}
        dockets: dict[str, Docket] = {}
        memory: dict[tuple[str, bytes], tuple[Known, ...]] = {}
        entries = []
        for record in records:
            offset = next(offsets[record.partition])
            bare = open_record(record.partition, offset, record.timestamp, record.key, record.value)
            (opened,) = verify([bare], bus=self.law.bus.name, keys=self.law.rulebook.keys)
            case_id = docket_of(opened, self.law) or ""
            known = {event_id: found for (docket, event_id), found in memory.items() if docket == case_id}
            docket, entry = fold(dockets.get(case_id), opened, self.law, known)
            if docket is not None:
                dockets[case_id] = docket
            if (one := known_by(entry)) is not None and entry.header is not None:
                memory[(case_id, entry.header.event_id)] = (one,)
            entries.append(entry)
        return OnPaper(history=history, table=table, records=records, entries=tuple(entries), dockets=dockets)


def history(name: str) -> History:
    """Return H1 to H7, or a negative N02 to N96."""
    return read_history((HISTORIES if name.startswith("H") else NEGATIVES) / f"{name}.jsonl")


def first(history: History, count: int) -> History:
    """Return the first *count* lines of *history*."""
    return replace(history, lines=history.lines[:count])


def spoiled(history: History, number: int, tamper: Tamper) -> History:
    """Return *history* up to line *number*, which is spoiled by *tamper*."""
    spoilt = replace(history[number], tamper=tamper)
    return replace(history, lines=(*history.lines[: number - 1], spoilt))
