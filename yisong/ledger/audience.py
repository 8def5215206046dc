"""Whom does the audience of an event mean, and who may read its body? events.yaml, in the state of a docket."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from yisong.envelope.header import Header
from yisong.ledger.docket import Aggregate, Docket
from yisong.ledger.law import Law


def organs_meant(token: str, header: Header, docket: Docket, law: Law) -> tuple[str, ...]:
    """
    Return the organs that *token* means for an admitted event, each once.

    *docket*: as it stands after the event. A role name means every organ of that role. Raises KeyError where
    events.yaml has no such token.
    """
    resolve = _TOKENS.get(token)
    if resolve is not None:
        return tuple(dict.fromkeys(resolve(header, docket, law)))
    if token not in law.rulebook.directory.role_names:
        raise KeyError(token)
    return tuple(organ.id for organ in law.organs.values() if organ.role == token)


def readers(header: Header, docket: Docket, law: Law) -> frozenset[str]:
    """
    Return the organs that may read the body of an admitted event: those its audience means, and those above them.

    The publisher, and the organ in whose name it speaks, always see their own; who stands above them sees it only
    where the audience says so. *docket*: as it stands after the event. Source: events.yaml, `audience`.
    """
    meant = {organ for token in _audience(header, law) for organ in organs_meant(token, header, docket, law)}
    return frozenset({*own_readers(header), *meant, *(higher for organ in meant for higher in above(organ, law))})


def own_readers(header: Header) -> frozenset[str]:
    """Return who may read a body that was not admitted: whoever said it, and the organ in whose name it was said."""
    return frozenset((header.publisher, header.speaker))


def sealed_to(header: Header, docket: Docket, law: Law) -> frozenset[str]:
    """
    Return the organs whose keys must open the sealed body of an admitted event.

    A role is its node, which is that of its system organ; a named organ has a key of its own, kept by its node, which
    opens it for those above, too. *docket*: as it stands after the event. Source: envelope.md, Sealing.
    """
    roles = law.rulebook.directory.role_names.keys()
    found = set(own_readers(header))
    for token in _audience(header, law):
        if token in roles:
            found.add(law.system_organ(token))
        else:
            found.update(organs_meant(token, header, docket, law))
    return frozenset(found)


def _audience(header: Header, law: Law) -> tuple[str, ...]:
    event = law.events.get(header.event_type)
    return () if event is None else event.audience


def _owner(_header: Header, docket: Docket, _law: Law) -> tuple[str, ...]:
    """Whoever opened the case; before that, whoever found the clue and whoever holds it now."""
    case = docket.case
    return case.fact("owner") or (*case.fact("finder"), *case.fact("holders"))


def _requester(header: Header, docket: Docket, _law: Law) -> tuple[str, ...]:
    return () if (moved := _moved(header, docket)) is None else moved.fact("requester")


def _co_signers(header: Header, docket: Docket, _law: Law) -> tuple[str, ...]:
    return () if (moved := _moved(header, docket)) is None else moved.fact("co_signers")


def _superiors(header: Header, docket: Docket, law: Law) -> Iterator[str]:
    for organ in (header.publisher, *_owner(header, docket, law)):
        yield from above(organ, law)


def above(organ: str, law: Law) -> Iterable[str]:
    """Yield every organ above *organ* in the directory, the nearest first."""
    parent = law.organs[organ].parent if organ in law.organs else None
    while parent is not None:
        yield parent
        parent = law.organs[parent].parent


def _moved(header: Header, docket: Docket) -> Aggregate | None:
    return None if header.aggregate is None else docket.aggregates.get(header.aggregate)


_TOKENS: Mapping[str, Callable[[Header, Docket, Law], Iterable[str]]] = {
    "owner": _owner,
    "addressee": lambda header, _docket, _law: header.to,
    "cc": lambda header, _docket, _law: header.cc,
    "requester": _requester,
    "co_signers": _co_signers,
    "superiors": _superiors,
}
