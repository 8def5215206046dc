"""
How does a process of one line find its broker and its database where no `yisong up` made them? In its ``line.yaml``.

The file lies in the home of the line. Every fault is named with its line, and nothing starts. Secrets stand in files of
their own, beside it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote, urlencode

import yaml
from pydantic import Field, ValidationError

from yisong.errors import ContractFault, WiringFault
from yisong.rulebook.yaml_file import Shape, parse
from yisong.secret_file import read_secret

NAME: Final = "line.yaml"
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_ADDRESS: Final = r"^[A-Za-z0-9.\-]+:[1-9]\d{0,4}$"
_LARGEST_PORT: Final = 65_535


class PortsShape(Shape):
    """Where each service of the line answers; those of the node, desk and clocks are for metrics and health."""

    node: int = Field(default=8001, ge=1, le=_LARGEST_PORT)
    desk: int = Field(default=8002, ge=1, le=_LARGEST_PORT)
    clocks: int = Field(default=8003, ge=1, le=_LARGEST_PORT)
    gateway: int = Field(default=8080, ge=1, le=_LARGEST_PORT)
    gateway_metrics: int = Field(default=8004, ge=1, le=_LARGEST_PORT)


class RoleShape(Shape):
    """A role of the database, and the file with its password, beside ``line.yaml``."""

    role: str = Field(min_length=1)
    password_file: str = Field(min_length=1)


class DatabaseShape(RoleShape):
    """
    The line's database and the role of its services.

    *owner*: who may change its tables; the file with his password lies only where the database is brought up to date.
    *ca_file*: whom the server's certificate must be from, beside ``line.yaml``.
    """

    host: str = Field(min_length=1)
    port: int = Field(default=5432, ge=1, le=_LARGEST_PORT)
    name: str = Field(min_length=1)
    ca_file: str | None = None
    owner: RoleShape | None = None


class LineSettings(Shape):
    """
    The whole file.

    *kafka*: ``host:port`` of a broker; secured where the home has ``tls/ca.pem``. *listen*: on which address
    metrics and health answer. *unencrypted*: what is reached in clear, over a network that nobody else is on.
    """

    version: Literal[1]
    agency: Literal["copyright", "cac", "miit", "police"]
    kafka: str = Field(pattern=_ADDRESS)
    database: DatabaseShape
    listen: str = "127.0.0.1"
    ports: PortsShape = PortsShape()
    unencrypted: list[Literal["kafka", "database"]] = Field(default_factory=list)


def read_line(file: Path) -> LineSettings:
    """Return what *file* says. Raises WiringFault, which names every fault with its line, and never a secret."""
    try:
        text = file.read_text(encoding="utf-8")
        row = parse(text, file=file.name)
    except (OSError, UnicodeError) as fault:
        raise _fault(file, [f"it cannot be read ({type(fault).__name__})"]) from fault
    except ContractFault as fault:
        raise _fault(file, fault.faults) from fault
    try:
        settings = LineSettings.model_validate(row)
    except ValidationError as fault:
        raise _fault(file, _shape_faults(fault, text, file.name)) from fault
    if faults := list(_faults(settings, file, text)):
        raise _fault(file, faults)
    return settings


def dsn(file: Path, database: DatabaseShape, who: RoleShape) -> str:
    """Return the connection string of *who*, with the password from its file. Raises WiringFault as `read_secret`."""
    password = quote(read_secret(file.parent / who.password_file), safe="")
    tls = {}
    if database.ca_file is not None:
        tls = {"sslmode": "verify-full", "sslrootcert": str(file.parent / database.ca_file)}
    address = f"{database.host}:{database.port}/{quote(database.name, safe='')}"
    return f"postgresql://{quote(who.role, safe='')}:{password}@{address}{'?' + urlencode(tls) if tls else ''}"


def _faults(settings: LineSettings, file: Path, text: str) -> Iterator[str]:
    """Name what the shape cannot say: files that are missing, and secrets that would travel in clear."""
    database, home = settings.database, file.parent
    named: dict[tuple[str, ...], str] = {("database", "password_file"): database.password_file}
    if database.ca_file is not None:
        named["database", "ca_file"] = database.ca_file
    for place, name in named.items():
        if not (home / name).is_file():
            yield _at(text, place, file.name, f"there is no file {name} beside it")
    clear = settings.unencrypted
    if database.ca_file is None and database.host not in _LOOPBACK and "database" not in clear:
        yield _at(text, ("database", "host"), file.name, "is another machine: name the ca_file of its certificate")
    secured = (home / "tls" / "ca.pem").exists()
    if not secured and settings.kafka.rpartition(":")[0] not in _LOOPBACK and "kafka" not in clear:
        yield _at(text, ("kafka",), file.name, "is another machine, and there is no tls/ca.pem beside this file")


def _shape_faults(fault: ValidationError, text: str, name: str) -> list[str]:
    said = {"extra_forbidden": "unknown key", "missing": "missing"}
    return [_at(text, one["loc"], name, said.get(one["type"], one["msg"])) for one in fault.errors(include_input=False)]


def _at(text: str, place: tuple[str | int, ...], name: str, what: str) -> str:
    return f"{name}:{_line(text, place)}: {'.'.join(map(str, place)) or 'the file'}: {what}"


def _line(text: str, place: tuple[str | int, ...]) -> int:
    """Return the line on which *place* stands, or, where it is missing, what should hold it."""
    node, line = yaml.compose(text, Loader=yaml.SafeLoader), 1
    for step in place:
        found = [pair for pair in node.value if pair[0].value == step] if isinstance(node, yaml.MappingNode) else []
        if not found:
            return line
        key, node = found[-1]
        line = key.start_mark.line + 1
    return line


def _fault(file: Path, faults: list[str] | tuple[str, ...]) -> WiringFault:
    said = "\n".join(f"  - {one}" for one in faults)
    return WiringFault(f"{file} is at fault, so nothing was started. Put it right, and start again:\n{said}")
