"""Which versions of the rulebook are valid, and why is another one void?"""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from tests.versions import CALENDAR, DIRECTORY, THREE, TIMERS, after, edited, revoking, signed_by, with_organ
from yisong.contract import folder
from yisong.errors import ContractFault
from yisong.rulebook.growth import growth
from yisong.rulebook.identity import BUS
from yisong.rulebook.model import BusProfile
from yisong.rulebook.propose import fitness
from yisong.rulebook.succession import LEAD, Published, Succession, Valid, judge, succeed
from yisong.rulebook.tables import GROWTH
from yisong.rulebook.version import SignedVersion, Version, decode, encode, genesis_version
from yisong.schemas import genesis, rulebook_of
from yisong.signing import Keystore, make_genesis_keys, verifies

NOON = 1_800_000_000_000
IN_FORCE = NOON + LEAD
T_REF_01 = "effective_from: 2001-07-09, effective_to: null, responsible: copyright, owed_by: publisher, who: head"
YEAR_2027 = "  2027: {known_from: 2026-11-01, tag: G, holidays: [2027-01-01], workdays: []}"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keystore:
    return Keystore(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def first(keys: Keystore) -> Version:
    """Return the genesis version of a production bus."""
    bus = BusProfile(name="versions.example", profile="production", partitions=12, keys=())
    return genesis_version(folder(), replace(bus, keys=make_genesis_keys(keys, genesis(bus).directory)))


def faults(newest: Version, signed: SignedVersion, *, at: int = NOON) -> str:
    return "; ".join(judge(newest, signed, append_time=at, verifies=verifies).faults)


class TestTheGenesisVersion:
    def test_has_the_hash_that_every_node_had_before_there_were_others(self, first: Version) -> None:
        """The hash of the bus's own files and keys; `load` gives it to the rulebook."""
        assert first.hash == genesis(first.bus).hash == rulebook_of(first).hash

    def test_is_in_force_until_another_one_is(self, first: Version, keys: Keystore) -> None:
        """A version that is read but not yet effective changes nothing."""
        second = after(first, at=IN_FORCE, files=with_organ(first, "P980102"))
        succession = succeed(
            Succession(valid=(Valid(version=first),)),
            Published(0, NOON, True, encode(signed_by(second, THREE, keys))),  # noqa: FBT003 (a record)
            verifies=verifies,
        )

        assert [one.version.n for one in succession.valid] == [1, 2]
        assert succession.in_force(IN_FORCE - 1).n == 1
        assert succession.in_force(IN_FORCE).n == 2
        assert succession.in_force(0).n == 1


class TestAVersionIsValid:
    def test_signed_by_three_of_four_ten_minutes_ahead(self, first: Version, keys: Keystore) -> None:
        second = after(first, at=IN_FORCE, files=with_organ(first, "P980102"))
        judged = judge(first, signed_by(second, THREE, keys), append_time=NOON, verifies=verifies)

        assert judged.faults == ()
        assert judged.nodes == THREE
        assert [(one.kind, one.row) for one in judged.changes] == [("added", "orgs P980102")]
        assert "P980102" in rulebook_of(second).directory.organs

    @pytest.mark.parametrize(
        ("path", "old", "new", "change"),
        [
            (TIMERS, T_REF_01, T_REF_01.replace("effective_to: null", "effective_to: 2027-01-01"),
             ("ended", "timers T-REF-01")),
            (DIRECTORY, "{id: S-police,    node: police,    role: system, valid_from: 2010-01-01, valid_to: null}",
             "{id: S-police, node: police, role: system, valid_from: 2010-01-01, valid_to: 2040-01-01}",
             ("ended", "system_orgs S-police")),
            ("rulebook/reasons.yaml", "from: 2030-01-01", "from: 2027-06-01", ("forward", "sealing_required from")),
            (CALENDAR, "\namendments:", f"\n{YEAR_2027}\namendments:",
             ("added", "years 2027")),
        ],
    )  # fmt: skip
    def test_where_a_row_is_added_or_ended_by_date(  # noqa: PLR0917 (a case)
        self, first: Version, keys: Keystore, path: str, old: str, new: str, change: tuple[str, str]
    ) -> None:
        second = after(first, at=IN_FORCE, files=edited(first, path, old, new))
        judged = judge(first, signed_by(second, THREE, keys), append_time=NOON, verifies=verifies)

        assert judged.faults == ()
        assert [one[1:3] for one in judged.changes] == [change]
        rulebook_of(second)

    def test_where_a_rule_ends_and_another_of_its_id_is_appended(self, first: Version, keys: Keystore) -> None:
        """A change of law is a row with a date: T-REF-01 has three days till the end of 2026, and five from then on."""
        text = first.files[TIMERS]
        begin = text.index("- {id: T-REF-01,")
        row = text[begin : text.index("- {id: T-REF-02,")]
        ended = row.replace("effective_to: null", "effective_to: 2027-01-01")
        begun = row.replace("{n: 3, unit: d}", "{n: 5, unit: d}").replace("2001-07-09", "2027-01-01")
        second = after(first, at=IN_FORCE, files={TIMERS: text.replace(row, ended) + begun})

        assert faults(first, signed_by(second, THREE, keys)) == ""
        timer = rulebook_of(second).timers["T-REF-01"]
        assert [one.n for one in (*timer.earlier, timer)] == [3, 5]
        overlapping = begun.replace("effective_from: 2027-01-01", "effective_from: 2026-12-31")
        with pytest.raises(ContractFault, match="does not end before the later one begins"):
            rulebook_of(replace(second, files={**second.files, TIMERS: text.replace(row, ended) + overlapping}))
        binding = begun.replace("effective_from", "survives_end: true, effective_from")
        with pytest.raises(ContractFault, match="are asked of clocks that run under the earlier one"):
            rulebook_of(replace(second, files={**second.files, TIMERS: text.replace(row, ended) + binding}))

    def test_whatever_stands_in_its_comments(self, first: Version, keys: Keystore) -> None:
        second = after(first, at=IN_FORCE, files={TIMERS: "# read again in 2027\n" + first.files[TIMERS]})

        assert faults(first, signed_by(second, THREE, keys)) == ""

    def test_when_one_node_revokes_keys_of_its_own(self, first: Version, keys: Keystore) -> None:
        """Of its system organ, and of the organs that it hosts: nobody else has to agree."""
        files = revoking(first, "S-police#3", "P9801#1", at=IN_FORCE)
        second = after(first, at=IN_FORCE, files=files)

        assert faults(first, signed_by(second, ["police"], keys)) == ""
        assert rulebook_of(second).keys["P9801#1"].revoked_from == IN_FORCE


class TestAVersionIsVoid:
    def test_signed_by_two_of_four(self, first: Version, keys: Keystore) -> None:
        second = after(first, at=IN_FORCE, files=with_organ(first, "P980102"))

        assert "signed by 2 of the four nodes (cac, miit); 3 are needed" in faults(
            first, signed_by(second, ["cac", "miit"], keys)
        )

    def test_signed_by_nobody_and_is_not_even_looked_into(self, first: Version) -> None:
        second = SignedVersion(version=after(first, at=IN_FORCE, files={TIMERS: "["}))

        assert faults(first, second) == "signed by none of the four nodes; 3 are needed"

    @pytest.mark.parametrize("key", ["S-{}#0", "S-{}#3"])
    def test_signed_with_keys_that_are_revoked_or_for_checkpoints(
        self, first: Version, keys: Keystore, key: str
    ) -> None:
        second = after(first, at=IN_FORCE, files=with_organ(first, "P980102"))

        assert "signed by none" in faults(first, signed_by(second, THREE, keys, key=key))

    def test_signed_for_another_bus(self, first: Version, keys: Keystore) -> None:
        """The name of the bus is signed: what three nodes said elsewhere is no law here."""
        second = after(first, at=IN_FORCE)
        elsewhere = replace(second, files={BUS: first.files[BUS].replace("versions.example", "other.example")})
        signatures = signed_by(elsewhere, THREE, keys).signatures

        assert "signed by none" in faults(first, SignedVersion(version=second, signatures=signatures))

    def test_changed_after_it_was_signed(self, first: Version, keys: Keystore) -> None:
        signed = signed_by(after(first, at=IN_FORCE, files=with_organ(first, "P980102")), THREE, keys)
        changed = replace(signed, version=after(first, at=IN_FORCE, files=with_organ(first, "P980103")))

        assert "signed by none" in faults(first, changed)

    def test_effective_a_millisecond_too_early(self, first: Version, keys: Keystore) -> None:
        second = signed_by(after(first, at=IN_FORCE - 1, files=with_organ(first, "P980102")), THREE, keys)

        assert "less than ten minutes after it was appended" in faults(first, second)
        assert faults(first, second, at=NOON - 1) == ""

    @pytest.mark.parametrize(
        ("instead", "because"),
        [({"n": 3}, "its number is 3, and the next one is 2"), ({"prev_hash": bytes(32)}, "does not follow version 1")],
    )
    def test_out_of_its_place(self, first: Version, keys: Keystore, instead: dict[str, object], because: str) -> None:
        assert because in faults(first, signed_by(after(first, at=IN_FORCE, **instead), THREE, keys))  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("path", "old", "new", "because"),
        [
            (TIMERS, "duration: {n: 3, unit: d}, roll: forward,\n   starts_on: [{event: ReferralProposed",
             "duration: {n: 4, unit: d}, roll: forward,\n   starts_on: [{event: ReferralProposed",
             "timers T-REF-01 duration: is changed"),
            (TIMERS, T_REF_01, T_REF_01.replace("2001-07-09", "2001-07-10"),
             "timers T-REF-01 effective_from: is changed"),
            (DIRECTORY, "- {id: P9603,", "# - {id: P9603,", "orgs P9603: is missing"),
            (DIRECTORY, "valid_from: 2016-07-01, valid_to: 2016-12-01", "valid_from: 2016-07-01, valid_to: 2017-12-01",
             "delegations V9702 valid_to: is changed"),
            (DIRECTORY, "  miit:      {hosts: miit}", "  miit:      {hosts: police}", "nodes: is changed"),
            (CALENDAR, "holidays: [2004-01-01, 2004-01-22,", "holidays: [2004-01-22,", "years 2004: is changed"),
            ("rulebook/reasons.yaml", "from: 2030-01-01", "from: 2030-01-02", "sealing_required from: is changed"),
            ("rulebook/reasons.yaml", "occurred_at: {minutes: 5}", "occurred_at: {minutes: 6}",
             "future_tolerance: is changed"),
            ("rulebook/lifecycles.yaml", "general_guards: [not-before-start]", "general_guards: []",
             "general_guards: is changed"),
            ("schemas/header.v1.avsc", '"type": "record"', '"type":  "record"', "a schema is never changed"),
            (DIRECTORY, "version: 1\n", "version: 1\nversion: 1\n", "stands twice"),
            (BUS, '"partitions":12', '"partitions":13', "partitions: is changed"),
        ],
    )  # fmt: skip
    def test_where_a_row_is_altered(  # noqa: PLR0917 (a case)
        self, first: Version, keys: Keystore, path: str, old: str, new: str, because: str
    ) -> None:
        text = first.files[path]
        assert old in text
        second = after(first, at=IN_FORCE, files={path: text.replace(old, new, 1)})

        assert because in faults(first, signed_by(second, THREE, keys))

    def test_where_a_file_is_missing_or_strange(self, first: Version, keys: Keystore) -> None:
        rest = {path: text for path, text in first.files.items() if path != TIMERS}
        second = after(first, at=IN_FORCE)
        second = replace(second, files={**rest, "rulebook/more.yaml": "", "schemas/../x.avsc": ""})

        found = faults(first, signed_by(second, THREE, keys))
        assert "rulebook/timers.yaml: is missing" in found
        assert "rulebook/more.yaml: is no file" in found
        assert "schemas/../x.avsc: is no file" in found

    def test_where_a_key_gets_other_bytes_or_comes_to_life_again(self, first: Version, keys: Keystore) -> None:
        bus = json.loads(first.files[BUS])
        rows = {row["key_id"]: row for row in bus["keys"]}
        rows["P9801#1"]["public"] = rows["P97#1"]["public"]
        rows["P9801#0"]["revoked_from"] = None
        found = faults(first, signed_by(after(first, at=IN_FORCE, files={BUS: json.dumps(bus)}), THREE, keys))

        assert "keys P9801#1 public: is changed" in found
        assert "keys P9801#0 revoked_from: is changed" in found

    def test_when_one_node_revokes_a_key_of_another(self, first: Version, keys: Keystore) -> None:
        second = after(first, at=IN_FORCE, files=revoking(first, "P9801#1", "V9801#1", at=IN_FORCE))

        assert "or those whose keys they are: V9801#1" in faults(first, signed_by(second, ["police"], keys))

    def test_when_one_node_does_more_than_revoke(self, first: Version, keys: Keystore) -> None:
        files = {**revoking(first, "P9801#1", at=IN_FORCE), **with_organ(first, "P980102")}

        assert "3 are needed" in faults(first, signed_by(after(first, at=IN_FORCE, files=files), ["police"], keys))
        assert "3 are needed" in faults(first, signed_by(after(first, at=IN_FORCE), ["police"], keys))

    def test_when_a_revocation_alone_would_bring_forward_what_waits(self, first: Version, keys: Keystore) -> None:
        """Version 2 waits for January; a version 3 of the police alone contains it."""
        second = after(first, at=IN_FORCE + 1_000_000, files=with_organ(first, "P980102"))
        third = after(second, at=IN_FORCE, files=revoking(second, "P9801#1", at=IN_FORCE))

        assert "does not bring forward version 2" in faults(second, signed_by(third, ["police"], keys))
        assert faults(second, signed_by(third, THREE, keys)) == ""

    def test_signed_with_a_key_that_the_version_before_has_revoked(self, first: Version, keys: Keystore) -> None:
        second = after(first, at=IN_FORCE, files=revoking(first, "S-miit#1", at=IN_FORCE))
        third = after(second, at=IN_FORCE + LEAD, files=with_organ(second, "P980102"))

        assert faults(second, signed_by(third, THREE, keys), at=IN_FORCE - 1) == ""
        assert "signed by 2 of" in faults(second, signed_by(third, THREE, keys), at=IN_FORCE)


