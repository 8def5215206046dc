import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store

from yisong.embedded.authority import Authority
from yisong.errors import WiringFault


def certificate(file: Path) -> x509.Certificate:
    return next(one for one in x509.load_pem_x509_certificates(file.read_bytes()))


class TestAnAuthority:
    def test_vouches_for_a_server_under_its_address(self, tmp_path: Path) -> None:
        """Kafka's pair is one file for its owner alone; PostgreSQL's is two, and its certificate no secret."""
        authority = Authority(tmp_path, bus="demo-1")
        authority.server("kafka", certificate=tmp_path / "kafka.pem", key=tmp_path / "kafka.pem")
        authority.server("postgres", certificate=tmp_path / "pg.pem", key=tmp_path / "pg.key")

        trusted = PolicyBuilder().store(Store([certificate(tmp_path / "ca.pem")]))
        for file in ("kafka.pem", "pg.pem"):
            made = certificate(tmp_path / file)
            address = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            trusted.build_server_verifier(x509.IPAddress(address.get_values_for_type(x509.IPAddress)[0])).verify(
                made, []
            )
        assert (
            certificate(tmp_path / "kafka.pem").subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "kafka"
        )
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
        assert modes == {"ca.pem": 0o644, "ca.key": 0o600, "kafka.pem": 0o600, "pg.pem": 0o644, "pg.key": 0o600}
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(tmp_path / "kafka.pem")

    def test_stays_the_same_from_start_to_start_and_its_servers_do_not(self, tmp_path: Path) -> None:
        pair = tmp_path / "kafka.pem"
        Authority(tmp_path, bus="demo-1").server("kafka", certificate=pair, key=pair)
        first, before = (tmp_path / "ca.pem").read_bytes(), pair.read_bytes()
        Authority(tmp_path, bus="demo-1").server("kafka", certificate=pair, key=pair)
        assert ((tmp_path / "ca.pem").read_bytes(), pair.read_bytes() == before) == (first, False)

    def test_whose_key_others_may_read_vouches_for_nobody(self, tmp_path: Path) -> None:
        Authority(tmp_path, bus="demo-1")
        (tmp_path / "ca.key").chmod(0o640)
        with pytest.raises(WiringFault, match=r"ca\.key holds a secret, and its mode is 0640"):
            Authority(tmp_path, bus="demo-1")

    def test_that_lost_its_key_or_is_broken_is_not_made_anew(self, tmp_path: Path) -> None:
        """All clients would have to learn of another one; so a person decides."""
        Authority(tmp_path, bus="demo-1")
        (tmp_path / "ca.pem").write_text("no certificate")
        with pytest.raises(WiringFault, match=r"cannot be read \(ValueError\).*Restore ca\.pem and ca\.key"):
            Authority(tmp_path, bus="demo-1")
        (tmp_path / "ca.key").unlink()
        with pytest.raises(WiringFault, match=r"ca\.key must hold a secret, and is not there"):
            Authority(tmp_path, bus="demo-1")
