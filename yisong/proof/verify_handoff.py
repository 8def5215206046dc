"""Does this file prove that a referral was receipted, or that it was not? Nine steps; each raises NotProven."""

from collections.abc import Collection, Mapping

from yisong.envelope.leaf import leaf_hash
from yisong.errors import NotProven
from yisong.proof.author import check_author
from yisong.proof.handoff import Handoff, parse_handoff
from yisong.proof.handoff_story import Told, says, told
from yisong.proof.leaves import check_chain, check_path, leaf_in
from yisong.proof.policy import Policy
from yisong.proof.statement import Statement, instant, quorum_words, taken_back_words, tally_facts
from yisong.proof.steps import check_bus, check_quorum, step
from yisong.proof.tally import Tally
from yisong.rulebook.model import Key


def verify_handoff(
    data: bytes, *, policy: Policy, keys: Mapping[str, Key] | None = None, restatements: Collection[bytes] = ()
) -> Statement:
    """
    Return what the proof *data* of a handoff, or of one that was not answered, proves under *policy*.

    *keys*: rows of the directory by key id, from whom the reader trusts; without them no author is checked.
    *restatements*: what nodes have taken back, as they signed it. Raises Unreadable, NotProven: nothing, and in which
    step.
    """
    with step(1, "read the file"):
        handoff = parse_handoff(data)
    with step(2, "is it of the bus whose nodes the policy names"):
        origin = check_bus(handoff.signed, policy)
    with step(3, "does each leaf stand in this docket of this log"):
        leaves = [leaf_in(link.leaf, handoff.case_id, origin) for link in handoff.links]
    with step(4, "are there enough cosignatures of this checkpoint"):
        found = check_quorum(handoff.signed, policy=policy, keys=keys, restatements=restatements)
    with step(5, "does each path lead from its leaf to the root"):
        for (leaf, _), link in zip(leaves, handoff.links, strict=True):
            check_path(leaf_hash(link.leaf), leaf.offset, link.path, handoff.signed.checkpoint)
    with step(6, "is there no gap between the sending and the end"):
        first = leaves[0][0].docket_index
        check_chain([leaf for leaf, _ in leaves], [link.leaf for link in handoff.links], first=first)
    with step(7, "do the records tell of this referral, from its sending to its answer or its breach"):
        story = told(leaves, handoff.referral)
    with step(8, "did the authors of both ends sign"):
        signed = _check_ends(story, bus=origin.bus, keys=keys)
    with step(9, "does its text say what the records say"):
        if handoff.says != says(story, handoff.referral):
            raise NotProven("The sentences in it tell another story than the records.")
    return _statement(handoff, story, found, signed=signed)


def _check_ends(story: Told, *, bus: str, keys: Mapping[str, Key] | None) -> bool:
    if keys is None:
        return False
    for leaf, header in ((story.sent, story.sending), (story.ended, story.ending)):
        check_author(leaf, header, bus=bus, keys=keys)
    return True


def _statement(handoff: Handoff, story: Told, found: Tally, *, signed: bool) -> Statement:
    checkpoint, answered = handoff.signed.checkpoint, story.end == "receipt"
    first, last = story.sent.docket_index, story.ended.docket_index
    chain = (
        f"Records {first} to {last} of the docket {handoff.case_id} follow one another without a gap, each stands in "
        f"the tree of {checkpoint.size} leaves, and none between the first and the last is a receipt of this referral."
    )
    authors = ("Both ends were signed by their authors, by the keys that you have given.",) if signed else ()
    unproven = ["What the bodies say: only their hashes are on the log. So the file can be shown to anybody."]
    unproven.append(
        "That it was done when the headers say: that is what their authors state, beside the log's own time."
    )
    if not answered:
        unproven.append("That no receipt came later: the file ends with the breach.")
    if not signed:
        unproven.append("Whether the authors' signatures hold: that needs the directory's keys, and none were given.")
    quorum = quorum_words(found, origin=checkpoint.origin, size=checkpoint.size)
    return Statement(
        kind="handoff" if answered else "non-receipt",
        proven=(*handoff.says.split("\n"), chain, *authors),
        quorum=(
            *quorum,
            "That the clock had run out or not, which is the verdict, and every log time are theirs, too.",
        ),
        unproven=tuple(unproven),
        lost=found.lost,
        restated=taken_back_words(found, checkpoint),
        facts={
            "origin": checkpoint.origin,
            "size": checkpoint.size,
            "root": checkpoint.root.hex(),
            "case_id": handoff.case_id,
            "referral": handoff.referral,
            "receipted": answered,
            "late": story.late,
            "sent_at": instant(story.sending.occurred_at),
            "ended_at": instant(story.ending.occurred_at),
            "records": len(handoff.links),
            "authors_checked": signed,
            **tally_facts(found),
        },
    )
