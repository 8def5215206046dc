"""Does what a leaf keeps of an event agree with itself, and did its author sign it? Steps 3 and 7 of the verifier."""

from collections.abc import Mapping
from typing import cast

from yisong.envelope.codec import signed_bytes
from yisong.envelope.decoder import NOT_CANONICAL
from yisong.envelope.header import Header, Signature
from yisong.envelope.leaf import Leaf
from yisong.envelope.open import PREFIX, registered_readers
from yisong.errors import NotProven
from yisong.rulebook.model import Key
from yisong.signing.verify import verifies

_VERDICTS = frozenset({"admitted", "admitted-late", "refused", "duplicate", "absent"})
#: Verdicts that no node gives before it has seen the author's signature hold.
_SIGNED_VERDICTS = frozenset({"admitted", "admitted-late", "duplicate"})


def check_leaf(leaf: Leaf) -> Header | None:
    """
    Return the header that *leaf* keeps, None where there is none that can be read. Source: the contract, "Leaf".

    Raises NotProven where the leaf contradicts itself: no node that follows the contract makes such a one.
    """
    for holds, fault in (
        (leaf.verdict in _VERDICTS, "its verdict is none that there is"),
        ((leaf.reason is not None) == (leaf.verdict == "refused"), "a reason belongs to a refusal and to nothing else"),
        ((leaf.header is None) == (leaf.carried_hash is None), "header and carried_hash are both there or both not"),
        (leaf.header is not None or not leaf.signatures, "it keeps signatures and no header"),
        ((leaf.docket_prev is None) == (leaf.docket_index <= 1), "its place in the docket and its chain differ"),
        (leaf.docket_index >= 0, "its place in the docket is below zero"),
        (leaf.verdict != "absent" or _is_bare(leaf), "an absent record has nothing but its place"),
    ):
        if not holds:
            raise NotProven(f"The leaf contradicts itself: {fault}.")
    header = _header(leaf.header)
    if leaf.verdict in _SIGNED_VERDICTS:
        _check_admissible(leaf, header)
    return header


def check_author(leaf: Leaf, header: Header, *, bus: str, keys: Mapping[str, Key]) -> tuple[str, ...]:
    """
    Return the ids of the keys with which the publisher, and the countersigner, signed *header* as *leaf* keeps it.

    *keys*: rows of the directory by key id. Raises NotProven where a signature is missing, is of a key that was not
    registered and valid at log time, or does not hold. Source: the contract, "Signatures", and directory.yaml.
    """
    organs = [organ for organ in (header.publisher, header.countersignature) if organ is not None]
    if len(leaf.signatures) != len(organs):
        raise NotProven(f"The leaf keeps {len(leaf.signatures)} signatures, and {len(organs)} are due.")
    for signature, organ in zip(leaf.signatures, organs, strict=True):
        _check_signature(signature, organ, keys.get(signature.key_id), leaf=leaf, bus=bus)
    return tuple(signature.key_id for signature in leaf.signatures)


def _check_signature(signature: Signature, organ: str, key: Key | None, *, leaf: Leaf, bus: str) -> None:
    if key is None or key.org != organ or key.use != "sign":
        raise NotProven(f"{organ} has no registered key {signature.key_id!a}.")
    if not key.usable(leaf.log_time):
        raise NotProven(
            f"The key {key.key_id} of {organ} was not valid at log time: expired, not yet valid or revoked."
        )
    if not verifies(signature.value, signed_bytes(bus, leaf.header or b""), key.public):
        raise NotProven(f"The signature of {organ} under {key.key_id} is not of this header on the bus {bus}.")


def _check_admissible(leaf: Leaf, header: Header | None) -> None:
    """See that what was not refused could be read, and stands in the docket that it names."""
    if header is None or leaf.record_hash is None:
        raise NotProven(f"The leaf contradicts itself: what is {leaf.verdict} has a header that can be read.")
    if leaf.key != header.case_id.encode() or not leaf.docket_index:
        raise NotProven(f"The leaf contradicts itself: what is {leaf.verdict} stands in the docket of its case.")


def _is_bare(leaf: Leaf) -> bool:
    nothing = (leaf.key, leaf.header, leaf.record_hash, leaf.docket_prev)
    return all(one is None for one in nothing) and not (leaf.broker_time or leaf.docket_index)


def _header(data: bytes | None) -> Header | None:
    if data is None:
        return None
    try:
        return cast("Header", registered_readers().header[data[:PREFIX]](data, PREFIX))
    except NOT_CANONICAL:
        return None
