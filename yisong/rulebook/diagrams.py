"""
What do the lifecycles look like? A page of state diagrams, drawn from the tables.

``python -m yisong.rulebook.diagrams`` after a change of lifecycles.yaml; a test fails while docs/lifecycles.md differs.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from yisong.contract import folder
from yisong.rulebook.catalogue import catalogue, read_catalogue
from yisong.rulebook.clock_rules import ReportRule, Timer
from yisong.rulebook.lifecycles import lifecycles, read_lifecycles
from yisong.rulebook.model import Catalogue, EventType, Guard, Lifecycles, Machine, Row
from yisong.rulebook.timers import read_timers, timers

PAGE = Path("docs") / "lifecycles.md"

MOST_LOOPS = 2

_HEAD = """# The lifecycles 状态机

Drawn from `rulebook/lifecycles.yaml` by `python -m yisong.rulebook.diagrams`; change the table, not this page.

An arrow is an event (with its variants) that an organ says, or ⏰ a clock that runs out. ■ stops a clock, ✕ ends one
unjudged, ▶ starts one; ↩ the event moves what it cites. What moves no state stands in the table below its diagram,
unless it is about a clock of one or two states. Anything not listed is refused: `case-closed` at the end of a case,
`illegal-transition` elsewhere.
"""


def page(known: Lifecycles, clocks: Mapping[str, Timer], events: Mapping[str, EventType]) -> str:
    """Return the whole page, Markdown with Mermaid."""
    machines = (_machine(machine, events) for machine in known.machines)
    return "\n".join([_HEAD, *machines, _guards(known), _clocks(known, clocks)])


def _machine(machine: Machine, events: Mapping[str, EventType]) -> str:
    parts = [f"## {machine.kind} {machine.zh}", _diagram(machine)]
    if still := [row for row in machine.rows if not is_drawn(row) and row.refuse is None]:
        parts.append(
            _table(
                ("Moves no state", "", "Allowed in", "Guards", "Clocks"),
                (_still(machine, row, events) for row in still),
            )
        )
    if refused := [row for row in machine.rows if row.refuse is not None]:
        parts.append(
            _table(("Refused by name", "", "In", "Reason"), (_refused(machine, row, events) for row in refused))
        )
    return "\n\n".join(parts) + "\n"


def is_drawn(row: Row) -> bool:
    """Hold for what moves a state, and for what touches a clock, but not for loops at every other state."""
    loop = row.to is None and bool(marks(row)) and len(row.from_states) <= MOST_LOOPS
    return row.refuse is None and (row.to is not None or loop)


def _diagram(machine: Machine) -> str:
    drawn = [line for row in machine.rows if is_drawn(row) for line in _arrows(machine, row)]
    ends = [f"    {state} --> [*]" for state in machine.states if state in machine.terminal]
    return "\n".join(["```mermaid", "stateDiagram-v2", *drawn, *ends, "```"])


def _arrows(machine: Machine, row: Row) -> Iterator[str]:
    for state in _in_order(machine, row.from_states):
        begin = "[*]" if state == machine.initial else state
        yield f"    {begin} --> {row.to or state} : {_label(row)}"


def _label(row: Row) -> str:
    """Return the words on an arrow; Mermaid allows neither colon nor semicolon there."""
    return "<br/>".join([act(row), *([touched] if (touched := marks(row)) else [])])


def act(row: Row) -> str:
    """Return what is done, in words: the event with its variants, or the clock that runs out."""
    if row.breach is not None:
        return f"⏰ {row.breach}"
    variants = f" ({', '.join(sorted(row.variants))})" if row.variants else ""
    about = f" [{row.aggregate}]" if row.aggregate else ""
    return f"{row.event}{variants}{about}{' ↩' if row.instance == 'cited' else ''}"


def marks(row: Row) -> str:
    """Return which clocks it stops ■, ends ✕ and starts ▶."""
    marked = (("■", row.stops), ("✕", row.voids), ("▶", row.starts))
    return " ".join(f"{mark} {', '.join(clocks)}" for mark, clocks in marked if clocks)


def _still(machine: Machine, row: Row, events: Mapping[str, EventType]) -> tuple[str, ...]:
    return (f"`{act(row)}`", _zh(row, events), _states(machine, row), ", ".join(row.guards), marks(row))


def _refused(machine: Machine, row: Row, events: Mapping[str, EventType]) -> tuple[str, ...]:
    return (f"`{act(row)}`", _zh(row, events), _states(machine, row), f"`{row.refuse}`")


def _zh(row: Row, events: Mapping[str, EventType]) -> str:
    return events[row.event].zh if row.event else ""


def _states(machine: Machine, row: Row) -> str:
    return ", ".join(_in_order(machine, row.from_states))


def _in_order(machine: Machine, states: Iterable[str]) -> list[str]:
    order = (machine.initial, *machine.states)
    return sorted(states, key=order.index)


def _guards(known: Lifecycles) -> str:
    rows = (_guard(guard, known) for guard in known.guards.values())
    return "## Guards\n\n" + _table(("Guard", "Holds where", "Else refused", "Asked of", "Source"), rows) + "\n"


def _guard(guard: Guard, known: Lifecycles) -> tuple[str, ...]:
    asked = {f"{row.event}": None for one in known.machines for row in one.rows if guard.name in row.guards}
    of = "every act on what exists, save a case" if guard.name in known.general else ", ".join(asked)
    return (f"`{guard.name}`", guard.means, f"`{guard.reason}`", of, guard.source)


def _clocks(known: Lifecycles, clocks: Mapping[str, Timer]) -> str:
    """Return the table of the clocks that the diagrams name, in the order of timers.yaml."""
    kinds = {timer: one.kind for one in known.machines for row in one.rows for timer in row.starts}
    rows = (_clock(timer, kinds[timer.id]) for timer in clocks.values() if timer.id in kinds)
    return "## Clocks\n\n" + _table(("Clock", "", "Of", "Length", "When it runs out", "Source"), rows)


def _clock(timer: Timer, kind: str) -> tuple[str, ...]:
    end = "lapses" if timer.window else "breach"
    return (f"`{timer.id}`", timer.zh, kind, length(timer), f"{end}: {timer.on_breach}", timer.source)


def length(timer: Timer) -> str:
    """Return how long a clock of *timer* runs, in words."""
    rolls = ", rolls" if timer.roll else ""
    if timer.until_due_at:
        return f"the date in the header{rolls}"
    if timer.monthly_day is not None:
        return f"day {timer.monthly_day} of the month{rolls}"
    if timer.report is not None:
        return f"{_report_day(timer.report)}{rolls}"
    units = {"h": "hours", "d": "days", "wd": "working days", "m": "months"}
    return f"{timer.n} {units[timer.unit or 'd']}{rolls}"


def _report_day(report: ReportRule) -> str:
    if report.on is not None:
        return f"on {report.on}"
    if report.before is not None:
        return f"before {report.before}"
    if report.quarter_day is not None:
        return f"day {report.quarter_day} of the month after each quarter"
    if report.yearly is not None:
        return f"{report.yearly[0]:02}-{report.yearly[1]:02} of every year"
    return f"day {report.monthly_day} of the month"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a Markdown table; a bar inside a cell is escaped."""
    lines = [head, ("--",) * len(head), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def drawn(contract: Path) -> str:
    """Return the page for the rulebook below the folder *contract*."""
    events: Catalogue = catalogue(read_catalogue(contract / "rulebook"))
    known = lifecycles(read_lifecycles(contract / "rulebook"))
    return page(known, timers(read_timers(contract / "rulebook")), events.events) + "\n"


def main() -> None:
    """Write the page in its place."""
    (folder() / PAGE).write_text(drawn(folder()), encoding="utf-8")


if __name__ == "__main__":
    main()
