"""What is a row that was imported before, and what becomes of one whose case number somebody else has?"""

from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import UUID

import pytest

from tests.existing_cases import OPEN, PENALISED, Row, csv_of
from tests.unit.ledger.story import law
from yisong.envelope.case_id import case_id
from yisong.envelope.codec import SALT_BYTES
from yisong.importing.case import Case
from yisong.importing.kept import EVENTS, Document, Kept, Where, event_id
from yisong.importing.planned import Planned, header_of, planned, told_elsewhere, unlike
from yisong.importing.reading import read_cases
from yisong.importing.taking import take
from yisong.publishing.compose import content, digest_of
from yisong.publishing.outbox import Draft
from yisong.publishing.published import Published
from yisong.publishing.stores import SqliteOutbox

ORGAN = "V9801"
NUMBER = case_id("980100", 2016, 7)
Known = Mapping[UUID, Kept]


def case_in(row: Row, **changed: str) -> Case:
    (case,) = read_cases(csv_of({**row, **changed}), ORGAN, law()).cases
    return case


@pytest.fixture
def published(tmp_path: Path) -> Callable[..., Known]:
    """Return what gives the events of a case to an outbox, with the verdict of each, and what is known of them then."""
    outbox = SqliteOutbox(tmp_path / "outbox.sqlite")

    def publish(case: Case, *verdicts: str, reason: str | None = None, sealing: str | None = None) -> Known:
        known = {}
        for stated, verdict in zip(case.events, verdicts, strict=False):
            chosen = event_id(ORGAN, case.number, stated.name, 1)
            header = {**header_of(stated, NUMBER), **({} if sealing is None else {"sealing": sealing})}
            said = content(header, stated.body, event_id=chosen.bytes, salt=b"s" * SALT_BYTES)
            row = outbox.submit(Draft(said=said, digest=digest_of(said), at=None))
            known[chosen] = Kept(NUMBER, verdict or None, reason, row)
        return known

    return publish


def looked_at(case: Case, known: Known) -> tuple[Planned, list[str]]:
    row = planned(case, ORGAN, known)
    return row, [f"{note.column}: {note.what}" for note in unlike(row, ORGAN, known, law())]


class TestIds:
    def test_are_those_of_the_rows_number_whatever_file_it_stands_in(self) -> None:
        first = [planned(case, ORGAN, {}) for case in read_cases(csv_of(PENALISED, OPEN), ORGAN, law()).cases]
        again = [planned(case, ORGAN, {}) for case in read_cases(csv_of(OPEN, PENALISED), ORGAN, law()).cases]

        assert {step.event_id for row in first for step in row.steps} == {
            step.event_id for row in again for step in row.steps
        }

    def test_are_the_same_however_the_number_is_typed(self) -> None:
        plain, typed = case_in(OPEN), case_in(OPEN, 案件编号="甲一文案 ２０１６－22")

        assert plain.number == typed.number
        assert str(event_id(ORGAN, plain.number, "opened", 1)) == "55ef1a79-30f8-5e53-8bbd-1ac44a5667ae"

    def test_are_others_for_each_organ_row_event_and_try(self) -> None:
        ids = {
            event_id(organ, number, name, attempt)
            for organ in ("V9801", "V98")
            for number in ("21", "22")
            for name in EVENTS
            for attempt in (1, 2)
        }

        assert (len(ids), {one.version for one in ids}) == (32, {5})


