from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from yisong.embedded import jars
from yisong.errors import WorldFault

COORDINATE = "org.example:referral:1.0"
PLACE = Path("org/example/referral/1.0/referral-1.0.jar")
GENUINE = b"genuine"
SHA256 = "dfec22473777f0ddaea98d74045c22ae9029a8e3b75aa8fcce941aa29e5b073b"


def quiet(_: str) -> None:
    """Say nothing."""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Serve a Maven repository on this machine, and give the file that it serves as the one locked jar."""
    file = tmp_path / "repository" / PLACE
    file.parent.mkdir(parents=True)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "repository"))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("YISONG_MAVEN_REPOSITORY", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("YISONG_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(jars, "locked", lambda: (jars.Jar(sha256=SHA256, coordinate=COORDINATE),))
        yield file
        server.shutdown()


class TestClasspath:
    def test_is_fetched_once(self, served: Path) -> None:
        """A jar that is in the cache and sound is not fetched again, so a start needs no network."""
        served.write_bytes(GENUINE)
        said: list[str] = []

        first = jars.classpath(progress=said.append)
        served.unlink()
        second = jars.classpath(progress=said.append)

        assert first == second
        assert first[0].read_bytes() == GENUINE
        assert len(said) == 1

    def test_never_holds_a_jar_other_than_the_locked_one(self, served: Path) -> None:
        """What a mirror slips in is not used, and not kept either."""
        served.write_bytes(b"forged!")

        with pytest.raises(WorldFault, match="its SHA-256 differs"):
            jars.classpath(progress=quiet)

        assert not (jars.cache() / "maven" / PLACE).exists()

    def test_mends_a_jar_that_was_damaged_in_the_cache(self, served: Path) -> None:
        """A half of a jar, left from a broken connection, is fetched anew."""
        served.write_bytes(GENUINE)
        (jars.cache() / "maven" / PLACE).parent.mkdir(parents=True)
        (jars.cache() / "maven" / PLACE).write_bytes(b"gen")

        assert jars.classpath(progress=quiet)[0].read_bytes() == GENUINE


class TestTheLock:
    def test_names_the_pinned_broker_and_no_jar_twice(self) -> None:
        """The lock was written for the version that the code names."""
        coordinates = [jar.coordinate for jar in jars.locked()]

        assert f"org.apache.kafka:kafka_2.13:{jars.KAFKA_VERSION}" in coordinates
        assert len(set(coordinates)) == len(coordinates)
        assert {len(jar.sha256) for jar in jars.locked()} == {64}
