"""The genesis version says, as values, what the tables say."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from yisong.contract import folder
from yisong.rulebook.identity import genesis_manifest, rulebook_hash
from yisong.rulebook.model import BusProfile, Key, Requirement, Rulebook
from yisong.rulebook.yaml_file import parse
from yisong.schemas import genesis

BUS = BusProfile(name="demo.example", profile="demo", partitions=12, keys=())
BEIJING = timezone(timedelta(hours=8))


@pytest.fixture(scope="module")
def law() -> Rulebook:
    return genesis(BUS)


def ms(*instant: int) -> int:
    return int(datetime(*instant, tzinfo=BEIJING).timestamp()) * 1000  # type: ignore[misc,arg-type]  # year to minute


class TestWhatTheTablesSay:
    def test_all_of_it_is_there(self, law: Rulebook) -> None:
        """55 types, 20 of the first release, 4 of them notices; 46 clocks, 32 run; 65 codes; 20 organs."""
        assert len(law.catalogue.events) == 55
        assert sum(event.first_release for event in law.catalogue.events.values()) == 20
        assert sum(event.is_notice for event in law.catalogue.events.values()) == 4
        assert (len(law.catalogue.records), len(law.catalogue.enums)) == (13, 39)
        assert (len(law.timers), sum(timer.automatic for timer in law.timers.values())) == (46, 32)
        assert len(law.reasons.codes) == 65
        assert sum(organ.role != "system" for organ in law.directory.organs.values()) == 20
        assert [machine.kind for machine in law.lifecycles.machines] == [
            "case", "referral", "site_action", "rectification", "supervision", "lookup", "assistance",
        ]  # fmt: skip

    def test_required_fields_come_in_the_order_always_type_variant(self, law: Rulebook) -> None:
        """The first missing one names the reason, so their order is part of the law."""
        requires = law.catalogue.events["RectificationVerified"].requires
        assert [need.field for need in requires["extended"]] == [
            "event_type", "case_id", "publisher", "occurred_at", "pii_level", "region_code",
            "variant", "aggregate", "due_at", "approver",
        ]  # fmt: skip
        assert requires["passed"][-1] == Requirement(field="officers", least=2)
        assert [need.field for need in requires[None]] == [need.field for need in requires["extended"]][:-2]

    def test_a_day_of_a_table_begins_at_midnight_in_beijing(self, law: Rulebook) -> None:
        """A delegation from 1 July 2016 holds from 00:00 +08:00, which is 16:00 UTC of the day before."""
        delegation = law.directory.delegations[0]
        assert delegation.valid_from == ms(2016, 7, 1)
        assert datetime.fromtimestamp(delegation.valid_from / 1000, UTC).hour == 16

    def test_a_year_whose_notice_was_not_looked_up_is_known_from_16_december_before(self, law: Rulebook) -> None:
        """2010 has no date of its notice; 2016 has, 10 December 2015."""
        known = {row.year: row.known_from for row in law.calendar if row.year is not None}
        assert known[2010] == ms(2009, 12, 16)
        assert known[2016] == ms(2015, 12, 10)

    def test_the_row_that_is_known_last_stands_last(self, law: Rulebook) -> None:
        """The newest row that names a day decides, so their order is that of their notices."""
        assert [row.known_from for row in law.calendar] == sorted(row.known_from for row in law.calendar)
        amended = next(row for row in law.calendar if date(2015, 9, 3) in row.holidays)
        assert amended.year is None

    def test_same_is_no_move_and_a_cited_row_says_so(self, law: Rulebook) -> None:
        rows = {machine.kind: machine.rows for machine in law.lifecycles.machines}
        preserved = next(row for row in rows["case"] if row.event == "EvidencePreserved")
        assert (preserved.to, preserved.instance) == (None, "case_id")
        located = next(row for row in rows["site_action"] if row.event == "FilingInfoProvided")
        assert (located.to, located.instance) == ("located", "cited")

    def test_an_announced_service_may_lie_three_days_ahead(self, law: Rulebook) -> None:
        assert law.reasons.future_tolerance == {
            "occurred_at": 300_000,
            "decided_at": 300_000,
            "served_at": 3 * 86_400_000,
        }
        assert law.reasons.sealed_from == ms(2030, 1, 1)

    def test_a_clock_has_its_length_whether_the_bus_runs_it_or_not(self, law: Rulebook) -> None:
        """T-ADM-01 starts on no header, and a desk counts its ten days all the same."""
        assert (law.timers["T-ADM-01"].n, law.timers["T-ADM-01"].unit) == (10, "d")
        assert (law.timers["T-REF-07"].n, law.timers["T-REF-07"].unit) == (3, "d")
        assert law.timers["T-RECT"].until_due_at
        assert law.timers["T-JS-RPT"].monthly_day == 5

    def test_a_report_of_the_calendar_says_who_owes_it_and_when(self, law: Rulebook) -> None:
        """月报: each province to the ministry, on the 5th; no event starts it."""
        report = law.timers["T-RPT-M"].report

        assert report is not None
        assert (report.role, report.levels, report.to) == ("copyright", frozenset({"province"}), "V00")
        assert (report.owed, report.monthly_day) == (("PeriodicReportFiled:monthly",), 5)
        assert law.timers["T-REF-07"].report is None


class TestHash:
    def test_covers_every_table_every_schema_of_the_log_and_the_bus(self) -> None:
        """What lies in an inbox is between a node and its desk: nodes with another schema of it have the same law."""
        files = genesis_manifest(folder(), BUS)["files"]
        assert isinstance(files, dict)
        on_disk = {f"rulebook/{path.name}" for path in (folder() / "rulebook").iterdir()}
        on_disk |= {path.relative_to(folder()).as_posix() for path in (folder() / "schemas").rglob("*.avsc")}
        assert set(files) == on_disk - {"schemas/delivery.v1.avsc"} | {"bus"}

    def test_stays_what_it_is_in_every_later_release(self, tmp_path: Path) -> None:
        """A release that brings a schema has the genesis version of those that lack it: a version registers it."""
        contract = copied(tmp_path)
        for name in ("events/clue_found.v2.avsc", "events/clue_lost.v1.avsc", "header.v2.avsc"):
            (contract / "schemas" / name).write_text("{}", encoding="utf-8")

        assert rulebook_hash(contract, BUS) == rulebook_hash(folder(), BUS)
        assert rulebook_hash(folder(), BUS).hex() == "00e0c05f199c245b03bd782abe4b131c1f071146ab94fe1d9c17737679518d36"

    def test_changes_with_one_character_of_one_file(self, tmp_path: Path) -> None:
        contract = copied(tmp_path)
        before = rulebook_hash(contract, BUS)
        timers = contract / "rulebook/timers.yaml"
        timers.write_text(timers.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        assert rulebook_hash(contract, BUS) != before

    def test_changes_with_the_name_profile_or_a_key_of_the_bus(self) -> None:
        key = signing_key(1)
        buses = [BUS, replace(BUS, name="other.example"), replace(BUS, profile="production"), replace(BUS, keys=(key,))]
        assert len({rulebook_hash(folder(), bus) for bus in buses}) == 4

    def test_does_not_depend_on_the_order_in_which_keys_are_listed(self) -> None:
        keys = (signing_key(1), signing_key(2))
        one, other = (rulebook_hash(folder(), replace(BUS, keys=order)) for order in (keys, keys[::-1]))
        assert one == other


def signing_key(n: int) -> Key:
    return Key(
        key_id=f"V9801#{n}",
        org="V9801",
        use="sign",
        algorithm="ed25519",
        public=bytes([n] * 32),
        valid_from=0,
        valid_to=None,
        revoked_from=None,
    )


def copied(tmp_path: Path) -> Path:
    for name in ("rulebook", "schemas"):
        shutil.copytree(folder() / name, tmp_path / name)
    return tmp_path


def test_the_tables_are_yaml_that_other_readers_read_alike() -> None:
    """The strict loader refuses repeated keys; what is left reads as any YAML 1.1 reader reads it."""
    for path in sorted((folder() / "rulebook").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        assert parse(text, file=path.name) == yaml.safe_load(text)
