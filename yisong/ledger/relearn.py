"""What have the admitted events of a docket left behind, if what the trail said of each is taken as it stands?"""

from collections.abc import Iterable, Iterator
from typing import Final

from yisong.envelope.header import Header
from yisong.ledger.docket import Aggregate, Docket
from yisong.ledger.facts import LEARNT, learn
from yisong.ledger.law import Law
from yisong.ledger.lifecycle import instances
from yisong.ledger.verdict import Entry

TELLING: Final = frozenset({*(event_type for _, event_type in LEARNT), "CriminalReferralSent", "ReferralRerouted"})
"""The types of events that leave something behind, or hand bodies on: without others the same is learnt."""

_ADMITTED: Final = ("admitted", "admitted-late")


def relearn(case_id: str, entries: Iterable[Entry], law: Law) -> Iterator[tuple[Entry, Docket]]:
    """
    Yield each of *entries*, of one docket in its order, with what is known in the docket after it, for `may_read`.

    Nothing is judged: no signature is verified, no clock is run, and aggregates stay in their initial state, so that of
    their facts only those hold that no state decides (who found, holds, owns, asked or signed with others).
    """
    docket = Docket(case_id, 0)
    for entry in entries:
        if entry.header is not None and entry.verdict in _ADMITTED:
            docket = _moved(docket, entry.header, law.at(entry.log_time))
        yield entry, docket


def _moved(docket: Docket, header: Header, law: Law) -> Docket:
    kind = header.aggregate.kind if header.aggregate is not None else None
    aggregates = dict(docket.aggregates)
    for rows in law.rows(header.event_type, header.variant, kind):
        for ref in instances(rows, header):
            before = aggregates.get(ref) or Aggregate(ref, rows.machine.initial)
            aggregates[ref] = learn(before, header, state=before.state)
    return docket._replace(aggregates=aggregates)