class TestARecordOfTheTopic:
    @pytest.mark.parametrize(
        ("spoil", "because"),
        [
            (lambda _: None, "no JSON"),
            (lambda _: b"\xff", "no JSON"),
            (lambda value: value[:-1], "no JSON"),
            (lambda _: b"{}", "version: missing"),
            (lambda value: b" " + value, "canonical"),
            (lambda value: value.replace(b'"n":2', b'"n":2.0'), "version.n"),
            (lambda value: value.replace(b'"n":2', b'"m":0,"n":2'), "unknown key"),
        ],
    )
    def test_that_is_no_version_is_void_and_named(
        self, first: Version, keys: Keystore, spoil: Callable[[bytes], bytes | None], because: str
    ) -> None:
        good = encode(signed_by(after(first, at=IN_FORCE, files=with_organ(first, "P980102")), THREE, keys))
        record = Published(7, NOON, True, spoil(good))  # noqa: FBT003 (a record)
        succession = succeed(Succession(valid=(Valid(version=first),)), record, verifies=verifies)

        assert [one.published.offset for one in succession.void] == [7]
        assert because in "; ".join(succession.void[0].faults)

    def test_whose_time_its_sender_chose_is_void(self, first: Version, keys: Keystore) -> None:
        value = encode(signed_by(after(first, at=IN_FORCE, files=with_organ(first, "P980102")), THREE, keys))
        record = Published(0, NOON, False, value)  # noqa: FBT003 (a record)
        succession = succeed(Succession(valid=(Valid(version=first),)), record, verifies=verifies)

        assert "the sender's word" in succession.void[0].faults[0]

    def test_of_a_demo_bus_is_void(self, keys: Keystore) -> None:
        rows = keys.keys()
        demo = genesis_version(folder(), BusProfile(name="demo.example", profile="demo", partitions=12, keys=rows))
        value = encode(signed_by(after(demo, at=IN_FORCE, files=with_organ(demo, "P980102")), THREE, keys))
        record = Published(0, NOON, True, value)  # noqa: FBT003 (a record)
        succession = succeed(Succession(valid=(Valid(version=demo),)), record, verifies=verifies)

        assert succession.void[0].faults == ("a demo bus has the genesis version only",)

    def test_comes_back_as_it_was_written(self, first: Version, keys: Keystore) -> None:
        signed = signed_by(after(first, at=IN_FORCE, files=with_organ(first, "P980102")), THREE, keys)

        assert decode(encode(signed)) == signed


