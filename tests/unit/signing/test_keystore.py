import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from nacl.pwhash import argon2id
from nacl.signing import SigningKey

from yisong.errors import KeyNotUsable
from yisong.signing import passphrase
from yisong.signing.keystore import Keystore

if TYPE_CHECKING:
    from yisong.signing.key_file import KeyUse

PASSPHRASE = "移送"  # noqa: S105 (of keys that exist for the length of a test)


@pytest.fixture(autouse=True)
def _cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passphrase, "OPS", argon2id.OPSLIMIT_MIN)
    monkeypatch.setattr(passphrase, "MEMORY", argon2id.MEMLIMIT_MIN)


class TestKeystore:
    def test_finds_a_key_that_another_process_has_made_since(self, tmp_path: Path) -> None:
        """A node that runs signs with its next key as soon as the rulebook has it."""
        running = Keystore(tmp_path)
        made = Keystore(tmp_path).new("S-cac", "cosign", valid_from=5)

        assert running.private(made.key_id) == Keystore(tmp_path).private(made.key_id)
        with pytest.raises(KeyNotUsable, match=r"S-cac#2 is not in"):
            running.private("S-cac#2")
        with pytest.raises(KeyNotUsable, match="is not in"):
            running.private("../S-cac#1")

    def test_numbers_the_keys_of_each_organ_from_one(self, tmp_path: Path) -> None:
        """The keys of one organ share a counter, whatever their use; another organ has its own."""
        store = Keystore(tmp_path / "keys")
        wanted: list[tuple[str, KeyUse]] = [("V9801", "sign"), ("V9801", "seal"), ("P9801", "sign")]

        ids = [store.new(org, use, valid_from=0).key_id for org, use in wanted]

        assert ids == ["V9801#1", "V9801#2", "P9801#1"]
        assert Keystore(tmp_path / "keys").new("V9801", "cosign", valid_from=0).key_id == "V9801#3"

    def test_keeps_the_private_half_that_belongs_to_the_public_row(self, tmp_path: Path) -> None:
        """What is read from the disk signs under the key that the directory shows."""
        row = Keystore(tmp_path).new("V9801", valid_from=5, valid_to=9, revoked_from=7)
        again = Keystore(tmp_path)

        assert again.keys() == (row,)
        assert bytes(SigningKey(again.private("V9801#1")).verify_key) == row.public
        assert (row.valid_from, row.valid_to, row.revoked_from, row.algorithm) == (5, 9, 7, "ed25519")

    def test_lets_nobody_else_read(self, tmp_path: Path) -> None:
        """The folder is 0700 and every file in it 0600."""
        Keystore(tmp_path / "keys", passphrase=PASSPHRASE).new("V9801", valid_from=0)

        assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "keys").iterdir()} == {0o600}

    def test_holds_no_private_key_in_clear_under_a_passphrase(self, tmp_path: Path) -> None:
        """The file of an encrypted key does not contain the key, and opens with the passphrase only."""
        private = (store := Keystore(tmp_path, passphrase=PASSPHRASE)).private(store.new("V9801", valid_from=0).key_id)

        assert private.hex() not in (tmp_path / "V9801.1.key").read_text()
        assert Keystore(tmp_path, passphrase=PASSPHRASE).private("V9801#1") == private
        with pytest.raises(KeyNotUsable, match="V9801#1 is encrypted"):
            Keystore(tmp_path).private("V9801#1")
        with pytest.raises(KeyNotUsable, match="the passphrase is wrong"):
            Keystore(tmp_path, passphrase=PASSPHRASE + "!")

    def test_lists_encrypted_keys_without_their_passphrase(self, tmp_path: Path) -> None:
        """Public halves are public."""
        row = Keystore(tmp_path, passphrase=PASSPHRASE).new("V9801", valid_from=0)

        assert Keystore(tmp_path).keys() == (row,)

    def test_never_uses_a_key_id_again(self, tmp_path: Path) -> None:
        """A number that is taken is refused, and the file that has it stays as it is."""
        store = Keystore(tmp_path)
        store.new("V9801", valid_from=0, number=0)
        before = (tmp_path / "V9801.0.key").read_text()

        with pytest.raises(KeyNotUsable, match="never used again"):
            store.new("V9801", valid_from=0, number=0)
        assert (tmp_path / "V9801.0.key").read_text() == before

    def test_finds_the_newest_key_of_a_use_among_those_registered(self, tmp_path: Path) -> None:
        """A key that the rulebook does not know yet is not signed with."""
        store = Keystore(tmp_path)
        old, _seal, new = (store.new("V9801", use, valid_from=0) for use in ("sign", "seal", "sign"))

        assert store.newest("V9801") == new
        assert store.newest("V9801", registered={old.key_id: old}) == old
        with pytest.raises(KeyNotUsable, match="P9801 has no key for 'sign'"):
            store.newest("P9801")

    def test_says_which_key_it_lacks_and_which_file_is_none(self, tmp_path: Path) -> None:
        """A missing key and a broken file are named."""
        with pytest.raises(KeyNotUsable, match="V9801#1 is not in"):
            Keystore(tmp_path).private("V9801#1")
        (tmp_path / "V9801.1.key").write_text(json.dumps({"key_id": "V9801#1"}))
        with pytest.raises(KeyNotUsable, match=r"V9801\.1\.key is not the file of a key"):
            Keystore(tmp_path)
