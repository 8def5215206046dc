"""Who has cosigned this checkpoint, which lines are lost, and is that enough? Step 6 of the verifier."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from yisong.proof.announcement import Restatement
from yisong.proof.checkpoint import Checkpoint, Signed
from yisong.proof.cosignature import cosigned_at
from yisong.proof.exact import shown
from yisong.proof.note import SignatureLine
from yisong.proof.policy import Count, Policy
from yisong.proof.restatements import withdrawn_from
from yisong.proof.vkey import VerifierKey
from yisong.rulebook.model import Key


class Cosigned(NamedTuple):
    """The cosigner *name* signed with *algorithm*, and says that it did at *time* (seconds since 1970)."""

    name: str
    algorithm: str
    time: int


class Tally(NamedTuple):
    """
    What the signature lines of one checkpoint come to.

    *lost*: in words, lines that should count and do not. *ignored*: how many lines are of keys not in the policy.
    *taken_back*: what nodes have restated of this log, as far as the reader knows.
    """

    cosigned: tuple[Cosigned, ...]
    lost: tuple[str, ...]
    ignored: int
    quorum: Count
    taken_back: tuple[Restatement, ...] = ()

    @property
    def words(self) -> str:
        """How much has been recorded: ``recorded by 3 of 4``."""
        return f"recorded by {self.quorum.have} of {self.quorum.of}"


def tally(
    signed: Signed, *, policy: Policy, keys: Mapping[str, Key] | None = None, taken_back: Sequence[Restatement] = ()
) -> Tally:
    """
    Return what the signature lines of *signed* come to under *policy*. Never raises, whatever the lines hold.

    *keys*: rows of the directory by key id. A line whose key has a row there counts only if the key was valid at the
    line's own time; a key without a row is judged by the policy alone. *taken_back*: what nodes have restated of this
    log; a line that its node has withdrawn does not count.
    """
    withdrawn = withdrawn_from(signed.checkpoint, taken_back, bus=policy.bus)
    rows = {key.public: key for key in (keys or {}).values() if key.use == "cosign"}
    named = {(key.name, key.key_id): (name, key) for name, key in policy.witnesses.items()}
    found: dict[str, Cosigned] = {}
    lost = [f"a line that is none: {shown(line)}" for line in signed.damaged]
    ignored = 0
    for line in signed.signatures:
        name, key = named.get((line.name, line.key_id), (None, None))
        if name is None or key is None:
            ignored += 1
            lost += _nearly(line, policy)
            continue
        why, time = _judge(signed.checkpoint, line, key, rows.get(key.public))
        if key.name in withdrawn:
            lost.append(f"a line of {key.name}: its node has taken it back")
        elif why is None:
            found.setdefault(name, Cosigned(key.name, key.algorithm, time))
        else:
            lost.append(f"a line of {key.name}: {why}")
    return Tally(tuple(found.values()), tuple(lost), ignored, policy.count(found.keys()), tuple(taken_back))


def _nearly(line: SignatureLine, policy: Policy) -> list[str]:
    """Return a word on a line that has only the name, or only the id, of a known key: it may be a damaged one."""
    alike = [key for key in policy.witnesses.values() if len(line.signature) == key.signature_bytes]
    if any(line.name == key.name for key in alike):
        return [f"a line of {line.name}: the policy has no key of that id"]
    return [
        f"a line of {shown(line.name.encode())}: it has the key id of {key.name} under another name"
        for key in alike
        if line.key_id == key.key_id
    ]


def _judge(checkpoint: Checkpoint, line: SignatureLine, key: VerifierKey, row: Key | None) -> tuple[str | None, int]:
    """Return why *line* does not count, or None, and its time in seconds."""
    time = cosigned_at(checkpoint, line, key=key)
    if time is None:
        return "its signature is not of this checkpoint", 0
    if row is not None and not row.usable(time * 1000):
        return f"its key {row.key_id} was not valid at the time that it states", 0
    return None, time
