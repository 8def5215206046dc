"""
A second implementation of verdicts, states and clocks: slow, naive, and written from the contract's words alone.

It reads the rulebook's files as they stand, counts days with ``datetime``, keeps every admitted event and searches them
whenever a guard asks. It shares with the fold the header and the record as values, and the case id's check character.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import yaml

from yisong.contract import folder
from yisong.envelope.case_id import is_case_id
from yisong.envelope.header import Header
from yisong.envelope.open import Opened
from yisong.envelope.partition import partition_of

Ref = tuple[str, str]
Said = tuple[str, str | None]
"""A verdict, and the reason of a refusal."""


@cache
def book(name: str) -> Any:
    """Return a file of the rulebook, as YAML has it."""
    return yaml.safe_load((folder() / "rulebook" / f"{name}.yaml").read_text("utf-8"))


@cache
def catalogue() -> dict[str, Any]:
    return {event["name"]: event for event in book("events")["events"]}


@cache
def timers() -> dict[str, Any]:
    return {timer["id"]: timer for timer in book("timers")["timers"]}


@cache
def organs() -> dict[str, Any]:
    directory = book("directory")
    return {organ["id"]: organ for organ in (*directory["orgs"], *directory["system_orgs"])}


class KeyRow(NamedTuple):
    """A row of the directory's keys, instants in ms."""

    org: str
    valid_from: int
    valid_to: int | None
    revoked_from: int | None


class Bus(NamedTuple):
    """What differs between buses: registered body schemas (fingerprint → event type), keys by id, partitions."""

    schemas: Mapping[bytes, str]
    keys: Mapping[str, KeyRow]
    partitions: int


# ---------------------------------------------------------------- legal time
ZONE = timezone(timedelta(hours=8))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def day_of(instant: int) -> date:
    return (EPOCH + timedelta(milliseconds=instant)).astimezone(ZONE).date()


def midnight(day: date) -> int:
    return (datetime(day.year, day.month, day.day, tzinfo=ZONE) - EPOCH) // timedelta(milliseconds=1)


def end_of(day: date) -> int:
    return midnight(day + timedelta(days=1)) - 1


def in_force(row: Mapping[str, Any], instant: int, since: str = "valid_from", until: str = "valid_to") -> bool:
    """Say whether *instant* lies in the half-open validity of a row; null is open."""
    begin: date | None = row.get(since)
    end: date | None = row.get(until)
    return (begin is None or midnight(begin) <= instant) and (end is None or instant < midnight(end))


@cache
def kind_of_day(day: date, seen_from: date) -> tuple[bool, bool]:
    """Return whether a *day* is a working day, and whether that is provisional, as known on the day *seen_from*."""
    rows = [
        ({"known_from": date(year - 1, 12, 16)} | _known(row), year) for year, row in book("calendar")["years"].items()
    ]
    known = [(row, year) for row, year in rows if row["known_from"] <= seen_from]
    if day.year not in [year for _, year in known]:
        return day.weekday() < 5, True
    known += [(row, None) for row in book("calendar")["amendments"] if row["known_from"] <= seen_from]
    naming = [row for row, _ in known if day in row["holidays"] or day in row["workdays"]]
    if not naming:
        return day.weekday() < 5, False
    return day in max(naming, key=lambda row: row["known_from"])["workdays"], False


