"""What holds for the fold whatever agencies say: identity, order, log time, clocks, and its properties."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.ledger.story import history, law, told
from yisong.envelope.header import AggregateRef, Cite, Header, Signature
from yisong.envelope.open import Opened, open_record
from yisong.ledger import (
    Docket,
    Entry,
    Known,
    absent_entry,
    advance,
    breaches,
    docket_of,
    dumps,
    fold,
    ids_needed,
    known_by,
    loads,
)
from yisong.ledger.guards import GUARDS
from yisong.publishing.instants import to_ms

CASE = "CRB-980100-2016-000021-5"
SINGLE = ("H1", "H3", "H4", "H5")
Log = list[Opened]


def fold_log(log: Log) -> tuple[list[Entry], dict[str, Docket]]:
    """Fold a log of many dockets, as a trail does."""
    dockets: dict[str, Docket] = {}
    memories: dict[str, dict[bytes, tuple[Known, ...]]] = {}
    entries = []
    for opened in log:
        case_id = docket_of(opened, law())
        memory = memories.setdefault(case_id or "", {})
        docket, entry = fold(dockets.get(case_id or ""), opened, law(), memory)
        if docket is not None:
            dockets[docket.case_id] = docket
        if (known := known_by(entry)) and entry.header:
            memory[entry.header.event_id] = (*memory.get(entry.header.event_id, ()), known)
        entries.append(entry)
    return entries, dockets


def log_of(name: str) -> Log:
    """Return the records of a history of one docket."""
    story, log = told(name), []
    for line in history(name):
        opened = story.opened(line["at"], line["header"], line["body"])
        story.record(opened)
        log.append(opened)
    return log


class TestIdentity:
    def test_the_same_bytes_again_are_a_duplicate_and_change_nothing(self) -> None:
        """甲省一市's evidence arrives twice: the second time its docket only grows by a record."""
        story = told("H1").until("H1", "ClueFound")
        evidence = story.opened(**_line("H1", 2))
        story.record(evidence)
        before = story.now

        entry = story.record(evidence._replace(offset=2))

        assert (entry.verdict, entry.reason, entry.remembered) == ("duplicate", None, False)
        assert story.now.aggregates == before.aggregates
        assert story.now.chains == before.chains
        assert story.now.size == before.size + 1

    def test_an_id_that_another_publisher_used_is_free(self) -> None:
        """Nobody can occupy an event id for somebody else."""
        story, shared = told("H1").until("H1", "FilingLookupRequested", inclusive=False), uuid4()
        story.record(story.opened(**_line("H1", 4), event_id=shared))

        entry = story.record(story.opened(**_line("H1", 5), event_id=shared))

        assert entry.verdict == "admitted"

    def test_what_steps_6_to_11_refuse_counts_in_the_chain_and_stays_refused(self) -> None:
        story = told("H1").until("H1", "ReferralProposed")
        refused = story.opened(**_line("H1", 8, approver="U-V9801-01"))
        story.record(refused)

        again = story.record(refused._replace(offset=8))
        entry = story.line(history("H1")[7])

        assert again.verdict == "duplicate"
        assert (entry.verdict, entry.header and entry.header.publisher_seq) == ("admitted", 8)

    def test_what_steps_1_to_5_refuse_leaves_no_trace_and_may_come_again(self) -> None:
        story = told("H1").until("H1", "ClueFound")
        evidence = story.opened(**_line("H1", 2))

        first = story.record(evidence._replace(valid=(False,)))
        second = story.record(evidence)

        assert (first.reason, second.verdict) == ("bad-signature", "admitted")


def _line(name: str, number: int, **instead: object) -> dict[str, Any]:
    line = history(name)[number - 1]
    return {"at": line["at"], "header": {**line["header"], **instead}, "body": line["body"]}


