"""What may a forger try with the proof of a handoff, or of one that nobody answered? Good and forged, each answered."""

from collections.abc import Iterator

from tests.unit.proof.dossier_world import CASE
from tests.unit.proof.handoff_world import RECEIPTED, UNANSWERED, receipted_late
from yisong.envelope.leaf import decode_leaf, encode_leaf
from yisong.proof.handoff import Handoff, Link, handoff_bytes

Row = tuple[str, bytes, dict[str, object]]

_PROVEN: dict[str, object] = {"expect": "proven", "recorded": 4}
_UNREADABLE: dict[str, object] = {"expect": "unreadable", "step": 1}


def handoffs() -> Iterator[Row]:
    """Yield name, bytes and expectation of every proof of a handoff."""
    yield "a receipt within the clock", handoff_bytes(RECEIPTED), _PROVEN
    yield "a receipt that came late", handoff_bytes(receipted_late()), _PROVEN
    yield "a referral that nobody answered", handoff_bytes(UNANSWERED), _PROVEN
    yield from _chains()
    yield from _texts()
    yield from _lines()


def _fails(step: int) -> dict[str, object]:
    return {"expect": "not-proven", "step": step}


def _chains() -> Iterator[Row]:
    """Yield proofs that do not hold the docket between the sending and the end, all of it and in its order."""
    sending, one, other, breach = UNANSWERED.links
    taken = _with(UNANSWERED, sending, other, breach)
    yield "a record taken from the middle of a chain without a receipt", taken, _fails(6)
    yield "two records of the chain in another order", _with(UNANSWERED, sending, other, one, breach), _fails(6)
    yield "the sending left out", _with(UNANSWERED, one, other, breach), _fails(7)
    yield "the breach left out", _with(UNANSWERED, sending, one, other), _fails(7)
    yield (
        "a leaf under the path of another",
        _with(UNANSWERED, sending, one._replace(path=other.path), other, breach),
        _fails(5),
    )
    fields = decode_leaf(RECEIPTED.links[-1].leaf)._asdict()
    fields.pop("topic")
    late = Link(encode_leaf(**{**fields, "verdict": "admitted-late"}), RECEIPTED.links[-1].path)
    yield "a receipt in time made late", _with(RECEIPTED, *RECEIPTED.links[:-1], late), _fails(5)


def _texts() -> Iterator[Row]:
    """Yield proofs that say something else than their records, or are not the one way to write it."""
    good = handoff_bytes(RECEIPTED)
    other = RECEIPTED._replace(says=RECEIPTED.says.replace("within", "after"))
    yield "sentences that tell another story", handoff_bytes(other), _fails(9)
    yield "another referral", handoff_bytes(UNANSWERED._replace(referral=f"R-{CASE}-2")), _fails(7)
    yield "another case", handoff_bytes(RECEIPTED._replace(case_id="CRB-970200-2016-000072-B")), _fails(3)
    yield "spaces between its fields", good.replace(b'","', b'", "'), _fails(1)
    yield "a field more", good.replace(b'"format"', b'"besides":1,"format"'), _fails(1)
    yield "a handoff of another version", good.replace(b"yisong-handoff/1", b"yisong-handoff/2"), _UNREADABLE
    yield "a handoff cut short", good[:-1], _UNREADABLE


def _lines() -> Iterator[Row]:
    """Yield proofs with fewer good cosignatures than they seem to have."""
    signed = RECEIPTED.signed
    two = RECEIPTED._replace(signed=signed._replace(signatures=signed.signatures[:2]))
    yield "a handoff that two of four recorded", handoff_bytes(two), {**_fails(4), "recorded": 2}
    *three, last = signed.signatures
    damaged = last._replace(signature=last.signature[:-1] + bytes([last.signature[-1] ^ 1]))
    lost = RECEIPTED._replace(signed=signed._replace(signatures=(*three, damaged)))
    yield "a handoff with one cosignature damaged", handoff_bytes(lost), {**_PROVEN, "recorded": 3, "lost": 1}


def _with(handoff: Handoff, *links: Link) -> bytes:
    return handoff_bytes(handoff._replace(links=links))
