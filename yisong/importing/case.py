"""Which events does a row tell of? The smallest legal sequence: clue, opening, penalty, end, as far as the row goes."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from yisong.importing.cells import choice, flag, names, several
from yisong.importing.measures import dates, fen_in
from yisong.importing.numbers import campaign, document, own_number, token, tokens
from yisong.importing.parties import parties
from yisong.importing.row import Row
from yisong.importing.sites import targets, works
from yisong.ledger import Law

Body = Mapping[str, object]
Enums = Mapping[str, Mapping[str, str]]

_MONETARY: Final = ("fine", "confiscate_gains", "confiscate_goods", "confiscate_equipment")
_SUMS: Final = {"fine": "fine", "confiscate_gains": "gains_confiscated"}
_ENDS: Final = ("penalty_executed", "no_penalty", "not_opened")
_CLUE: Final = ("clue_date", "clue_source", "summary", "targets", "works")
_OPENING: Final = ("opened_date", "opened_doc_no", "violation", "party", "party_uscc", "party_token", "party_role")
_PENALTY: Final = ("penalty_date", "penalty_doc_no", "penalty_served", "penalties")
_BESIDE_PENALTY: Final = ("fine", "gains_confiscated", "illegal_gains", "business_amount", "hearing", "public")
"""Often filled with 0 or 否 where there is no penalty: that makes none."""
_NOTHING: Final = ("0", "0.00", "否", "无", "-")
_CLOSING: Final = ("closed_date", "closing", "closing_reason", "archive_no")


_OF_A_CLUE: Final = "it belongs to a clue (where nothing of the clue is told, it all stays empty)"


class Stated(NamedTuple):
    """
    An event that a row tells of, before it has a case id: *name* is ``clue``, ``opened``, ``penalty`` or ``closed``.

    *aggregate*: the letter of the aggregate that it begins, None = the case.
    """

    name: str
    aggregate: str | None
    header: Mapping[str, object]
    body: Body

    def of(self, case_id: str) -> Mapping[str, object]:
        """Return its header in the docket *case_id*."""
        kind, number = ("clue", f"C-{case_id}-1") if self.aggregate else ("case", case_id)
        return {**self.header, "case_id": case_id, "aggregate": {"kind": kind, "id": number}}


class Case(NamedTuple):
    """An existing case: the *line* that it stands in, its *number* at the agency, and its *events* in their order."""

    line: int
    number: str
    year: int
    events: tuple[Stated, ...]


def case_of(row: Row, organ: str, law: Law) -> Case | None:
    """Return the case of *row*, which *organ* keeps; None where the row has faults, which it then names all."""
    reader = _Reader(row, organ, law)
    events = [event for event in (reader.clue(), reader.opened(), reader.penalty(), reader.closed()) if event]
    number = own_number(row)
    if not events and not row.faults:
        row.fault("opened_date", "the row says of nothing when it happened: fill 线索日期 or 立案日期")
    if row.faults or number is None:
        return None
    return Case(row.line, number, reader.year, tuple(events))


class _Reader:
    """Reads one row into events; a part whose cells are all empty is no event."""

    def __init__(self, row: Row, organ: str, law: Law) -> None:
        self._row, self._organ, self._law = row, organ, law
        self._enums: Enums = law.rulebook.catalogue.enums
        labels = law.rulebook.catalogue.variant_labels
        # 不予立案(行政): in a file of ours there is no other.
        self._ends = {name: labels[name].partition("(")[0] for name in _ENDS}
        self._dates = dates(row)
        self._kinds = row.read(
            "work_types", lambda text: [choice(one, self._enums["work_type"]) for one in several(text)]
        )
        self._platform = self._choice("platform_type", "platform_type")
        self._series = self._choice("archive_series", "archive_series") or "general"
        self._officers = tokens(row, "officers")
        self._approver = token(row, "approver")
        self._campaign = row.read("campaign", campaign)
        self._severity = self._choice("severity", "severity")
        self._opened = bool(row.filled(*_OPENING))

    @property
    def year(self) -> int:
        """The year of the first thing that happened, which is that of the case id."""
        return min((date.year for date in self._dates.values() if date is not None), default=0)

    def clue(self) -> Stated | None:
        row = self._row
        if not row.filled(*_CLUE):
            return None
        row.need("clue_date", "clue_source", "summary", "work_types", "platform_type", because=_OF_A_CLUE)
        source = self._choice("clue_source", "clue_source")
        wanted = row.read("feedback", flag)
        body = {
            "source": source,
            "origin": self._choice("clue_origin", "clue_origin") or "self",
            "targets": targets(row),
            "work_types": self._kinds,
            "platform_type": self._platform,
            "summary": row["summary"],
            "company_complaint": source == "company_or_association",
        }
        if found := works(row, self._kinds):
            body["works"] = found
        variant = "feedback_wanted" if wanted else "feedback_not_wanted"
        return self._stated(
            "clue", "ClueFound", "clue_date", body, variant=variant, aggregate="C", officers=self._officers
        )

    def opened(self) -> Stated | None:
        row = self._row
        if not self._opened:
            return None
        because = "it belongs to the opening of the case"
        row.need(
            "opened_date", "opened_doc_no", "violation", "officers", "work_types", "platform_type", because=because
        )
        if not row.filled("party", "party_token"):
            row.fault("party", f"must be filled: {because} (a person as a token in 当事人令牌)")
        if len(self._officers) == 1:
            row.fault("officers", "a case is opened by two officers at least")
        body = {
            "violation": self._choice("violation", "violation"),
            "parties": parties(row, self._enums),
            "work_types": self._kinds,
            "platform_type": self._platform,
            "archive_series": self._series,
        }
        return self._stated(
            "opened",
            "CaseOpened",
            "opened_date",
            body,
            doc_no=document(row, "opened_doc_no"),
            decided_at=self._instant("opened_date"),
            officers=self._officers,
            approver=self._approver,
        )

    def penalty(self) -> Stated | None:
        row = self._row
        if not row.filled(*_PENALTY):
            for name in row.filled(*_BESIDE_PENALTY):
                if row[name] not in _NOTHING:
                    row.fault(name, "belongs to a penalty: fill 处罚日期 and what goes with it, or leave this empty")
            return None
        because = "it belongs to a penalty"
        row.need("penalty_date", "penalty_doc_no", "penalty_served", "penalties", "approver", because=because)
        if not self._opened:
            row.fault("opened_date", "must be filled: nobody is punished in a case that was not opened")
        given = self._penalties()
        body: dict[str, object] = {
            "penalties": given,
            "hearing_held": row.read("hearing", flag) or False,
            "public": row.read("public", flag) or False,
        }
        for name, field in (("illegal_gains", "illegal_gains_fen"), ("business_amount", "business_amount_fen")):
            if (amount := fen_in(row, name)) is not None:
                body[field] = amount
        monetary = any(one["kind"] in _MONETARY for one in given)
        return self._stated(
            "penalty",
            "PenaltyDecided",
            "penalty_date",
            body,
            variant="monetary" if monetary else "non_monetary",
            doc_no=document(row, "penalty_doc_no"),
            decided_at=self._instant("penalty_date"),
            served_at=self._instant("penalty_served"),
            approver=self._approver,
        )

    def _penalties(self) -> list[dict[str, object]]:
        row, kinds = self._row, self._enums["penalty_kind"]
        named = row.read("penalties", lambda text: [choice(one, kinds) for one in several(text)]) or []
        sums = {kind: fen_in(row, column) for kind, column in _SUMS.items()}
        for kind, column in _SUMS.items():
            if kind in named and (not row[column] or sums[kind] == 0):
                row.fault(column, f"must be filled: {kinds[kind]} has a sum")
            if kind not in named and sums[kind]:
                row.fault(column, f"is filled, and 处罚种类 has no {kinds[kind]}")
        if len(names(row["party"])) + len(several(row["party_token"])) > 1:
            row.warn("penalties", "there are several parties, and the row can't say whose penalty it is")
        return [
            {"kind": kind} if sums.get(kind) is None else {"kind": kind, "amount_fen": sums[kind]} for kind in named
        ]

    def closed(self) -> Stated | None:
        row = self._row
        if not row.filled(*_CLOSING):
            return None
        row.need("closed_date", "closing", "closing_reason", "approver", because="it belongs to the end of the case")
        how = row.read("closing", lambda text: choice(text, self._ends))
        self._fits(how)
        body = {"reason": row["closing_reason"], "archive_series": self._series}
        if row["archive_no"]:
            body["archive_no"] = row["archive_no"]
        return self._stated("closed", "CaseClosed", "closed_date", body, variant=how, approver=self._approver)

    def _fits(self, how: str | None) -> None:
        row, punished = self._row, bool(self._row.filled(*_PENALTY))
        if how == "not_opened" and self._opened:
            row.fault("closing", "says that no case was opened, and the row says that one was")
        if how == "not_opened" and not row["clue_date"]:
            row.fault("clue_date", "must be filled: what is not opened is a clue")
        if how in ("penalty_executed", "no_penalty") and not self._opened:
            row.fault("opened_date", "must be filled: it belongs to the end of a case")
        if how == "penalty_executed" and not punished:
            row.fault("penalty_date", "must be filled: the penalty was executed")
        if how == "no_penalty" and punished:
            row.fault("closing", "says that there was no penalty, and the row says that there was one")

    def _stated(
        self,
        name: str,
        event_type: str,
        date: str,
        body: Body,
        *,
        aggregate: str | None = None,
        **fields: object,
    ) -> Stated:
        header = {
            "event_type": event_type,
            "publisher": self._organ,
            "occurred_at": self._instant(date),
            "campaign_id": self._campaign,
            "severity": self._severity,
            "region_code": self._law.organs[self._organ].region_code,
            **fields,
        }
        return Stated(name, aggregate, {key: value for key, value in header.items() if value not in (None, ())}, body)

    def _instant(self, name: str) -> str | None:
        date = self._dates[name]
        return None if date is None else date.isoformat(timespec="seconds")

    def _choice(self, column: str, enum: str) -> str | None:
        return self._row.read(column, lambda text: choice(text, self._enums[enum]))
