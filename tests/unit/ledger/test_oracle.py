"""Two implementations, one contract: the fold and the oracle agree on the golden files and on whatever agencies say."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.ledger import oracle
from tests.unit.ledger.agreement import bus, by_ledger, by_oracle, golden, lines_of
from tests.unit.ledger.story import HISTORIES, NEGATIVES, Story, history, law, told
from yisong.envelope.case_id import case_id
from yisong.envelope.header import AggregateRef, Attachment, Cite, Header, Signature
from yisong.envelope.open import Opened
from yisong.envelope.partition import partition_of
from yisong.ledger import Docket, Known, advance, fold, known_by
from yisong.publishing.instants import to_ms
from yisong.schemas import registry

STREAMS = 1500 if os.environ.get("YISONG_SOAK") else 45
MINUTE, HOUR, DAY = oracle.MINUTE, oracle.HOUR, oracle.DAY


# ---------------------------------------------------------------- the golden files
def _without_tamper(path: Path) -> bool:
    return "tamper" not in path.read_text("utf-8")


def _labelled(expected: Mapping[str, Any]) -> dict[str, str]:
    """Return the clock id of each derived breach by its label."""
    return {one["label"]: f"{one['timer']}/{one['aggregate']['id']}" for one in expected["derived"]}


@pytest.mark.parametrize("path", sorted(HISTORIES.glob("H*.jsonl")), ids=lambda path: path.stem)
def test_the_oracle_tells_the_histories_as_their_expected_files_do(path: Path) -> None:
    expected = yaml.safe_load(path.with_suffix(".expected.yaml").read_text("utf-8"))
    labels, as_of = _labelled(expected), to_ms(expected["as_of"])
    verdicts: dict[int, oracle.Said] = {}
    states, clocks, derived = set(), set(), set()
    for case, numbers, records in golden(path):
        said, docket = oracle.judge(case, records, bus())
        verdicts |= {number: one for number, one in zip(numbers, said, strict=True) if one != ("admitted", None)}
        seen = docket.at(as_of)
        states |= {(*ref, state) for ref, state in ({("case", case): "none"} | seen.states).items()}
        lines = [*numbers, None]
        clocks |= {_clock_of(clock, lines) for clock in seen.clocks}
        derived |= {(clock_id.rpartition("/")[0], at) for at, clock_id in seen.breaches}

    assert verdicts == {one["line"]: (one["verdict"], one["reason"]) for one in expected["verdicts"]}
    assert states == {(one["kind"], one["id"], one["state"]) for one in expected["states"]}
    assert clocks == {_clock_in(one, labels) for one in expected["timers"]}
    assert derived == {(f"{d['timer']}/{d['aggregate']['id']}", to_ms(d["at"])) for d in expected["derived"]}


def _clock_of(clock: oracle.Clock, lines: Sequence[int | None]) -> tuple[object, ...]:
    """Return a clock with line numbers for offsets; the last of *lines* stands for nobody."""
    begun = clock.started_by.rpartition("/")[0] if isinstance(clock.started_by, str) else lines[clock.started_by]
    instants = (clock.start, clock.due.strict, clock.due.rolled)
    ending = (lines[-1 if clock.stopped_by is None else clock.stopped_by], clock.outcome, clock.due.provisional)
    return (clock.timer, *clock.aggregate, begun, *instants, *ending)


def _clock_in(one: Mapping[str, Any], labels: Mapping[str, str]) -> tuple[object, ...]:
    instants = (to_ms(one["start"]), to_ms(one["due_strict"]), to_ms(one["due_rolled"]))
    begun = labels.get(one["started_by"], one["started_by"])
    ending = (one["stopped_by"], one["outcome"], one.get("provisional", False))
    return (one["id"], one["aggregate"]["kind"], one["aggregate"]["id"], begun, *instants, *ending)


@pytest.mark.parametrize(
    "path", [path for path in sorted(NEGATIVES.glob("N*.jsonl")) if _without_tamper(path)], ids=lambda path: path.stem
)
def test_the_oracle_judges_the_negatives_as_they_say(path: Path) -> None:
    lines = lines_of(path)
    for case, numbers, records in golden(path):
        said, _ = oracle.judge(case, records, bus())
        expects = [lines[number - 1].get("expect", {"verdict": "admitted", "reason": None}) for number in numbers]
        assert said == [(expect["verdict"], expect["reason"]) for expect in expects]


# ---------------------------------------------------------------- whatever agencies say
CASES = [
    *(case_id("980100", year, 900001) for year in (2011, 2015, 2016, 2019, 2021, 2026, 2029)),
    case_id("000000", 2016, 0),
    case_id("970200", 2016, 0),
]
BEGINNINGS = [
    "2010-12-30T16:00:00+08:00", "2011-09-28T09:00:00+08:00", "2012-02-27T10:00:00+08:00", "2014-12-15T08:00:00+08:00",
    "2015-09-01T10:00:00+08:00", "2015-12-28T09:00:00+08:00", "2016-02-26T17:30:00+08:00", "2016-07-18T09:14:00+08:00",
    "2016-09-29T15:00:00+08:00", "2019-04-29T09:00:00+08:00", "2020-01-20T09:00:00+08:00", "2021-07-14T23:58:00+08:00",
    "2024-02-08T11:00:00+08:00", "2026-12-24T09:00:00+08:00", "2027-09-30T09:00:00+08:00", "2029-12-31T22:00:00+08:00",
]  # fmt: skip
STEPS = [
    0,
    1,
    1,
    MINUTE,
    30 * MINUTE,
    HOUR,
    5 * HOUR,
    23 * HOUR,
    DAY,
    DAY + 1,
    2 * DAY,
    5 * DAY,
    12 * DAY,
    31 * DAY,
    100 * DAY,
]
BY_ROLE = {
    "copyright": ["V9801"] * 6 + ["V98", "V98", "V9702", "V97", "V9603", "V00"],
    "police": ["P9801"] * 6 + ["P9702", "P9702", "P98", "P9603", "P00"],
    "miit": ["T98"] * 5 + ["T97", "T97", "T96", "T00"],
    "cac": ["W98", "W98", "W97", "W00"],
    "system": ["S-copyright", "S-police", "S-miit", "S-cac"],
}
ADDRESSEES = {
    "ClueHandedOver": ["V9801", "P9801", "V98", "W98"], "FilingLookupRequested": ["T98", "T97"],
    "SiteActionDecided": ["T98", "T97"], "SiteActionRequested": ["T98"], "CriminalReferralSent": ["P9801"],
    "ReferralRerouted": ["P9702", "P98", "P9801"], "ReconsiderationRequested": ["P9801", "P9702"],
    "JointSupervisionOrdered": ["V9801", "P9801"], "AssistanceRequested": ["V9702", "P9702", "T98"],
}  # fmt: skip
ALL_ORGANS = [organ for organs in BY_ROLE.values() for organ in organs]
KINDS = {"clue": "C", "evidence": "E", "inspection": "I", "referral": "R", "site_action": "S", "rectification": "Q",
         "supervision": "D", "lookup": "L", "assistance": "A", "reverse_referral": "B"}  # fmt: skip

#: How likely a row is drawn: by its variant, else its event, else its machine where it moves something, else 1.
WEIGHTS = {
    "ClueFound": 12, "ClueHandedOver": 6, "CaseOpened": 12, "CaseClosed": 1, "PenaltyDecided": 2,
    "CriminalCaseFiled": 4, "ReferralReceipted": 30, "CriminalFilingRefused": 25, "ProsecutorSupervisionRecorded": 12,
    "JointSupervisionOrdered": 2, "rejected": 2, "suspend_refused": 2, "jurisdiction": 40, "extended": 12,
    "referral": 18, "site_action": 9,
}  # fmt: skip


def _weight(machine: str, row: Mapping[str, Any]) -> int:
    by_machine = WEIGHTS.get(machine, 3) if row.get("to", "same") != "same" else 1
    return WEIGHTS.get(str(row.get("variant")), WEIGHTS.get(row["event"], by_machine))


class Script:
    """Writes the next record of a docket: mostly what its present state allows, sometimes anything at all."""

    def __init__(self, random: Random, case: str, begin: int) -> None:
        self.random, self.case = random, case
        self.now = self.broker_time = self.log_time = begin
        self.focus = random.choice(
            ["case", "referral", "referral", "referral", "site_action", "rectification", "supervision"]
        )
        self.docket = oracle.Docket(case)
        self.records: list[Opened] = []

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    def next(self) -> Opened:
        """Write one more record: mostly one of a few attempts that gets as far as the guards, perhaps spoilt."""
        self._let_time_pass()
        attempts = 12 if self.maybe(0.8) else 1
        for _ in range(attempts):
            record = self._opened(self._notice() if self.maybe(0.08) else self._act())
            _, reason = oracle.record_in(self.docket.copy(), record, bus())
            if reason is None or (oracle.book("reasons")["reasons"][reason]["step"] == 11 and self.maybe(0.4)):
                break  # admitted, or refused by a guard
        record = self._spoilt(record) if self.maybe(0.08) else record
        self.records.append(record)
        return record

    def _let_time_pass(self) -> None:
        running = [clock.due for clock in self.docket.clocks if clock.outcome == "running"]
        if running and self.maybe(0.15):
            due = self.random.choice(self.random.choice(running)[:2]) + self.random.choice([-1, 0, 1, 2])
            self.now = max(self.now, due)
        else:
            self.now += self.random.choice(STEPS if self.maybe(0.2) else STEPS[:8])
        self.broker_time = self.now - self.random.choice([0, 0, 0, HOUR])
        self.log_time = max(self.docket.log_time, self.broker_time)

    # ------------------------------------------------------------ an act of an organ
    def _act(self) -> Header:
        if self.maybe(0.1):
            event = self.random.choice(list(oracle.catalogue().values()))
            variant = self.random.choice([*(event["variants"] or [None]), None, "approved"])
            return self._header(event["name"], variant, self._aggregate(event["aggregate"]), None)
        name, ref, row = self.random.choice(list(self._possible()))
        event = oracle.catalogue()[row["event"]]
        variants = oracle._listed(row["variant"]) if "variant" in row else event["variants"] or [None]
        wanted = row.get("aggregate") or event["aggregate"]
        own = ref if name != "case" and row.get("instance") != "cited" else self._aggregate(wanted)
        return self._header(row["event"], self.random.choice(variants), own, ref if own != ref else None)

    def _possible(self) -> Iterator[tuple[str, oracle.Ref, dict[str, Any]]]:
        """Yield rows that contain the present state of an aggregate; those that move something are likelier."""
        for name, machine in oracle.book("lifecycles")["machines"].items():
            refs = [("case", self.case)] if name == "case" else self._refs(name)
            for ref in refs:
                for row in machine["transitions"]:
                    if "event" not in row or self.docket.state(ref) not in row["from"]:
                        continue
                    weight = _weight(name, row) * (5 if name == self.focus else 1)
                    yield from [(name, ref, row)] * weight

    def _refs(self, kind: str) -> list[oracle.Ref]:
        return [(kind, f"{KINDS[kind]}-{self.case}-{number}") for number in (1, 2)]

    def _aggregate(self, wanted: Any) -> oracle.Ref | None:
        if wanted is None:
            return None if self.maybe(0.98) else ("case", self.case)
        kind = self.random.choice(wanted) if isinstance(wanted, list) else wanted
        if kind == "any":
            kind = self.random.choice(list(KINDS))
        if self.maybe(0.02):
            return self.random.choice(
                [None, ("clue", "C-1"), (kind, f"{KINDS.get(kind, 'X')}-{self.case}-0"), ("?", self.case)]
            )
        if kind == "case":
            return ("case", self.case)
        return self.random.choice(self._refs(kind) if self.maybe(0.4) else self._refs(kind)[:1])

    def _speaker(self, event_type: str) -> str:
        roles = oracle.catalogue()[event_type]["publishers"]
        if self.maybe(0.03):
            return self.random.choice([*ALL_ORGANS, "V9999"])
        mentioned = [organ for said in self.docket.admitted[-8:] for organ in (said.publisher, *said.to)]
        mentioned = [organ for organ in mentioned if oracle.organs()[organ]["role"] in roles]
        if mentioned and self.maybe(0.5):
            return self.random.choice(mentioned)
        return self.random.choice(BY_ROLE[self.random.choice(roles)])

    def _instant(self, ahead: int) -> int:
        choices = [0, -MINUTE, -MINUTE, -HOUR, -HOUR, -DAY, ahead]
        if self.maybe(0.08):
            choices = [ahead + 1, -3 * DAY, -40 * DAY, -200 * DAY]
        return self.log_time + self.random.choice(choices)

    def _header(
        self, event_type: str, variant: str | None, aggregate: oracle.Ref | None, cited: oracle.Ref | None
    ) -> Header:
        publisher, random = self._speaker(event_type), self.random
        acting_for = self._acting_for(publisher) if self.maybe(0.08) else None
        officers = random.choice([("U-1", "U-2")] * 8 + [("U-1",), (), ("U-1", "U-9"), ("U-1", "U-1")])
        kinds = random.choice([["determination"]] * 6 + [["package"], []])
        return self._filled(
            event_type,
            publisher,
            variant=variant,
            aggregate=aggregate and AggregateRef(*aggregate),
            acting_for=acting_for,
            occurred_at=self._instant(5 * MINUTE),
            decided_at=self._instant(5 * MINUTE) if self.maybe(0.97) else None,
            served_at=self._instant(3 * DAY) if self.maybe(0.97) else None,
            due_at=self.now + random.choice([-DAY, HOUR, DAY, 10 * DAY, 20 * DAY]) if self.maybe(0.97) else None,
            to=self._to(event_type),
            cc=tuple(random.sample(["V9801", "V98", "P9801", "W98", "T98"], random.choice([0, 2, 4, 5]))),
            officers=officers,
            approver=random.choice(["U-9"] * 12 + ["U-1", None]),
            cites=self._cites(cited),
            doc_no=random.choice(["号"] * 20 + [None, ""]),
            attachments=tuple(Attachment(kind, bytes(32), 1, "application/pdf") for kind in kinds),
            severity=random.choice(["serious"] * 6 + ["ordinary", None]),
            pii_level=random.choice(["P0", "P1", "P2"]),
            campaign_id=random.choice(["JW2016", None]),
            countersignature=self._second(event_type),
        )

    def _filled(self, event_type: str, publisher: str, **fields: Any) -> Header:
        """Return a header in its publisher's chain; what is not said is null or empty."""
        mine = [digest for said, digest in self.docket.remembered if said.publisher == publisher]
        place = (0, None) if publisher.startswith("S-") else (len(mine) + 1, mine[-1] if mine else None)
        schema = registry().body(event_type).fingerprint
        empty: dict[str, Any] = dict.fromkeys(Header._fields)
        empty |= dict.fromkeys(("to", "cc", "officers", "cites", "attachments"), ())
        whole = {
            "event_id": self.random.randbytes(16), "event_type": event_type, "body_schema": schema,
            "body_hash": bytes(32), "carried_hash": bytes(32), "case_id": self.case, "publisher": publisher,
            "publisher_seq": place[0], "publisher_prev": place[1], "pii_level": "P0", "classification": "internal",
            "sealing": "clear", "region_code": self.case[4:10], "test_data": True,
        }  # fmt: skip
        return Header(**(empty | whole | fields))

    def _acting_for(self, publisher: str) -> str:
        if publisher in ("V9603", "V9702") and self.maybe(0.7):
            return "V9702"
        below = [organ for organ in oracle.organs() if publisher in oracle.superiors(organ)]
        return self.random.choice(below if below and self.maybe(0.8) else [*ALL_ORGANS, "X"])

    def _to(self, event_type: str) -> tuple[str, ...]:
        random = self.random
        if self.maybe(0.05):
            return random.choice([(), ("V9999",), ("S-police",), ("P9801", "P9801"), ("P9702", "P9801")])
        usual = ADDRESSEES.get(event_type, ["V9801", "V98", "P9801"])
        if event_type == "JointSupervisionOrdered":
            return tuple(usual)
        if event_type == "ReconsiderationRequested" and (said := self.docket.said("CriminalFilingRefused")):
            return (oracle.organ_of(said[-1]),)
        if event_type in ("SiteSuspended", "SiteRestored"):
            return ("V9801",)
        return (random.choice(usual),) if self.maybe(0.95) else (random.choice(ALL_ORGANS), random.choice(usual))

    def _cites(self, cited: oracle.Ref | None) -> tuple[Cite, ...]:
        basis = self.docket.said("ReferralDecided", "FilingInfoProvided")[-4:]
        if self.maybe(0.3):
            basis = [
                said for said, _ in self.random.sample(self.docket.remembered, min(2, len(self.docket.remembered)))
            ]
        cites = [Cite("event", str(UUID(bytes=said.event_id))) for said in basis if self.maybe(0.85)]
        if cited and self.maybe(0.9):
            cites += [Cite(*cited)] * self.random.choice([1, 1, 2])
        if self.maybe(0.25):
            cites.append(
                Cite(
                    *self.random.choice([*self._refs("site_action"), *self._refs("rectification"), ("case", self.case)])
                )
            )
        if self.maybe(0.04):
            cites.append(Cite("event", self.random.choice(["X", str(UUID(int=7)), *(c.id.upper() for c in cites)])))
        return tuple(cites)

    def _second(self, event_type: str) -> str | None:
        if event_type != "CaseItemsHandedOver":
            return self.random.choice(["P9801", "V9801", "S-police", "X"]) if self.maybe(0.02) else None
        receipts = self.docket.said("ReferralReceipted")
        return oracle.organ_of(receipts[-1]) if receipts and self.maybe(0.85) else self.random.choice(["P9702", None])

    # ------------------------------------------------------------ a system notice
    def _notice(self) -> Header:
        publisher, aggregate = self.random.choice(BY_ROLE["system"]), AggregateRef("case", self.case)
        at = self.log_time
        if not self.docket.clocks or self.maybe(0.1):
            if self.maybe(0.4):
                return self._filled("Heartbeat", publisher, occurred_at=at)
            return self._filled("DossierIssued", publisher, occurred_at=at, aggregate=aggregate, to=("V9801",))
        clock = self.random.choice(self.docket.at(at).clocks)
        is_breach = clock.outcome != "running" if self.maybe(0.9) else self.maybe(0.5)
        num, den, variant = self.random.choice([(1, 2, "half"), (4, 5, "four_fifths")])
        warning = clock.span_from + (clock.due.strict - clock.span_from) * num // den
        named = Cite("clock", clock.id)
        instant = (clock.breach or clock.due.rolled + 1) if is_breach else warning
        right = {
            "variant": None if is_breach else variant, "aggregate": AggregateRef(*clock.aggregate),
            "occurred_at": instant, "due_at": clock.due.rolled, "to": clock.owed_by[::-1], "cites": (named,),
        }  # fmt: skip
        wrong: dict[str, Callable[[], object]] = {
            "occurred_at": lambda: instant + self.random.choice([-1, 1]),
            "due_at": lambda: self.random.choice([clock.due.strict, clock.due.rolled + 1]),
            "to": lambda: (*clock.owed_by, "V00"),
            "region_code": lambda: "999999",
            "aggregate": lambda: aggregate,
            "cites": lambda: self.random.choice(
                [
                    (),
                    (Cite("clock", f"{clock.id}0"),),
                    (Cite("event", clock.id),),
                    (named, named),
                    (Cite(*aggregate), named),
                ]
            ),
            "acting_for": lambda: "S-cac",
            "variant": lambda: "half",
        }
        name = self.random.choice(list(wrong))
        changes = {name: wrong[name]()} if self.maybe(0.25) else {}
        return self._filled("DeadlineBreached" if is_breach else "DeadlineApproaching", publisher, **(right | changes))

    # ------------------------------------------------------------ the record
    def _opened(self, header: Header) -> Opened:
        signers = [signer for signer in (header.publisher, header.countersignature) if signer]
        if len(signers) > 1 and self.maybe(0.08):
            signers.pop()
        signatures = tuple(Signature(f"{signer}#1", "ed25519", bytes(64)) for signer in signers)
        return _signed(
            Opened(
                partition_of(self.case.encode(), 12), len(self.records), self.broker_time,
                self.case.encode(), bytes(32), b"header", sha256(repr(header).encode()).digest(), b"carried",
                header.carried_hash, signatures, header,
            )
        )  # fmt: skip

    def _spoilt(self, record: Opened) -> Opened:
        """Return a record with which something is wrong, or one that came before."""
        header = record.header
        assert header is not None
        key = Signature(f"{header.publisher}#0", "ed25519", bytes(64))
        foreign = Signature("P00#1", "ed25519", bytes(64))
        earlier = [old for old in self.records if old.header]
        again = self.random.choice(earlier) if earlier else record
        spoilt: list[Callable[[], Opened]] = [
            lambda: again._replace(offset=record.offset, broker_time=record.broker_time),
            lambda: again._replace(offset=record.offset, broker_time=record.broker_time),
            lambda: _with(record, event_id=again.header.event_id if again.header else b""),
            lambda: _with(record, publisher_seq=header.publisher_seq + 1),
            lambda: _with(record, publisher_prev=bytes(32)),
            lambda: _with(record, test_data=False),
            lambda: _with(record, classification="secret_mimi"),
            lambda: _with(record, event_type="Nothing"),
            lambda: _with(record, body_schema=registry().body("CaseOpened").fingerprint),
            lambda: _with(record, body_hash=bytes([1] * 32)),
            lambda: _with(record, sealing="sealed", body_hash=bytes([1] * 32)),
            lambda: _with(record, case_id=CASES[0] if self.case != CASES[0] else CASES[1]),
            lambda: _with(record, region_code=""),
            lambda: record._replace(carried_hash=bytes([2] * 32)),
            lambda: record._replace(fault="malformed", valid=()),
            lambda: record._replace(fault="unknown-schema", header=None, header_hash=None, valid=()),
            lambda: record._replace(partition=(record.partition + 1) % 12),
            lambda: record._replace(valid=(False, *record.valid[1:])),
            lambda: record._replace(valid=(*record.valid[:1], *(False for _ in record.valid[1:]))),
            lambda: _signed(record._replace(signatures=(key, *record.signatures[1:]))),
            lambda: _signed(record._replace(signatures=(foreign, *record.signatures[1:]))),
        ]
        return self.random.choice(spoilt)()