class TestLogTime:
    def test_never_runs_backwards_within_a_docket(self) -> None:
        story = told("H1").until("H1", "ClueFound")
        late = story.opened(**_line("H1", 2))

        story.record(late._replace(broker_time=to_ms("2016-07-18T16:00:00+08:00"), valid=(False,)))
        entry = story.record(late)

        assert entry.broker_time == to_ms("2016-07-18T15:42:00+08:00")
        assert entry.log_time == to_ms("2016-07-18T16:00:00+08:00")

    def test_of_a_record_in_the_wrong_partition_touches_no_docket(self) -> None:
        story = told("H1").until("H1", "ClueFound")
        before = story.now
        stranger = story.opened(**_line("H1", 2))._replace(partition=11, broker_time=to_ms("2020-01-01T00:00:00Z"))

        docket, entry = fold(None, stranger, law(), {})

        assert docket is None
        assert (entry.docket, entry.docket_index, entry.docket_prev) == (None, 0, None)
        assert entry.log_time == entry.broker_time
        assert story.now == before


class TestClocks:
    def test_a_receipt_after_24_hours_is_late_and_counts_all_the_same(self) -> None:
        """Hours never roll: sent on 3 August at 10:15, receipted on the 4th at 10:16."""
        story = told("H1").until("H1", "CriminalReferralSent")

        entry = story.line({**history("H1")[9], "at": "2016-08-04T10:16:00+08:00"})

        assert entry.verdict == "admitted-late"
        assert story.state("referral") == "received"
        (breach,) = [breach for breach in breaches(story.now) if breach.clock.timer == "T-REF-03"]
        assert breach.at == to_ms("2016-08-04T10:15:00.001+08:00")
        assert breach.clock.owed_by == ("P9801",)

    def test_a_stop_in_the_last_millisecond_is_in_time(self) -> None:
        story = told("H1").until("H1", "CriminalReferralSent")

        entry = story.line({**history("H1")[9], "at": "2016-08-04T10:15:00.000+08:00"})

        assert entry.verdict == "admitted"

    def test_a_refused_record_moves_log_time_and_lets_clocks_run_out(self) -> None:
        story = told("H1").until("H1", "CriminalReferralSent")

        story.record(open_record(4, 9, to_ms("2016-08-04T10:15:00.001+08:00"), CASE.encode(), None))

        assert [breach.clock_id for breach in breaches(story.now)] == [f"T-REF-03/R-{CASE}-1/1"]

    def test_a_window_that_lapsed_before_a_re_route_does_not_make_the_next_organ_late(self) -> None:
        """乙省二市 asks for papers within its own 24 hours, long after 甲省一市 let its own lapse."""
        story = told("H3").until("H3", "ReferralReceipted")
        late = {"at": "2016-09-16T12:00:00+08:00"}
        assert story.line({**history("H3")[7], **late}).verdict == "admitted-late"
        story.line({**history("H3")[8], "at": "2016-09-16T18:00:00+08:00"}, occurred_at="2016-09-16T17:59:00+08:00")

        entry = story.says(
            "ReferralSupplementRequested",
            by="P9702",
            at="2016-09-17T10:00:00+08:00",
            to=["V9801"],
            doc_no="号",
            aggregate={"kind": "referral", "id": f"R-{story.case_id}-1"},
        )

        assert entry.verdict == "admitted"
        windows = [clock for clock in story.now.clocks if clock.timer == "T-REF-04"]
        assert [clock.outcome for clock in windows] == ["lapsed", "on_time"]

    def test_a_late_act_in_a_window_is_the_instant_of_its_breach(self) -> None:
        """N06: the police ask for papers 30 hours after their receipt."""
        story = told("H1").until("H1", "ReferralReceipted")
        at = "2016-08-04T17:04:00+08:00"
        aggregate = {"kind": "referral", "id": f"R-{CASE}-1"}

        entry = story.says(
            "ReferralSupplementRequested", by="P9801", at=at, to=["V9801"], doc_no="号", aggregate=aggregate
        )

        assert entry.verdict == "admitted-late"
        assert [breach.at for breach in breaches(story.now)] == [to_ms(at)]

    def test_an_overdue_rectification_moves_by_itself_and_starts_the_clock_of_its_issuer(self) -> None:
        story = told("H5").until("H5", "RectificationOrdered")
        overdue = advance(story.now, to_ms("2016-08-05T00:00:00+08:00"), law())
        ref = AggregateRef("rectification", f"Q-{story.case_id}-1")

        assert story.now.states[ref] == "ordered"
        assert overdue.states[ref] == "overdue"
        assert [(clock.timer, clock.started_by, clock.owed_by) for clock in overdue.clocks[1:]] == [
            ("P-RECT-ESC", f"T-RECT/{ref.id}/1", ("V9801",))
        ]


