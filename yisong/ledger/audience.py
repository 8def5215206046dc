"""Whom does the audience of an event mean? The tokens of events.yaml (`audience_tokens`), in the state of a docket."""

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
        yield from _above(organ, law)


def _above(organ: str, law: Law) -> Iterable[str]:
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
