"""
Every row, guard and clock of the lifecycles is taken by some told case, by name.

The names come from the rulebook itself, so that a new row without a story fails under its own name. What a row should
do is read from the rows, not from the ledger that carries them out.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.unit.ledger.routes import DAY, MONDAY, SIDES, Way, names, way
from tests.unit.ledger.steps import (
    ADMITTING,
    MACHINES,
    NEXT_HOUR,
    ROWS,
    STEPS,
    Of,
    Step,
    When,
    standing,
    state_of,
    told_case,
    tried,
)
from tests.unit.ledger.story import law
from yisong.envelope.header import AggregateRef
from yisong.ledger import Clock, Docket, advance, lifecycle
from yisong.ledger.guards import GUARDS, Act
from yisong.publishing.instants import to_ms, to_text
from yisong.rulebook.clock_rules import Timer
from yisong.rulebook.model import Machine

IN_2022 = to_ms("2022-07-18T09:00:00+08:00")  # a Monday under the penalty law of 2021
TIMERS = {timer.id: timer for timer in law().timers.values() if timer.automatic}

#: Steps that the tables spell out and no docket can come to: case first, and it has no row for the event in the state
#: that it has while the referral is in this one · a guard asks for more than the state · states never come again.
_CASE_FIRST = "the case is looked up first, and has no row for it while the referral is in this state"
_NOT_DEALT_WITH = "ready-to-lift asks for a case that is dealt with"
NO_CASE_CAN = {
    "case: criminal_pending — CriminalFilingRefused(papers_incomplete) → criminal_pending": "the referral refuses it",
    **{
        f"case: {state} — JointSupervisionLifted(completed) → {state}": _NOT_DEALT_WITH
        for state in ("clue", "handed_over", "open", "criminal_pending")
    },
    **{
        f"referral: {state} — ReferralReceipted({variant}) → refused as already-receipted": _CASE_FIRST
        for state in ("filed", "items_transferred")
        for variant in ("general", "economic")
    },
    **{
        f"referral: {state} — {act} → refused as not-receipted": _CASE_FIRST
        for state in ("proposed", "approved")
        for act in (
            "CriminalCaseFiled",
            "CriminalFilingRefused(no_crime_fact)",
            "CriminalFilingRefused(minor_no_liability)",
            "CriminalFilingRefused(other_statutory)",
        )
    },
    "rectification: escalated — CaseOpened → escalated": "its case was opened, and is not opened again",
}


def _may_exist(one: Of) -> bool:
    return one.machine.kind != "case" and one.row.from_states != {"none"}


def _by_others(one: Of) -> frozenset[str]:
    """Return the roles that another row of the machine lets say the same in the same states."""
    same = [row for row in one.machine.rows if row.event == one.row.event and row.from_states & one.row.from_states]
    return frozenset(role for row in same if row.variants == one.row.variants for role in row.by)


ROLES = [(one, role) for one in ADMITTING for role in sorted(one.row.by)]
OTHER_ROLES = [
    (one, role)
    for one in ADMITTING
    for role in sorted(law().events[one.row.event or ""].publishers - one.row.by)
    if role not in _by_others(one)
]
EFFECTS = [
    (one, verb, timer)
    for one in ADMITTING
    for verb, timers in (("starts", one.row.starts), ("stops", one.row.stops), ("voids", one.row.voids))
    for timer in timers
]
#: Guards that never have the word in a row, because another one says the same before: owner and proposer are one organ.
SHADOWED = {("referral: approved — CriminalReferralSent()", "proposer-organ"): "the case's guard owner"}
GUARDED = [
    (one, guard)
    for one in ADMITTING
    for guard in (*one.row.guards, *(law().rulebook.lifecycles.general if _may_exist(one) else ()))
    if (str(one), guard) not in SHADOWED
]

#: What makes a header that the guard refuses; for a guard that is not named here another organ or docket does.
SPOILT: dict[str, dict[str, Any]] = {
    "target-differs": {"to": ["V9801", "W98", "P9801", "T97"]},
    "different-approver": {"approver": "U-V9801-01"},
    "cites-decision": {"cites": [{"kind": "case", "id": "CRB-980100-2016-000048-K"}]},
    "to-police-same-level": {"to": ["P98"]},
    "to-receiving-police": {"to": ["P9702"]},
    "notice-to-sender": {"doc_no": None},
    "reroute-target": {"to": ["P9801"]},
    "both-sign": {"countersignature": "P9702"},
    "determination-attached": {
        "attachments": [{"kind": "other", "sha256": "00" * 32, "size": 1, "media_type": "application/pdf"}]
    },
    "fresh-filing-info": {"cites": []},
    "filing-authority": {"cites": lambda told: [*told.all_said(), *told.cited()]},  # another organ's answer too
    "serious": {"severity": "ordinary"},
    "not-before-start": {"occurred_at": "2016-07-01T09:00:00+08:00"},
}


def watch_guards(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, AggregateRef]]:
    """Return a list that grows by each guard that does not hold, with the aggregate that it kept where it was."""
    failed: list[tuple[str, AggregateRef]] = []

    def watched(name: str, guard: Callable[[Act], bool]) -> Callable[[Act], bool]:
        def seen(act: Act) -> bool:
            holds = guard(act)
            if not holds:
                failed.append((name, act.aggregate.ref))
            return holds

        return seen

    monkeypatch.setattr(lifecycle, "GUARDS", {name: watched(name, guard) for name, guard in GUARDS.items()})
    return failed


def open_clock(verb: str, timer: str) -> When | None:
    """Return when to act, so that *timer* can be stopped or is running: at once, on a way that has such a clock."""
    if verb == "starts":
        return None

    def when(docket: Docket, ref: AggregateRef) -> int | None:
        return NEXT_HOUR if _newest(docket, ref, timer, running=verb == "voids") else None

    return when


def _newest(docket: Docket, ref: AggregateRef, timer: str, *, running: bool) -> Clock | None:
    mine = [clock for clock in docket.clocks if clock.timer == timer and clock.aggregate == ref and clock.stoppable]
    return next((clock for clock in mine if not running or clock.outcome == "running"), None)


def _first_start(timer: Timer) -> int:
    return MONDAY if law().in_force(timer, MONDAY) else IN_2022


def stopped_at(timer: Timer, when: Callable[[Clock], int | None], shifts: tuple[int, ...] = (0,)) -> Iterator[Clock]:
    """Stop clocks of *timer*, each at the instant that *when* says, and return them as they ended."""

    def on(docket: Docket, ref: AggregateRef) -> int | None:
        clock = _newest(docket, ref, timer.id, running=False)
        at = when(clock) if clock else None
        return at if at is not None and at >= docket.log_time else None

    for shift in shifts:
        for one in ADMITTING:
            if timer.id not in one.row.stops:
                continue
            for step in one.steps:
                for told in tried(step, start=_first_start(timer) + shift * DAY, when=on):
                    if told.taken:
                        yield from (
                            clock for _, clock in told.clocks(timer.id) if clock.stopped_by == told.entry.offset
                        )


def run_out(timer: Timer) -> Iterator[Clock]:
    """Let clocks of *timer* run out with nobody saying anything."""
    for name in names():
        docket = standing(name, _first_start(timer))
        for clock in docket.clocks:
            if clock.timer == timer.id and clock.outcome == "running":
                over = advance(docket, clock.due_rolled + 1, law()).clock(clock.id)
                assert over is not None
                yield over
                return


def voided(timer: Timer) -> Iterator[Clock]:
    """End the aggregates of running clocks of *timer*, or take rows that void them."""
    for one in ADMITTING:
        if timer.id in one.row.voids or one.row.to in one.machine.terminal:
            for step in one.steps:
                for told in tried(step, start=_first_start(timer), when=open_clock("voids", timer.id)):
                    if told.taken:
                        yield from (
                            clock for _, clock in told.clocks(timer.id) if clock.stopped_by == told.entry.offset
                        )


_SHIFTS = (*range(7), 30, 60, 90, 120, 150)  # days; some of them end a period on a weekend
ENDS: dict[str, Callable[[Timer], Iterator[Clock]]] = {
    "on_time": lambda timer: stopped_at(timer, lambda clock: clock.due_strict),
    "rolled_on_time": lambda timer: stopped_at(
        timer, lambda clock: clock.due_rolled if clock.due_strict < clock.due_rolled else None, _SHIFTS
    ),
    "late": lambda timer: stopped_at(timer, lambda clock: clock.due_rolled + 1),
    "lapsed": run_out,
    "void": voided,
}


def _can_be_void(machine: Machine, timer: Timer) -> bool:
    """Hold where a row voids *timer*, or the aggregate can end while it runs: from row to row that does not stop it."""
    if any(timer.id in row.voids for row in machine.rows):
        return True
    states = {row.to or state for row in machine.rows if timer.id in row.starts for state in row.from_states}
    passing = [row for row in machine.rows if timer.id not in row.stops and not row.refuse]
    for _ in machine.states:
        states |= {row.to for row in passing if row.to and row.from_states & (states - machine.terminal)}
    return not timer.survives_end and bool(states & machine.terminal)


#: By the rows alone these could end void; but while they run the guard right-lapsed lets nobody end the referral.
KEPT_BY_A_GUARD = {"T-REF-09", "T-REF-11"}
VOIDABLE = {
    timer.id for timer in TIMERS.values() for machine in MACHINES if _can_be_void(machine, timer)
} - KEPT_BY_A_GUARD
OUTCOMES = [
    (timer.id, outcome)
    for timer in TIMERS.values()
    for outcome in ("on_time", "rolled_on_time", "late", "lapsed", "void")
    if (outcome != "rolled_on_time" or timer.roll)
    and (outcome != "lapsed" or timer.window)
    and (outcome != "void" or timer.id in VOIDABLE)
]


class TestRows:
    @pytest.mark.parametrize("step", STEPS, ids=str)
    def test_some_case_takes_the_row(self, step: Step) -> None:
        """The case comes from one of the row's states into the row's state, and only the row's clocks move."""
        told = told_case(step)
        if str(step) in NO_CASE_CAN:
            assert told is None
            return
        assert told is not None, f"no told case takes {step}"
        row = step.row
        if row.refuse:
            assert told.after.states == told.before.states
            assert told.after.clocks == told.before.clocks
            return
        assert told.state(told.after) == (row.to or step.state)
        in_force = {timer for timer in row.starts if law().in_force(law().timers[timer], told.entry.log_time)}
        assert told.started() == in_force
        if row.to not in step.machine.terminal:
            assert told.ended() <= {*row.stops, *row.voids}

    def test_a_breach_takes_its_row_at_its_own_instant(self) -> None:
        """The day in V9801's order passes: its rectification is overdue, and its own seven days to act begin."""
        [(machine, row)] = [(machine, row) for machine, row in ROWS if row.breach]
        assert (machine.kind, row.breach, set(row.from_states)) == ("rectification", "T-RECT", {"ordered"})
        docket = way("a clue + to rectify").now
        (ordered,) = [clock for clock in docket.clocks if clock.timer == row.breach]

        in_time = advance(docket, ordered.due_rolled, law())
        over = advance(docket, ordered.due_rolled + 1, law())

        assert state_of(in_time, ordered.aggregate) == "ordered"
        assert state_of(over, ordered.aggregate) == row.to == "overdue"
        (started,) = [clock for clock in over.clocks if clock.started_by == ordered.id]
        assert ((started.timer,), started.start) == (row.starts, ordered.due_rolled + 1)

    @pytest.mark.parametrize("name", NO_CASE_CAN)
    def test_what_no_case_can_take_is_a_step_of_the_tables(self, name: str) -> None:
        assert name in {str(step) for step in STEPS}

    @pytest.mark.parametrize(("row", "role"), ROLES, ids=str)
    def test_each_role_that_the_row_names_takes_it_in_some_case(self, row: Of, role: str) -> None:
        assert any(told.taken for step in row.steps for told in tried(step, roles=frozenset({role})))

    @pytest.mark.parametrize(("row", "role"), OTHER_ROLES, ids=str)
    def test_a_role_of_the_type_that_the_row_does_not_name_is_refused(self, row: Of, role: str) -> None:
        told = (told for step in row.steps for told in tried(step, roles=frozenset({role})))

        assert any(one.entry.reason == "wrong-role" for one in told)


