"""Which jars make the broker, and are they the very ones that were locked? Kafka from Maven Central, by jgo."""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import requests
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import MavenContext

from yisong.errors import WorldFault

KAFKA_VERSION: Final = "4.3.1"
LOCK: Final = Path(__file__).with_name("kafka-jars.sha256")
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jar:
    """One line of the lock: the SHA-256 of a jar, in hex, and its Maven coordinate ``group:artifact:version``."""

    sha256: str
    coordinate: str


def locked() -> tuple[Jar, ...]:
    """Return the jars that the broker consists of, as ``kafka-jars.sha256`` names them."""
    lines = (line.split() for line in LOCK.read_text().splitlines() if line and not line.startswith("#"))
    return tuple(Jar(sha256=sha256, coordinate=coordinate) for sha256, coordinate in lines)


def cache() -> Path:
    """Return where jars are kept between buses: ``YISONG_CACHE``, else the user's own cache folder."""
    if named := os.environ.get("YISONG_CACHE"):
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "yisong"


def repository() -> str:
    """Return the Maven repository to fetch from: ``YISONG_MAVEN_REPOSITORY`` (a mirror), else Maven Central."""
    return os.environ.get("YISONG_MAVEN_REPOSITORY") or MAVEN_CENTRAL_URL


def classpath(*, progress: Progress) -> tuple[Path, ...]:
    """
    Return the broker's jars, each one checked, fetching those that are not in the cache.

    :raises WorldFault: a jar cannot be fetched, or what was fetched is not what was locked.
    """
    folder = cache() / "maven"
    with _alone(folder):
        missing = tuple(jar for jar in locked() if not _sound(folder, jar))
        if missing:
            progress(f"fetching {len(missing)} jars of Apache Kafka {KAFKA_VERSION} (about 45 MB, only this once)")
            _fetch_all(folder, missing)
    return tuple(_place(folder, jar.coordinate) for jar in locked())


def _fetch_all(folder: Path, jars: tuple[Jar, ...]) -> None:
    context = MavenContext(repo_cache=folder, remote_repos={"named": repository()}, local_repos=[])
    try:
        with ThreadPoolExecutor(max_workers=6) as pool:
            list(pool.map(lambda jar: _fetch(context, folder, jar), jars))
    except (OSError, RuntimeError, requests.RequestException) as fault:
        raise WorldFault(
            f"{len(jars)} jars of Apache Kafka {KAFKA_VERSION} are not on this machine yet, and {repository()} "
            "does not serve them, so the bus cannot start. Connect this machine to the network once, or name a mirror "
            f"in YISONG_MAVEN_REPOSITORY, or copy {folder} from a machine on which `yisong up` has run "
            f"(YISONG_CACHE names its parent). The first difficulty was: {type(fault).__name__}."
        ) from fault


def _fetch(context: MavenContext, folder: Path, jar: Jar) -> None:
    group, artifact, version = jar.coordinate.split(":")
    _place(folder, jar.coordinate).unlink(missing_ok=True)  # a half of it may be left from a broken connection
    context.project(group, artifact).at_version(version).artifact().resolve()
    if not _sound(folder, jar):
        _place(folder, jar.coordinate).unlink(missing_ok=True)
        raise WorldFault(
            f"The jar {jar.coordinate} that {repository()} serves is not the one that was locked: its SHA-256 differs. "
            "It was not used. Find out who serves it before you try again."
        )


def _sound(folder: Path, jar: Jar) -> bool:
    try:
        with _place(folder, jar.coordinate).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256
    except FileNotFoundError:
        return False


def _place(folder: Path, coordinate: str) -> Path:
    group, artifact, version = coordinate.split(":")
    return folder.joinpath(*group.split("."), artifact, version, f"{artifact}-{version}.jar")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep two buses that start at once from fetching into one file."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
