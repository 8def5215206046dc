import stat
from pathlib import Path

import pytest

from yisong.errors import WiringFault
from yisong.secret_file import read_secret, write_secret


class TestASecret:
    def test_is_written_for_its_owner_alone_and_read_without_its_line_end(self, tmp_path: Path) -> None:
        file = tmp_path / "users" / "sdk-police.password"
        write_secret(file, b"what nobody guesses\n")
        assert read_secret(file) == "what nobody guesses"
        assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)

    def test_is_never_written_over(self, tmp_path: Path) -> None:
        write_secret(tmp_path / "one", b"first")
        with pytest.raises(FileExistsError, match="one"):
            write_secret(tmp_path / "one", b"second")

    @pytest.mark.parametrize("mode", [0o644, 0o660, 0o602, 0o610])
    def test_that_others_may_read_or_change_is_refused(self, tmp_path: Path, mode: int) -> None:
        """It may be known, or not be ours; the error says the mode and what to do, and not the secret."""
        write_secret(tmp_path / "one", b"what nobody guesses")
        (tmp_path / "one").chmod(mode)
        with pytest.raises(WiringFault, match=rf"its mode is {mode:04o}.*chmod 600") as raised:
            read_secret(tmp_path / "one")
        assert "guesses" not in str(raised.value)

    def test_that_is_missing_or_empty_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(WiringFault, match="one must hold a secret, and is not there"):
            read_secret(tmp_path / "one")
        write_secret(tmp_path / "one", b" \n")
        with pytest.raises(WiringFault, match="must hold a secret, and is empty"):
            read_secret(tmp_path / "one")
