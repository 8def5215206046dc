"""Does the guide show the faults that its example has?"""

import re
from pathlib import Path

from tests.unit.ledger.story import law
from yisong.importing.columns import COLUMNS
from yisong.importing.reading import read_cases

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "howto" / "importing.md").read_text("utf-8")


def test_the_guide_shows_every_fault_of_its_example() -> None:
    (shown,) = re.findall(r"```text\n((?:.*\n)*?)```", GUIDE)

    found = read_cases((ROOT / "examples" / "importing" / "cases-with-faults.csv").read_bytes(), "V9603", law())

    assert [" │ ".join((str(note.line), note.column, note.what)) for note in found.faults] == shown.splitlines()
    assert [case.line for case in found.cases] == [2, 3]


def test_the_guide_names_every_column() -> None:
    rows = [row.split(" | ") for row in GUIDE.splitlines() if row.startswith("| ") and "`" in row.split(" | ")[1]]
    named = [
        (heading, name.strip("`"))
        for row in rows
        for heading, name in zip(row[0].removeprefix("| ").split(", "), row[1].split(", "), strict=True)
    ]

    assert sorted(named) == sorted((column.headings[0], column.name) for column in COLUMNS)
