"""
What may each user of Kafka do? The table in docs/security.md, written from topics.yaml.

``python -m yisong.kafka.rights_page`` after a change of topics.yaml; a test fails while the page differs, another tries
every user, operation and topic on a real broker and compares what it found with the page.
"""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from yisong.contract import folder
from yisong.errors import ContractFault
from yisong.kafka.rights import Operation, Resource, Right, rights, users

PAGE: Final = Path("docs") / "security.md"
_BEGIN, _END = "<!-- rights -->", "<!-- /rights -->"
_COLUMNS: Final[tuple[tuple[str, Resource, Operation], ...]] = (
    ("reads", "topic", "read"),
    ("writes", "topic", "write"),
    ("sees only that it is there, and how long", "topic", "describe"),
    ("sees the settings of", "topic", "describe_configs"),
    ("says under the group how far it has come", "group", "read"),
    ("sees how far the group has come", "group", "describe"),
)


def table(known: Collection[Right]) -> str:
    """Return the table of all rights, a row a user, Markdown."""
    lines: list[tuple[str, ...]] = [("user", *(title for title, _, _ in _COLUMNS)), ("--",) * (1 + len(_COLUMNS))]
    lines += [(user, *(_names(known, user, resource, what) for _, resource, what in _COLUMNS)) for user in users()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _names(known: Iterable[Right], user: str, resource: Resource, operation: Operation) -> str:
    return ", ".join(
        sorted(one.name for one in known if (one.user, one.resource, one.operation) == (user, resource, operation))
    )


def read_table(page: str) -> frozenset[Right]:
    """Return the rights that the table on *page* gives. Raises ContractFault where the page has none."""
    _, rows, _ = _parts(page)
    found = set()
    for row in rows.strip().splitlines()[2:]:
        user, *cells = (cell.strip() for cell in row.strip().strip("|").split("|"))
        for (_, resource, operation), cell in zip(_COLUMNS, cells, strict=True):
            found |= {Right(user, resource, name.strip(), operation) for name in cell.split(",") if name.strip()}
    return frozenset(found)


def with_table(page: str, known: Collection[Right]) -> str:
    """Return *page* with the table of *known* in its place. Raises ContractFault where the page has none."""
    before, _, after = _parts(page)
    return f"{before}{_BEGIN}\n{table(known)}\n{_END}{after}"


def _parts(page: str) -> tuple[str, str, str]:
    before, begins, rest = page.partition(_BEGIN)
    rows, ends, after = rest.partition(_END)
    if not begins or not ends:
        raise ContractFault(f"{PAGE} has no place for the table of rights", [f"it needs {_BEGIN} and {_END}"])
    return before, rows, after


def main() -> None:
    """Write the table in its place."""
    file = folder() / PAGE
    file.write_text(with_table(file.read_text(encoding="utf-8"), rights()), encoding="utf-8")


if __name__ == "__main__":
    main()
