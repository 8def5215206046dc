"""Which ladders stand in the place of the diagrams of ``docs/lifecycles.md``? One a machine, from the same table."""

import re
from collections.abc import Iterable, Iterator

from docsite.ladder import Rung, ladder
from yisong.rulebook.diagrams import act, is_drawn, marks
from yisong.rulebook.model import Machine

_MERMAID = re.compile(r"^```mermaid\n.*?^```$", re.DOTALL | re.MULTILINE)


def drawn(page: str, machines: Iterable[Machine]) -> str:
    """Return *page* with each Mermaid diagram, of which a site without scripts shows nothing, as a ladder."""
    figures: Iterator[str] = map(figure, machines)
    page = page.replace(
        "An arrow is an event (with its variants) that an organ says, or ⏰ a clock that runs out.",
        "A column is a state. A rung is an event (with its variants) that an organ says, or ⏰ a clock that runs out: "
        "it moves from the states with a ring to the one at the arrow's head; with discs only, it moves none.",
    )
    return _MERMAID.sub(lambda _: next(figures), page)


def figure(machine: Machine) -> str:
    """Return the ladder of *machine*: what moves a state, and what touches a clock in one or two of them."""
    order = (machine.initial, *machine.states)
    rungs = []
    for row in machine.rows:
        if is_drawn(row):
            sources = tuple(sorted(order.index(state) for state in row.from_states))
            rungs.append(Rung(act(row), marks(row), sources, None if row.to is None else order.index(row.to)))
    names = ("(begin)", *machine.states)
    return ladder(f"Lifecycle of {machine.kind} {machine.zh}", names, machine.terminal, rungs)
