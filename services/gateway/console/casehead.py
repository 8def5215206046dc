"""What stands around the timeline of a case: where it is from, who has to do with it, and which documents it has."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from services.gateway.console.casefile import CaseFile
from services.gateway.console.names import LANES, Names
from services.gateway.console.rows import title
from services.gateway.console.shell import Shell
from yisong.envelope.case_id import is_register

_MOST_ORGANS: Final = 3


class Document(NamedTuple):
    """One line of a manifest of the case."""

    kind: str
    number: int
    title: str
    doc_no: str
    role: str
    organ: str
    size: int
    sha256: str


def where(case_id: str, shell: Shell) -> str:
    """Return which case a number names, in words."""
    _, region, year, seq, _ = case_id.split("-")
    if is_register(case_id):
        return shell.t("case.register")
    named = shell.world.law.rulebook.directory.regions.get(region, region)
    return shell.t("case.region", region=named, year=year, seq=int(seq))


def lane_organs(case: CaseFile, names: Names) -> tuple[str, ...]:
    """Return which organs of each of the four lines have to do with a case, by their ids."""
    found: dict[str, dict[str, None]] = {role: {} for role in LANES}
    for record in case.records:
        header = record.entry.header
        if header is not None and record.entry.verdict != "refused":
            for organ in (header.speaker, *header.to):
                if not organ.startswith("S-") and names.role_of(organ) in found:
                    found[names.role_of(organ)][organ] = None
    return tuple(_shortened(tuple(organs)) for organs in found.values())


def _shortened(organs: tuple[str, ...]) -> str:
    more = " …" if len(organs) > _MOST_ORGANS else ""
    return " · ".join(organs[:_MOST_ORGANS]) + more


def documents(case: CaseFile, names: Names) -> Sequence[Document]:
    """Return the manifests of everything that was not refused, in log order."""
    found: list[Document] = []
    for record in case.records[: case.known]:
        header = record.entry.header
        for one in () if header is None or record.entry.verdict == "refused" else header.attachments:
            assert header is not None  # noqa: S101 (it has attachments)
            kind, organ = names.enum("attachment_kind", one.kind), header.speaker
            found.append(
                Document(
                    kind,
                    record.number,
                    title(record, names),
                    header.doc_no or "",
                    names.role_of(organ),
                    names.organ(organ),
                    one.size,
                    one.sha256.hex(),
                )
            )
    return found
