"""Behind the gateway a reader is an organ: what of what a line has counted is for which of its organs?"""

import re
from pathlib import Path
from uuid import UUID

import yisong.statistics
from tests.unit.ledger.story import law
from yisong.envelope.header import Cite
from yisong.statistics.readers import Restricted, restricted
from yisong.statistics.rows import Stated
from yisong.statistics.rules import AMOUNTS, COUNTED, WANTED, amounts

OURS = frozenset({"V00", "V98", "V9801"})
#: What the statistics read in bodies, beside what a report says: of each event type and record.
FIELDS = {
    "InspectionRecorded": ("sites_checked", "works_checked", "problems_found", "items", "platform_type"),
    "PenaltyDecided": ("penalties",),
    "CriminalCaseFiled": ("amount_involved_fen", "cluster_id"),
    "ReconsiderationDecided": ("amount_involved_fen",),
    "SiteSuspended": ("sites_count",),
    "LicenceOrFilingCancelled": ("sites_count",),
    "TakedownRecorded": ("links",),
    "ClueFound": ("source", "work_types", "platform_type"),
    "CaseOpened": ("work_types", "platform_type"),
    "CasesLinked": ("cluster_id",),
    "PeriodicReportFiled": ("period", "template", "report_version", "figures"),
    "Penalty": ("kind", "amount_fen"),
    "SeizedItem": ("measure", "quantity", "unit"),
    "ReportFigure": ("column", "value", "unit", "work_type", "platform_type", "source"),
}


def stated(number: int, event_type: str, *, organ: str = "V9801", cites: bytes | None = None) -> Stated:
    named = () if cites is None else (Cite("event", str(UUID(bytes=cites))),)
    return Stated(
        3, number + 10, number, bytes([number]) * 16, event_type, None, organ, organ, None,
        of_case=False, occurred_at=0, campaign=None, to=(), cc=(), cites=named,
    )  # fmt: skip


def test_what_all_of_the_line_may_read_has_no_row() -> None:
    events = [stated(1, "ClueFound"), stated(2, "InspectionRecorded"), stated(3, "CaseOpened")]

    found = list(restricted("C", events, {1: frozenset({"V9801", "V98", "P00"}), 3: OURS | {"P00"}}, OURS))

    assert found == [Restricted(3, 11, 11, "C", "ClueFound", ("V98", "V9801"))]


def test_a_correction_restricts_what_it_corrects_from_itself_on_and_nothing_that_another_organ_said() -> None:
    events = [
        stated(1, "InspectionRecorded"),
        stated(2, "InspectionRecorded", organ="V98"),
        stated(3, "EventCorrected", cites=bytes([1]) * 16),
        stated(4, "EventCorrected", cites=bytes([2]) * 16),
    ]

    found = list(restricted("C", events, {3: frozenset({"V9801"}), 4: frozenset({"V9801"})}, OURS))

    assert found == [Restricted(3, 11, 13, "C", "InspectionRecorded", ("V9801",))]


def test_the_columns_that_stand_in_bodies_are_those_that_have_no_value_without_one() -> None:
    every = {
        one.stat
        for event_type in WANTED
        for variant in (None, *(law().events[event_type].variants or ()))
        for one in amounts(event_type, variant, None, "not-in-audience")
        if one.value is None
    }

    assert every == set(AMOUNTS)
    assert every.isdisjoint(stat for stats in COUNTED.values() for stat in stats)


def test_what_was_erased_is_looked_for_under_the_same_columns() -> None:
    text = (Path(yisong.statistics.__file__).parent / "queries.sql").read_text("utf-8")
    opened = text.partition("-- opened --")[2].partition("-- place --")[0]

    assert tuple(re.findall(r"'([a-z]+_[a-z_]+)'", opened)) == AMOUNTS


def test_nothing_that_is_counted_is_about_persons() -> None:
    """A sum is of level P0, and no reading of a body: that is why looking at one is not on the log of readings."""
    catalogue = law().rulebook.catalogue
    for name, fields in FIELDS.items():
        known = catalogue.events[name].body if name in catalogue.events else catalogue.records[name]
        levels = {one.name: one.pii for one in known}
        for field in fields:
            assert field in levels, (name, field)
            is_nested = (name, field) in {("PenaltyDecided", "penalties"), ("InspectionRecorded", "items")}
            assert levels[field] == "P0" or is_nested, (name, field, levels[field])
