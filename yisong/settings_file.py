"""How is a YAML file of settings read, so that every fault of it is named at once and no secret is?"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from yisong.errors import ContractFault
from yisong.rulebook.yaml_file import parse


def read_mapping(path: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what the file at *path* maps, or why it cannot be had; then the first is empty."""
    try:
        row = parse(path.read_text(encoding="utf-8"), file=path.name)
    except (OSError, UnicodeError, ContractFault) as fault:
        return {}, (f"it cannot be read ({type(fault).__name__})",)
    return (row, ()) if isinstance(row, dict) else ({}, ("it must be a mapping",))


def form_faults(
    row: Mapping[str, Any], *, needed: Collection[str], known: Collection[str], texts: Collection[str]
) -> Iterator[str]:
    """Yield what is wrong with the names in *row*, and with the values of those that must be *texts*."""
    yield from (f"{name}: is missing" for name in needed if not row.get(name))
    yield from (f"{name}: unknown" for name in sorted(map(str, row.keys() - known)))
    yield from (f"{name}: must be text" for name in sorted(row.keys() & texts) if not isinstance(row[name], str))
