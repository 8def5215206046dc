"""Who has acknowledged a joint supervision, and who has not? From headers alone, so that every agency sees the same."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from yisong.audit.trails import Trail
from yisong.envelope.header import AggregateRef, Cite, Header
from yisong.proof.refold import reopened


class Act(NamedTuple):
    """An admitted event, and when it was logged (ms)."""

    log_time: int
    header: Header


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """
    What one co-signer owes the orderer of a joint supervision: to say that the order was served on it.

    *ordered_at*, *acknowledged_at*: log times in ms; *lifted*: the supervision is over.
    """

    case_id: str
    supervision: AggregateRef
    orderer: str
    co_signer: str
    ordered_at: int
    acknowledged_at: int | None = None
    lifted: bool = False


def acknowledgements(trail: Trail) -> tuple[Acknowledgement, ...]:
    """Return what *trail* knows, those still awaited first, the oldest of them first. Raises BusUnreachable."""
    acts = (
        Act(log_time, header)
        for log_time, leaf in trail.rows("supervision_acts")
        if (header := reopened(leaf).header) is not None
    )
    return acknowledged(acts)


def acknowledged(acts: Iterable[Act]) -> tuple[Acknowledgement, ...]:
    """Return one acknowledgement, awaited or given, for each co-signer of each order among *acts*, docket by docket."""
    found: dict[tuple[AggregateRef, str], Acknowledgement] = {}
    orders: dict[Cite, AggregateRef] = {}
    for log_time, header in acts:
        match header.event_type, header.aggregate:
            case "JointSupervisionOrdered", AggregateRef() as ref:
                orders[Cite("event", str(UUID(bytes=header.event_id)))] = orders[Cite(*ref)] = ref
                found |= {(ref, one): _awaited(header, ref, one, log_time) for one in dict.fromkeys(header.cc)}
            case "JointSupervisionLifted", AggregateRef() as ref:
                found |= {key: replace(one, lifted=True) for key, one in found.items() if key[0] == ref}
            case _:
                for ref in dict.fromkeys(orders[cite] for cite in header.cites if cite in orders):
                    key = (ref, header.speaker)
                    if key in found and found[key].acknowledged_at is None:
                        found[key] = replace(found[key], acknowledged_at=log_time)
    return tuple(sorted(found.values(), key=_urgency))


def _awaited(header: Header, ref: AggregateRef, co_signer: str, log_time: int) -> Acknowledgement:
    return Acknowledgement(
        case_id=header.case_id,
        supervision=ref,
        orderer=header.speaker,
        co_signer=co_signer,
        ordered_at=log_time,
    )


def _urgency(one: Acknowledgement) -> tuple[bool, int, str, str]:
    return one.acknowledged_at is not None or one.lifted, one.ordered_at, one.supervision.id, one.co_signer
