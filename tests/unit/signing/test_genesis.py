from pathlib import Path

from yisong import schemas
from yisong.rulebook.model import BusProfile
from yisong.signing.genesis import make_genesis_keys
from yisong.signing.keystore import Keystore

DIRECTORY = schemas.genesis(BusProfile(name="demo", profile="demo", partitions=12, keys=())).directory


class TestGenesisKeys:
    def test_are_those_of_the_directorys_key_rules(self, tmp_path: Path) -> None:
        """Every organ has a revoked key #0 and a good key #1; a node also seals and cosigns, with keys of their own."""
        rows = make_genesis_keys(Keystore(tmp_path), DIRECTORY)

        uses = {org: [(row.key_id, row.use) for row in rows if row.org == org] for org in DIRECTORY.organs}
        assert uses["V9801"] == [("V9801#0", "sign"), ("V9801#1", "sign"), ("V9801#2", "seal")]
        assert uses["S-police"] == [
            ("S-police#0", "sign"),
            ("S-police#1", "sign"),
            ("S-police#2", "seal"),
            ("S-police#3", "cosign"),
        ]
        assert len({row.public for row in rows}) == len(rows) == 20 * 3 + 4 * 4

    def test_are_valid_from_2000_and_number_zero_is_revoked_from_2011(self, tmp_path: Path) -> None:
        """Instants are midnights of +08:00."""
        rows = make_genesis_keys(Keystore(tmp_path), DIRECTORY)

        assert {row.valid_from for row in rows} == {946_656_000_000}
        assert {(row.key_id.endswith("#0"), row.revoked_from) for row in rows} == {
            (True, 1_293_811_200_000),
            (False, None),
        }

    def test_are_found_again_with_their_private_halves(self, tmp_path: Path) -> None:
        """A node that starts the second time has the keys of the first."""
        rows = make_genesis_keys(Keystore(tmp_path), DIRECTORY)
        again = Keystore(tmp_path)

        assert again.keys() == rows
        assert all(len(again.private(row.key_id)) == 32 for row in rows)
