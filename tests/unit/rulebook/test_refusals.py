"""What the strict loader must refuse: one small corruption a row, each with a sentence of its own."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from yisong.contract import folder
from yisong.errors import ContractFault
from yisong.rulebook import load
from yisong.rulebook.model import BusProfile, Key
from yisong.schemas import registry

BUS = BusProfile(name="demo.example", profile="demo", partitions=12, keys=())

_LINE = re.compile(r"^([\w/]+\.yaml):(\d+)")
_OF_A_TABLE = re.compile(r"[\w/]+\.yaml")
EVENTS, CODES = "events.yaml", "reasons.yaml"

CORRUPTIONS: list[dict[str, str]] = yaml.safe_load(Path(__file__).with_name("corruptions.yaml").read_text("utf-8"))


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    shutil.copytree(folder() / "rulebook", tmp_path / "rulebook")
    (tmp_path / "schemas").symlink_to(folder() / "schemas")
    return tmp_path


@pytest.mark.parametrize("row", CORRUPTIONS, ids=lambda row: f"{row['file']}: {row['says']}")
def test_a_small_corruption_is_refused_by_name(contract: Path, row: dict[str, str]) -> None:
    """Each of the tables, with one word changed, is refused with a sentence that names the place."""
    path = contract / "rulebook" / row["file"]
    text = path.read_text(encoding="utf-8")
    assert row["old"] in text, "the row no longer fits the table: it would prove nothing"
    path.write_text(text.replace(row["old"], row["new"], 1), encoding="utf-8")

    with pytest.raises(ContractFault, match=r"correct the places named|can't be read") as raised:
        load(contract, bus=BUS, schema_event_types=registry().event_types)

    assert any(re.search(row["says"], _LINE.sub(r"\1", fault)) for fault in raised.value.faults)
    assert [fault for fault in raised.value.faults if _OF_A_TABLE.match(fault) and not _LINE.match(fault)] == []


def test_faults_name_the_line_on_which_they_stand(contract: Path) -> None:
    """Of most the very line that was changed; of the others that of the entry that no longer fits it."""
    named = [_named_line(contract, row) for row in CORRUPTIONS[::16]]
    exact = [changed for changed, line in named if changed == line]

    assert len(exact) > len(named) / 2


def _named_line(contract: Path, row: dict[str, str]) -> tuple[int, int | None]:
    """Return the line that a corruption changes, and the one that its fault names."""
    path = contract / "rulebook" / row["file"]
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(row["old"], row["new"], 1), encoding="utf-8")
    try:
        load(contract, bus=BUS, schema_event_types=registry().event_types)
    except ContractFault as found:
        said = next((one for one in found.faults if re.search(row["says"], _LINE.sub(r"\1", one))), "")
    finally:
        path.write_text(text, encoding="utf-8")
    pairs = zip(text.splitlines(), text.replace(row["old"], row["new"], 1).splitlines(), strict=False)
    changed = next((number for number, (one, other) in enumerate(pairs, start=1) if one != other), 0)
    line = _LINE.match(said)
    return changed, int(line[2]) if line else None


def test_the_untouched_tables_are_sound(contract: Path) -> None:
    assert load(contract, bus=BUS, schema_event_types=registry().event_types).n == 1


def test_all_faults_of_all_files_are_named_at_once(contract: Path) -> None:
    changes = ((EVENTS, "enum:urgency", "enum:haste"), (CODES, "step: 11, zh: 单位层级", "step: 12, zh: 单位层级"))
    for file, old, new in changes:
        path = contract / "rulebook" / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    with pytest.raises(ContractFault, match="contradicts itself") as raised:
        load(contract, bus=BUS, schema_event_types=registry().event_types)

    assert any("there is no enum haste" in fault for fault in raised.value.faults)
    assert any("there is no step 12" in fault for fault in raised.value.faults)
    assert any("the enumeration urgency is used by nothing" in fault for fault in raised.value.faults)


def test_a_missing_file_and_a_stranger_are_both_named(contract: Path) -> None:
    (contract / "rulebook/timers.yaml").unlink()
    (contract / "rulebook/notes.yaml").write_text("a: 1\n")

    with pytest.raises(ContractFault, match=r"(?s)notes\.yaml: no part of the rulebook.*no such file"):
        load(contract, bus=BUS, schema_event_types=registry().event_types)


KEY = Key(
    key_id="V9801#1",
    org="V9801",
    use="sign",
    algorithm="ed25519",
    public=bytes(32),
    valid_from=0,
    valid_to=None,
    revoked_from=None,
)

BUSES: list[tuple[BusProfile, str]] = [
    (replace(BUS, name="Demo\n"), r"a name has small letters"),
    (replace(BUS, partitions=0), r"at least one partition"),
    (replace(BUS, keys=(replace(KEY, org="V77", key_id="V77#1"),)), r"V77#1: there is no organ V77"),
    (replace(BUS, keys=(replace(KEY, key_id="V97#1"),)), r"a key of V9801 is called V9801#1"),
    (replace(BUS, keys=(KEY, KEY)), r"the key V9801#1 stands twice"),
    (replace(BUS, keys=(KEY, replace(KEY, key_id="V9801#2"))), r"the public key 0+ stands twice"),
    (replace(BUS, keys=(replace(KEY, algorithm="rsa"),)), r"a key to sign is ed25519"),
    (replace(BUS, keys=(replace(KEY, algorithm="ml-dsa-44"),)), r"a key to sign is ed25519"),
    (replace(BUS, keys=(replace(KEY, use="cosign", algorithm="ml-dsa-44"),)), r"a public key has 1312 bytes"),
    (replace(BUS, keys=(replace(KEY, public=b"short"),)), r"a public key has 32 bytes"),
    (replace(BUS, keys=(replace(KEY, valid_to=0),)), r"V9801#1: ends before it begins"),
]


@pytest.mark.parametrize(("bus", "sentence"), BUSES)
def test_an_unsound_bus_profile_is_refused(bus: BusProfile, sentence: str) -> None:
    with pytest.raises(ContractFault, match=sentence):
        load(folder(), bus=bus, schema_event_types=registry().event_types)


def test_no_row_passes_because_of_a_sentence_that_always_comes() -> None:
    assert not [
        row for row in CORRUPTIONS if re.search(row["says"], "The rulebook contradicts itself; correct the places")
    ]
