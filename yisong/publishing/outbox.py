"""What stands between the decision to publish and the verdict? The outbox: rows that survive any crash."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Literal, NamedTuple, Protocol

from yisong.publishing.compose import Content, Place, SealedBody

State = Literal["waiting", "drafted", "signed", "logged", "settled", "parked"]
"""
``waiting`` has no number yet · ``drafted`` has its final header, and waits for the signature of a second organ ·
``signed`` has its final bytes, which may have been sent · ``logged`` has a position ·
``settled`` has a verdict that counts in the chain · ``parked`` is not taken by the log: a person must look at it.
"""


class Position(NamedTuple):
    """Where a record lies on ``case-events``."""

    partition: int
    offset: int


class ChainKey(NamedTuple):
    """The docket and the publisher whose events are chained to one another."""

    case_id: str
    publisher: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """
    An event that is to be published: what it says, and the digest that tells it from another with the same id.

    *at*: the record's timestamp in ms, on a demo bus only; ``None`` = the time of sending. *trace*: the context in
    which it was decided (`yisong.telemetry.tracing`), which its record carries on; ``None`` where nothing is traced.
    """

    said: Content
    digest: bytes
    at: int | None
    trace: str | None = None

    @property
    def chain(self) -> ChainKey:
        """The chain in which the event gets its number."""
        return ChainKey(str(self.said.fields["case_id"]), str(self.said.fields["publisher"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    One row of the outbox.

    *attempts*: how often it was numbered. *log_time* in ms: what the broker said, and the docket's once it is settled.
    *sealed*: the body as it travels, once it was sealed; then the draft does not hold it in clear any more.
    """

    serial: int
    draft: Draft
    state: State
    attempts: int
    seq: int | None
    header_hash: bytes | None
    value: bytes | None
    position: Position | None
    log_time: int | None
    verdict: str | None
    reason: str | None
    sealed: SealedBody | None = None


class Wrap(NamedTuple):
    """The content key of an event's body for one reader's key; None: it is withdrawn from that reader."""

    event_id: bytes
    key_id: str
    body_hash: bytes
    wrapped: bytes | None


class Signed(NamedTuple):
    """The bytes that a row gets; *sealed*: its body where that was sealed just now, with the *wraps* of its key."""

    serial: int
    seq: int
    header_hash: bytes
    value: bytes
    sealed: SealedBody | None = None
    wraps: tuple[Wrap, ...] = ()


class Sent(NamedTuple):
    """A row whose record lies on the log, and has no verdict yet."""

    serial: int
    position: Position
    case_id: str


class Logged(NamedTuple):
    """Where the broker put a row's record, and when (ms)."""

    serial: int
    position: Position
    log_time: int


class Settled(NamedTuple):
    """The verdict of the own trail on a row that is remembered."""

    serial: int
    position: Position
    log_time: int
    verdict: str
    reason: str | None


class Outbox(Protocol):
    """
    Where a node, or an agency system without one, keeps what it is to publish.

    Every call is one transaction: after a crash either all of it is there or none.
    """

    def submit(self, draft: Draft) -> Row:
        """Write *draft* down, or return the row that has its event id already, whatever it says."""

    def row_of(self, event_id: bytes) -> Row | None:
        """Return the row of *event_id*, or ``None``."""

    def open_states(self) -> Collection[State]:
        """Return in which states something waits for the sender: ``waiting``, ``drafted``, ``signed``, ``logged``."""

    def rows_in(self, state: State, *, limit: int) -> Sequence[Row]:
        """
        Return the oldest *limit* rows in *state*, in the order in which they were submitted.

        Of those that wait, only such as could get a number: what stands behind an open draft in its chain cannot.
        """

    def sent(self, *, limit: int) -> Sequence[Sent]:
        """Return the oldest *limit* rows that are ``logged``, in their order."""

    def rows(self, serials: Sequence[int]) -> Sequence[Row]:
        """Return the rows of these *serials*, in their order."""

    def heads(self, chains: Sequence[ChainKey]) -> Mapping[ChainKey, Place]:
        """Return the last number given in each of *chains*, and the hash of that header; only where there is one."""

    def sign(self, signed: Sequence[Signed]) -> None:
        """Give waiting rows their number and their bytes; of a body that was sealed, the clear text goes."""

    def unsent_wraps(self, event_ids: Sequence[bytes]) -> Sequence[Wrap]:
        """Return the wrapped keys of some events of which it is not known that they lie on ``body-keys``."""

    def wraps_sent(self, wraps: Sequence[Wrap]) -> None:
        """Note that wrapped keys lie there."""

    def log(self, logged: Sequence[Logged]) -> None:
        """Note where the broker put signed rows."""

    def settle(self, settled: Sequence[Settled]) -> None:
        """Note verdicts that count in the chain."""

    def park(self, row: Row, *, reason: str) -> None:
        """Put *row* aside, and let what has no verdict behind it in its chain wait for a new number."""

    def renumber(self, row: Row) -> None:
        """Let *row*, and what has no verdict behind it in its chain, wait for a new number."""

    def send_again(self) -> None:
        """Take the positions back from rows without a verdict: they, and their keys, are sent again, unchanged."""

    def hold(self) -> bool:
        """Become the one sender of this outbox, until it is closed; return whether nobody else is."""

    def wait(self, stop: Event) -> None:
        """Return when there may be something to do for the sender, or a moment later, or soon after *stop* is set."""

    def close(self) -> None:
        """Let go of the store, and of being its sender."""