def _signed(record: Opened) -> Opened:
    """Return the record as verified: True where the key is registered for the organ, None where it is not."""
    assert record.header is not None
    organs = (record.header.publisher, record.header.countersignature)
    keys = bus().keys
    found = zip(record.signatures, organs, strict=False)
    valid = tuple(True if s.key_id in keys and keys[s.key_id].org == organ else None for s, organ in found)
    return record._replace(valid=valid)


def _with(record: Opened, **fields: Any) -> Opened:
    """Return the record with other header fields, and so with other bytes."""
    assert record.header is not None
    header = record.header._replace(**fields)
    return record._replace(header=header, header_hash=sha256(repr(header).encode()).digest())


@settings(max_examples=STREAMS)
@given(
    random=st.randoms(use_true_random=True),
    case=st.sampled_from(CASES),
    begin=st.sampled_from(BEGINNINGS).map(to_ms),
    size=st.integers(1, 70),
)
def test_fold_and_oracle_agree_on_whatever_agencies_say(random: Random, case: str, begin: int, size: int) -> None:
    """After each record the same verdict; at its end, and at any instant after it, the same states and clocks."""
    script = Script(random, case, begin)
    docket: Docket | None = None
    memory: dict[bytes, tuple[Known, ...]] = {}
    for _ in range(size):
        record = script.next()
        said = oracle.record_in(script.docket, record, bus())
        stranger = oracle.docket_of(record, bus()) != case
        after, entry = fold(None if stranger else docket, record, law(), {} if stranger else memory)
        assert (entry.verdict, entry.reason) == said, record
        if not stranger:
            docket = after
        if (known := known_by(entry)) and entry.header:
            memory[entry.header.event_id] = (*memory.get(entry.header.event_id, ()), known)
        if docket is not None:
            assert by_ledger(docket) == by_oracle(script.docket), record
    if docket is not None:
        as_of = docket.log_time + random.choice(STEPS)
        assert by_ledger(advance(docket, as_of, law())) == by_oracle(script.docket.at(as_of))
    assert oracle.judge(case, script.records, bus())[1] == script.docket


