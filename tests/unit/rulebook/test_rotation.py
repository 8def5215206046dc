from dataclasses import replace

import pytest

from yisong.errors import ContractFault
from yisong.rulebook.model import BusProfile, Key
from yisong.rulebook.propose import rotated

BORN, SINCE, UNTIL = 946_656_000_000, 1_800_000_000_000, 1_800_000_600_000


def key(key_id: str, use: str = "sign", **dates: int) -> Key:
    algorithm = "x25519" if use == "seal" else "ed25519"
    row = {"valid_from": BORN, "valid_to": None, "revoked_from": None, **dates}
    return Key(key_id=key_id, org=key_id.partition("#")[0], use=use, algorithm=algorithm, public=bytes(32), **row)  # type: ignore[arg-type]


BUS = BusProfile(
    name="production-1",
    profile="production",
    partitions=12,
    keys=(
        key("V9801#0", revoked_from=BORN + 1), key("V9801#1"), key("V9801#2", "seal"),
        key("V9801#3", valid_to=SINCE - 1), key("P9801#1"),
    ),
)  # fmt: skip


class TestARotation:
    def test_ends_the_keys_that_the_new_one_follows_and_no_other(self) -> None:
        """甲省一市版权局 gets another key to sign with: its sealing key, and the police's, go on."""
        new = key("V9801#4", valid_from=SINCE)
        rows = {one.key_id: one for one in rotated(BUS, added=[new], until=UNTIL).keys}

        before = {one.key_id: one for one in BUS.keys}
        assert rows == {**before, "V9801#1": replace(before["V9801#1"], valid_to=UNTIL), "V9801#4": new}

    def test_has_both_keys_count_for_as_long_as_they_overlap(self) -> None:
        rows = {one.key_id: one for one in rotated(BUS, added=[key("V9801#4", valid_from=SINCE)], until=UNTIL).keys}

        def usable(at: int) -> list[str]:
            return [key_id for key_id in ("V9801#1", "V9801#4") if rows[key_id].usable(at)]

        assert usable(SINCE - 1) == ["V9801#1"]
        assert usable(SINCE) == usable(UNTIL - 1) == ["V9801#1", "V9801#4"]
        assert usable(UNTIL) == ["V9801#4"]

    def test_to_a_key_that_is_registered_already_is_a_fault(self) -> None:
        with pytest.raises(ContractFault, match="V9801#1: is registered already"):
            rotated(BUS, added=[key("V9801#1")], until=UNTIL)
