"""The page of the lifecycles says what the tables say."""

import re

from yisong.contract import folder
from yisong.rulebook.diagrams import PAGE, drawn
from yisong.rulebook.lifecycles import lifecycles, read_lifecycles

ARROW = re.compile(r"    (\S+) --> (\S+)(?: : (.+))?")


def test_the_committed_page_is_the_one_that_the_tables_draw() -> None:
    """After a change of lifecycles.yaml: ``python -m yisong.rulebook.diagrams``."""
    assert (folder() / PAGE).read_text(encoding="utf-8") == drawn(folder())


def test_every_state_of_every_machine_is_drawn() -> None:
    machines = lifecycles(read_lifecycles(folder() / "rulebook")).machines
    diagrams = drawn(folder()).split("```mermaid\nstateDiagram-v2\n")[1:]

    assert len(diagrams) == len(machines)
    for machine, diagram in zip(machines, diagrams, strict=True):
        arrows = [ARROW.fullmatch(line) for line in diagram.split("\n```")[0].splitlines()]
        assert all(arrows), machine.kind
        ends = {end for arrow in arrows if arrow for end in arrow.group(1, 2)}
        assert ends == {*machine.states, "[*]"}


def test_no_label_holds_what_ends_a_label() -> None:
    """Mermaid reads a colon or a semicolon as the end of the words on an arrow."""
    labels = [arrow.group(3) for line in drawn(folder()).splitlines() if (arrow := ARROW.fullmatch(line))]

    assert not [label for label in labels if label and re.search("[:;]", label)]
