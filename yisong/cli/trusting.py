"""Whom does `yisong verify` trust, and what did it assume because nobody said?"""

import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import typer

from yisong.errors import Unreadable
from yisong.home import Home, Running
from yisong.proof.archive import BEGINS
from yisong.proof.keys_file import parse_keys
from yisong.proof.policy_file import parse_policy
from yisong.proof.trust import Trust, trust_in
from yisong.rulebook.model import Rulebook

_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Trusted(NamedTuple):
    """Whom the reader trusts, and in words where that comes from."""

    trust: Trust
    words: tuple[str, ...]


class Versions(NamedTuple):
    """The versions of the rulebook that a home knows, genesis first, and in words how far that goes."""

    rulebooks: tuple[Rulebook, ...]
    words: str


def trusted(file: bytes, *, policy: Path | None, keys: Path | None, rulebooks: Sequence[str]) -> Trusted:
    """
    Return the trust that was named by files and hashes; without a *policy*, that of the bus of this home.

    Never that of the *file* itself: whoever forges a proof forges the policy and the rulebook in it as well. Raises
    Unreadable where there is neither policy nor home, or a file is none; BadParameter where a hash is none.
    """
    known = None if keys is None else parse_keys(keys.read_bytes())
    hashes = tuple(map(_hash, rulebooks))
    if policy is not None:
        trust = Trust(policy=parse_policy(policy.read_bytes()), keys=known, rulebooks=hashes)
        return Trusted(trust, (f"Trusted is whom your policy names: {_quorum(trust)}.",))
    home = Home.find()
    if not home.bus_file.exists():
        raise Unreadable(_nobody(home, file))
    versions = known_versions(home)
    trust = trust_in(versions.rulebooks)
    words = (
        f"You named no policy, so the nodes of the bus in {home.path} are trusted: {_quorum(trust)}.",
        versions.words,
    )
    return Trusted(replace(trust, keys=known or trust.keys, rulebooks=(*hashes, *trust.rulebooks)), words)


def known_versions(home: Home) -> Versions:
    """
    Return the versions of the rulebook of the bus of *home*: later ones than the first as its running bus has them.

    Raises BusNotFound where there is no bus, WiringFault where this release cannot follow a version.
    """
    genesis, running = home.genesis(), home.running()
    first = f"Keys and rulebook are those of the first version of its rulebook, {genesis.hash.hex()}"
    if genesis.bus.profile == "demo":
        return Versions((genesis,), f"{first}; a demo bus has no other.")
    found = None if running is None else _on_topic(genesis, home.as_user(running))
    if found is None:
        why = "the bus does not run" if running is None else "the bus does not answer"
        return Versions(
            (genesis,),
            f"{first}: {why}, so later versions could not be asked for. A key that came with one of them counts for "
            "nothing here, and one that was revoked still counts.",
        )
    newest = found[-1]
    return Versions(
        found,
        f"Keys and rulebook are those of version {newest.n} of its rulebook, {newest.hash.hex()}, the newest that the "
        "running bus has, and of those before it.",
    )


def _on_topic(genesis: Rulebook, running: Running) -> tuple[Rulebook, ...] | None:
    """Return the versions on the topic `rulebook`; None where the broker does not answer."""
    # Who verifies far from a bus need not load what would speak to one.
    from yisong.kafka.rulebook_topic import RulebookTopic  # noqa: PLC0415

    with closing(RulebookTopic(running.bootstrap, genesis)) as topic:
        return topic.law.versions if topic.read() else None


def _quorum(trust: Trust) -> str:
    count = trust.policy.count(())
    return f"{count.need} of {count.of} nodes of the bus {trust.policy.bus} must have cosigned"


def _nobody(home: Home, file: bytes) -> str:
    inside = (
        " The policy inside the dossier is only what its maker suggests: whoever forges the one can forge the other. "
        "Take it out, compare its keys with those that the nodes publish, and name it if they are the same."
    )
    return (
        "Nothing was judged: without a policy nobody can say whose cosignatures count. Name one with --policy, or "
        f"in YISONG_HOME the home of the bus; there is none in {home.path}.{inside if file.startswith(BEGINS) else ''}"
    )


def _hash(text: str) -> bytes:
    if not _HASH.fullmatch(text):
        raise typer.BadParameter(f"{text!r} is no hash of a rulebook: it has 64 hexadecimal digits, in lower case")
    return bytes.fromhex(text)
