"""
Which cases hang together, over dockets: by source 上游, cluster 集群, chain of advertising or party?

What was linked stands in headers, and is the same on every node. Which cluster a link means, and which amounts are
involved, stands in bodies: what can't be read here is said so, and never counted as 0.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple, cast

from yisong.audit.acts import Act
from yisong.ledger import Docket

LINKED: Final = "CasesLinked"
_FILINGS: Final = (("CriminalCaseFiled", None), ("ReconsiderationDecided", "file"))
READ: Final = (LINKED, "CriminalCaseFiled", "ReconsiderationDecided")
"""The event types that say how cases hang together, and what they amount to."""


class Link(NamedTuple):
    """
    One ``CasesLinked``: *case_id*, in whose docket it stands, is linked to *others* by its *kind*.

    ``upstream``: the others are where the case comes from 追根溯源. *cluster*, *lead*: what its body says, None where
    it says nothing; *readable*: whether it can be read here. *log_time* in ms.
    """

    kind: str
    case_id: str
    others: tuple[str, ...]
    organ: str
    log_time: int
    event_id: str
    cluster: str | None
    lead: str | None
    readable: bool

    @property
    def cases(self) -> tuple[str, ...]:
        """All the cases that it links."""
        return (self.case_id, *self.others)


class Filing(NamedTuple):
    """A criminal filing of a case: *amount_fen* as corrected, None where it is unknown; *readable* here or not."""

    case_id: str
    log_time: int
    amount_fen: int | None
    cluster: str | None
    readable: bool
    event_id: str = ""


class Member(NamedTuple):
    """
    A case that is linked to others. *state*, *owner*: None where this bus has no docket of it.

    *filing*: the newest criminal filing of it, since a case counts once, however often it was filed; None where there
    is none. *clusters*: those that it is known to belong to.
    """

    case_id: str
    state: str | None
    owner: str | None
    filing: Filing | None
    clusters: tuple[str, ...]


class Total(NamedTuple):
    """
    What cases come to, each counted once: how many, of them filed as crimes, and the amounts that are known (fen).

    *unknown*: filed without an amount; *not_readable*: filed with one that can't be read here.
    """

    cases: int
    criminal: int
    amount_fen: int
    unknown: int
    not_readable: int


class Cluster(NamedTuple):
    """A cluster 集群战役: its id (None: not readable here), lead case, members; its total stands apart from theirs."""

    id: str | None
    lead: str | None
    members: tuple[Member, ...]

    @property
    def total(self) -> Total:
        """What it comes to, each member counted once."""
        return total(self.members)


class Group(NamedTuple):
    """Cases that hang together in any way, with what links them, in log order, and the clusters among them."""

    members: tuple[Member, ...]
    links: tuple[Link, ...]
    clusters: tuple[Cluster, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """The cases from which others come, and which come from no other: where it all begins, as far as is known."""
        upstream = [link for link in self.links if link.kind == "upstream"]
        downstream = {link.case_id for link in upstream}
        return tuple(sorted({other for link in upstream for other in link.others} - downstream))

    @property
    def total(self) -> Total:
        """What all of them come to: a case that is in two clusters counts once."""
        return total(self.members)


def total(members: Iterable[Member]) -> Total:
    """Add up *members*, each case once."""
    once = {one.case_id: one for one in members}.values()
    filings = [one.filing for one in once if one.filing is not None]
    return Total(
        cases=len(once),
        criminal=len(filings),
        amount_fen=sum(one.amount_fen or 0 for one in filings),
        unknown=sum(one.readable and one.amount_fen is None for one in filings),
        not_readable=sum(not one.readable for one in filings),
    )


def links(acts: Iterable[Act]) -> tuple[Link, ...]:
    """Return what *acts*, in log order, link; one that names no other case links nothing."""
    found = (_link(one) for one in acts if one.event_type == LINKED)
    return tuple(one for one in found if one.others)


def _link(act: Act) -> Link:
    body: Mapping[str, Any] = act.body or {}
    cited = dict.fromkeys(cite.id for cite in act.header.cites if cite.kind == "case" and cite.id != act.case_id)
    return Link(
        kind=act.header.variant or "",
        case_id=act.case_id,
        others=tuple(cited),
        organ=act.header.speaker,
        log_time=act.log_time,
        event_id=act.id,
        cluster=body.get("cluster_id"),
        lead=body.get("lead_case"),
        readable=act.body is not None,
    )


def filings(acts: Iterable[Act]) -> Mapping[str, Filing]:
    """Return the newest criminal filing of each case that has one, by case id; *acts* in log order."""
    found = (one for one in acts if any(_is(one, *kind) for kind in _FILINGS))
    return {one.case_id: _filing(one) for one in found}


def _is(act: Act, event_type: str, variant: str | None) -> bool:
    return act.event_type == event_type and variant in (None, act.header.variant)


def _filing(act: Act) -> Filing:
    body: Mapping[str, Any] = act.body or {}
    amount = cast("int | None", body.get("amount_involved_fen"))
    return Filing(act.case_id, act.log_time, amount, body.get("cluster_id"), act.body is not None, act.id)


def groups(acts: Sequence[Act], dockets: Mapping[str, Docket]) -> tuple[Group, ...]:
    """
    Return the groups of cases that hang together, the largest first.

    *acts*: those of `READ`, in log order; *dockets*: those of the cases that are named, as far as this bus has them. A
    case that was filed as part of a cluster belongs to it, although nobody linked it.
    """
    linked, filed = links(acts), filings(acts)
    ids = _cluster_ids(linked, filed)
    members = {
        case_id: _member(case_id, dockets.get(case_id), filed.get(case_id), ids)
        for case_id in sorted({*chain.from_iterable(one.cases for one in linked), *chain.from_iterable(ids.values())})
    }
    found = [_group(cases, linked, ids, members) for cases in _components(linked, ids)]
    return tuple(sorted(found, key=lambda one: (-len(one.members), one.members[0].case_id)))


def named(acts: Iterable[Act]) -> tuple[str, ...]:
    """Return the cases that *acts* of `READ` put into a group: those that are linked, or were filed in a cluster."""
    everywhere = list(acts)
    linked = chain.from_iterable(one.cases for one in links(everywhere))
    filed = (one.case_id for one in filings(everywhere).values() if one.cluster is not None)
    return tuple(dict.fromkeys((*filed, *linked)))


def _cluster_ids(linked: Iterable[Link], filed: Mapping[str, Filing]) -> Mapping[str, frozenset[str]]:
    """Return the cases of each cluster whose id can be read here."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for link in linked:
        if link.kind == "cluster" and link.cluster is not None:
            found[link.cluster].update(link.cases)
    for filing in filed.values():
        if filing.cluster is not None:
            found[filing.cluster].add(filing.case_id)
    return {one: frozenset(cases) for one, cases in sorted(found.items())}