def test_every_guard_of_the_contract_is_a_function_and_every_function_is_one_of_its_guards() -> None:
    assert set(GUARDS) == set(law().rulebook.lifecycles.guards)


def test_every_row_that_starts_a_clock_finds_its_instant() -> None:
    for machine in law().rulebook.lifecycles.machines:
        for row in machine.rows:
            for timer in row.starts if row.event else ():
                for variant in row.variants or law().events[row.event or ""].variants or (None,):
                    assert law().start_of(timer, row.event or "", variant).event == row.event


def test_an_absent_offset_has_a_leaf_and_nothing_else() -> None:
    entry = absent_entry(3, 17)

    assert (entry.verdict, entry.broker_time, entry.docket, entry.header) == ("absent", 0, None, None)


class TestProperties:
    @pytest.mark.parametrize("name", SINGLE)
    def test_folding_twice_is_folding_once(self, name: str) -> None:
        assert fold_log(log_of(name)) == fold_log(log_of(name))

    @pytest.mark.parametrize("name", SINGLE)
    def test_a_docket_survives_being_stored(self, name: str) -> None:
        """A batch may end anywhere: what is loaded again is what was there."""
        story = told(name)
        for line in history(name):
            story.line(line)
            stored = dumps(story.now)
            assert loads(story.case_id, stored) == story.now
            assert dumps(loads(story.case_id, stored)) == stored
            story.docket = loads(story.case_id, stored)

    @settings(max_examples=30)
    @given(data=st.data())
    def test_any_interleaving_of_dockets_gives_the_same_entries(self, data: st.DataObject) -> None:
        logs = {name: LOGS[name] for name in SINGLE}
        turns = [name for name, log in logs.items() for _ in log]
        shuffled = data.draw(st.permutations(turns))
        rest = {name: iter(log) for name, log in logs.items()}

        entries, dockets = fold_log([next(rest[name]) for name in shuffled])

        for log in logs.values():
            alone, docket = fold_log(log)
            assert [entry for entry in entries if entry.docket == alone[0].docket] == alone
            assert docket.items() <= dockets.items()

    @settings(max_examples=30)
    @given(extra=st.lists(st.tuples(st.binary(min_size=16, max_size=16), st.sampled_from(["V9801", "P9801"]))))
    def test_memory_of_events_that_nobody_names_changes_no_verdict(self, extra: list[tuple[bytes, str]]) -> None:
        noise = {event_id: (Known(publisher, publisher, bytes(32)),) for event_id, publisher in extra}
        log = LOGS["H1"]
        needed = {event_id for opened in log for event_id in ids_needed(opened)}
        entries, _ = fold_log(log)

        docket: Docket | None = None
        memory: dict[bytes, tuple[Known, ...]] = {k: v for k, v in noise.items() if k not in needed}
        for opened, expected in zip(log, entries, strict=True):
            docket, entry = fold(docket, opened, law(), memory)
            assert entry == expected
            if (known := known_by(entry)) and entry.header:
                memory[entry.header.event_id] = (known,)


LOGS = {name: log_of(name) for name in SINGLE}

