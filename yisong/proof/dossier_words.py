"""What does a dossier that holds say, in words and for programs?"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from yisong.envelope.header import Header
from yisong.envelope.leaf import Leaf
from yisong.ledger import Law
from yisong.proof.dossier import Dossier
from yisong.proof.exact import shown
from yisong.proof.statement import Statement, instant, quorum_words, taken_back_words, tally_facts
from yisong.proof.tally import Tally


class Judged(NamedTuple):
    """
    What the steps came to.

    *signed*: how many authors' signatures the reader's own keys have shown to hold. *known*: the reader knows the hash
    of the rulebook.
    """

    leaves: Sequence[tuple[Leaf, Header | None]]
    found: Tally
    law: Law
    signed: int
    known: bool


def dossier_statement(dossier: Dossier, judged: Judged) -> Statement:
    """Return what has been shown."""
    checkpoint = dossier.signed.checkpoint
    quorum = quorum_words(judged.found, origin=checkpoint.origin, size=checkpoint.size)
    return Statement(
        kind="dossier",
        proven=tuple(_proven(dossier, judged)),
        quorum=(*quorum, "That a record was logged when its leaf says is theirs, too."),
        unproven=tuple(_unproven(dossier, judged)),
        lost=judged.found.lost,
        restated=taken_back_words(judged.found, checkpoint),
        facts={**_facts(dossier, judged), **tally_facts(judged.found)},
    )


def _proven(dossier: Dossier, judged: Judged) -> Iterator[str]:
    count, last = len(dossier.records), judged.leaves[-1][0]
    yield (
        f"The docket {shown(dossier.case_id.encode())} is complete up to here: these are its first {count} records, "
        f"none left out and none moved. Record {count}, logged on {instant(last.log_time)}, is the notice that the "
        "dossier was issued."
    )
    yield f"Each of them stands in the tree of {dossier.signed.checkpoint.size} leaves whose root was cosigned."
    yield (
        f"By the rulebook {judged.law.rulebook.hash.hex()} (version {judged.law.rulebook.n}) every verdict is the one "
        "that the rules give: the records were judged again, signatures included."
    )
    if bodies := _bodies(dossier):
        yield f"{bodies} bodies are in it, each the one that travelled with its record."
    if judged.signed:
        yield f"{judged.signed} records were signed by their authors, by the keys that you have given."
    if judged.known:
        yield "That rulebook is one that you know."
    yield "The page history.html is what these records give."


def _unproven(dossier: Dossier, judged: Judged) -> Iterator[str]:
    yield "What came into the docket after the last record of the dossier."
    if not judged.known:
        yield (
            "That this is the rulebook of the bus, with its directory of keys: its hash is nothing to go by until "
            "you compare it with one that you know (--rulebook). Till then the verdicts rest on the cosigners alone."
        )
    travelled = sum(leaf.header is not None for leaf, _ in judged.leaves)
    if lacking := travelled - _bodies(dossier):
        why = "" if dossier.mask is None else f" It is masked for {shown(dossier.mask.encode())}."
        yield f"What {lacking} bodies say that are not in it: only their hashes are.{why}"
    yield "That it happened as and when the bodies and headers say: that is what their authors state."
    yield "Who the persons behind the officers' tokens are."
    yield "That anybody should believe the file policy in it: you have brought your own."


def _bodies(dossier: Dossier) -> int:
    return sum(record.body is not None for record in dossier.records)


def _facts(dossier: Dossier, judged: Judged) -> dict[str, object]:
    checkpoint = dossier.signed.checkpoint
    return {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "case_id": dossier.case_id,
        "records": len(dossier.records),
        "bodies": _bodies(dossier),
        "mask": dossier.mask,
        "complete_to": instant(judged.leaves[-1][0].log_time),
        "rulebook": judged.law.rulebook.hash.hex(),
        "rulebook_known": judged.known,
        "authors_checked": judged.signed,
    }
