"""Which versions of the rulebook are there by now, on the topic `rulebook`, and which law do they make?"""

import logging
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from typing import Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, OffsetOutOfRangeError, RetriableError

from yisong.bootstrap import Bootstrap
from yisong.contract import folder
from yisong.errors import BusUnreachable, ContractFault, LogReplaced, TimedOut, WiringFault
from yisong.home import Home, Running
from yisong.kafka.client import reaching
from yisong.kafka.let_in import check_let_in
from yisong.kafka.session import Session
from yisong.ledger import Law
from yisong.rulebook.model import Rulebook
from yisong.rulebook.succession import Published, Succession, Valid, succeed
from yisong.rulebook.version import SignedVersion, encode, genesis_version, instant_text
from yisong.schemas import rulebook_of
from yisong.signing.verify import verifies

TOPIC: Final = "rulebook"

_LOG = logging.getLogger(__name__)
_ONLY: Final = TopicPartition(TOPIC, 0)
_LOG_APPEND_TIME: Final = 1
_PATIENCE_MS: Final = 5_000
_TRIES: Final = 12
_CUT: Final = (
    "The topic rulebook was cut or replaced: versions that lay there are gone, and this node can't know by which law "
    "the others judge. Nothing was judged. Find out who had access to the broker, and restore the topic."
)


class RulebookTopic:
    """
    The topic `rulebook`, read as far as it went when last asked, and the law that it makes.

    It has a connection of its own: on that of the log the question would wait behind a fetch that waits for records.
    Not for use by several threads; whoever only looks may take `law` at any time.
    """

    def __init__(self, bootstrap: Bootstrap, genesis: Rulebook, *, follow: bool = True) -> None:
        """Begin with the *genesis* version; connect when first asked. Without *follow* only look: `law` stays."""
        self._bootstrap, self._genesis, self._follow = bootstrap, genesis, follow
        self._consumer: KafkaConsumer | None = None
        self._next = 0
        self._succession: Succession | None = None
        self.law = Law(genesis)

    def read(self, *, patience_ms: int = _PATIENCE_MS) -> bool:
        """
        Read the topic to its end; False where the broker does not answer within *patience_ms*.

        Raises WiringFault where a valid version cannot be followed by this release: going on would judge by old law
        while the other nodes follow the new. Raises LogReplaced where the topic is shorter than it was.
        """
        end = self._end(patience_ms)
        if end is None:
            return False
        if end == self._next:
            return True
        if end < self._next:
            raise LogReplaced(_CUT)
        published = self._fetch(end, patience_ms)
        if published is None:
            return False
        self._take(published)
        self._next = end
        return True

    @property
    def succession(self) -> Succession:
        """All versions on the topic, valid and void, as far as it was read."""
        if self._succession is None:
            genesis = genesis_version(folder(), self._genesis.bus)
            self._succession = Succession(valid=(Valid(version=genesis),))
        return self._succession

    def _take(self, published: Sequence[Published]) -> None:
        succession, rulebooks = self.succession, list(self.law.versions)
        for one in published:
            before, succession = succession, succeed(succession, one, verifies=verifies)
            if len(succession.valid) > len(before.valid):
                rulebooks += [_followed(succession.valid[-1])] if self._follow else []
            elif self._follow:
                _LOG.warning("offset %d of the topic rulebook is void: %s", one.offset, "; ".join(_few(succession)))
        if len(rulebooks) > len(self.law.versions):
            self.law = Law.of(rulebooks)
        self._succession = succession

    @property
    def void(self) -> int:
        """How many records of the topic are void."""
        return 0 if self._succession is None else len(self._succession.void)

    def _end(self, patience_ms: int) -> int | None:
        try:
            if self._consumer is None:
                self._consumer = KafkaConsumer(**reaching(self._bootstrap), bootstrap_timeout_ms=patience_ms)
            end: int = self._consumer.end_offsets([_ONLY], timeout_ms=patience_ms)[_ONLY]
        except RetriableError:
            self.close()
            return None
        return end

    def _fetch(self, end: int, patience_ms: int) -> list[Published] | None:
        """Return what lies from where we are up to *end*; None where it does not come in time."""
        until, found = time.monotonic() + 2 * patience_ms / 1000, []
        try:
            with closing(_reader(self._bootstrap, patience_ms)) as reader:
                reader.assign([_ONLY])
                reader.seek(_ONLY, self._next)
                while reader.position(_ONLY, timeout_ms=patience_ms) < end and time.monotonic() < until:
                    for one in reader.poll(timeout_ms=500).get(_ONLY, ()):
                        by_broker = one.timestamp_type == _LOG_APPEND_TIME
                        found.append(Published(one.offset, one.timestamp, by_broker, one.value))
                if reader.position(_ONLY, timeout_ms=patience_ms) < end:
                    return None
        except OffsetOutOfRangeError as fault:
            raise LogReplaced(_CUT) from fault
        except RetriableError:
            return None
        return [one for one in found if one.offset < end]

    def close(self) -> None:
        """Let go of the broker."""
        if self._consumer is not None:
            with suppress(KafkaError):
                self._consumer.close()
        self._consumer = None