class TestASecondImport:
    def test_has_nothing_to_publish_of_a_row_that_says_the_same(self, published: Callable[..., Known]) -> None:
        case = case_in(PENALISED)

        row, faults = looked_at(case, published(case, *["admitted"] * 4))

        assert (row.what, row.case_id, row.to_do, faults) == ("same", NUMBER, (), [])

    def test_is_not_told_apart_by_what_the_law_seals_meanwhile(self, published: Callable[..., Known]) -> None:
        case = case_in(PENALISED)

        assert looked_at(case, published(case, *["admitted"] * 4, sealing="sealed"))[1] == []

    def test_goes_on_in_the_same_case_where_the_first_was_killed(self, published: Callable[..., Known]) -> None:
        case = case_in(PENALISED)

        row, faults = looked_at(case, published(case, "admitted", ""))

        assert (row.what, row.case_id, faults) == ("continued", NUMBER, [])
        assert [step.stated.name for step in row.to_do] == ["penalty", "closed"]

    def test_publishes_what_has_come_to_a_row_since(self, published: Callable[..., Known]) -> None:
        before = case_in(OPEN)
        after = case_in(
            {**PENALISED, **OPEN, **{name: PENALISED[name] for name in ("结案日期", "结案理由")}}, 结案方式="不予处罚"
        )

        row, faults = looked_at(after, published(before, "admitted"))

        assert ([step.stated.name for step in row.to_do], row.case_id, faults) == (["closed"], NUMBER, [])

    @pytest.mark.parametrize("changed", [{"案由": "信网条例19"}, {"立案日期": "2016-07-20"}, {"专项行动": ""}])
    def test_refuses_a_row_that_says_otherwise_and_names_the_way(
        self, published: Callable[..., Known], changed: dict[str, str]
    ) -> None:
        (fault,) = looked_at(case_in(OPEN, **changed), published(case_in(OPEN), "admitted"))[1]

        assert fault == (
            f"立案日期: the row says otherwise than CaseOpened in {NUMBER}, which stands: "
            "correct it there by an `EventCorrected`, not here"
        )

    def test_takes_nothing_back_that_a_row_says_no_more(self, published: Callable[..., Known]) -> None:
        known = published(case_in(PENALISED), *["admitted"] * 4)
        gone = dict.fromkeys(("结案日期", "结案方式", "结案理由"), "")

        (fault,) = looked_at(case_in(PENALISED, **gone), known)[1]

        assert fault.startswith(f"结案日期: the row says no more what stands in {NUMBER}")

    def test_puts_no_clue_before_a_case_that_stands(self, published: Callable[..., Known]) -> None:
        known = published(case_in(OPEN), "admitted")
        clue = {name: PENALISED[name] for name in ("线索日期", "线索来源", "摘要")}

        assert looked_at(case_in(OPEN, **clue), known)[1] == [
            f"线索日期: ClueFound comes too late: in {NUMBER} stands what followed it"
        ]

    def test_names_what_was_refused(self, published: Callable[..., Known]) -> None:
        known = published(case_in(PENALISED), "admitted", "admitted", "refused", reason="penalty-while-criminal")

        (fault,) = looked_at(case_in(PENALISED), known)[1]

        assert fault.startswith("处罚日期: was refused when it was published (penalty-while-criminal")

    def test_compares_nothing_where_only_the_trail_has_what_was_published(self) -> None:
        case = case_in(OPEN)
        known = {event_id(ORGAN, case.number, "opened", 1): Kept(NUMBER, "admitted", None, None)}

        row, faults = looked_at(case_in(OPEN, 案由="信网条例19"), known)

        assert (row.what, faults) == ("same", [])


class TestACaseThatIsOnTheBusByOtherMeans:
    def test_is_not_told_a_second_time(self) -> None:
        row = planned(case_in(PENALISED), ORGAN, {})
        written = {Document("CaseOpened", "甲一文立字〔2016〕21号"): Where(NUMBER, UUID(int=1))}

        assert [(note.column, note.what.partition(",")[0]) for note in told_elsewhere(row, written)] == [
            ("立案文号", f"stands in {NUMBER} already")
        ]

    def test_is_another_where_the_number_is_that_of_another_kind_of_document(self) -> None:
        row = planned(case_in(PENALISED), ORGAN, {})

        assert not list(
            told_elsewhere(row, {Document("PenaltyDecided", "甲一文立字〔2016〕21号"): Where(NUMBER, UUID(int=1))})
        )

    def test_may_be_the_row_itself(self) -> None:
        row = planned(case_in(OPEN), ORGAN, {})
        (own,) = row.steps

        assert not list(
            told_elsewhere(row, {Document("CaseOpened", "甲一文立字〔2016〕22号"): Where(NUMBER, own.event_id)})
        )


