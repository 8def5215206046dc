"""What does ``lifecycles.yaml`` say: which states there are, and which event moves what?"""

from typing import Literal

from pydantic import Field

from yisong.rulebook.catalogue import RoleName
from yisong.rulebook.model import Guard, InstanceMode, Lifecycles, Machine, Row
from yisong.rulebook.yaml_file import Folder, Shape, read_in


class RowShape(Shape):
    """One row; ``to`` and ``by`` are absent in a row that only names a refusal."""

    from_: list[str] = Field(alias="from", min_length=1)
    event: str | None = None
    breach: str | None = None
    variant: str | list[str] | None = None
    aggregate: str | None = None
    instance: Literal["cited"] | None = None
    by: list[RoleName] | None = None
    to: str | None = None
    guards: list[str] = Field(default_factory=list)
    starts: list[str] = Field(default_factory=list)
    stops: list[str] = Field(default_factory=list)
    voids: list[str] = Field(default_factory=list)
    refuse: str | None = None

    @property
    def variants(self) -> list[str] | None:
        """The variants that the row is for; ``None`` = any."""
        return [self.variant] if isinstance(self.variant, str) else self.variant


class MachineShape(Shape):
    """One state machine."""

    zh: str
    instance: Literal["case_id", "aggregate"]
    initial: Literal["none"]
    states: list[str]
    terminal: list[str]
    transitions: list[RowShape] = Field(min_length=1)


class GuardShape(Shape):
    """One named condition."""

    means: str
    reason: str
    source: str


class EffectShape(Shape):
    """One line of the summary of cross effects; for readers, and checked against the rows."""

    event: str | None = None
    breach: str | None = None
    moves: list[str] = Field(min_length=1)
    note: str | None = None


class LifecyclesFile(Shape):
    """The whole file."""

    version: Literal[1]
    state_sets: list[list[str]]
    general_guards: list[str]
    machines: dict[str, MachineShape]
    cross_effects: list[EffectShape]
    guards: dict[str, GuardShape]


def read_lifecycles(folder: Folder) -> LifecyclesFile:
    """Return lifecycles.yaml of *folder*; raise ContractFault where its shape is wrong."""
    return read_in(folder, "lifecycles.yaml", LifecyclesFile)


def lifecycles(file: LifecyclesFile) -> Lifecycles:
    """Return the lifecycles as a value; *file* is taken to be free of faults."""
    return Lifecycles(
        machines=tuple(_machine(kind, machine) for kind, machine in file.machines.items()),
        guards={
            name: Guard(name=name, means=guard.means, reason=guard.reason, source=guard.source)
            for name, guard in file.guards.items()
        },
        general=tuple(file.general_guards),
    )


def _machine(kind: str, shape: MachineShape) -> Machine:
    return Machine(
        kind=kind,
        zh=shape.zh,
        initial=shape.initial,
        states=tuple(shape.states),
        terminal=frozenset(shape.terminal),
        rows=tuple(_row(row, instance=row.instance or shape.instance) for row in shape.transitions),
    )


def _row(row: RowShape, *, instance: InstanceMode) -> Row:
    return Row(
        from_states=frozenset(row.from_),
        event=row.event,
        breach=row.breach,
        variants=None if row.variants is None else frozenset(row.variants),
        aggregate=row.aggregate,
        instance=instance,
        by=frozenset(row.by or ()),
        to=None if row.to in (None, "same") else row.to,
        guards=tuple(row.guards),
        starts=tuple(row.starts),
        stops=tuple(row.stops),
        voids=tuple(row.voids),
        refuse=row.refuse,
    )