def _known(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


class Due(NamedTuple):
    strict: int
    rolled: int
    provisional: bool = False


def due(timer: Mapping[str, Any], start: int, *, known_at: int, previous: int | None) -> Due:
    """Count a timer's duration from *start*; *previous* = the strict due from which the next monthly day is counted."""
    duration, seen_from, first = timer["duration"], day_of(known_at), day_of(start)
    unit = duration.get("unit")
    if unit == "h":
        return Due(start + duration["n"] * HOUR, start + duration["n"] * HOUR)
    if unit == "wd":
        return _working_days(first, duration["n"], seen_from)
    if "due" in duration:
        last = first
    elif unit == "d":
        last = first + timedelta(days=duration["n"])
    elif unit == "m":
        last = _months_later(first, duration["n"])
    else:
        last = first if previous is None else day_of(previous)
        last += timedelta(days=1)
        while last.day != duration["monthly_day"]:
            last += timedelta(days=1)
    if timer["roll"] == "none":
        return Due(end_of(last), end_of(last))
    return _rolled(last, seen_from)


def _working_days(day: date, wanted: int, seen_from: date) -> Due:
    provisional = False
    while wanted:
        day += timedelta(days=1)
        works, unsure = kind_of_day(day, seen_from)
        provisional |= unsure
        wanted -= works
    return Due(end_of(day), end_of(day), provisional)


def _months_later(day: date, months: int) -> date:
    first = day.replace(day=1)
    for _ in range(months):
        first = (first + timedelta(days=31)).replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(last, first + timedelta(days=day.day - 1))


def _rolled(last: date, seen_from: date) -> Due:
    day, provisional = last, False
    while True:
        works, unsure = kind_of_day(day, seen_from)
        provisional |= unsure
        if works:
            return Due(end_of(last), end_of(day), provisional)
        day += timedelta(days=1)


# ---------------------------------------------------------------- what a docket is
@dataclass
class Clock:
    """One clock; *dead* = it can no longer be stopped (stopped before, or touched by a void)."""

    timer: str
    aggregate: Ref
    number: int
    started_by: int | str
    start: int
    span_from: int
    due: Due
    owed_by: tuple[str, ...]
    outcome: str = "running"
    stopped_by: int | None = None
    breach: int | None = None
    dead: bool = False

    @property
    def id(self) -> str:
        return f"{self.timer}/{self.aggregate[1]}/{self.number}"

    @property
    def rule(self) -> Any:
        return timers()[self.timer]


@dataclass
class Docket:
    """Everything that was said in a docket, and what follows from it."""

    case_id: str
    log_time: int = 0
    remembered: list[tuple[Header, bytes]] = field(default_factory=list)
    admitted: list[Header] = field(default_factory=list)
    states: dict[Ref, str] = field(default_factory=dict)
    born: dict[Ref, Header] = field(default_factory=dict)
    located: dict[Ref, Header] = field(default_factory=dict)
    clocks: list[Clock] = field(default_factory=list)

    def state(self, ref: Ref) -> str:
        return self.states.get(ref, "none")

    @property
    def case(self) -> str:
        return self.state(("case", self.case_id))

    def said(self, *types: str, about: Ref | None = None) -> list[Header]:
        """Return the admitted events of these types (and about this aggregate), oldest first."""
        return [h for h in self.admitted if h.event_type in types and about in (None, h.aggregate)]

    def at(self, as_of: int) -> "Docket":
        """Return the docket as a view at *as_of* shows it."""
        seen = self.copy()
        advance(seen, as_of)
        return seen

    def copy(self) -> "Docket":
        """Return a docket that may be changed without changing this one."""
        parts = {name: copy(getattr(self, name)) for name in ("remembered", "admitted", "states", "born", "located")}
        return replace(self, **parts, clocks=[replace(clock) for clock in self.clocks])

    @property
    def breaches(self) -> list[tuple[int, str]]:
        return sorted((clock.breach, clock.id) for clock in self.clocks if clock.breach is not None)


def organ_of(header: Header) -> str:
    """Return in whose name an act was done: acting_for stands beside the publisher and is what is remembered."""
    return header.acting_for or header.publisher


def names_event(cite: Any, event: Header) -> bool:
    return bool(cite.kind == "event" and cite.id == str(UUID(bytes=event.event_id)))


def judge(case_id: str, records: Sequence[Opened], bus: Bus) -> tuple[list[Said], Docket]:
    """Judge the whole log of a docket (and the strangers in it) from its beginning."""
    docket = Docket(case_id)
    return [record_in(docket, record, bus) for record in records], docket


def record_in(docket: Docket, record: Opened, bus: Bus) -> Said:
    """Judge the next record of the log."""
    if docket_of(record, bus) != docket.case_id:
        reason = record.fault or _step_2(record, bus)
        assert reason is not None
        return "refused", reason
    docket.log_time = max(docket.log_time, record.broker_time)
    advance(docket, docket.log_time)
    for step in (_step_1, _step_2, _step_3):
        if reason := step(record, bus):
            return "refused", reason
    header = record.header
    assert header is not None
    return _judge_header(docket, record, header, bus)


def docket_of(record: Opened, bus: Bus) -> str | None:
    text = record.key.decode("latin-1") if record.key is not None else ""
    in_place = is_case_id(text) and partition_of(text.encode(), bus.partitions) == record.partition
    return text if in_place else None


def _judge_header(docket: Docket, record: Opened, header: Header, bus: Bus) -> Said:
    if reason := _step_4(docket, record, header, bus):
        return "refused", reason
    mine = [(h, digest) for h, digest in docket.remembered if h.publisher == header.publisher]
    same_id = [digest for h, digest in mine if h.event_id == header.event_id]
    if same_id:
        return ("duplicate", None) if record.header_hash in same_id else ("refused", "duplicate-id-different-bytes")
    is_system = organs()[header.publisher]["role"] == "system"
    if reason := _chain(header, [digest for _, digest in mine], is_system=is_system):
        return "refused", reason
    assert record.header_hash is not None
    said = _judge_chained(docket, record, header, bus, is_system=is_system)
    if not is_system or said[0] != "refused":
        docket.remembered.append((header, record.header_hash))
    return said


def _judge_chained(docket: Docket, record: Opened, header: Header, bus: Bus, *, is_system: bool) -> Said:
    reason = _step_6(header, bus) or _step_7(docket, record, header, bus) or _step_8(docket, header)
    if reason:
        return "refused", reason
    if is_system:
        reason = _notice(docket, header)
        if reason is None:
            docket.admitted.append(header)
        return ("refused", reason) if reason else ("admitted", None)
    moves = _moves(docket, header)
    if isinstance(moves, str):
        return "refused", moves
    if reason := _row_roles(moves, header) or _guards(docket, record, header, bus, moves):
        return "refused", reason
    return _take(docket, record, header, moves), None


# ---------------------------------------------------------------- steps 1 to 5
def _step_1(record: Opened, _: Bus) -> str | None:
    return record.fault


def _step_2(record: Opened, bus: Bus) -> str | None:
    assert record.header is not None
    case_id = record.header.case_id
    if record.key != case_id.encode():
        return "wrong-key"
    if not is_case_id(case_id):
        return "bad-case-id"
    return None if record.partition == partition_of(record.key, bus.partitions) else "wrong-partition"


def _step_3(record: Opened, _: Bus) -> str | None:
    assert record.header is not None
    if not record.header.test_data:
        return "test-data-mismatch"
    return None if record.header.classification in ("internal", "sensitive") else "classification-not-allowed"


def _step_4(docket: Docket, record: Opened, header: Header, bus: Bus) -> str | None:
    if header.publisher not in organs() or not in_force(organs()[header.publisher], docket.log_time):
        return "unknown-org"
    key = bus.keys.get(record.signatures[0].key_id)
    if key is None or key.org != header.publisher:
        return "unknown-key"
    if not _usable(key, docket.log_time):
        return "key-not-valid"
    if not record.valid[0]:
        return "bad-signature"
    broken = record.carried_hash != header.carried_hash
    if broken or (header.sealing == "clear" and header.body_hash != header.carried_hash):
        return "carried-hash-mismatch"
    return None


def _usable(key: KeyRow, instant: int) -> bool:
    ends = [end for end in (key.valid_to, key.revoked_from) if end is not None]
    return key.valid_from <= instant and all(instant < end for end in ends)


def _chain(header: Header, remembered: list[bytes], *, is_system: bool) -> str | None:
    number, prev = (0, None) if is_system else (len(remembered) + 1, remembered[-1] if remembered else None)
    if header.publisher_seq != number:
        return "sequence-gap"
    return None if header.publisher_prev == prev else "chain-mismatch"


# ---------------------------------------------------------------- steps 6 to 8
def _step_6(header: Header, bus: Bus) -> str | None:
    event = catalogue().get(header.event_type)
    if event is None:
        return "unknown-event-type"
    if bus.schemas.get(header.body_schema) != header.event_type:
        return "schema-not-of-type"
    if organs()[header.publisher]["role"] not in event["publishers"]:
        return "wrong-role"
    if header.variant is not None and header.variant not in (event["variants"] or []):
        return "unknown-variant"
    return None if header.aggregate is None or _fits(header, event["aggregate"]) else "bad-aggregate"


def _fits(header: Header, wanted: Any) -> bool:
    assert header.aggregate is not None
    kind, known = header.aggregate.kind, book("events")["aggregate_kinds"]
    kinds = list(known) if wanted == "any" else wanted if isinstance(wanted, list) else [wanted]
    if kind not in kinds:
        return False
    if kind == "case":
        return header.aggregate.id == header.case_id
    prefix = f"{known[kind]['letter']}-{header.case_id}-"
    number = header.aggregate.id.removeprefix(prefix)
    plain = number.isascii() and number.isdigit() and not number.startswith("0")
    return header.aggregate.id.startswith(prefix) and plain


def _step_7(docket: Docket, record: Opened, header: Header, bus: Bus) -> str | None:
    event, instant = catalogue()[header.event_type], docket.log_time
    required = [*book("events")["header_always"], *event["header_requires"]]
    required += event.get("header_requires_by_variant", {}).get(header.variant, [])
    for name, _, count in (requirement.partition(">=") for requirement in required):
        value = getattr(header, name)
        if (not value and value != 0) or (count and len(value) < int(count)):
            reasons: dict[str, str] = book("reasons")["header_field_reasons"]
            return reasons.get(name, reasons["default"])
    if header.countersignature is not None and not _second_signature(record, header, bus, instant):
        return "countersignature-missing"
    named = [*header.to, *header.cc, header.acting_for, header.countersignature]
    if not all(_is_organ(organ) for organ in named if organ is not None):
        return "unknown-addressee"
    if header.acting_for is not None and not _authorised(header, instant):
        return "acting-not-authorised"
    sealing = book("reasons")["sealing_required"]
    is_due = header.pii_level in sealing["pii_levels"] and midnight(sealing["from"]) <= instant
    return "body-not-sealed" if is_due and header.sealing == "clear" else None


def _second_signature(record: Opened, header: Header, bus: Bus, instant: int) -> bool:
    if len(record.signatures) < 2 or not record.valid[1]:
        return False
    key = bus.keys.get(record.signatures[1].key_id)
    return key is not None and key.org == header.countersignature and _usable(key, instant)


def _is_organ(organ: str) -> bool:
    row = organs().get(organ)
    return row is not None and row["role"] != "system"


def superiors(organ: str) -> Iterator[str]:
    parent = organs()[organ].get("parent")
    while parent is not None:
        yield parent
        parent = organs()[parent].get("parent")


def _authorised(header: Header, instant: int) -> bool:
    organ, publisher = header.acting_for, header.publisher
    assert organ is not None
    if organs()[organ]["role"] != organs()[publisher]["role"]:
        return False
    return publisher in superiors(organ) or any(
        (row["from"], row["to"]) == (organ, publisher)
        and header.event_type in row["event_types"]
        and in_force(row, instant)
        for row in book("directory")["delegations"]
    )


def _step_8(docket: Docket, header: Header) -> str | None:
    for name, tolerance in book("reasons")["future_tolerance"].items():
        value = getattr(header, name)
        if value is not None and value > docket.log_time + timedelta(**tolerance) // timedelta(milliseconds=1):
            return "future-dated"
    return None


# ---------------------------------------------------------------- step 9: system notices
def _notice(docket: Docket, header: Header) -> str | None:
    if header.event_type == "DossierIssued":
        return None
    if header.event_type == "Heartbeat":
        in_place = header.case_id[4:10] == "000000" and header.case_id[16:22] == "000000"
        return None if in_place else "illegal-transition"
    first = header.cites[0]
    for earlier in docket.said(header.event_type):
        if earlier.variant == header.variant and earlier.cites[0] == first:
            return "already-recorded"
    named = [clock for clock in docket.clocks if ("clock", clock.id) == first and len(header.cites) == 1]
    return None if named and _right_notice(docket, header, named[0]) else "not-due"


def _right_notice(docket: Docket, header: Header, clock: Clock) -> bool:
    said = (header.aggregate, header.due_at, set(header.to), header.region_code)
    if said != (clock.aggregate, clock.due.rolled, set(clock.owed_by), header.case_id[4:10]):
        return False
    if header.event_type == "DeadlineBreached":
        return clock.outcome == "late" and header.occurred_at == clock.breach
    num, den = {"half": (1, 2), "four_fifths": (4, 5)}[header.variant or ""]
    instant = clock.span_from + (clock.due.strict - clock.span_from) * num // den
    return clock.outcome == "running" and docket.log_time >= header.occurred_at == instant


# ---------------------------------------------------------------- step 9: rows
class Move(NamedTuple):
    machine: str
    ref: Ref
    state: str
    row: dict[str, Any]


def _rows_for(machine: Mapping[str, Any], header: Header) -> list[dict[str, Any]]:
    kind = header.aggregate.kind if header.aggregate else None
    rows = [row for row in machine["transitions"] if row.get("event") == header.event_type]
    rows = [row for row in rows if "aggregate" not in row or row["aggregate"] == kind]
    return [row for row in rows if "variant" not in row or header.variant in _listed(row["variant"])]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _instances(machine: str, row: Mapping[str, Any], header: Header) -> list[Ref]:
    if machine == "case":
        return [("case", header.case_id)]
    if row.get("instance") == "cited":
        cited = [(c.kind, c.id) for c in header.cites if c.kind == machine and header.case_id in c.id]
        return list(dict.fromkeys(cited))
    own = header.aggregate
    return [(own.kind, own.id)] if own and own.kind == machine else []


def _moves(docket: Docket, header: Header) -> list[Move] | str:
    moves: list[Move] = []
    for name, machine in book("lifecycles")["machines"].items():
        rows = _rows_for(machine, header)
        for ref in dict.fromkeys(ref for row in rows for ref in _instances(name, row, header)):
            state = docket.state(ref)
            row = next((row for row in rows if state in row["from"] and ref in _instances(name, row, header)), None)
            if row is None:
                return "case-closed" if docket.case in ("closed", "not_opened") else "illegal-transition"
            if "refuse" in row:
                return str(row["refuse"])
            moves.append(Move(name, ref, state, row))
    return moves or "illegal-transition"


def _row_roles(moves: list[Move], header: Header) -> str | None:
    role = organs()[header.publisher]["role"]
    return next(("wrong-role" for move in moves if role not in move.row["by"]), None)


# ---------------------------------------------------------------- step 11: guards
class Act(NamedTuple):
    """What a guard may look at."""

    docket: Docket
    header: Header
    ref: Ref
    state: str
    signed_twice: bool

    def by(self, organ: str | None) -> bool:
        return organ is not None and organ in (self.header.publisher, self.header.acting_for)

    def newest(self, *types: str) -> Header:
        return self.docket.said(*types, about=self.ref)[-1]

    def first(self, *types: str) -> Header:
        return self.docket.said(*types, about=self.ref)[0]

    def cited(self, event_type: str) -> list[Header]:
        """Return the admitted events of a type that a cite of kind event names."""
        told = self.docket.said(event_type)
        return [event for event in told if any(names_event(cite, event) for cite in self.header.cites)]


def _guards(docket: Docket, record: Opened, header: Header, bus: Bus, moves: list[Move]) -> str | None:
    signed_twice = _second_signature(record, header, bus, docket.log_time)
    for move in moves:
        general = ["not-before-start"] if move.machine != "case" and move.state != "none" else []
        act = Act(docket, header, move.ref, move.state, signed_twice)
        for name in (*general, *move.row.get("guards", ())):
            if not GUARDS[name](act):
                return str(book("lifecycles")["guards"][name]["reason"])
    return None


def _holders(docket: Docket) -> list[str]:
    if handed := docket.said("ClueHandedOver"):
        kept = [organ_of(handed[-1])] if handed[-1].variant == "external" else []
        return [*handed[-1].to, *kept]
    return [organ_of(found) for found in docket.said("ClueFound")]


def _holds(act: Act) -> bool:
    return any(act.by(holder) for holder in _holders(act.docket))


def _case_taker(act: Act) -> bool:
    told = [organ for handed in act.docket.said("ClueHandedOver")[-1:] for organ in handed.cc]
    return act.state == "none" or _holds(act) or any(act.by(organ) for organ in told)


def _owner(act: Act) -> bool:
    born = [h for h in act.docket.said("CriminalCaseFiled") if h.aggregate and h.aggregate.kind == "case"]
    return any(act.by(organ_of(h)) for h in (*act.docket.said("CaseOpened"), *born))


def _terminal(machine: str) -> list[str]:
    return list(book("lifecycles")["machines"][machine]["terminal"])


_BLOCKING = {
    "site_action": ["requested", "locating", "located", "approved"],
    "rectification": ["ordered", "overdue", "failed"],
}


def _nothing_open(act: Act) -> bool:
    for (kind, _), state in act.docket.states.items():
        if kind in ("referral", "supervision") and state not in _terminal(kind):
            return False
        if state in _BLOCKING.get(kind, ()):
            return False
    return True


def _single_referral(act: Act) -> bool:
    others = [s for ref, s in act.docket.states.items() if ref[0] == "referral" and ref != act.header.aggregate]
    return all(state in _terminal("referral") for state in others)


def _role_of_only(header: Header) -> str | None:
    return str(organs()[header.to[0]]["role"]) if len(header.to) == 1 else None


def _to_police_same_level(act: Act) -> bool:
    if _role_of_only(act.header) != "police":
        return False
    return bool(organs()[act.header.to[0]]["level"] == organs()[organ_of(act.header)]["level"])


def _notice_to_sender(act: Act) -> bool:
    sender = organ_of(act.newest("CriminalReferralSent"))
    written = bool(act.header.doc_no) and act.header.served_at is not None
    return written and sender in (*act.header.to, *act.header.cc)


def _reroute_target(act: Act) -> bool:
    return _role_of_only(act.header) == "police" and not act.by(act.header.to[0])


def _has_run_out(act: Act, *names: str) -> bool:
    """Say whether the newest clock of these timers has run out."""
    clocks = [clock for clock in act.docket.clocks if clock.aggregate == act.ref and clock.timer in names]
    return bool(clocks) and clocks[-1].outcome in ("late", "lapsed")


def _fresh(act: Act) -> list[Header]:
    return [h for h in act.cited("FilingInfoProvided") if act.docket.log_time - h.occurred_at <= 30 * DAY]


def _filing_authority(act: Act) -> bool:
    if act.ref in act.docket.located:
        return act.by(organ_of(act.docket.located[act.ref]))
    if act.state == "requested":
        return any(act.by(organ_of(info)) for info in _fresh(act))
    decided = act.first("SiteActionDecided")  # on a fresh look-up that it cited and that its organ answered
    return act.by(organ_of(decided))


def _access_authority(act: Act) -> bool:
    approving = [
        h for h in act.docket.said("SiteActionDecided", about=act.ref) if (h.variant or "").endswith("approved")
    ]
    return any(act.by(organ) for organ in approving[-1].to)


def _same_requester(act: Act) -> bool:
    requester = organ_of(act.first("SiteActionRequested"))
    return any(act.by(organ) for organ in (requester, *superiors(requester)))


def _disposed(act: Act) -> bool:
    filed = [h for h in act.docket.said("ReconsiderationDecided") if h.variant == "file"]
    return bool(filed or act.docket.said("PenaltyDecided", "CriminalCaseFiled"))


def _one_extension(act: Act) -> bool:
    return all(h.variant != "extended" for h in act.docket.said("RectificationVerified", about=act.ref))


def _ready_to_lift(act: Act) -> bool:
    reports = act.docket.said("SupervisionProgressReported", about=act.ref)
    outcomes = {h.variant for h in act.docket.said("CriminalOutcomeNotified")}
    far = bool(outcomes & {"transferred_for_prosecution", "prosecuted", "judgment"})
    ended = act.docket.case in ("penalised", "closed", "criminal_concluded")
    return any(h.variant == "final" for h in reports) and (ended or (act.docket.case == "criminal" and far))


def _original_publisher(act: Act) -> bool:
    cites = [cite for cite in act.header.cites if cite.kind == "event"]
    own = [h for h, _ in act.docket.remembered if act.by(organ_of(h))]
    return bool(cites) and all(any(names_event(cite, event) for event in own) for cite in cites)


GUARDS: dict[str, Callable[[Act], bool]] = {
    "holder": _holds,
    "target-differs": lambda act: not set(act.header.to) & set(_holders(act.docket)),
    "case-taker": _case_taker,
    "owner": _owner,
    "nothing-open": _nothing_open,
    "single-referral": _single_referral,
    "proposer-organ": lambda act: act.by(organ_of(act.newest("ReferralProposed"))),
    "different-approver": lambda act: act.header.approver not in act.newest("ReferralProposed").officers,
    "cites-decision": lambda act: any(
        decision.variant == "approved" and decision.aggregate == act.ref for decision in act.cited("ReferralDecided")
    ),
    "to-police-same-level": _to_police_same_level,
    "addressed-police": lambda act: any(
        act.by(organ) for organ in act.newest("CriminalReferralSent", "ReferralRerouted").to
    ),
    "receiving-police": lambda act: act.by(organ_of(act.newest("ReferralReceipted"))),
    "to-receiving-police": lambda act: act.header.to == (organ_of(act.newest("CriminalFilingRefused")),),
    "sender": lambda act: act.by(organ_of(act.newest("CriminalReferralSent"))),
    "notice-to-sender": _notice_to_sender,
    "reroute-target": _reroute_target,
    "both-sign": lambda act: (
        act.signed_twice and act.header.countersignature == organ_of(act.newest("ReferralReceipted"))
    ),
    "right-lapsed": lambda act: _has_run_out(act, {"refused": "T-REF-09", "refused_final": "T-REF-11"}[act.state]),
    "decision-overdue": lambda act: _has_run_out(act, "T-REF-07", "T-REF-07E"),
    "determination-attached": lambda act: any(a.kind == "determination" for a in act.header.attachments),
    "fresh-filing-info": lambda act: bool(_fresh(act)),
    "filing-authority": _filing_authority,
    "access-authority": _access_authority,
    "same-requester": _same_requester,
    "serious": lambda act: act.header.severity == "serious",
    "disposed": _disposed,
    "issuer": lambda act: act.by(organ_of(act.newest("RectificationOrdered"))),
    "one-extension": _one_extension,
    "not-before-start": lambda act: act.header.occurred_at >= act.docket.born[act.ref].occurred_at,
    "orderer-level": lambda act: organs()[act.header.publisher]["level"] in ("national", "province"),
    "lead": lambda act: any(act.by(organ) for organ in act.newest("JointSupervisionOrdered").to),
    "orderer": lambda act: act.by(organ_of(act.newest("JointSupervisionOrdered"))),
    "ready-to-lift": _ready_to_lift,
    "addressee": lambda act: any(
        act.by(organ) for organ in act.newest("FilingLookupRequested", "AssistanceRequested").to
    ),
    "original-publisher": _original_publisher,
}


# ---------------------------------------------------------------- effects
def _take(docket: Docket, record: Opened, header: Header, moves: list[Move]) -> str:
    docket.admitted.append(header)
    late = False
    for move in moves:
        _enter(docket, move, header)
        late |= _stop(docket, move, record.offset)
        _void(docket, move.row.get("voids", ()), move.ref, record.offset)
        for timer in move.row.get("starts", ()):
            entry = _starting_entry(timer, header)
            _start(docket, timer, move.ref, header, entry, by=record.offset, known_at=docket.log_time)
        if docket.state(move.ref) in _terminal(move.machine):
            mortal = [name for name, timer in timers().items() if not timer.get("survives_end")]
            running = [c.timer for c in docket.clocks if c.aggregate == move.ref and c.outcome == "running"]
            _void(docket, [name for name in running if name in mortal], move.ref, record.offset, end=True)
    return "admitted-late" if late else "admitted"


def _enter(docket: Docket, move: Move, header: Header) -> None:
    new = move.row["to"]
    if new == "located":
        docket.located[move.ref] = header
    if new != "same":
        docket.states[move.ref] = new
        docket.born.setdefault(move.ref, header)


def _stop(docket: Docket, move: Move, offset: int) -> bool:
    late = False
    for clock in docket.clocks:
        if clock.aggregate != move.ref or clock.timer not in move.row.get("stops", ()) or clock.dead:
            continue
        clock.stopped_by, clock.dead = offset, True
        if docket.log_time <= clock.due.strict:
            clock.outcome = "on_time"
        elif docket.log_time <= clock.due.rolled:
            clock.outcome = "rolled_on_time"
        else:
            late, clock.outcome = True, "late"
            clock.breach = docket.log_time if clock.rule["class"] == "window" else clock.due.rolled + 1
    return late


def _void(docket: Docket, names: Sequence[str], ref: Ref, offset: int, *, end: bool = False) -> None:
    for clock in docket.clocks:
        if clock.aggregate != ref or clock.timer not in names or clock.dead:
            continue
        if clock.outcome == "running":
            clock.outcome, clock.stopped_by, clock.dead = "void", offset, True
        elif not end:
            clock.dead = True


def _starting_entry(timer: str, header: Header) -> dict[str, Any]:
    for entry in timers()[timer]["starts_on"]:
        fits = "variant" not in entry or header.variant in _listed(entry["variant"])
        if entry.get("event") == header.event_type and fits:
            return dict(entry)
    raise LookupError(f"{timer} does not start on {header.event_type} {header.variant}")


def _start(
    docket: Docket, name: str, ref: Ref, header: Header, entry: Mapping[str, Any], *, by: int | str, known_at: int
) -> None:
    """Start a clock by an event, or, where *by* is a clock id, by its breach at the instant *known_at*."""
    timer = timers()[name]
    if not in_force(timer, known_at, "effective_from", "effective_to"):
        return
    earlier = [clock for clock in docket.clocks if clock.timer == name and clock.aggregate == ref]
    start = known_at if entry["instant"] == "breach" else getattr(header, entry["instant"])
    previous = earlier[-1].due.strict if "due_from" in entry and earlier else None
    ends = due(timer, start, known_at=known_at, previous=previous)
    span_from = header.occurred_at if "due" in timer["duration"] else start
    owed_by = _owed_by(docket, timer["owed_by"], ref, header)
    docket.clocks.append(Clock(name, ref, len(earlier) + 1, by, start, span_from, ends, owed_by))


def _owed_by(docket: Docket, whose: str, ref: Ref, header: Header) -> tuple[str, ...]:
    if whose == "publisher":
        return (organ_of(header),)
    if whose == "to":
        return header.to
    if whose == "leads":
        return docket.said("JointSupervisionOrdered", about=ref)[-1].to
    origin = {"sender": "CriminalReferralSent", "receiver": "ReferralReceipted", "issuer": "RectificationOrdered"}
    return (organ_of(docket.said(origin[whose], about=ref)[-1]),)


def advance(docket: Docket, as_of: int) -> None:
    """Let clocks run out up to *as_of*: earliest first, equal instants in the order in which the clocks started."""
    while True:
        out = [clock for clock in docket.clocks if clock.outcome == "running" and clock.due.rolled < as_of]
        if not out:
            return
        clock = min(out, key=lambda clock: clock.due.rolled)
        if clock.rule["class"] == "window":
            clock.outcome = "lapsed"
            continue
        clock.outcome, clock.breach = "late", clock.due.rolled + 1
        _take_breach(docket, clock)


def _take_breach(docket: Docket, clock: Clock) -> None:
    machine = book("lifecycles")["machines"][clock.aggregate[0]]
    for row in machine["transitions"]:
        if row.get("breach") != clock.timer or docket.state(clock.aggregate) not in row["from"]:
            continue
        docket.states[clock.aggregate] = row["to"]
        for name in row.get("starts", ()):
            entry = next(entry for entry in timers()[name]["starts_on"] if entry.get("breach") == clock.timer)
            instant, origin = clock.due.rolled + 1, docket.born[clock.aggregate]
            _start(docket, name, clock.aggregate, origin, entry, by=clock.id, known_at=instant)
        return
