"""What does the verifier say, in words? What is proven, what rests on the quorum, and what is not proven."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from yisong.proof.checkpoint import Checkpoint
from yisong.proof.restatements import restated_facts, restated_words
from yisong.proof.tally import Tally
from yisong.schemas.instants import show_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """
    What a proof has shown; there is none of a proof that failed.

    *kind*: of the file (``receipt``, ``checkpoint``). *proven*: by hashes and by signatures of authors. *quorum*: what
    has to be believed of those who cosigned. *unproven*: what nobody should read into it. *lost*: signature lines that
    should count and do not. *restated*: what nodes have taken back of this log, as far as the reader knows.
    *facts*: the same for programs.
    """

    kind: str
    proven: tuple[str, ...]
    quorum: tuple[str, ...]
    unproven: tuple[str, ...]
    lost: tuple[str, ...] = ()
    restated: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


def quorum_words(found: Tally, *, origin: str, size: int) -> tuple[str, ...]:
    """Return what rests on the cosigners of a checkpoint."""
    who = ", ".join(f"{one.name} ({one.algorithm}, {instant(one.time * 1000)})" for one in found.cosigned)
    count = found.quorum
    believed = (
        f"That this is the log {origin}, and that its first {size} leaves stay as they are, is the word of "
        f"{count.have} of {count.of} cosigners, where the policy asks for {count.need}: {who}."
    )
    return believed, "The times beside their names are their own."


def taken_back_words(found: Tally, checkpoint: Checkpoint) -> tuple[str, ...]:
    """Return what nodes have taken back of the log of *checkpoint*, and whether that touches it."""
    return tuple(restated_words(found.taken_back, checkpoint))


def tally_facts(found: Tally) -> dict[str, object]:
    """Return what the signature lines came to, for programs; times in seconds since 1970."""
    return {
        "cosigned": [one._asdict() for one in found.cosigned],
        "have": found.quorum.have,
        "need": found.quorum.need,
        "of": found.quorum.of,
        "lost": list(found.lost),
        "ignored": found.ignored,
        "restatements": restated_facts(found.taken_back),
    }


def instant(milliseconds: int) -> str:
    """Return an instant as RFC 3339 in +08:00; one beyond the year 9999 as its number."""
    try:
        return show_instant(milliseconds)
    except OverflowError:
        return f"{milliseconds} ms since 1970"