def read_rulebook(home: Home, running: Running) -> RulebookTopic:
    """
    Return the versions of the bus that is *running* from *home*, read to the end of the topic and closed.

    Raises BusUnreachable, and WiringFault as `RulebookTopic.read` and `check_let_in`.
    """
    check_let_in(running.bootstrap)
    return _read(RulebookTopic(running.bootstrap, home.genesis()))


def read_versions(home: Home, running: Running) -> Succession:
    """
    Return all versions, valid and void, whether or not this release can follow them.

    Raises BusUnreachable, and WiringFault as `check_let_in`.
    """
    check_let_in(running.bootstrap)
    return _read(RulebookTopic(running.bootstrap, home.genesis(), follow=False)).succession


def _read(unread: RulebookTopic) -> RulebookTopic:
    with closing(unread) as topic:
        for _ in range(_TRIES):
            if topic.read():
                return topic
    raise BusUnreachable(
        "The topic rulebook can't be read, so nobody knows which law is in force. See that the broker runs "
        "(`yisong status`), and try again."
    )


def law_of(home: Home, running: Running) -> Law:
    """
    Return the law of the bus that is *running* from *home*: its newest version, which knows the others.

    A demo bus has the genesis version only, and its topic is not even read. Raises as `read_rulebook`.
    """
    genesis = home.genesis()
    return Law(genesis) if genesis.bus.profile == "demo" else read_rulebook(home, running).law


def publish_version(bootstrap: Bootstrap, signed: SignedVersion) -> int:
    """Append *signed* to the topic, whatever becomes of it there, and return its offset. Raises TimedOut."""
    session = Session(bootstrap, linger_ms=0, deliver_within_ms=20_000)
    try:
        sent = session.open().send(TOPIC, value=encode(signed), partition=0)
        return int(sent.get(timeout=30).offset)
    except (KafkaError, AssertionError) as fault:
        raise TimedOut(
            f"It is not known whether the version is on the topic rulebook ({type(fault).__name__}). "
            "Look with `yisong rulebook show`; appended twice, the second would be void and do no harm."
        ) from fault
    finally:
        session.close()


def _reader(bootstrap: Bootstrap, patience_ms: int) -> KafkaConsumer:
    return KafkaConsumer(
        **reaching(bootstrap),
        bootstrap_timeout_ms=patience_ms,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_uncommitted",
        max_partition_fetch_bytes=16 * 1024 * 1024,
    )


def _followed(valid: Valid) -> Rulebook:
    version = valid.version
    try:
        rulebook = rulebook_of(version)
    except ContractFault as fault:
        raise WiringFault(
            f"Version {version.n} of the rulebook ({version.hash.hex()[:16]}…, signed by {', '.join(valid.nodes)}) is "
            f"valid from {instant_text(version.effective_from)} on, and this release cannot follow it. Going on would "
            f"judge by old law while the other nodes follow the new. Upgrade this node. {fault}"
        ) from fault
    since = instant_text(version.effective_from)
    _LOG.info("version %d of the rulebook (%s) governs from %s on", version.n, version.hash.hex()[:16], since)
    return rulebook


def _few(succession: Succession) -> tuple[str, ...]:
    faults = succession.void[-1].faults
    return faults if len(faults) <= 3 else (*faults[:3], f"and {len(faults) - 3} more")  # noqa: PLR2004 (for a log line)
