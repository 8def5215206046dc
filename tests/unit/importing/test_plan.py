"""Which rows can't be taken as the log stands, and under which column is it said?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import pytest

from tests.existing_cases import OPEN, PENALISED, Row, csv_of
from tests.unit.importing.test_legal import NOW, NUMBER, Empty
from tests.unit.publishing.bus import Keys, law
from yisong.importing import plan as planning
from yisong.importing.kept import Document, Kept, Where, event_id
from yisong.importing.plan import Desk, Plan, plan
from yisong.importing.reading import read_cases
from yisong.publishing.identifiers import identifier_warnings
from yisong.publishing.signer import Signer
from yisong.publishing.validate import event_faults

if TYPE_CHECKING:
    from yisong.audit.trails import Trail
    from yisong.postgres.connection import Rows
    from yisong.publishing.publisher import Publisher

ORGAN = "V9801"


class Checks:
    """What a publisher says of an event, without a bus to send it to."""

    def faults(self, header: Mapping[str, object], body: Mapping[str, object]) -> tuple[str, ...]:
        return event_faults(header, body, law=law(), signer=Signer(law(), Keys()), at=NOW)

    def warnings(self, header: Mapping[str, object], body: Mapping[str, object]) -> tuple[str, ...]:
        return identifier_warnings(header, body, law=law())


class Planner:
    """Plans one row, where the node knows of some events and documents."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.known: dict[UUID, Kept] = {}
        self.written: dict[Document, Where] = {}
        monkeypatch.setattr(planning, "kept", lambda *_: self.known)
        monkeypatch.setattr(planning, "documents", lambda *_: self.written)

    def __call__(self, row: Row, **changed: str) -> Plan:
        read = read_cases(csv_of({**row, **changed}), ORGAN, law())
        assert read.faults == ()
        desk = Desk(
            organ=ORGAN,
            publisher=cast("Publisher", Checks()),
            connection=cast("Rows", None),
            trail=cast("Trail", Empty()),
            signer=Signer(law(), Keys()),
            law=law(),
            now=NOW,
        )
        return plan(read.cases, desk)

    def remembers(self, *names: str, verdict: str | None = "admitted") -> None:
        (case,) = read_cases(csv_of(PENALISED), ORGAN, law()).cases
        for name in names:
            self.known[event_id(ORGAN, case.number, name, 1)] = Kept(NUMBER, verdict, None, None)


@pytest.fixture
def planner(monkeypatch: pytest.MonkeyPatch) -> Planner:
    return Planner(monkeypatch)


def told(found: Plan) -> list[tuple[Any, ...]]:
    return [(note.line, note.column) for note in found.faults]


def test_a_new_row_is_taken_and_comes_late_where_a_clock_has_run_out(planner: Planner) -> None:
    (begun,), (whole,) = planner(OPEN).rows, planner(PENALISED).rows

    assert (begun.what, begun.case_id, begun.late, len(begun.to_do)) == ("new", None, False, 1)
    assert (whole.what, whole.case_id, whole.late, len(whole.to_do)) == ("new", None, True, 4)


def test_what_the_log_would_refuse_is_a_fault_with_its_reason(planner: Planner) -> None:
    """The case was opened, says the outbox, and this trail has nothing of it: a penalty has nothing to stand on."""
    planner.remembers("clue", "opened")

    found = planner(PENALISED)

    assert found.rows == ()
    assert told(found)[0] == (2, "处罚日期")
    assert found.faults[0].what.startswith("would be refused: illegal-transition: The present state")


def test_nothing_is_judged_before_what_comes_first_has_its_verdict(planner: Planner) -> None:
    planner.remembers("clue", "opened", verdict=None)

    (row,) = planner(PENALISED).rows

    assert (row.what, [step.stated.name for step in row.to_do]) == ("continued", ["penalty", "closed"])


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        (
            {"立案日期": "2016-07-20", "处罚日期": "2016-12-20", "送达日期": "2016-12-21", "结案日期": "2016-12-22"},
            "处罚日期",
        ),
        ({"线索日期": "1999-07-18"}, "线索日期"),
        ({"线索来源": "企业协会投诉"}, "要求答复"),
        ({"涉案网站": "http://u:p@novel-a.example/"}, "涉案网站"),
    ],
)
def test_what_no_publisher_would_send_is_said_under_its_column(
    planner: Planner, changed: dict[str, str], column: str
) -> None:
    found = planner(PENALISED, **changed)

    assert (found.rows, (2, column) in told(found)) == ((), True)


def test_a_site_that_only_looks_wrong_is_taken_with_a_warning(planner: Planner) -> None:
    found = planner(PENALISED, 涉案网站="novel.cn")

    assert ([note.column for note in found.warnings], len(found.rows)) == (["涉案网站"], 1)


def test_a_case_that_is_on_the_bus_by_other_means_is_a_fault(planner: Planner) -> None:
    planner.written[Document("CaseOpened", "甲一文立字〔2016〕21号")] = Where(NUMBER, UUID(int=1))

    assert told(planner(PENALISED)) == [(2, "立案文号")]
