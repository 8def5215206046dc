"""What hangs together over the dockets of a node's trail: linked cases, and supervised ones?"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from psycopg import Connection

from yisong.audit import clusters, supervised
from yisong.audit.acts import acts
from yisong.audit.supervisions import acknowledgements
from yisong.audit.trails import Trail, present
from yisong.ledger import Docket, Law, loads
from yisong.publishing.signer import PrivateKeys


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
    read = acts(connection, (*clusters.READ, *supervised.READ), law, agency=agency, keys=keys)
    trail = Trail(agency, connection)
    orders = [one for one in read if one.event_type == "JointSupervisionOrdered"]
    named = {*clusters.named(read), *(case for one in orders for case in supervised.members_of(one))}
    dockets = _dockets(trail, named)
    live = trail.live()
    seen = {case_id: (docket, present(docket, law, live=live, now=now)) for case_id, docket in dockets.items()}
    return Linked(
        clusters.groups(read, dockets),
        supervised.supervisions_of(read, acknowledgements(trail), seen, law),
    )


def _dockets(trail: Trail, case_ids: Iterable[str]) -> Mapping[str, Docket]:
    rows = trail.rows("some_dockets", case_ids=sorted(case_ids))
    return {case_id: loads(case_id, state) for case_id, state in rows}
