"""
Which events show that each is shown to the right eyes only? Every type of the contract, each with a mark of its own.

All histories that are at hand, once in clear and once sealed, with further addressees and organs told, and a case of
which strangers say what the law lets anybody say. A mark is a text that stands nowhere else on earth.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from tests import audiences
from tests.shifted import GIVEN, OURS
from yisong.audit.history_file import History, Line, read_history
from yisong.audit.played import Played, Position
from yisong.envelope.case_id import case_id, register_case_id
from yisong.ledger import Clock, Docket
from yisong.ledger.notices import warning_instant
from yisong.publishing.instants import to_ms, to_text

SEALED: Final = "qzsealed"
"""How the marks of bodies begin that travel sealed."""

#: Codes and instants only: there is no word in them that could be marked.
WORDLESS: Final = frozenset({"ClueFeedbackSent", "ReferralSupplemented"})
_TEXTS: Final = ("string", "string?", "array<string>")
#: Texts that have a form of their own, which a mark would break.
_FORMED: Final = frozenset(
    {"sha256", "timestamp_token", "storage_ref", "place_region", "reporter_token", "rightsholder_country", "period"}
    | {"icp_no", "licence_no", "sender_notice_doc_no", "external_doc_no", "cluster_id"}
)
_A_FIELD_OF: Final = {"CaseOpened": ("parties", "name"), "PenaltyDecided": ("penalties", "party_id")}
_A_NUMBER: Final = {"SiteRestored": "total_suspended_seconds", "Heartbeat": "counter"}
_FIRST_NUMBER: Final = 73_000_000_000
#: Whose addressees decide what happens next, so that nobody may be added.
_ONE_ADDRESSEE: Final = frozenset(
    {"CriminalReferralSent", "ReferralRerouted", "ReconsiderationRequested", "ClueHandedOver"}
)
#: What the police answer the owner: here they tell others, so that the owner reads by being it.
_ANSWERS: Final = frozenset(
    {"ReferralReceipted", "ReferralSupplementRequested", "CriminalCaseFiled", "CriminalFilingRefused"}
    | {"ReconsiderationDecided", "CriminalOutcomeNotified"}
)
_MORE: Final = ("W97", "T97", "V96", "P9603")
_NOTICES: Final = ("DeadlineBreached", "DeadlineApproaching", "DossierIssued", "Heartbeat")


class Marked(NamedTuple):
    """Histories to be played, and the mark in the body of each line, by file and number."""

    histories: tuple[History, ...]
    marks: Mapping[tuple[str, int], str]

    def by_position(self, played: Sequence[Played]) -> Mapping[Position, str]:
        """Return the marks by where their events have come to lie."""
        places = [(line, position) for one in played for line, position in one.lines()]
        return {at: self.marks[line.file, line.number] for line, at in places if (line.file, line.number) in self.marks}


def histories() -> Marked:
    """Return every history twice: in clear, and sealed with every second line told to nobody else than in its file."""
    files = [*sorted(GIVEN.glob("*.jsonl")), *sorted(OURS.glob("*.jsonl"))]
    told = [read_history(file) for file in files if file.stem != "every_tampering"]
    told.append(_strangers(told))
    marks: dict[tuple[str, int], str] = {}
    made = [_marked(one, marks, sealing=sealing) for one in told for sealing in ("clear", "sealed")]
    return Marked(tuple(made), marks)


def notices(dockets: Mapping[str, Docket]) -> Marked:
    """Return what the bus says of these cases, in clear and sealed: of the first clocks that are late, or soon are."""
    said: list[Line] = []
    for case, docket in sorted(dockets.items()):
        late = [clock for clock in docket.clocks if clock.outcome == "late" and not _said(docket, clock)]
        near = [clock for clock in docket.clocks if clock.outcome == "running" and _is_near(clock, docket)]
        said += [_about(clock, docket, case, "DeadlineBreached", clock.breached_at or 0) for clock in late[:2]]
        said += [_about(one, docket, case, "DeadlineApproaching", warning_instant(one, "half")) for one in near[:2]]
        said += [_of_bus("DossierIssued", case, at=docket.log_time, to=["T98"])] * 2
    national = register_case_id("000000", 2016)
    now = dockets[national].log_time
    said += [_of_bus("Heartbeat", national, at=now + hour * _HOUR, to=["T98"]) for hour in (1, 2)]
    said.sort(key=lambda line: str(line.fields["event_type"]))  # so that of each type one half is sealed
    marks: dict[tuple[str, int], str] = {}
    made: list[History] = []
    for sealing, lines in (("clear", said[::2]), ("sealed", said[1::2])):
        numbered = tuple(replace(one, number=number) for number, one in enumerate(lines, start=1))
        made.append(_marked(History(name="notices", lines=numbered), marks, sealing=sealing))
    return Marked(tuple(made), marks)


def _said(docket: Docket, clock: Clock) -> bool:
    return any(clock.id in one for one in docket.notices)


def _is_near(clock: Clock, docket: Docket) -> bool:
    return not clock.window and warning_instant(clock, "half") <= docket.log_time


def _about(clock: Clock, docket: Docket, case: str, event_type: str, at: int) -> Line:
    about = {
        "aggregate": clock.aggregate._asdict(),
        "due_at": to_text(clock.due_rolled),
        "cites": [{"kind": "clock", "id": clock.id}],
        "variant": "half" if event_type == "DeadlineApproaching" else None,
    }
    return _of_bus(event_type, case, at=docket.log_time, to=list(clock.owed_by), occurred=at, **about)


def _of_bus(event_type: str, case: str, *, at: int, to: list[str], occurred: int | None = None, **more: object) -> Line:
    bodies: Mapping[str, Mapping[str, object]] = {
        "DeadlineBreached": {"timer_id": "T", "due_strict": to_text(at), "responsible": []},
        "DeadlineApproaching": {"timer_id": "T", "responsible": []},
        "DossierIssued": {"purpose": "复核", "masked": True},
        "Heartbeat": {"counter": 1},
    }
    fields: dict[str, object] = {
        "event_type": event_type, "case_id": case, "publisher": "S-police", "region_code": case[4:10], "to": to,
        "cc": [], "officers": [], "cites": [], "attachments": [], "pii_level": "P0",
        "occurred_at": to_text(at if occurred is None else occurred),
        "aggregate": {"kind": "case", "id": case} if event_type == "DossierIssued" else None, **more,
    }  # fmt: skip
    return _line(at=at, number=0, fields=fields, body=bodies[event_type])


def _line(*, at: int, number: int, fields: Mapping[str, object], body: Mapping[str, object]) -> Line:
    return Line(file="", number=number, at=at, fields=fields, body=body, note="", expect=None, tamper=None)


def _marked(history: History, marks: dict[tuple[str, int], str], *, sealing: str) -> History:
    name = f"{history.name}, {sealing}"
    lines: list[Line] = []
    for line in history.lines:
        event_type = str(line.fields["event_type"])
        mark = _mark(event_type, sealing, len(marks))
        # In clear only as far as the law lets a body travel so: without a word of the author it decides.
        fields = {**line.fields, **({"sealing": "sealed"} if sealing == "sealed" else {})}
        if sealing == "clear" or line.number % 2:
            fields |= _told_to_more(event_type, line)
        if mark:
            marks[name, line.number] = mark
        lines.append(replace(line, file=name, fields=fields, body=_with_mark(event_type, line.body, mark), expect=None))
    return History(name=name, lines=tuple(lines))


def _mark(event_type: str, sealing: str, serial: int) -> str:
    if event_type in WORDLESS:
        return ""
    return str(_FIRST_NUMBER + serial) if event_type in _A_NUMBER else f"qz{sealing}{serial:05}z"


def _told_to_more(event_type: str, line: Line) -> dict[str, object]:
    """Return further addressees and organs told, of lines that the audience does not name where there are any."""
    audience = audiences.events()[event_type]["audience"]
    to, cc = list(_list(line, "to")), list(_list(line, "cc"))
    others = [one for one in _MORE if audiences.line_of(one) != audiences.line_of(line.publisher)]
    free = [one for one in others if audiences.line_of(one) not in audience and one not in (*to, *cc)] or others
    if event_type == "JointSupervisionOrdered":  # whoever is told of it signs beside it
        return {"cc": [*cc, "T96"], "to": to}
    if event_type in _ANSWERS:
        to = [free[0]]
    elif event_type not in _ONE_ADDRESSEE and event_type not in _NOTICES:
        to.append(free[0])
    return {"to": to, "cc": [*cc, free[-1]]}


def _list(line: Line, name: str) -> Sequence[str]:
    found = line.fields.get(name) or []
    assert isinstance(found, list)
    return found


def _with_mark(event_type: str, body: Mapping[str, object], mark: str) -> Mapping[str, object]:
    """Return *body* with *mark* in every free text of it."""
    if not mark:
        return body
    if event_type in _A_NUMBER:
        return {**body, _A_NUMBER[event_type]: int(mark)}
    if event_type == "CriminalReferralSent":
        return {**body, "prior_penalties": [{"kind": "fine", "party_id": mark}]}
    if event_type in _A_FIELD_OF:
        rows, field = _A_FIELD_OF[event_type]
        return {**body, rows: [{**row, field: mark} for row in _rows(body[rows])]}
    texts = [row for row in audiences.events()[event_type]["body"] if row["type"] in _TEXTS and _is_free(row["name"])]
    first, *others = texts
    wanted = [first, *(row for row in others if body.get(row["name"]))]
    return {**body, **{row["name"]: [mark] if row["type"].startswith("array") else mark for row in wanted}}


def _rows(value: object) -> Sequence[Mapping[str, Any]]:
    assert isinstance(value, list)
    return value


def _is_free(name: str) -> bool:
    return name not in _FORMED and not name.endswith("uscc")


_CASE: Final = case_id("980100", 2016, 109)
_HOUR: Final = 3_600_000
_WEEKS: Final = 20 * 24 * _HOUR  # of the thirty days of P-FEEDBACK more than half have gone by

#: What organs say that neither own the case nor stand above its owner: type, who, and what else the header says.
_STRANGERS: Final[Sequence[tuple[str, str, Mapping[str, object]]]] = (
    ("ClueFound", "W98", {"variant": "feedback_wanted"}),
    ("ClueHandedOver", "W98", {"variant": "agency", "to": ["V9801"]}),
    ("CaseOpened", "V9801", {}),
    ("EvidencePreserved", "V97", {}),
    ("InspectionRecorded", "V9603", {"acting_for": "V9702"}),
    ("RegulatoryMeasureTaken", "W97", {"variant": "interview"}),
    ("RectificationOrdered", "T97", {}),
    ("RectificationVerified", "T97", {"variant": "passed"}),
    ("TakedownRecorded", "W97", {"variant": "block"}),
    ("FilingLookupRequested", "P9702", {"to": ["T97"]}),
    ("FilingInfoProvided", "T97", {"variant": "found", "to": ["W98"]}),
    ("AssistanceRequested", "P9702", {"to": ["V97"]}),
    ("AssistanceReplied", "V97", {"to": ["W98"]}),
    ("SiteActionRequested", "V97", {"variant": "suspend", "to": ["T97"]}),
    ("SiteActionDecided", "T97", {"variant": "suspend_approved", "to": ["T96"], "cites": 11}),
    ("SiteSuspended", "T96", {"to": ["T96"]}),
    ("SiteActionRequested", "V97", {"variant": "restore", "to": ["T97"]}),
    ("SiteActionDecided", "T97", {"variant": "restore_approved", "to": ["T96"]}),
    ("SiteRestored", "T96", {"to": ["T96"]}),
    ("JointSupervisionOrdered", "V97", {"to": ["P9702"], "cc": ["W98"], "cites": 3}),
    ("SupervisionProgressReported", "P9702", {"variant": "progress", "to": ["P9702"]}),
    ("JointSupervisionLifted", "V97", {"variant": "withdrawn", "to": ["P9702"]}),
    ("CasesLinked", "P9702", {"variant": "same_party", "cites": 3}),
    ("DocumentServed", "W97", {"cites": 3}),
    ("PeriodicReportFiled", "V97", {"variant": "monthly", "to": ["W98"]}),
    ("CampaignPhaseChanged", "V97", {}),
    ("ListEntryChanged", "V97", {"variant": "add"}),
    ("RewardGranted", "V97", {}),
    ("BodyDisputed", "T97", {"variant": "commitment", "cites": 3}),
    ("ReverseReferralSent", "P9702", {"to": ["W98"]}),
    ("ReverseReferralDisposed", "V97", {"to": ["W98"]}),
    ("EventCorrected", "V97", {"cites": 4}),
)


def _strangers(histories: Sequence[History]) -> History:
    samples = {str(line.fields["event_type"]): line for history in histories for line in history.lines}
    return History(name="said by strangers", lines=tuple(_said_by_strangers(samples)))


def _said_by_strangers(samples: Mapping[str, Line]) -> Iterator[Line]:
    begin = to_ms("2016-07-04T09:00:00+08:00")
    kinds, letters = audiences.events(), audiences.book("events")["aggregate_kinds"]
    for number, (event_type, publisher, more) in enumerate(_STRANGERS, start=1):
        at = to_text(begin + number * _HOUR + (_WEEKS if number == len(_STRANGERS) else 0))
        sample = samples.get(event_type)
        kind = kinds[event_type]["aggregate"]
        letter = letters[kind]["letter"] if isinstance(kind, str) else None
        about = _CASE if letter is None else f"{letter}-{_CASE}-1"
        cited = more.get("cites")
        fields: dict[str, object] = {
            **({"officers": ["U-1", "U-2"], "attachments": []} if sample is None else sample.fields),
            "event_type": event_type, "case_id": _CASE, "publisher": publisher, "region_code": _CASE[4:10],
            "aggregate": None if kind is None else {"kind": kind, "id": about}, "variant": None, "to": [], "cc": [],
            "pii_level": "P0", "acting_for": None, **more, "occurred_at": at,
            "cites": [] if cited is None else [{"kind": "event", "line": cited}],
        }  # fmt: skip
        for instant in ("decided_at", "served_at"):
            if fields.get(instant):
                fields[instant] = at
        body = {"reason": "同一当事人"} if sample is None else sample.body
        yield _line(at=to_ms(at), number=number, fields=fields, body=body)
