"""Where does a bus keep what it is, and how is a running one found? ``YISONG_HOME``, by default ``.yisong/`` here."""

import fcntl
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final, Literal, TypeVar

import orjson
import yaml
from pydantic import Field

from yisong import schemas
from yisong.bootstrap import Bootstrap, SecuredBroker
from yisong.errors import BusNotFound, ContractFault, WiringFault
from yisong.line_settings import NAME as LINE
from yisong.line_settings import LineSettings, dsn, read_line
from yisong.rulebook.model import BusProfile, Key, Rulebook
from yisong.rulebook.yaml_file import Shape, read
from yisong.secret_file import read_secret
from yisong.signing.keystore import Keystore

PASSPHRASE: Final = "YISONG_PASSPHRASE"  # noqa: S105 (the name of a setting)
"""The environment variable that holds the passphrase of the private keys, where they have one."""

Agency = Literal["copyright", "cac", "miit", "police"]
AGENCIES: Final[tuple[Agency, ...]] = ("copyright", "cac", "miit", "police")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """
    What a running bus serves, and where; all of it on this machine.

    ``bootstrap``: the broker, where it is secured with the user as whom one goes there.
    ``dsn``: per agency, the role of its services (insert and select); ``admin_dsn``: the owner of its database.
    ``metrics``: per agency, the HTTP port of its node; ``desks``: that of its desk. ``clocks``: that of the one process
    of all clocks. ``gateways``: that of its gateway; ``gateway_metrics``: where it says how it is. ``pids``: by
    name of the process.
    ``pid``: who answers for all. ``ready``: the nodes answer, too. ``nodes``: the bus was started with them and desks.
    ``listen``: on which address services say how they are.
    """

    bootstrap: Bootstrap
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
    gateway_metrics: Mapping[str, int] = field(default_factory=dict)
    listen: str = "127.0.0.1"


class _OfOneLine(dict[str, T]):
    """What a home with a line.yaml knows: of one agency alone."""

    def __missing__(self, agency: str) -> T:
        known = ", ".join(self) or "nobody"
        raise WiringFault(
            f"What is asked for is of {agency}, and {LINE} of this home speaks of {known}. Start it from the home of "
            f"{agency}; what changes tables needs database.owner there, and the file with his password beside it."
        )


