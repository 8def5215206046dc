"""What does a person read in a dossier? One page of HTML: no script, no link, nothing that a browser would fetch."""

import json
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from yisong.envelope.codec import SALT_BYTES
from yisong.envelope.header import Header
from yisong.errors import Undecodable
from yisong.ledger import Clock, Entry, Law
from yisong.proof.exact import shown
from yisong.proof.refold import Folded
from yisong.proof.statement import instant
from yisong.schemas import decode_body

#: The form that is written here; whatever changes a byte of a page gives it another number.
PAGE_FORM: Final = 1

_LONGEST = 4000
_HEAD = """<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{case}</title>
<style>
body {{ font: 15px/1.5 sans-serif; margin: 2em; color: #222 }}
table {{ border-collapse: collapse; margin: 1em 0 }}
th, td {{ border: 1px solid #bbb; padding: .3em .6em; text-align: left; vertical-align: top }}
pre {{ white-space: pre-wrap; margin: 0 }}
</style></head><body>
"""


def dossier_page(folded: Sequence[Folded], bodies: Sequence[bytes | None], law: Law, *, mask: str | None) -> bytes:
    """
    Return the history of a docket to read: records, states and clocks, with the *bodies* that are there.

    Instants in +08:00. It is a function of the records and the rulebook, so that a verifier can write it again.
    """
    docket = folded[-1].docket
    parts = [
        _HEAD.format(case=_text(docket.case_id)),
        f"<h1>卷宗 {_text(docket.case_id)}</h1>\n",
        f"<p>{_text(law.bus.name)}, {len(folded)} records, complete up to {_text(instant(docket.log_time))}.",
        "" if mask is None else f" Bodies that {_text(mask)} may not see were left out.",
        " This page alone proves nothing: <code>yisong verify</code> says what the whole file proves.</p>\n",
        _table(
            ("#", "logged", "claimed", "event", "by", "to", "verdict", "body"),
            [_record(one.entry, body, law) for one, body in zip(folded, bodies, strict=True)],
        ),
        "<h2>States 状态</h2>\n",
        _table(("of", "state"), [(f"{ref.kind} {ref.id}", state) for ref, state in docket.states.items()]),
        "<h2>Clocks 期限</h2>\n",
        _table(
            ("timer", "of", "owed by", "started", "due strict", "due rolled", "outcome"),
            [_clock(clock, law) for clock in docket.clocks],
        ),
        "</body></html>\n",
    ]
    return "".join(parts).encode()


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "".join(_lines(columns, rows))


def _lines(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "<table><tr>" + "".join(f"<th>{_text(one)}</th>" for one in columns) + "</tr>\n"
    for row in rows:
        yield "<tr>" + "".join(f"<td><pre>{_text(cell)}</pre></td>" for cell in row) + "</tr>\n"
    yield "</table>\n"


def _record(entry: Entry, body: bytes | None, law: Law) -> tuple[str, ...]:
    verdict = entry.verdict if entry.reason is None else f"{entry.verdict}: {entry.reason}"
    number, logged, header = str(entry.docket_index), instant(entry.log_time), entry.header
    if header is None:
        return (number, logged, "", "no readable header", "", "", verdict, "")
    by = header.publisher if header.acting_for is None else f"{header.publisher} for {header.acting_for}"
    to = " ".join(header.to)
    return (number, logged, instant(header.occurred_at), _event(header, law), by, to, verdict, _body(header, body))


def _event(header: Header, law: Law) -> str:
    event = law.events.get(header.event_type)
    named = header.event_type if event is None else f"{event.zh} {header.event_type}"
    return named if header.variant is None else f"{named} ({header.variant})"


def _body(header: Header, carried: bytes | None) -> str:
    if carried is None:
        return "not in this dossier"
    if header.sealing != "clear":
        return "sealed"
    try:
        body = decode_body(header.body_schema, carried[SALT_BYTES:])
    except Undecodable:
        return "not readable"
    return "\n".join(f"{name}: {json.dumps(value, ensure_ascii=False, default=str)}" for name, value in body.items())


def _clock(clock: Clock, law: Law) -> tuple[str, ...]:
    timer = law.timers.get(clock.timer)
    named = clock.timer if timer is None else f"{clock.timer} {timer.zh}"
    instants = (instant(clock.start), instant(clock.due_strict), instant(clock.due_rolled))
    return (named, clock.aggregate.id, " ".join(clock.owed_by), *instants, clock.outcome)


def _text(text: str) -> str:
    """Return what may come from a stranger so that a browser only shows it, line by line."""
    lines = (shown(line.encode("utf-8", "replace"), longest=_LONGEST) for line in text.split("\n"))
    return escape("\n".join(lines))
