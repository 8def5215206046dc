"""Does directory.yaml use only names that exist, and are parents, nodes and delegations sound?"""

from collections.abc import Iterator

from yisong.rulebook.checks.names import repeated, unknown, unused
from yisong.rulebook.directory import DelegationShape, OrganShape
from yisong.rulebook.files import Files

FILE = "directory.yaml"


def directory_faults(files: Files) -> list[str]:
    """Return what is wrong with organs, system organs, nodes and delegations."""
    file = files.directory
    organs = {organ.id: organ for organ in file.orgs}
    faults = repeated(FILE, "organ", [*(organ.id for organ in file.orgs), *(organ.id for organ in file.system_orgs)])
    faults += repeated(
        FILE, "credit code", [*(organ.uscc for organ in file.orgs), *(party.uscc for party in file.parties)]
    )
    for organ in file.orgs:
        faults += _organ_faults(f"{FILE}: {organ.id}", organ, organs, files)
    for delegation in file.delegations:
        faults += _delegation_faults(delegation, organs, files)
    return faults + list(_node_faults(files)) + list(_use_faults(files))


def _organ_faults(where: str, organ: OrganShape, organs: dict[str, OrganShape], files: Files) -> Iterator[str]:
    file = files.directory
    yield from unknown(where, "region", [organ.region_code], file.regions)
    yield from unknown(where, "level", [organ.level], file.levels)
    yield from unknown(where, "organ", filter(None, [organ.parent, organ.successor]), organs)
    channels = files.events.enums.get("intake_channel", {})
    yield from unknown(where, "intake channel", (intake.channel for intake in organ.intake), channels)
    if organ.valid_to is not None and organ.valid_to <= organ.valid_from:
        yield f"{where}: ends before it begins"
    parent = organs.get(organ.parent or "")
    ranks = list(file.levels)
    if parent and parent.role != organ.role:
        yield f"{where}: its parent {parent.id} is of another role"
    if parent and {parent.level, organ.level} <= set(ranks) and ranks.index(parent.level) >= ranks.index(organ.level):
        yield f"{where}: its parent {parent.id} is not of a higher level"


def _delegation_faults(row: DelegationShape, organs: dict[str, OrganShape], files: Files) -> Iterator[str]:
    where = f"{FILE}: delegation from {row.from_} to {row.to}"
    yield from unknown(where, "organ", [row.from_, row.to], organs)
    yield from unknown(where, "event type", row.event_types, {event.name for event in files.events.events})
    if row.valid_to is not None and row.valid_to <= row.valid_from:
        yield f"{where}: ends before it begins"
    if row.from_ not in organs or row.to not in organs:
        return
    if organs[row.from_].role != organs[row.to].role:
        yield f"{where}: both must be of one role"
    for event in files.events.events:
        if event.name in row.event_types and organs[row.to].role not in event.publishers:
            yield f"{where}: {organs[row.to].role} may not publish {event.name}"


def _node_faults(files: Files) -> Iterator[str]:
    file = files.directory
    yield from unknown(FILE, "node", (organ.node for organ in file.system_orgs), file.nodes)
    yield from repeated(FILE, "system organ of node", (organ.node for organ in file.system_orgs))
    yield from unused(FILE, "node", file.nodes, {organ.node for organ in file.system_orgs})
    yield from repeated(FILE, "node that hosts", (node.hosts for node in file.nodes.values()))
    for organ in file.system_orgs:
        if organ.id != f"S-{organ.node}":
            yield f"{FILE}: {organ.id}: the system organ of a node is called S-{organ.node}"
        if organ.valid_to is not None and organ.valid_to <= organ.valid_from:
            yield f"{FILE}: {organ.id}: ends before it begins"


def _use_faults(files: Files) -> Iterator[str]:
    file = files.directory
    hosted = {node.hosts for node in file.nodes.values()}
    yield from unknown(FILE, "node that hosts", {organ.role for organ in file.orgs}, hosted)
    yield from unused(FILE, "role", file.roles, {"system", *(organ.role for organ in file.orgs)})
    yield from unknown(FILE, "role", ["system", *(organ.role for organ in file.orgs)], file.roles)
    yield from unused(FILE, "region", file.regions, {organ.region_code for organ in file.orgs})
    scopes = [timer.scope.level for timer in files.timers.timers if timer.scope is not None]
    named = {level for scope in scopes for level in ([scope] if isinstance(scope, str) else scope)}
    yield from unused(FILE, "level", file.levels, named | {organ.level for organ in file.orgs})
