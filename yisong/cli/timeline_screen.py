"""What does one see of a case?"""

from collections.abc import Iterator

import orjson
from rich.text import Text

from yisong.audit.corrections import Correction
from yisong.audit.timeline import Moment, Timeline
from yisong.cli.page import Row, due, instant, ruled, span, stranger, verdict
from yisong.envelope.header import Header
from yisong.ledger import Clock, Law
from yisong.ledger.known_due import known_due
from yisong.publishing.instants import to_text


def screen(seen: Timeline, law: Law) -> Iterator[Text]:
    """Return the timeline, what was corrected in it, the clocks and the states of a case."""
    rows = [_moment_row(moment, law, _marks(seen, moment.number)) for moment in seen.moments]
    yield ruled(seen.case_id, ("#", "logged", "claimed", "event", "by", "to", "verdict", "position"), rows)
    if seen.corrections:
        named = ("of", "by", "field", "as published", "as corrected", "why")
        corrections = [row for one in seen.corrections for row in _correction_rows(one)]
        yield ruled("Corrections 更正", named, corrections)
    if seen.clocks:
        columns = ("timer", "of", "owed by", "started", "due strict", "due rolled", "stopped", "outcome")
        yield ruled("Clocks 期限", columns, [_clock_row(seen, clock, law) for clock in seen.clocks])
    states = "\n".join(f"{ref.kind} {ref.id}: {state}" for ref, state in seen.states)
    yield Text(f"{states}\nas of {instant(seen.as_of)} +08:00, from the trail of {seen.agency}")


def _marks(seen: Timeline, number: int) -> str:
    """Return what stands behind an event that was corrected, or that corrects: its text itself never changes."""
    by = [str(one.by) for one in seen.corrections if one.of == number]
    of = [str(one.of) for one in seen.corrections if one.by == number]
    return (f" [corrected by {', '.join(by)}]" if by else "") + (f" [of {', '.join(of)}]" if of else "")


def _correction_rows(one: Correction) -> Iterator[Row]:
    """Yield one row a field: what was published is struck out, not gone."""
    of, by = str(one.of), str(one.by)
    if one.fields is None:
        yield (of, by, "not readable here", "", "", "")
        return
    reason = stranger(one.reason or "")
    for field in one.fields:
        again = f" [again by {field.superseded_by}]" if field.superseded_by is not None else ""
        right = Text(stranger(field.corrected), "strike" if again else "").append(again, "not strike")
        yield (of, by, stranger(field.field), Text(_told(field.published), "strike"), right, reason)


def _told(value: object) -> str:
    if value is None:
        return "–"
    return stranger(value if isinstance(value, str) else orjson.dumps(value).decode())


def _moment_row(moment: Moment, law: Law, marks: str) -> Row:
    header = moment.header
    reason = "" if moment.reason is None else f": {moment.reason}"
    judged = verdict(moment.verdict, said=f"{moment.verdict}{reason}")
    number, logged, where = str(moment.number), instant(moment.log_time), str(moment.position)
    if header is None:
        return (number, logged, "", "no readable header", "", "", judged, where)
    by = header.publisher if header.acting_for is None else f"{header.publisher} for {header.acting_for}"
    claimed, event, *others = map(
        stranger, (_claim(header.occurred_at, moment.log_time), _event(header, law), by, " ".join(header.to))
    )
    return (number, logged, claimed, event + marks, *others, judged, where)


def _event(header: Header, law: Law) -> str:
    event = law.events.get(header.event_type)
    named = f"{event.zh} {header.event_type}" if event is not None else header.event_type
    return f"{named} ({header.variant})" if header.variant else named


def _claim(claimed: int, logged: int) -> str:
    gap = logged - claimed
    return f"{instant(claimed)} (−{span(gap)})" if gap >= 0 else f"{instant(claimed)} (+{span(-gap)})"


def _clock_row(seen: Timeline, clock: Clock, law: Law) -> Row:
    timer = law.timers.get(clock.timer)
    known = known_due(clock, seen.clocks, law, as_of=seen.as_of)
    provisional = "" if known is None else f" (provisional; {due(known.rolled)} by the calendar known today)"
    return (
        f"{clock.timer} {timer.zh if timer is not None else ''}",
        clock.aggregate.id,
        " ".join(clock.owed_by),
        f"{instant(clock.start)} by {seen.number_of(clock.started_by)}",
        due(clock.due_strict),
        "" if clock.due_rolled == clock.due_strict else due(clock.due_rolled),
        f"by {seen.number_of(clock.stopped_by)}" if clock.stopped_by is not None else "",
        verdict(clock.outcome, said=f"{clock.outcome}{provisional}"),
    )


def as_json(seen: Timeline, law: Law) -> dict[str, object]:
    """Return the timeline for programs; instants in RFC 3339."""
    return {
        "case_id": seen.case_id,
        "node": seen.agency,
        "as_of": to_text(seen.as_of),
        "events": [_moment_json(seen, moment) for moment in seen.moments],
        "corrections": [_correction_json(one) for one in seen.corrections],
        "states": [{"kind": ref.kind, "id": ref.id, "state": state} for ref, state in seen.states],
        "clocks": [_clock_json(seen, clock, law) for clock in seen.clocks],
        "derived": [{"clock": one.clock_id, "at": to_text(one.at)} for one in seen.derived],
    }


def _correction_json(one: Correction) -> dict[str, object]:
    fields = None if one.fields is None else [field._asdict() for field in one.fields]
    return {"by": one.by, "of": one.of, "readable": fields is not None, "reason": one.reason, "fields": fields}


def _moment_json(seen: Timeline, moment: Moment) -> dict[str, object]:
    header = moment.header
    said = (
        {}
        if header is None
        else {
            "event_type": header.event_type,
            "variant": header.variant,
            "publisher": header.publisher,
            "acting_for": header.acting_for,
            "to": header.to,
            "occurred_at": to_text(header.occurred_at),
            "event_id": header.event_id.hex(),
        }
    )
    return {
        "number": moment.number,
        "partition": moment.position.partition,
        "offset": moment.position.offset,
        "log_time": to_text(moment.log_time),
        "verdict": moment.verdict,
        "reason": moment.reason,
        "corrects": [one.of for one in seen.corrections if one.by == moment.number],
        "corrected_by": [one.by for one in seen.corrections if one.of == moment.number],
        **said,
    }


def _clock_json(seen: Timeline, clock: Clock, law: Law) -> dict[str, object]:
    known = known_due(clock, seen.clocks, law, as_of=seen.as_of)
    return {
        "id": clock.id,
        "timer": clock.timer,
        "aggregate": clock.aggregate._asdict(),
        "owed_by": clock.owed_by,
        "started_by": seen.number_of(clock.started_by),
        "start": to_text(clock.start),
        "due_strict": to_text(clock.due_strict),
        "due_rolled": to_text(clock.due_rolled),
        "stopped_by": seen.number_of(clock.stopped_by),
        "outcome": clock.outcome,
        "provisional": clock.provisional,
        "due_as_known": None if known is None else {"strict": to_text(known.strict), "rolled": to_text(known.rolled)},
    }
