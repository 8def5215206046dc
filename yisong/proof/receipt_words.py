"""What does a receipt that holds say, in words and for programs?"""

from collections.abc import Iterator
from uuid import UUID

from yisong.envelope.header import Header
from yisong.envelope.leaf import Leaf
from yisong.proof.exact import shown
from yisong.proof.receipt import Receipt
from yisong.proof.statement import Statement, instant, quorum_words, taken_back_words, tally_facts
from yisong.proof.tally import Tally


def receipt_statement(
    receipt: Receipt, leaf: Leaf, header: Header | None, *, found: Tally, signed_with: tuple[str, ...]
) -> Statement:
    """Return what has been shown; *signed_with*: the keys of the author that were checked, if any."""
    checkpoint = receipt.signed.checkpoint
    quorum = quorum_words(found, origin=checkpoint.origin, size=checkpoint.size)
    return Statement(
        kind="receipt",
        proven=tuple(_proven(receipt, leaf, header, signed_with)),
        quorum=(
            *quorum,
            f"That the verdict is {_verdict(leaf)} and the log time {instant(leaf.log_time)} is theirs, too.",
        ),
        unproven=tuple(_unproven(leaf, header, signed_with)),
        lost=found.lost,
        restated=taken_back_words(found, checkpoint),
        facts={**_facts(receipt, leaf, header), "author_keys": list(signed_with), **tally_facts(found)},
    )


def _proven(receipt: Receipt, leaf: Leaf, header: Header | None, signed_with: tuple[str, ...]) -> Iterator[str]:
    checkpoint = receipt.signed.checkpoint
    yield (
        f"{_what(header)} stands at offset {leaf.offset} of {checkpoint.origin}: its leaf is in the tree of "
        f"{checkpoint.size} leaves whose root was cosigned."
    )
    yield f"The leaf says: {_verdict(leaf)}, log time {instant(leaf.log_time)}, {_place(leaf)}."
    if header is not None and signed_with:
        yield f"{_word(header.publisher)} signed this header for this bus, with {' and '.join(signed_with)}."


def _unproven(leaf: Leaf, header: Header | None, signed_with: tuple[str, ...]) -> Iterator[str]:
    if header is not None:
        yield "What the body says: only its hash is on the log. Whoever has the body can compare it."
        yield f"That it happened on {instant(header.occurred_at)}: that is what {_word(header.publisher)} states."
        yield "Who the persons behind the officers' tokens are."
        if leaf.verdict == "refused":
            yield "Whether the author signed: it was refused, so it need not have been."
        elif not signed_with:
            yield "Whether the author's signature holds: that needs the directory's keys, and none were given."
    yield "What else the docket holds, and that nothing came after: a receipt is about one event."


def _what(header: Header | None) -> str:
    if header is None:
        return "A record without a header that could be read"
    return f"{_word(header.event_type)} {UUID(bytes=header.event_id)} of {_word(header.publisher)}"


def _verdict(leaf: Leaf) -> str:
    return leaf.verdict if leaf.reason is None else f"{leaf.verdict} ({_word(leaf.reason)})"


def _place(leaf: Leaf) -> str:
    if not leaf.docket_index or leaf.key is None:
        return "in no docket"
    return f"number {leaf.docket_index} in the docket {shown(leaf.key)}"


def _word(text: str) -> str:
    return shown(text.encode())


def _facts(receipt: Receipt, leaf: Leaf, header: Header | None) -> dict[str, object]:
    checkpoint = receipt.signed.checkpoint
    return {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "offset": leaf.offset,
        "log_time": instant(leaf.log_time),
        "verdict": leaf.verdict,
        "reason": leaf.reason,
        "docket": shown(leaf.key) if leaf.docket_index and leaf.key is not None else None,
        "docket_index": leaf.docket_index,
        "event_id": None if header is None else str(UUID(bytes=header.event_id)),
        "event_type": None if header is None else _word(header.event_type),
        "publisher": None if header is None else _word(header.publisher),
    }