def _member(case_id: str, docket: Docket | None, filing: Filing | None, ids: Mapping[str, frozenset[str]]) -> Member:
    owner = () if docket is None else docket.case.fact("owner")
    return Member(
        case_id,
        None if docket is None else docket.case.state,
        owner[0] if owner else None,
        filing,
        tuple(one for one, cases in ids.items() if case_id in cases),
    )


def _components(linked: Iterable[Link], ids: Mapping[str, frozenset[str]]) -> Iterator[frozenset[str]]:
    """Yield the sets of cases that hang together, directly or through others."""
    together: dict[str, set[str]] = {}
    for cases in chain((one.cases for one in linked), ids.values()):
        joined = set(cases).union(*(together.get(one, ()) for one in cases))
        together |= dict.fromkeys(joined, joined)
    seen: set[str] = set()
    for case_id, cases in together.items():
        if case_id not in seen:
            seen |= cases
            yield frozenset(cases)


def _group(
    cases: frozenset[str], linked: Iterable[Link], ids: Mapping[str, frozenset[str]], members: Mapping[str, Member]
) -> Group:
    own = tuple(one for one in linked if one.case_id in cases)
    clusters = [
        Cluster(id_, _lead(id_, own), tuple(members[one] for one in sorted(some)))
        for id_, some in ids.items()
        if some <= cases
    ]
    nameless = [one for one in own if one.kind == "cluster" and one.cluster is None]
    unnamed = [Cluster(None, None, tuple(members[one] for one in sorted(some))) for some in _components(nameless, {})]
    return Group(tuple(members[one] for one in sorted(cases)), own, (*clusters, *unnamed))


def _lead(cluster: str, linked: Iterable[Link]) -> str | None:
    """Return the lead case of a *cluster*, as was said last."""
    said = [one.lead for one in linked if one.cluster == cluster and one.lead is not None]
    return said[-1] if said else None