# ---------------------------------------------------------------- where the two once disagreed
def test_an_addressee_of_a_hand_over_outside_the_bus_holds_the_clue_too() -> None:
    """The newest hand-over names 甲省 in `to`: it may open the case, whatever the variant."""
    story = Story()
    clue = {"kind": "clue", "id": f"C-{story.case_id}-1"}
    at, case = "2016-07-18T10:00:00+08:00", {"kind": "case", "id": story.case_id}
    story.says("ClueFound", by="V9801", at=at, variant="feedback_not_wanted", aggregate=clue)
    story.says("ClueHandedOver", by="V9801", at=at, variant="external", aggregate=clue, to=["V98"])

    entry = story.says(
        "CaseOpened", by="V98", at=at, aggregate=case, doc_no="号", decided_at=at, officers=["U-1", "U-2"]
    )

    assert entry.verdict == "admitted"


def test_reconsideration_is_asked_of_the_organ_in_whose_name_the_referral_was_refused() -> None:
    """甲省公安厅 gave the receipt, and refused on behalf of 甲省一市: the request goes to 甲省一市."""
    story, lines = told("H3").until("H3", "ReferralReceipted"), history("H3")
    story.line(lines[7], to=["P98"])
    story.line(lines[8], publisher="P98")
    at, referral = "2016-09-16T10:00:00+08:00", {"kind": "referral", "id": f"R-{story.case_id}-1"}
    fields = {"aggregate": referral, "doc_no": "号", "served_at": at, "decided_at": at, "approver": "U-P98-90"}
    refused = story.says(
        "CriminalFilingRefused", by="P98", at=at, acting_for="P9801", variant="no_crime_fact", to=["V9801"], **fields
    )

    request = {
        "event_type": "ReconsiderationRequested", "case_id": story.case_id, "publisher": "V9801", "occurred_at": at,
        "pii_level": "P1", "region_code": "980100", "cites": [], **fields,
    }  # fmt: skip
    line = {"at": at, "header": request, "body": {"grounds": ["事实清楚"], "new_evidence_count": 0}}
    to_receiver, to_refuser = story.line(line, to=["P98"]), story.line(line, to=["P9801"])

    assert (refused.verdict, to_receiver.reason, to_refuser.verdict) == ("admitted", "wrong-addressee", "admitted")


def test_only_a_cite_of_kind_clock_names_a_clock_that_is_recorded_already() -> None:
    story = told("H1").until("H1", "CriminalReferralSent")
    referral = {"kind": "referral", "id": f"R-{story.case_id}-1"}
    entries = [
        story.says(
            "DeadlineBreached", by="S-police", at="2016-08-04T10:20:00+08:00", aggregate=referral, to=["P9801"],
            occurred_at="2016-08-04T10:15:00.001+08:00", due_at="2016-08-04T10:15:00+08:00",
            cites=[{"kind": kind, "id": f"T-REF-03/{referral['id']}/1"}],
        )
        for kind in ("clock", "event", "clock")
    ]  # fmt: skip

    assert [entry.reason for entry in entries] == [None, "not-due", "already-recorded"]
