"""Do the four trails say the same of everything that all of them have read, and if not, from where on?"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest
from typing import Any, NamedTuple

from yisong.audit.played import Position
from yisong.audit.roots import decoded_leaves, first_unlike_node, root_of
from yisong.audit.trails import Trail
from yisong.proof.tree import Node


class Digest(NamedTuple):
    """How many rows there are, and all of them in one SHA-256."""

    rows: int
    digest: bytes

    def __str__(self) -> str:
        return self.digest.hex()[:10]


class DocketRow(NamedTuple):
    """One docket on one trail: where its newest record lies, and its state in one SHA-256."""

    partition: int
    last_offset: int
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstDifference:
    """
    The first place in which the trails differ: an entry, or the docket *where* names.

    *fields*: per column in which they differ, what each agency has; *missing*: who has nothing there.
    """

    where: str
    fields: Mapping[str, Mapping[str, object]]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """
    Four trails side by side, each up to the same offsets.

    *upto*: the next offset per partition to which all have come. *partitions* and *dockets*: digests by agency.
    *roots*: of the Merkle trees over the same offsets, by agency; None where a tree is not all there.
    *ahead*: dockets left out because a trail has read further in them than others have.
    """

    upto: Mapping[int, int]
    partitions: Mapping[str, Mapping[int, Digest]]
    dockets: Mapping[str, Digest]
    roots: Mapping[str, Mapping[int, bytes | None]]
    ahead: int
    differences: tuple[FirstDifference, ...]

    @property
    def agreeing(self) -> int:
        """How many trails say the same: the size of the largest group that does."""
        said = (
            (tuple(sorted(self.partitions[agency].items())), self.dockets[agency], tuple(self.roots[agency].items()))
            for agency in self.partitions
        )
        return max(Counter(said).values())

    @property
    def agree(self) -> bool:
        """Hold where all of them say the same."""
        return self.agreeing == len(self.partitions)


class _Read(NamedTuple):
    """What one trail says, up to the common offsets."""

    partitions: Mapping[int, Digest]
    dockets: Mapping[str, DocketRow]
    roots: Mapping[int, bytes | None]


def compare(trails: Sequence[Trail]) -> Comparison:
    """
    Compare *trails* up to where all of them have come; each is read in one snapshot. Raises BusUnreachable.

    Read them inside `snapshots`, or a trail that goes on writing meanwhile seems to differ.
    """
    upto = _common([trail.positions() for trail in trails])
    with ThreadPoolExecutor(len(trails)) as pool:  # the databases do the work, at the same time
        read = dict(
            zip((trail.agency for trail in trails), pool.map(lambda one: _read(one, upto), trails), strict=True)
        )
    comparable = _comparable([one.dockets for one in read.values()], upto)
    dockets = {
        agency: {case_id: one.dockets[case_id] for case_id in comparable if case_id in one.dockets}
        for agency, one in read.items()
    }
    everywhere = {case_id for one in read.values() for case_id in one.dockets}
    return Comparison(
        upto=upto,
        partitions={agency: one.partitions for agency, one in read.items()},
        dockets={agency: _digest_of(rows) for agency, rows in dockets.items()},
        roots={agency: one.roots for agency, one in read.items()},
        ahead=len(everywhere) - len(comparable),
        differences=(*_entry_differences(trails, read, upto), *_docket_differences(dockets)),
    )


def _common(positions: Iterable[Mapping[int, int]]) -> Mapping[int, int]:
    """Return the smallest next offset of each partition; a trail that has not begun one stands at 0."""
    known = list(positions)
    partitions = sorted({partition for one in known for partition in one})
    return {partition: min(one.get(partition, 0) for one in known) for partition in partitions}


def _read(trail: Trail, upto: Mapping[int, int]) -> _Read:
    rows = trail.rows("partition_digests", partitions=list(upto), offsets=list(upto.values()))
    return _Read(
        {partition: Digest(count, digest) for partition, count, digest in rows},
        {case_id: DocketRow(*rest) for case_id, *rest in trail.rows("docket_digests")},
        {partition: root_of(trail, partition, size) for partition, size in upto.items()},
    )


def _comparable(read: Sequence[Mapping[str, DocketRow]], upto: Mapping[int, int]) -> Sequence[str]:
    """Return the dockets whose newest record, on every trail that has them, lies before the common offset."""
    ahead = {case_id for one in read for case_id, row in one.items() if row.last_offset >= upto.get(row.partition, 0)}
    return sorted({case_id for one in read for case_id in one} - ahead)


def _digest_of(rows: Mapping[str, DocketRow]) -> Digest:
    whole = sha256()
    for case_id, row in sorted(rows.items()):
        whole.update(f"{case_id}/{row.partition}/{row.last_offset}/".encode() + row.digest)
    return Digest(len(rows), whole.digest())


def _entry_differences(
    trails: Sequence[Trail], read: Mapping[str, _Read], upto: Mapping[int, int]
) -> Iterable[FirstDifference]:
    """
    Name, for each partition that is not the same everywhere, the first place that differs.

    Where roots differ it is found by descending from them. Only where the trees are the same up to there, and something
    beside the leaves is not, the entries themselves are read one by one.
    """
    for partition, next_offset in upto.items():
        node = first_unlike_node(trails, partition, next_offset) if _unlike_roots(read, partition) else None
        end = next_offset if node is None else node.first
        if _unlike_digests(trails, partition, end):
            offset = min(_first_unlike(trails[0], other, partition, end) for other in trails[1:])
            yield _side_by_side(trails, Position(partition, offset))
        elif node is not None and node.level:
            yield _hash_side_by_side(trails, partition, node)
        elif node is not None:
            yield _side_by_side(trails, Position(partition, node.first))


def _unlike_roots(read: Mapping[str, _Read], partition: int) -> bool:
    return len({one.roots.get(partition) for one in read.values()}) > 1


def _unlike_digests(trails: Sequence[Trail], partition: int, end: int) -> bool:
    """Hold where the entries before the offset *end* are not the same everywhere: one digest a trail says it."""
    digests = {tuple(trail.rows("partition_digests", partitions=[partition], offsets=[end])) for trail in trails}
    return len(digests) > 1


def _hash_side_by_side(trails: Sequence[Trail], partition: int, node: Node) -> FirstDifference:
    """Show a hash of the tree that is not the one of what lies below it, somewhere."""
    said = {trail.agency: trail.tree(partition)([node]).get(node) for trail in trails}
    fields = {"hash": {agency: hash_.hex()[:16] for agency, hash_ in said.items() if hash_ is not None}}
    return FirstDifference(
        where=f"tree of partition {partition}, level {node.level} over the offsets {node.first} to {node.end - 1}",
        fields={column: values for column, values in fields.items() if len(set(values.values())) > 1},
        missing=tuple(agency for agency, hash_ in said.items() if hash_ is None),
    )


def _first_unlike(one: Trail, other: Trail, partition: int, next_offset: int) -> int:
    """Return the first offset at which two trails have not the same entry; *next_offset* where there is none."""
    with (
        closing(one.stream("entry_digests", partition=partition, next_offset=next_offset)) as mine,
        closing(other.stream("entry_digests", partition=partition, next_offset=next_offset)) as theirs,
    ):
        for left, right in zip_longest(mine, theirs):
            if left != right:
                return int(min(row[0] for row in (left, right) if row is not None))
    return next_offset


def _side_by_side(trails: Sequence[Trail], position: Position) -> FirstDifference:
    found: dict[str, dict[str, Any]] = {}
    for trail in trails:
        rows = trail.rows("entry", partition=position.partition, offset=position.offset)
        if rows:
            found[trail.agency] = rows[0][0]
    for agency, leaf in decoded_leaves(trails, position).items():
        found.setdefault(agency, {}).update(leaf)
    columns = dict.fromkeys(column for row in found.values() for column in row)
    fields = {column: {agency: row.get(column) for agency, row in found.items()} for column in columns}
    return FirstDifference(
        where=f"entry {position}",
        fields={column: said for column, said in fields.items() if len({str(one) for one in said.values()}) > 1},
        missing=tuple(trail.agency for trail in trails if trail.agency not in found),
    )


def _docket_differences(dockets: Mapping[str, Mapping[str, DocketRow]]) -> Iterable[FirstDifference]:
    """Name the first docket that is not in the same state everywhere."""
    for case_id in sorted({case_id for rows in dockets.values() for case_id in rows}):
        rows = {agency: known[case_id] for agency, known in dockets.items() if case_id in known}
        if len(set(rows.values())) > 1 or len(rows) < len(dockets):
            fields: dict[str, Mapping[str, object]] = {
                "last_offset": {agency: row.last_offset for agency, row in rows.items()},
                "state": {agency: row.digest.hex()[:16] for agency, row in rows.items()},
            }
            yield FirstDifference(
                where=f"docket {case_id}",
                fields={name: said for name, said in fields.items() if len(set(said.values())) > 1},
                missing=tuple(agency for agency in dockets if agency not in rows),
            )
            return