class Log:
    """A log that has some dockets of strangers: the first event in one of them is refused."""

    def __init__(self, *strangers: str) -> None:
        self._strangers = strangers
        self.published: dict[UUID, tuple[str, str]] = {}

    def publish_header(
        self, header: Mapping[str, object], body: object, *, event_id: UUID, wait: str | None, timeout: float
    ) -> Published:
        del body, timeout
        case = str(header["case_id"])
        assert self.published.setdefault(event_id, (case, str(header["event_type"])))[0] == case
        refused = case in self._strangers
        verdict = None if wait is None else "refused" if refused else "admitted"
        return Published(
            event_id=event_id, position=None, log_time=None, verdict=verdict, parked=False,
            reason="illegal-transition" if refused and wait else None,
        )  # fmt: skip


def numbers() -> Callable[[str, int], str]:
    given = iter(range(1, 100))
    return lambda region, year: case_id(region, year, next(given))


class TestTaking:
    def test_publishes_each_event_once_in_order_and_gives_each_row_a_case(self) -> None:
        log = Log()
        rows = [planned(case_in(one), ORGAN, {}) for one in (PENALISED, OPEN)]

        done = take(rows, log, numbers(), organ=ORGAN, timeout=1)  # type: ignore[arg-type]  # a log of the test's own

        assert [(one.case_id, [told.event_type for told in one.events]) for one in done] == [
            (case_id("980100", 2016, 1), ["ClueFound", "CaseOpened", "PenaltyDecided", "CaseClosed"]),
            (case_id("980100", 2016, 2), ["CaseOpened"]),
        ]
        assert len(log.published) == 5
        assert not any(one.refused for one in done)

    def test_takes_the_next_number_where_the_docket_is_a_strangers(self) -> None:
        taken, free = case_id("980100", 2016, 1), case_id("980100", 2016, 2)
        log = Log(taken)

        (done,) = take([planned(case_in(PENALISED), ORGAN, {})], log, numbers(), organ=ORGAN, timeout=1)  # type: ignore[arg-type]

        assert (done.case_id, [one.verdict for one in done.events]) == (free, ["admitted"] * 4)
        assert [case for case, _ in log.published.values()] == [taken, *[free] * 4]

    def test_finds_a_row_again_that_was_given_the_next_number(self) -> None:
        taken, free = case_id("980100", 2016, 1), case_id("980100", 2016, 2)
        case = case_in(OPEN)
        known = {
            event_id(ORGAN, case.number, "opened", 1): Kept(taken, "refused", "illegal-transition", None),
            event_id(ORGAN, case.number, "opened", 2): Kept(free, "admitted", None, None),
        }

        row, faults = looked_at(case, known)

        assert (row.what, row.case_id, row.attempt, faults) == ("same", free, 2, [])

    def test_ends_a_row_at_what_was_refused_and_goes_on_with_the_others(self) -> None:
        known = {}
        case = case_in(PENALISED)
        for name in ("clue", "opened"):
            known[event_id(ORGAN, case.number, name, 1)] = Kept(NUMBER, "admitted", None, None)
        log = Log(NUMBER)
        rows = [planned(case, ORGAN, known), planned(case_in(OPEN), ORGAN, {})]

        whole, opened = take(rows, log, numbers(), organ=ORGAN, timeout=1)  # type: ignore[arg-type]

        assert [one.verdict for one in whole.events] == ["admitted", "admitted", "refused"]
        assert (whole.refused, opened.refused) == (True, False)
