"""
The rulebook as values: what ``rulebook/*.yaml`` says, checked and typed.

Instants are integers of milliseconds since 1970 (UTC); a date of a row has become 00:00 +08:00 of its day.
Validities are half open, ``valid_from <= t < valid_to``; ``None`` = open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from yisong.rulebook.clock_rules import Timer
from yisong.rulebook.limits import Thresholds

Role = Literal["copyright", "cac", "miit", "police", "system"]
InstanceMode = Literal["case_id", "aggregate", "cited"]


class Intake(NamedTuple):
    """A channel that an organ publishes for complaints 投诉举报, and its address there."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Organ:
    """One organ of the directory; role ``system``: a system organ, which has no region, level or parent."""

    id: str
    name: str
    role: Role
    region_code: str | None
    level: str | None
    parent: str | None
    valid_from: int
    valid_to: int | None
    node: str | None = None
    successor: str | None = None
    intake: tuple[Intake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """The organ ``from_org`` lets ``to_org`` act for it in the named event types."""

    from_org: str
    to_org: str
    event_types: frozenset[str]
    doc_no: str
    valid_from: int
    valid_to: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A public key of an organ; usable at log time t if valid_from <= t < valid_to and t < revoked_from."""

    key_id: str
    org: str
    use: Literal["sign", "seal", "cosign"]
    algorithm: str
    public: bytes
    valid_from: int
    valid_to: int | None
    revoked_from: int | None

    def usable(self, at: int) -> bool:
        """Hold where it may be used *at* a log time, in ms (directory.yaml, key_rules.valid)."""
        return self.valid_from <= at and all(end is None or at < end for end in (self.valid_to, self.revoked_from))


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Organs (system organs too), delegations and the names of regions, levels and nodes."""

    organs: Mapping[str, Organ]
    delegations: tuple[Delegation, ...]
    regions: Mapping[str, str]
    levels: Mapping[str, str]
    role_names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A header field that must be non-null and non-empty; ``least`` counts its members (``officers>=2``)."""

    field: str
    least: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyField:
    """One field of a body or nested record; its type as the catalogue writes it (``array<record:Target>?``)."""

    name: str
    type: str
    pii: str
    zh: str
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """
    One row of the catalogue.

    ``aggregate``: the kinds allowed; ``None`` = the header has no aggregate; ``any_aggregate`` = any kind.
    ``requires``: required header fields of a variant, in the order of the catalogue (always, type, variant);
    key ``None`` serves every variant that has no key of its own.
    """

    name: str
    zh: str
    publishers: frozenset[str]
    aggregate: frozenset[str] | None
    any_aggregate: bool
    variants: tuple[str, ...] | None
    requires: Mapping[str | None, tuple[Requirement, ...]]
    audience: tuple[str, ...]
    body: tuple[BodyField, ...]
    first_release: bool

    @property
    def is_notice(self) -> bool:
        """Hold for a system notice: a type whose only publisher is ``system``."""
        return self.publishers == {"system"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """events.yaml: event types, kinds of aggregate with their letter (``None`` for case), records, enumerations."""

    events: Mapping[str, EventType]
    aggregate_letters: Mapping[str, str | None]
    records: Mapping[str, tuple[BodyField, ...]]
    enums: Mapping[str, Mapping[str, str]]
    variant_labels: Mapping[str, str]
    register_sequence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    One row of a lifecycle.

    ``event`` or ``breach`` (a timer id) is set. ``variants``, ``aggregate``: ``None`` = any; ``to``: ``None`` = no move
    ``refuse``: the reason, for a row that exists only to give a refusal its name.
    """

    from_states: frozenset[str]
    event: str | None
    breach: str | None
    variants: frozenset[str] | None
    aggregate: str | None
    instance: InstanceMode
    by: frozenset[str]
    to: str | None
    guards: tuple[str, ...]
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    voids: tuple[str, ...]
    refuse: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One state machine; its kind is its name in lifecycles.yaml."""

    kind: str
    zh: str
    initial: str
    states: tuple[str, ...]
    terminal: frozenset[str]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A named condition: what it means, the reason that its failure gives, and its article."""

    name: str
    means: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycles:
    """lifecycles.yaml: machines in file order, the guards and those that apply to every row (``general``)."""

    machines: tuple[Machine, ...]
    guards: Mapping[str, Guard]
    general: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRow:
    """Days that one notice moved, known from an instant on; ``year`` is set for a year's own row, not an amendment."""

    year: int | None
    known_from: int
    holidays: frozenset[date]
    workdays: frozenset[date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A refusal code: the step that gives it, and what it means in both languages."""

    code: str
    step: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """reasons.yaml: codes in order, the code of each missing field, tolerances (ms), from when bodies are sealed."""

    codes: Mapping[str, Reason]
    field_reasons: Mapping[str, str]
    default_field_reason: str
    future_tolerance: Mapping[str, int]
    sealed_levels: frozenset[str]
    sealed_from: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """One version of the rulebook, checked as a whole; ``hash`` identifies it on every node."""

    n: int
    hash: bytes
    effective_from: int
    directory: Directory
    keys: Mapping[str, Key]
    catalogue: Catalogue
    lifecycles: Lifecycles
    timers: Mapping[str, Timer]
    calendar: tuple[CalendarRow, ...]
    reasons: Reasons
    thresholds: Thresholds
    schema_event_types: Mapping[bytes, str]
    bus: "BusProfile"


@dataclass(frozen=True, slots=True, kw_only=True)
class BusProfile:
    """
    What this bus is: its name (signed by every event), its profile, its partition count, its keys.

    A demo bus has test data only and ``CreateTime``; a production bus has none and ``LogAppendTime``.
    """

    name: str
    profile: Literal["demo", "production"]
    partitions: int
    keys: tuple[Key, ...]

    @property
    def timestamp_type(self) -> Literal["CreateTime", "LogAppendTime"]:
        """The timestamp type that ``case-events`` must have."""
        return "CreateTime" if self.profile == "demo" else "LogAppendTime"

    @property
    def test_data(self) -> bool:
        """The value that ``header.test_data`` must have."""
        return self.profile == "demo"
