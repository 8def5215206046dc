"""Where does a bus keep what it is, and how is a running one found? ``YISONG_HOME``, by default ``.yisong/`` here."""

import fcntl
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Literal

import orjson
import yaml

from yisong import schemas
from yisong.errors import BusNotFound, ContractFault, WiringFault
from yisong.rulebook.model import BusProfile, Key, Rulebook
from yisong.rulebook.yaml_file import parse
from yisong.signing.keystore import Keystore

PASSPHRASE: Final = "YISONG_PASSPHRASE"  # noqa: S105 (the name of a setting)
"""The environment variable that holds the passphrase of the private keys, where they have one."""

Agency = Literal["copyright", "cac", "miit", "police"]
AGENCIES: Final[tuple[Agency, ...]] = ("copyright", "cac", "miit", "police")


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """
    What a running bus serves, and where; all of it on this machine.

    ``dsn``: per agency, the role of its services (insert and select); ``admin_dsn``: the owner of its database.
    ``metrics``: per agency, the HTTP port of its node; ``desks``: that of its desk. ``clocks``: that of the one process
    of all clocks. ``gateways``: that of its gateway. ``pids``: by name of the process.
    ``pid``: who answers for all. ``ready``: the nodes answer, too. ``nodes``: the bus was started with them and desks.
    """

    bootstrap: str
    dsn: Mapping[str, str]
    admin_dsn: Mapping[str, str]
    metrics: Mapping[str, int]
    desks: Mapping[str, int]
    pids: Mapping[str, int]
    pid: int
    ready: bool
    nodes: bool
    clocks: int = 0
    gateways: Mapping[str, int] = field(default_factory=dict)


class Home:
    """
    The folder of one bus.

    ``bus.yaml`` says what the bus is (name, profile, public keys). ``keys/`` and ``passwords.json`` are secret.
    ``run/`` holds what is true only while it runs; ``logs/`` and ``data/`` say themselves.
    """

    def __init__(self, path: Path) -> None:
        """Take *path*, which need not exist yet."""
        self.path = path.absolute()

    @classmethod
    def find(cls) -> "Home":
        """Return the home that ``YISONG_HOME`` names, else ``.yisong/`` in the current folder."""
        return cls(Path(os.environ.get("YISONG_HOME") or ".yisong"))

    def __repr__(self) -> str:
        return f"Home({str(self.path)!r})"

    @property
    def bus_file(self) -> Path:
        """The file that says what the bus is."""
        return self.path / "bus.yaml"

    @property
    def keys(self) -> Path:
        """The folder of private keys."""
        return self.path / "keys"

    @property
    def passwords(self) -> Path:
        """The file of the database passwords."""
        return self.path / "passwords.json"

    @property
    def run(self) -> Path:
        """The folder of what holds only while the bus runs."""
        return self.path / "run"

    @property
    def logs(self) -> Path:
        """The folder of log files, one a process."""
        return self.path / "logs"

    @property
    def data(self) -> Path:
        """The folder of Kafka's and PostgreSQL's own files."""
        return self.path / "data"

    def bus(self) -> BusProfile:
        """Return what this bus is. :raises BusNotFound: there is none here. :raises WiringFault: its file is broken."""
        try:
            text = self.bus_file.read_text(encoding="utf-8")
        except FileNotFoundError as fault:
            raise BusNotFound(
                f"There is no bus in {self.path}: it has no bus.yaml. "
                "Start one with `yisong up`, or name another folder in YISONG_HOME."
            ) from fault
        try:
            return _profile(parse(text, file=self.bus_file.name))
        except (ContractFault, ValueError, TypeError, KeyError) as fault:
            raise WiringFault(
                f"{self.bus_file} cannot be read as a bus profile, so nobody's signature could be checked. "
                "Restore it from a copy; without one, move the folder away and start a new bus with `yisong up`."
            ) from fault

    def save_bus(self, bus: BusProfile) -> None:
        """Write *bus* to ``bus.yaml``, whole or not at all."""
        self.path.mkdir(parents=True, exist_ok=True)
        row = {**asdict(bus), "keys": [{**asdict(key), "public": key.public.hex()} for key in bus.keys]}
        text = "# What this bus is. The instants are milliseconds since 1970, UTC.\n"
        write_whole(self.bus_file, (text + yaml.safe_dump(row, allow_unicode=True, sort_keys=False)).encode())

    def keystore(self) -> Keystore:
        """Return the private keys of this bus; encrypted ones open with the passphrase in ``YISONG_PASSPHRASE``."""
        return Keystore(self.keys, os.environ.get(PASSPHRASE) or None)

    def genesis(self) -> Rulebook:
        """Return the genesis version of this bus's rulebook. :raises BusNotFound: there is no bus here."""
        return schemas.genesis(self.bus())

    def running(self) -> Running | None:
        """Return what the running bus serves; None if no bus runs from this home."""
        if not self.locked():
            return None
        try:
            running = Running(**orjson.loads((self.run / "state.json").read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        return running if _alive(running.pid) else None

    def need_running(self) -> Running:
        """Return what the running bus serves. :raises BusNotFound: no bus runs from this home."""
        running = self.running()
        if running is None:
            raise BusNotFound(f"No bus runs from {self.path}. Start it with `yisong up --detach`.")
        return running

    def save_running(self, running: Running) -> None:
        """Say what now runs; only the process that holds the lock does."""
        self.run.mkdir(parents=True, exist_ok=True)
        # It holds passwords, so nobody else may read it.
        write_whole(self.run / "state.json", orjson.dumps(asdict(running), option=orjson.OPT_INDENT_2), mode=0o600)

    def locked(self) -> bool:
        """Hold while a bus runs from this home, is starting, or is being cleared away."""
        try:
            probe = os.open(self.run / "lock", os.O_RDONLY)
        except OSError:
            return False
        try:
            fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(probe)
        return False


def write_whole(file: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write *content* to *file* so that a reader sees the old or the new, never a half."""
    new = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)


def _profile(row: object) -> BusProfile:
    if not isinstance(row, dict):
        raise TypeError("no mapping")
    keys = row.pop("keys")
    if not isinstance(keys, list):
        raise TypeError("keys is no list")
    bus = BusProfile(**row, keys=tuple(_key(key) for key in keys))
    if bus.profile not in ("demo", "production") or type(bus.partitions) is not int or type(bus.name) is not str:
        raise ValueError("name, profile or partitions")
    return bus


def _key(row: dict[str, object]) -> Key:
    return Key(**{**row, "public": bytes.fromhex(str(row["public"]))})  # type: ignore[arg-type]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