class Home:
    """
    The folder of one bus.

    ``bus.yaml`` says what the bus is (name, profile, public keys). ``keys/`` and ``passwords.json`` are secret, and of
    a secured bus ``users/`` and what ``tls/`` holds beside ``ca.pem``.
    ``run/`` holds what is true only while it runs; ``logs/`` and ``data/`` say themselves. Where there is a
    ``line.yaml`` nobody runs the whole bus from here: it says where the one line's broker and database are.
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
    def tls(self) -> Path:
        """The folder of a secured bus's certificates and their keys."""
        return self.path / "tls"

    @property
    def ca(self) -> Path:
        """The certificate of a secured bus's own authority; a home that has it is that of a secured bus."""
        return self.tls / "ca.pem"

    def password_of(self, user: str) -> Path:
        """Return the file with the password of a *user* of Kafka."""
        return self.path / "users" / f"{user}.password"

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
        if not self.bus_file.exists():
            raise BusNotFound(
                f"There is no bus in {self.path}: it has no bus.yaml. "
                "Start one with `yisong up`, or name another folder in YISONG_HOME."
            )
        try:
            return _profile(read(self.bus_file, _BusFile))
        except (ContractFault, ValueError) as fault:
            faults = fault.faults if isinstance(fault, ContractFault) else ("it is no text",)
            raise WiringFault(
                f"{self.bus_file} cannot be read as a bus profile, so nobody's signature could be checked. "
                "Restore it from a copy; without one, move the folder away and start a new bus with `yisong up`."
                + "".join(f"\n  - {one}" for one in faults)
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
        """
        Return what the running bus serves, nobody's password of Kafka among it; None if no bus runs from this home.

        :raises WiringFault: there is a line.yaml, and it is at fault.
        """
        if (self.path / LINE).exists():
            return _of_line(self.path / LINE, read_line(self.path / LINE))
        if not self.locked():
            return None
        try:
            running = Running(**orjson.loads((self.run / "state.json").read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        return running if _alive(running.pid) else None

    def need_running(self, user: str | None = None) -> Running:
        """
        Return what the running bus serves, for whoever goes to its broker as *user*, by default as an agency's system.

        :raises BusNotFound: no bus runs from this home. :raises WiringFault: the user's password is not here, or others
        may read it.
        """
        running = self.running()
        if running is None:
            raise BusNotFound(f"No bus runs from {self.path}. Start it with `yisong up --detach`.")
        return self.as_user(running, user)

    def as_user(self, running: Running, user: str | None = None) -> Running:
        """Return *running* as `need_running` does; one that lets everybody in stays as it is."""
        return replace(running, bootstrap=self.broker(str(running.bootstrap), user))

    def broker(self, address: str, user: str | None = None) -> Bootstrap:
        """Return how *user* (by default as `need_running`) reaches the broker at *address*, which may ask nobody."""
        if not self.ca.exists():
            return address
        user = user or self._usual_user()
        return SecuredBroker(address=address, user=user, password=read_secret(self.password_of(user)), ca=self.ca)

    def _usual_user(self) -> str:
        """Return the first agency's system whose password is here: the same everywhere, since all have equal rights."""
        systems = [f"sdk-{agency}" for agency in AGENCIES]
        return next((user for user in systems if self.password_of(user).exists()), systems[0])

    def save_running(self, running: Running) -> None:
        """Say what now runs; only the process that holds the lock does."""
        self.run.mkdir(parents=True, exist_ok=True)
        # It holds passwords of the databases, so nobody else may read it; none of Kafka, so that each reads its own.
        row = asdict(replace(running, bootstrap=str(running.bootstrap)))
        write_whole(self.run / "state.json", orjson.dumps(row, option=orjson.OPT_INDENT_2), mode=0o600)

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


def _of_line(file: Path, line: LineSettings) -> Running:
    owner, ports = line.database.owner, line.ports
    may_change = owner is not None and (file.parent / owner.password_file).exists()
    return Running(
        bootstrap=line.kafka,
        dsn=_OfOneLine({line.agency: dsn(file, line.database, line.database)}),
        admin_dsn=_OfOneLine(
            {line.agency: dsn(file, line.database, owner)} if owner is not None and may_change else {}
        ),
        metrics=_OfOneLine({line.agency: ports.node}),
        desks=_OfOneLine({line.agency: ports.desk}),
        pids={},
        pid=os.getpid(),
        ready=True,
        nodes=True,
        clocks=ports.clocks,
        gateways=_OfOneLine({line.agency: ports.gateway}),
        gateway_metrics=_OfOneLine({line.agency: ports.gateway_metrics}),
        listen=line.listen,
    )


def write_whole(file: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write *content* to *file* so that a reader sees the old or the new, never a half."""
    new = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)


class _KeyRow(Shape):
    """One public key of the bus; instants in ms."""

    key_id: str
    org: str
    use: Literal["sign", "seal", "cosign"]
    algorithm: str
    public: str = Field(pattern=r"^([0-9a-f]{2})+$")
    valid_from: int
    valid_to: int | None
    revoked_from: int | None


class _BusFile(Shape):
    """The whole of ``bus.yaml``."""

    name: str
    profile: Literal["demo", "production"]
    partitions: int = Field(ge=1)
    keys: list[_KeyRow]


def _profile(file: _BusFile) -> BusProfile:
    keys = (Key(**{**row.model_dump(), "public": bytes.fromhex(row.public)}) for row in file.keys)
    return BusProfile(name=file.name, profile=file.profile, partitions=file.partitions, keys=tuple(keys))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