class TestClocksOfRows:
    @pytest.mark.parametrize(("row", "verb", "timer"), EFFECTS, ids=str)
    def test_the_row_does_to_the_clock_what_it_says(self, row: Of, verb: str, timer: str) -> None:
        start = MONDAY if law().in_force(TIMERS[timer], MONDAY) else IN_2022
        found = (told for step in row.steps for told in tried(step, start=start, when=open_clock(verb, timer)))

        assert any(told.taken and told.did(verb, timer) for told in found), f"no told case {verb} {timer} by this row"


class TestGuards:
    def test_every_guard_holds_in_some_case(self) -> None:
        held = {guard for step in STEPS if told_case(step) for guard in step.row.guards}

        assert held | set(law().rulebook.lifecycles.general) == set(GUARDS)

    @pytest.mark.parametrize(("row", "guard"), GUARDED, ids=str)
    def test_the_guard_refuses_some_case_under_its_own_reason(
        self, row: Of, guard: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Some organ, or some header, of each row is what the guard is there to keep away."""
        failed = watch_guards(monkeypatch)
        reason = law().rulebook.lifecycles.guards[guard].reason

        for told in (told for step in row.steps for told in tried(step, **SPOILT.get(guard, {}))):
            if told.entry.reason == reason and failed[-1] == (guard, told.ref):
                assert told.after.states == told.before.states
                assert told.after.clocks == told.before.clocks
                return
        pytest.fail(f"{guard} refuses no told case")

    @pytest.mark.parametrize("side", ["proposed", "suspension asked", "suspension decided", "to rectify", "overdue",
                                      "not rectified", "supervision", "supervision reported"])  # fmt: skip
    def test_a_case_with_open_work_is_not_closed(self, side: str) -> None:
        """G-CASE-1, one kind of work after the other."""
        told = way("proposed after a penalty" if side == "proposed" else f"penalised + {side}").fork()

        entry = told.act("CaseClosed", "penalty_executed", by="V9801")

        assert (entry.verdict, entry.reason) == ("refused", "open-work")

    @pytest.mark.parametrize("side", ["suspended", "closing asked", "suspension refused", "closed down", "rectified",
                                      "rectified late", "looking up", "assistance asked"])  # fmt: skip
    def test_a_case_closes_beside_work_that_asks_nothing_more_of_it(self, side: str) -> None:
        told = way(f"penalised + {side}").fork()

        assert told.act("CaseClosed", "penalty_executed", by="V9801").verdict == "admitted"


class TestWhatIsRemembered:
    def test_the_authority_that_located_a_site_decides_without_citing_its_answer_again(self) -> None:
        """T97 answered the look-up that located the site; T96, which will execute, did not."""
        told = way("open").fork().walk("SiteActionRequested:suspend FilingLookupRequested FilingInfoProvided:found")
        refused = told.act("SiteActionDecided", "suspend_approved", by="T96", cites=[])
        decided = told.act("SiteActionDecided", "suspend_approved", by="T97", cites=[])

        assert (refused.reason, decided.verdict) == ("not-filing-authority", "admitted")

    @pytest.mark.parametrize(("decided", "verdict"), [("file", "admitted"), ("uphold", "refused")])
    def test_a_filing_on_reconsideration_deals_with_the_site(self, decided: str, verdict: str) -> None:
        """G-SITE-3: a site is closed once copyright or police have dealt with it; an upheld refusal is not that."""
        told = way("reconsidering").fork().walk(f"ReconsiderationDecided:{decided} {SIDES['closing asked']}")

        assert told.act("LicenceOrFilingCancelled", "filing_cancelled", by="T97").verdict == verdict


class TestOutcomes:
    @pytest.mark.parametrize(("timer", "outcome"), OUTCOMES)
    def test_a_clock_of_the_timer_comes_to_this_end(self, timer: str, outcome: str) -> None:
        assert any(clock.outcome == outcome for clock in ENDS[outcome](TIMERS[timer])), f"{timer} was never {outcome}"

    @pytest.mark.parametrize("timer", [timer for timer in TIMERS if timer not in VOIDABLE])
    def test_a_clock_that_no_row_can_leave_running_at_the_end_is_never_void(self, timer: str) -> None:
        assert not any(clock.outcome == "void" for clock in voided(TIMERS[timer]))

    def test_a_window_that_runs_out_is_no_breach_and_a_duty_that_runs_out_is_one(self) -> None:
        for timer in TIMERS.values():
            (clock,) = run_out(timer)
            breached = None if timer.window else clock.due_rolled + 1
            assert (clock.outcome, clock.breached_at) == ("lapsed" if timer.window else "late", breached)


class TestDaysOfTheirOwn:
    def test_a_rectification_ends_with_the_day_in_the_order_be_it_a_sunday(self) -> None:
        """T-RECT never rolls: the order itself names the day."""
        told = way("a clue").fork()
        told.act("RectificationOrdered", None, by="V9801", due_at="2016-07-24T23:59:59.999+08:00")

        assert dues(told, "T-RECT") == [("2016-07-24T23:59:59.999", "2016-07-24T23:59:59.999")]

    def test_an_extension_sets_a_new_day_and_the_first_clock_is_void(self) -> None:
        told = way("a clue").fork()
        told.act("RectificationOrdered", None, by="V9801", due_at="2016-07-24T23:59:59.999+08:00")
        told.act("RectificationVerified", "extended", by="V9801", due_at="2016-08-05T23:59:59.999+08:00")

        assert [clock.outcome for clock in told.now.clocks if clock.timer == "T-RECT"] == ["void", "running"]
        assert dues(told, "T-RECT")[1][0] == "2016-08-05T23:59:59.999"

    def test_a_supervision_that_ends_on_a_holiday_ends_on_the_next_working_day(self) -> None:
        """The order names National Day 2016: Saturday 8 October is worked, and is the day."""
        told = way("open").fork()
        told.act("JointSupervisionOrdered", None, by="V98", due_at="2016-10-01T23:59:59.999+08:00")

        assert dues(told, "T-JS-DUE") == [("2016-10-01T23:59:59.999", "2016-10-08T23:59:59.999")]

    def test_progress_is_due_on_the_5th_and_the_next_report_a_month_after_the_day_it_was_due(self) -> None:
        """Ordered on 18 July; the first report comes a week late, and the second is due on 5 September all the same."""
        told = way("open + supervision").fork()
        told.time = to_ms("2016-08-12T10:00:00+08:00")
        late = told.act("SupervisionProgressReported", "progress", by="V9801")
        for month in ("2016-09-01", "2016-10-01"):
            told.time = to_ms(f"{month}T10:00:00+08:00")
            assert told.act("SupervisionProgressReported", "progress", by="P9801").verdict == "admitted"

        assert late.verdict == "admitted-late"
        assert [strict for strict, _ in dues(told, "T-JS-RPT")] == [
            f"2016-{month}-05T23:59:59.999" for month in ("08", "09", "10", "11")
        ]
        assert dues(told, "T-JS-RPT")[2][1] == "2016-10-08T23:59:59.999"  # the 5th lies in the National Day week
        assert dues(told, "T-JS-RPT")[3][1] == "2016-11-07T23:59:59.999"  # 5 November 2016 is a Saturday


def dues(told: Way, timer: str) -> list[tuple[str, str]]:
    """Return due strict and due rolled of each clock of *timer*, as local time."""
    local = [(to_text(c.due_strict), to_text(c.due_rolled)) for c in told.now.clocks if c.timer == timer]
    return [(strict.removesuffix("+08:00"), rolled.removesuffix("+08:00")) for strict, rolled in local]
