"""How does a joint supervision stand, over the dockets of all its member cases?"""

from typing import Any

import pytest

from tests.unit.audit.linking import FAR, FIRST, SECOND, Cases
from tests.unit.ledger.story import law
from yisong.audit.supervised import Supervised, Supervision, supervisions_of
from yisong.audit.supervisions import Act as Acknowledging
from yisong.audit.supervisions import acknowledged
from yisong.publishing.instants import to_ms, to_text

REF = {"kind": "supervision", "id": f"D-{FIRST}-1"}


@pytest.fixture
def cases() -> Cases:
    """Give two cases, of which V00 supervises the first together with the second and one of another bus."""
    found = Cases()
    for case_id in (FIRST, SECOND):
        found.story(case_id)
    members = [{"kind": "case", "id": one} for one in (FIRST, SECOND, FAR)]
    found.says(
        "JointSupervisionOrdered", {"level": "joint", "report_cycle": "monthly", "requirements": "年底前办结"},
        case_id=FIRST, by="V00", at="2016-08-01T10:00:00+08:00", to=["V9801", "V9702"], cc=["W00", "P00"],
        cites=members, doc_no="国版督字〔2016〕1号", due_at="2016-12-30T23:59:59+08:00", aggregate=REF,
    )  # fmt: skip
    return found


def reported(cases: Cases, variant: str, *, at: str, **fields: Any) -> None:
    body = {"period": at[:7], "text": "在办", "figures": []}
    about = {"aggregate": REF, "to": ["V00"], "variant": variant}
    cases.says("SupervisionProgressReported", body, case_id=FIRST, by="V9801", at=at, **about, **fields)


def seen(cases: Cases, *, as_of: str = "2016-08-20T00:00:00+08:00") -> Supervision:
    moment = to_ms(as_of)
    dockets = {case_id: (docket, moment) for case_id, docket in cases.dockets.items()}
    acts = [Acknowledging(entry.log_time, entry.header) for entry in cases.stories[FIRST].entries if entry.header]
    (found,) = supervisions_of(cases.acts, acknowledged(acts), dockets, law())
    return found


def test_shows_every_member_case_with_its_state_and_whether_it_is_dealt_with(cases: Cases) -> None:
    """The rule that lifts it reads the docket of the order only: here one sees the others, too."""
    penalty = {
        "variant": "non_monetary", "aggregate": {"kind": "case", "id": SECOND}, "doc_no": "罚〔2016〕1号",
        "decided_at": "2016-08-10T10:00:00+08:00", "served_at": "2016-08-10T10:00:00+08:00", "severity": "ordinary",
        "approver": "U-V9702-90", "officers": ["U-1", "U-2"],
    }  # fmt: skip
    cases.story(SECOND).says("PenaltyDecided", by="V9702", at="2016-08-10T10:00:00+08:00", **penalty)

    assert seen(cases).members == (
        Supervised(FIRST, "open", "V9801", dealt_with=False),
        Supervised(SECOND, "penalised", "V9702", dealt_with=True),
        Supervised(FAR, None, None, dealt_with=False),
    )
    assert seen(cases).open_members == (FIRST, FAR)


def test_shows_who_leads_and_which_co_signers_have_not_acknowledged_it(cases: Cases) -> None:
    at = "2016-08-02T10:00:00+08:00"
    cases.stories[FIRST].says("DocumentServed", by="W00", at=at, served_at=at, to=["V00"], cites=[REF])

    found = seen(cases)
    assert (found.orderer, found.leads, found.level) == ("V00", ("V9801", "V9702"), "joint")
    assert found.awaited == ("P00",)
    assert {one.co_signer: one.acknowledged_at for one in found.acknowledgements} == {"P00": None, "W00": to_ms(at)}


def test_shows_the_next_report_that_is_due_and_those_that_were_filed(cases: Cases) -> None:
    """Due on 5 August, reported on the 4th, and so due again on 5 September."""
    first = seen(cases, as_of="2016-08-03T00:00:00+08:00").report_due
    assert first is not None
    assert to_text(first.due_strict) == "2016-08-05T23:59:59.999+08:00"

    reported(cases, "progress", at="2016-08-04T10:00:00+08:00")

    found = seen(cases)
    assert [(one.variant, one.organ, one.period) for one in found.reports] == [("progress", "V9801", "2016-08")]
    assert found.report_due is not None
    assert to_text(found.report_due.due_strict) == "2016-09-05T23:59:59.999+08:00"
    assert found.state == "active"


def test_a_report_that_was_due_and_did_not_come_is_late(cases: Cases) -> None:
    found = seen(cases).report_due

    assert found is not None
    assert found.outcome == "late"


def test_says_nothing_of_a_level_or_period_that_cannot_be_read_here(cases: Cases) -> None:
    reported(cases, "progress", at="2016-08-04T10:00:00+08:00", hidden=True)
    cases.acts[0] = type(cases.acts[0])(
        partition=0, offset=0, number=0, log_time=cases.acts[0].log_time, header=cases.acts[0].header
    )

    assert (seen(cases).level, [one.period for one in seen(cases).reports]) == (None, [None])


def test_is_over_once_it_is_lifted_and_nothing_is_awaited_any_more(cases: Cases) -> None:
    reported(cases, "final", at="2016-08-04T10:00:00+08:00")
    cases.says(
        "JointSupervisionLifted", {"result": "已处罚", "waiver": "先行解除"}, case_id=FIRST, by="V00",
        at="2016-08-10T10:00:00+08:00", variant="waived", aggregate=REF, to=["V9801"], doc_no="国版督字〔2016〕2号",
    )  # fmt: skip

    found = seen(cases)
    assert found.lifted is not None
    assert (found.lifted.variant, found.state, found.report_due, found.awaited) == ("waived", "lifted", None, ())
    assert found.due is not None
    assert found.due.outcome == "on_time"
