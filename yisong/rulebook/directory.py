"""What does ``directory.yaml`` say: which organs there are, since when, and who may act for whom?"""

from datetime import date
from typing import Literal

from pydantic import Field

from yisong.rulebook.catalogue import RoleName
from yisong.rulebook.days import day_start
from yisong.rulebook.model import Delegation, Directory, Intake, Organ
from yisong.rulebook.yaml_file import Folder, Shape, read_in

AgencyRole = Literal["copyright", "cac", "miit", "police"]


class RoleShape(Shape):
    """The name of a role."""

    zh: str
    note: str | None = None


class NodeShape(Shape):
    """Which role a node hosts."""

    hosts: AgencyRole


class SystemOrganShape(Shape):
    """The identity under which a node speaks for the bus."""

    id: str = Field(pattern=r"^S-[a-z]+$")
    node: str
    role: Literal["system"]
    valid_from: date
    valid_to: date | None


class DelegationShape(Shape):
    """Who lets whom act in its name."""

    from_: str = Field(alias="from")
    to: str
    event_types: list[str] = Field(min_length=1)
    doc_no: str
    valid_from: date
    valid_to: date | None


class IntakeShape(Shape):
    """A channel that an organ publishes for complaints."""

    channel: str
    address: str


class OrganShape(Shape):
    """One organ."""

    id: str = Field(pattern=r"^[A-Z]\d{2,6}$")
    name: str
    role: AgencyRole
    region_code: str
    level: str
    uscc: str = Field(pattern=r"^[0-9A-Z]{18}$")
    parent: str | None
    valid_from: date
    valid_to: date | None = None
    successor: str | None = None
    aliases: list[str] = Field(default_factory=list)
    intake: list[IntakeShape] = Field(default_factory=list)


class PartyShape(Shape):
    """A synthetic party of the histories."""

    name: str
    uscc: str = Field(pattern=r"^[0-9A-Z]{18}$")


class KeyRulesShape(Shape):
    """The rules of keys, as prose; yisong.signing and the fold carry them out."""

    key_id: str
    uses: dict[Literal["sign", "seal", "cosign"], str]
    valid: str
    registered: str
    separate: str
    overlap: str
    embedded_profile: str


class DirectoryFile(Shape):
    """The whole file."""

    version: Literal[1]
    levels: dict[str, str]
    roles: dict[RoleName, RoleShape]
    regions: dict[str, str]
    nodes: dict[str, NodeShape]
    system_orgs: list[SystemOrganShape]
    key_rules: KeyRulesShape
    delegations: list[DelegationShape]
    orgs: list[OrganShape]
    parties: list[PartyShape]


def read_directory(folder: Folder) -> DirectoryFile:
    """Return directory.yaml of *folder*; raise ContractFault where its shape is wrong."""
    return read_in(folder, "directory.yaml", DirectoryFile)


def directory(file: DirectoryFile) -> Directory:
    """Return the directory as a value; *file* is taken to be free of faults."""
    organs = [*map(_organ, file.orgs), *map(_system_organ, file.system_orgs)]
    return Directory(
        organs={organ.id: organ for organ in organs},
        delegations=tuple(map(_delegation, file.delegations)),
        regions=file.regions,
        levels=file.levels,
        role_names={role: shape.zh for role, shape in file.roles.items()},
    )


def _organ(shape: OrganShape) -> Organ:
    return Organ(
        id=shape.id,
        name=shape.name,
        role=shape.role,
        region_code=shape.region_code,
        level=shape.level,
        parent=shape.parent,
        valid_from=day_start(shape.valid_from),
        valid_to=day_start(shape.valid_to),
        successor=shape.successor,
        intake=tuple(Intake(one.channel, one.address) for one in shape.intake),
    )


def _system_organ(shape: SystemOrganShape) -> Organ:
    return Organ(
        id=shape.id,
        name=shape.id,
        role="system",
        region_code=None,
        level=None,
        parent=None,
        valid_from=day_start(shape.valid_from),
        valid_to=day_start(shape.valid_to),
        node=shape.node,
    )


def _delegation(shape: DelegationShape) -> Delegation:
    return Delegation(
        from_org=shape.from_,
        to_org=shape.to,
        event_types=frozenset(shape.event_types),
        doc_no=shape.doc_no,
        valid_from=day_start(shape.valid_from),
        valid_to=day_start(shape.valid_to),
    )