_TEXTS = st.sampled_from(["", CASE, "V9801", "P9801", "T98", "S-police", "X", f"R-{CASE}-1", f"L-{CASE}-1", "case-1"])
_ORGANS = st.lists(st.sampled_from(["V9801", "P9801", "T98", "V98", "S-cac", "?"]), max_size=3).map(tuple)
_INSTANTS = st.one_of(st.none(), st.integers(to_ms("2000-01-01T00:00:00+08:00"), to_ms("2099-12-31T23:59:59+08:00")))


@st.composite
def headers(draw: st.DrawFn) -> Header:
    """Draw a header of a real event with some of its fields changed to something that another event might hold."""
    log = LOGS[draw(st.sampled_from(SINGLE))]
    header = draw(st.sampled_from(log)).header
    assert header is not None
    changes: dict[str, st.SearchStrategy[Any]] = {
        "event_id": st.sampled_from([opened.header.event_id for opened in log if opened.header]),
        "event_type": st.sampled_from([*law().events, "Nothing"]),
        "variant": st.one_of(st.none(), st.sampled_from(list(law().rulebook.catalogue.variant_labels))),
        "aggregate": st.one_of(
            st.none(), st.builds(AggregateRef, st.sampled_from(["case", "referral", "lookup", "clue", "?"]), _TEXTS)
        ),
        "publisher": st.sampled_from(["V9801", "P9801", "T98", "V97", "S-police", "S-cac", "X"]),
        "acting_for": st.one_of(st.none(), st.sampled_from(["V9801", "P9801", "S-cac", "X"])),
        "publisher_seq": st.integers(-1, 12),
        "decided_at": _INSTANTS,
        "served_at": _INSTANTS,
        "due_at": _INSTANTS,
        "to": _ORGANS,
        "cc": _ORGANS,
        "officers": _ORGANS,
        "cites": st.lists(
            st.builds(Cite, st.sampled_from(["event", "clock", "site_action", "rectification"]), _TEXTS | _UUIDS),
            max_size=2,
        ).map(tuple),
        "attachments": st.just(()),
        "countersignature": st.one_of(st.none(), st.sampled_from(["P9801", "X"])),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(changes)), max_size=3, unique=True))
    return header._replace(**{name: draw(changes[name]) for name in chosen})


_UUIDS = st.sampled_from([str(UUID(bytes=opened.header.event_id)) for opened in LOGS["H1"] if opened.header])


@settings(max_examples=60)
@given(stream=st.lists(st.tuples(headers(), st.integers(0, 400), st.booleans()), max_size=25))
def test_a_random_stream_of_headers_never_raises(stream: list[tuple[Header, int, bool]]) -> None:
    """Whatever organs say in whatever order: each record gets exactly one verdict, and the docket can be stored."""
    docket: Docket | None = None
    memory: dict[bytes, tuple[Known, ...]] = {}
    hour, now = 3_600_000, to_ms("2016-07-18T09:14:00+08:00")
    for offset, (header, hours, in_chain) in enumerate(stream):
        now += hours * hour
        chain = docket.chains.get(header.publisher) if docket else None
        if in_chain and not header.publisher.startswith("S-"):
            seq, prev = (chain.length + 1, chain.last) if chain else (1, None)
            header = header._replace(publisher_seq=seq, publisher_prev=prev)  # noqa: PLW2901 (the same, in its chain)
        opened = LOGS["H1"][0]._replace(
            offset=offset, broker_time=now, header=header._replace(case_id=CASE), valid=(True, True),
            signatures=(Signature("V9801#1", "ed25519", b""), Signature("P9801#1", "ed25519", b"")),
            carried_hash=header.carried_hash, header_hash=bytes([offset]) * 32,
        )  # fmt: skip
        docket, entry = fold(docket, opened, law(), memory)
        assert entry.verdict in ("admitted", "admitted-late", "refused", "duplicate")
        assert (entry.reason is not None) == (entry.verdict == "refused")
        assert docket is not None
        assert loads(CASE, dumps(docket)) == docket
        if known := known_by(entry):
            memory[header.event_id] = (*memory.get(header.event_id, ()), known)
