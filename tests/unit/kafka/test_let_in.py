"""A broker is asked for its certificate before anything is said to it. (Its passwords: tests/integration.)"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from yisong.bootstrap import SecuredBroker
from yisong.embedded.authority import Authority
from yisong.errors import WiringFault
from yisong.kafka.let_in import check_let_in


@contextmanager
def listening(context: ssl.SSLContext | None) -> Iterator[str]:
    """Answer one connection, over TLS where there is a *context*, else in words of another protocol."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with suppress(OSError), server.accept()[0] as one:
                if context is None:
                    one.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    one.recv(1 << 16)
                else:
                    context.wrap_socket(one, server_side=True).close()

        thread = Thread(target=answer, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join(30)


def broker(address: str, ca: Path) -> SecuredBroker:
    return SecuredBroker(address=address, user="sdk-police", password="of nobody", ca=ca)  # noqa: S106


def served(folder: Path) -> ssl.SSLContext:
    pair = folder / "kafka.pem"
    Authority(folder, bus="demo-1").server("kafka", certificate=pair, key=pair)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair)
    return context


class TestABroker:
    def test_whose_certificate_has_run_out_is_told_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("yisong.embedded.authority._SERVER_LASTS", timedelta(minutes=-30))
        with (
            listening(served(tmp_path)) as address,
            pytest.raises(WiringFault, match=r"\(certificate has expired\), so nothing was sent to it"),
        ):
            check_let_in(broker(address, tmp_path / "ca.pem"))

    def test_of_another_bus_is_told_nothing(self, tmp_path: Path) -> None:
        Authority(tmp_path / "ours", bus="demo-1")
        with (
            listening(served(tmp_path / "theirs")) as address,
            pytest.raises(WiringFault, match=r"ours/ca\.pem is the certificate of another bus"),
        ):
            check_let_in(broker(address, tmp_path / "ours" / "ca.pem"))

    def test_that_speaks_no_tls_is_none_of_a_secured_bus(self, tmp_path: Path) -> None:
        Authority(tmp_path, bus="demo-1")
        with listening(None) as address, pytest.raises(WiringFault, match="does not speak TLS"):
            check_let_in(broker(address, tmp_path / "ca.pem"))

    def test_that_is_away_says_nothing_about_a_password(self, tmp_path: Path) -> None:
        """Whoever needs it waits, as for any broker."""
        Authority(tmp_path, bus="demo-1")
        check_let_in(broker("127.0.0.1:1", tmp_path / "ca.pem"))

    def test_is_told_from_a_false_one_by_the_file_of_the_authority(self, tmp_path: Path) -> None:
        with pytest.raises(WiringFault, match=r"cannot be read from .*ca\.pem \(FileNotFoundError\).*it is no secret"):
            check_let_in(broker("127.0.0.1:1", tmp_path / "ca.pem"))
