"""Is what a node keeps what a second trail has made of the log, and is that what the nodes have signed?"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any, Final

from yisong.audit.fsck import Snapshot, differing
from yisong.errors import LogReplaced
from yisong.home import Agency
from yisong.postgres import connect
from yisong.postgres.beside import Beside
from yisong.postgres.kept import Unlike
from yisong.postgres.tree import tree_reader
from yisong.postgres.unlike_tables import UnlikeDocket
from yisong.proof.tree import hashes_of

# Below all offsets, and above them.
_FIRST: Final = -(1 << 62)
_END: Final = 1 << 62
_TABLES: Final = ("entries", "bodies", "local_inbox", "tree_nodes")


class Comparing:
    """
    What comparing has found so far, stretch by stretch; the second trail is right.

    *difference*: the first; behind it nothing is looked at. *missigned*: the first root that stands as this node's own,
    or as agreed by others, and that the log does not give.
    """

    def __init__(self, beside: Beside, agency: Agency, partitions: Sequence[int]) -> None:
        """Compare the tables of *beside*, of the node of *agency*."""
        self._beside, self._agency, self._partitions = beside, agency, partitions
        self._compared = dict.fromkeys(partitions, _FIRST)
        self._erased: dict[int, set[int]] = {partition: set() for partition in partitions}
        self.difference: Unlike | None = None
        self.missigned: Unlike | None = None

    def erased(self, partition: int, offsets: Iterable[int]) -> None:
        """Note that the bodies at these *offsets* are erased: the live node may not have come to it yet."""
        self._erased[partition].update(offsets)

    def stretch(self, upto: Mapping[int, int]) -> None:
        """Compare what has come since the last time, up to *upto*, to where the second trail has come."""
        self._look(upto)

    def rest(self, ours: Mapping[int, int], upto: Mapping[int, int]) -> None:
        """Compare all that is left, the live trail being frozen at *upto*, and its position with *ours*."""
        self._look(dict.fromkeys(self._partitions, _END))
        if self.difference is None:
            self.difference = self._beside.compared.stray(self._partitions) or self._position(ours, upto)
        self._compared.update(upto)

    def roots(self, ours: Mapping[int, int], ends: Mapping[int, int]) -> None:
        """
        Compare what was signed with the second trail's trees, as far as those go.

        *ends*: where the log ends. Raises LogReplaced where more other nodes have signed something else than the same.
        """
        said = self._beside.others_say(self._agency)
        with closing(connect(self._beside.dsn, autocommit=True, name="yisong-rebuild")) as connection:
            for partition in self._partitions:
                lines = [one for one in said if one[0] == partition]
                known = sorted({size for _, size, _, _ in lines if size <= ours[partition]})
                made = hashes_of([(0, size) for size in known], tree_reader(connection, partition))
                _check_others(lines, dict(zip(known, made, strict=True)), end=ends[partition])
            self.missigned = Snapshot(self._agency, connection).signed()[1]
        self.difference = self.difference or self.missigned

    def _look(self, ends: Mapping[int, int]) -> None:
        if self.difference is None:
            self.difference = next(filter(None, (self._unlike(at, ends[at]) for at in self._partitions)), None)
        self._compared.update(ends)

    def _unlike(self, partition: int, end: int) -> Unlike | None:
        first, gone, compared = self._compared[partition], sorted(self._erased[partition]), self._beside.compared
        for table in _TABLES:
            found = compared.unlike(table, partition=partition, first=first, end=end, gone=gone)
            if found is not None:
                return found
        docket = compared.unlike_docket(partition=partition, first=first, end=end)
        return None if docket is None else _of_docket(docket)

    def _position(self, ours: Mapping[int, int], upto: Mapping[int, int]) -> Unlike | None:
        live = self._beside.positions()
        at = next((one for one in self._partitions if not live.get(one, 0) == ours[one] == upto[one]), None)
        return None if at is None else Unlike("position", at, ours[at], live.get(at), ours[at])


def _of_docket(found: UnlikeDocket) -> Unlike:
    """Name the place in which a docket differs, states and clocks first, as `yisong fsck` does."""
    case_id = (found.derived or found.kept or {}).get("case_id")
    kept, derived = (None if row is None else _columns(row) for row in (found.kept, found.derived))
    path, one, other = next(differing(kept, derived, f"docket {case_id}"))
    return Unlike(path, found.partition, found.offset, one, other)


def _columns(row: Mapping[str, Any]) -> Mapping[str, object]:
    said = dict(row["state"])
    first = {name: said.pop(name, None) for name in ("aggregates", "clocks")}
    return {**first, **{name: value for name, value in row.items() if name != "state"}, "state": said}


def _check_others(lines: Sequence[tuple[int, int, str, bytes]], ours: Mapping[int, bytes], *, end: int) -> None:
    """Raise LogReplaced where more other nodes have signed something else of a partition than what the log gives us."""
    unlike = {node for _, size, node, root in lines if size > end or ours.get(size, root) != root}
    alike = {node for _, size, node, _ in lines if size in ours} - unlike
    if len(unlike) > len(alike):
        raise LogReplaced(
            f"What the log gives here of partition {lines[0][0]} is not what {', '.join(sorted(unlike))} have signed. "
            "Nothing was put in place. The log was cut or replaced since, or this release judges by another law: keep "
            "everything as it is, see what the others say (`yisong compare`), and find out who had access to it."
        )