class TestWhatANodeSigns:
    def test_must_be_followed_by_its_own_release(self, first: Version) -> None:
        """An appended row that contradicts the rest would stop every node, so nobody signs it."""
        files = with_organ(first, "P980102", valid_from="2010-01-01")
        files[DIRECTORY] = files[DIRECTORY].replace("parent: P9801,", "parent: P9899,")
        second = after(first, at=IN_FORCE, files=files)
        fit = partial(fitness, Succession(valid=(Valid(version=first),)), now=NOON, load=rulebook_of)

        assert any("P9899" in fault for fault in fit(second)[1])
        assert fit(after(first, at=IN_FORCE, files=with_organ(first, "P980102")))[1] == ()
        assert "it changes nothing" in fit(after(first, at=IN_FORCE))[1]

    def test_holds_no_schema_that_this_release_lacks(self, first: Version) -> None:
        second = after(first, at=IN_FORCE, files={"schemas/header.v2.avsc": first.files["schemas/header.v1.avsc"]})

        assert growth(first.files, second.files)[1] == ()
        with pytest.raises(ContractFault, match=r"header\.v2\.avsc: did not come with this release"):
            rulebook_of(second)


def test_every_file_of_the_rulebook_says_how_it_grows(first: Version) -> None:
    """A file that is not in the tables could never be changed."""
    assert {path for path in first.files if not path.startswith("schemas/")} == set(GROWTH)
