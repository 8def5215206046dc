"""What hangs together over the dockets of a node's trail: linked cases, and supervised ones?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg import Connection

from yisong.audit import clusters, supervised
from yisong.audit.acts import Act, acts
from yisong.audit.supervisions import Acknowledgement, acknowledgements
from yisong.audit.trails import Trail, present
from yisong.ledger import Docket, Law, loads
from yisong.publishing.signer import PrivateKeys

READ: Final = (*clusters.READ, *supervised.READ)
"""The event types that say what hangs together, beside those that acknowledge a supervision."""


class Linked(NamedTuple):
    """The groups of linked cases, the largest first, and the joint supervisions, those that go on first."""

    groups: tuple[clusters.Group, ...]
    supervisions: tuple[supervised.Supervision, ...]

    def of(self, wanted: str) -> "Linked":
        """Return what has to do with *wanted*: a case, a cluster or a supervision, by its id."""
        return Linked(
            tuple(
                one
                for one in self.groups
                if any(member.case_id == wanted for member in one.members)
                or any(cluster.id == wanted for cluster in one.clusters)
            ),
            tuple(
                one
                for one in self.supervisions
                if one.ref.id == wanted or any(member.case_id == wanted for member in one.members)
            ),
        )


def linked(connection: Connection[Any], law: Law, *, agency: str, keys: PrivateKeys, now: int) -> Linked:
    """
    Return what the node of *agency* knows as of *now* (ms), with what its line may read of the bodies.

    *connection*: to its database, in autocommit mode. On a demo bus as of each docket's own newest log time, unless it
    lives by the wall clock. Raises BusUnreachable, NotProven where the trail is not what its records give.
    """
    read = acts(connection, READ, law, agency=agency, keys=keys)
    trail = Trail(agency, connection)
    return linked_in(trail, read, acknowledgements(trail), law, now=now)


def linked_in(
    trail: Trail, read: Sequence[Act], acknowledged: Iterable[Acknowledgement], law: Law, *, now: int
) -> Linked:
    """Return the same of what was *read*, acts of `READ` in log order, and the states that *trail* has now."""
    orders = [one for one in read if one.event_type == "JointSupervisionOrdered"]
    named = {*clusters.named(read), *(case for one in orders for case in supervised.members_of(one))}
    dockets = _dockets(trail, named)
    live = trail.live()
    seen = {case_id: (docket, present(docket, law, live=live, now=now)) for case_id, docket in dockets.items()}
    return Linked(
        clusters.groups(read, dockets),
        supervised.supervisions_of(read, acknowledged, seen, law),
    )


def _dockets(trail: Trail, case_ids: Iterable[str]) -> Mapping[str, Docket]:
    rows = trail.rows("some_dockets", case_ids=sorted(case_ids))
    return {case_id: loads(case_id, state) for case_id, state in rows}


def bodies_in(found: Linked) -> Iterator[UUID]:
    """Yield the events whose bodies are shown with *found*, for the log of readings."""
    for group in found.groups:
        yield from (UUID(one.event_id) for one in group.links if one.readable)
        filings = (member.filing for member in group.members)
        yield from (UUID(one.event_id) for one in filings if one is not None and one.readable)
    for supervision in found.supervisions:
        if supervision.level is not None:
            yield UUID(supervision.event_id)
        yield from (UUID(report.event_id) for report in supervision.reports if report.period is not None)
