"""What does the rulebook say, as pages: events with their readers, records, timers with articles, reasons?"""

from collections.abc import Iterable, Iterator, Mapping

from docsite.markdown import code, codes, head, link, table
from yisong.rulebook.catalogue import EventRow, EventsFile, FieldRow
from yisong.rulebook.clock_rules import Timer
from yisong.rulebook.diagrams import length
from yisong.rulebook.model import Lifecycles, Machine, Row
from yisong.rulebook.reasons import ReasonsFile


def events(file: EventsFile, known: Lifecycles) -> str:
    """Return the page of the event types: who may say one, what it must carry, who may read it, what it moves."""
    first = (
        (link(row.name, "", row.name.lower()), row.zh, codes(row.publishers), "yes" if row.first_release else "")
        for row in file.events
    )
    tokens = table(("Audience", "Who that is"), ((code(name), means) for name, means in file.audience_tokens.items()))
    return "\n".join(
        [
            head(
                "Events 事件",
                "Every type that the bus admits, from `rulebook/events.yaml`. The header is for all four agencies; the",
                "body is for the publisher and its *audience*, and a body that is not for all travels sealed.",
                f"Every header holds {codes(file.header_always)}.",
            ),
            table(("Type", "", "Published by", "First release"), first),
            "## Who reads\n",
            tokens,
            *(_event(row, known) for row in file.events),
        ]
    )


def _event(row: EventRow, known: Lifecycles) -> str:
    kinds = row.aggregate if isinstance(row.aggregate, str) else codes(row.aggregate or ())
    facts = [
        ("Published by", codes(row.publishers)),
        ("About", kinds or "nothing of its own"),
        ("Variants", codes(row.variants or ())),
        ("Header must hold, too", codes(row.header_requires)),
        *((f"… as `{variant}`", codes(more)) for variant, more in row.header_requires_by_variant.items()),
        ("Body read by", ", ".join(row.audience)),
        ("Schema", code(f"schemas/events/{_snake(row.name)}.v1.avsc")),
    ]
    parts = [f"## {row.name}", f"{row.zh}\n", table(("", ""), (fact for fact in facts if fact[1]))]
    if row.body:
        parts.append(_fields(row.body))
    if moves := [_moved(machine, one) for machine in known.machines for one in machine.rows if one.event == row.name]:
        parts.append(table(("In the lifecycle of", "Variants", "From", "To", "Guards", "Clocks"), moves))
    return "\n".join(parts)


def _moved(machine: Machine, row: Row) -> tuple[str, ...]:
    order = (machine.initial, *machine.states)
    come_from = ", ".join(sorted(row.from_states, key=order.index))
    to = f"refused: {_reason(row.refuse)}" if row.refuse else row.to or "stays"
    return (machine.kind, codes(sorted(row.variants or ())), come_from, to, ", ".join(row.guards), _clocks(row))


def _clocks(row: Row) -> str:
    marked = (("stops", row.stops), ("ends", row.voids), ("starts", row.starts))
    return "; ".join(f"{mark} {', '.join(map(_timer, clocks))}" for mark, clocks in marked if clocks)


def _timer(name: str) -> str:
    return link(name, "timers.md", name.lower())


def _reason(name: str) -> str:
    return link(name, "reasons.md", name)


def _fields(rows: Iterable[FieldRow]) -> str:
    cells = ((code(row.name), row.zh, code(row.type), row.pii, row.doc) for row in rows)
    return table(("Field of the body", "", "Type", "Personal data", "What it is"), cells)


def records(file: EventsFile) -> str:
    """Return the page of what bodies are made of: nested records, enumerations, kinds of aggregate, variants."""
    return "\n".join(
        [
            head(
                "Records and enumerations",
                "What the bodies of events are made of, from `rulebook/events.yaml`. A trailing `?` makes a field",
                "optional; `fen` is a whole number of 1/100 yuan. P0 to P3: from public to what never travels on the",
                "bus but as a sealed reference.",
            ),
            "## Kinds of aggregate\n",
            table(
                ("Kind", "", "Ids begin with"),
                ((code(name), kind.zh, code(kind.letter or "")) for name, kind in file.aggregate_kinds.items()),
            ),
            *(f"## record {name}\n\n{_fields(rows)}" for name, rows in file.records.items()),
            *(
                f"## enum {name}\n\n{table(('Value', ''), ((code(value), zh) for value, zh in values.items()))}"
                for name, values in file.enums.items()
            ),
            "## Variants of headers\n",
            table(("Variant", ""), ((code(name), zh) for name, zh in file.variant_labels.items())),
        ]
    )


def timers(known: Mapping[str, Timer], lifecycles: Lifecycles) -> str:
    """Return the page of the timers: how long, from when, under which article, whose act, and what follows."""
    return "\n".join(
        [
            head(
                "Timers 期限",
                "Every rule of `rulebook/timers.yaml`. `T-`: law, or the campaign notice; `P-`: a policy of this bus.",
                "Where the basis is a policy the number can be set otherwise. A breach is 1 ms after the last day,",
                "rolled over holidays where the rule rolls.",
            ),
            table(
                ("Timer", "", "Length", "Article", "Basis", "Run by the bus"),
                (
                    (
                        link(one.id, "", one.id.lower()),
                        one.zh,
                        length(one),
                        one.source,
                        one.basis,
                        "yes" if one.automatic else "",
                    )
                    for one in known.values()
                ),
            ),
            *(_one_timer(one, lifecycles) for one in known.values()),
        ]
    )


def _one_timer(one: Timer, known: Lifecycles) -> str:
    stops = [
        f"{row.event or row.breach}{_variants(row.variants)} [{machine.kind}]"
        for machine in known.machines
        for row in machine.rows
        if one.id in row.stops
    ]
    facts = [
        ("Length", length(one)),
        ("Article", f"{one.source} ({one.basis}; seen: {one.tag})"),
        ("Starts on", "; ".join(_starts(one))),
        ("Stopped by", "; ".join(dict.fromkeys(stops))),
        ("Owed by", f"{one.who} ({one.responsible}{', of the event: ' + one.owed_by if one.owed_by else ''})"),
        ("Running out", f"{'lapses: a right unused' if one.window else 'a breach'}; {one.on_breach}"),
        ("In force", f"{one.effective_from or 'open'} to {one.effective_to or 'open'}"),
        ("Before that", "; ".join(f"{length(row)}, {row.source}, to {row.effective_to}" for row in one.earlier)),
    ]
    return f"## {one.id}\n\n{one.zh}\n\n{table(('', ''), (fact for fact in facts if fact[1]))}"


def _starts(one: Timer) -> Iterator[str]:
    for start in one.starts:
        what = start.event or f"the breach of {start.breach}"
        yield f"{what}{_variants(start.variants)}, from `{start.instant}`"


def _variants(names: Iterable[str] | None) -> str:
    return f" ({', '.join(sorted(names))})" if names else ""


def reasons(file: ReasonsFile) -> str:
    """Return the page of the refusal codes, in the order in which a node asks."""
    parts = [
        head(
            "Reasons 拒绝理由",
            "Why an event is refused, from `rulebook/reasons.yaml`. Checks run in this order, and the first failure",
            "gives the reason, so that every node names the same one. Codes are never renamed or reused.",
        ),
    ]
    for step in file.steps:
        parts.append(f"## Step {step.step}: {step.checks}\n")
        for name, one in file.reasons.items():
            if one.step == step.step:
                parts.append(f"### {name}\n\n{one.zh}\n\n{one.en}\n")
    return "\n".join(parts)


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).removeprefix("_")
